"""Whether the text layer of a page holds words.

Fonts without a map to letters, shifted letters and broken encodings give a layer that looks like text. Words of any
Latin language break into fewer pieces of the embedder's vocabulary than chance does, though the vocabulary is English.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from models.builtin.word_pieces import count_pieces

LEAST_LETTERS_A_PIECE = 1.75
"""Letters that a word piece stands for on average: 5.3 in English, 2.1 to 2.7 in Polish, Turkish, Hungarian, French and
German, 1.4 in letters shifted by three places and 1.6 in random ones."""
LEAST_JUDGED = 60
"""Letters in words from which a layer is judged by them."""
WORD = re.compile(r"[^\W\d_]{3,}")
CAPITALS = re.compile(r"^[^a-zß-öø-ÿ]+$")
MOST_UNREADABLE = 0.2
"""The share of characters that stand for nothing: private, unassigned, or the mark for a lost one."""
LEAST_ALPHANUMERIC = 0.35
MOST_WORDS = 150
"""Words that are looked at: enough to judge a page."""


def is_usable(texts: Iterable[str]) -> bool:
    """Whether the lines of a page hold words, numbers or codes rather than garbage. No text at all is not usable."""
    text = " ".join(texts)
    characters = [letter for letter in text if not letter.isspace()]
    if len(characters) < 3:
        return False
    unreadable = sum(map(_is_unreadable, characters))
    if unreadable > MOST_UNREADABLE * len(characters):
        return False
    if len(characters) > LEAST_JUDGED and sum(map(str.isalnum, characters)) < LEAST_ALPHANUMERIC * len(characters):
        return False
    words = [word for word in WORD.findall(text) if _is_latin(word) and not CAPITALS.match(word)][:MOST_WORDS]
    letters = sum(map(len, words))
    return letters < LEAST_JUDGED or letters >= LEAST_LETTERS_A_PIECE * sum(map(count_pieces, words))


def _is_unreadable(letter: str) -> bool:
    return letter == "\ufffd" or unicodedata.category(letter) in ("Co", "Cn", "Cc")


def _is_latin(word: str) -> bool:
    """Only Latin letters: the vocabulary knows other scripts by the letter."""
    return word.isascii() or all(ord(letter) < 0x250 for letter in word)
