"""Words, stems and the comparable form of a text. Language: English, with other scripts taken word by word."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

import snowballstemmer

WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")


def word_set(listed: str) -> frozenset[str]:
    """The words of a list that is written with blanks between them."""
    return frozenset(listed.split())


STOP_WORDS = word_set(
    "a about above across after again against all along also am among an and any are around as at be because been "
    "before being below between both but by can could did do does doing down during each else for from further get "
    "give had has have having he her here hers him his how i if in into is it its itself just let like many may me "
    "might more most much must my no nor not now of off on once only onto or other our out over own please s same "
    "shall she should so some such t tell than that the their them then there these they this those through to too "
    "toward towards under until up upon us very was we were what when where whether which while who whom whose why "
    "will with within would you your yours"
)
"""Words that say nothing of what a sentence is about. Negations are looked at by the check of polarity."""

_stemmer = snowballstemmer.stemmer("english")


def comparable(text: str) -> str:
    """The text as it is compared for quotation: hyphens, white space, case, ligatures and quotes made alike."""
    text = unicodedata.normalize("NFKC", text.replace("\u00ad", ""))
    text = re.sub(r"(?<=\w)[-\u2010]\s*\n\s*(?=[a-z])", "", text)
    text = re.sub(r"[\u2018\u2019\u201a\u2032`\u00b4]", "'", text)
    text = re.sub(r"[\u201c\u201d\u201e\u00ab\u00bb\u2033]", '"', text)
    text = re.sub(r"[\u2010-\u2015\u2212]", "-", text)
    return re.sub(r"\s+", " ", text).strip().casefold()


def words(text: str) -> list[str]:
    """The words of a text in order, lower case, without possessive endings."""
    found = WORD.findall(unicodedata.normalize("NFKC", text).casefold().replace("\u2019", "'"))
    return [re.sub(r"'s?$", "", word) for word in found]


def content_words(text: str) -> list[str]:
    """The words that carry meaning, in order, unstemmed."""
    return [word for word in words(text) if word not in STOP_WORDS]


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """The Snowball stem of an English word (Porter 2001)."""
    return str(_stemmer.stemWord(word))


def stems(text: str) -> list[str]:
    """The stems of the content words, in order."""
    return [stem(word) for word in content_words(text)]


def coverage(wanted: Iterable[str], available: Iterable[str]) -> float:
    """The share in [0, 1] of the wanted stems that are available; 1 where none is wanted."""
    needed = set(wanted)
    return len(needed & set(available)) / len(needed) if needed else 1.0
