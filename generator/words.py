"""Words, stems and the comparable form of a text.

Stems are English; the words that say nothing
are known of English, German and French, and other scripts are taken word by word.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Literal

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

GERMAN_STOP_WORDS = word_set(
    "aber als am an auch auf aus bei beim bis da damit dann das dass dem den denn der des die dies diese "
    "diesem diesen dieser dieses doch dort du durch d\u00fcrfen darf ein eine einem einen einer eines er es "
    "f\u00fcr gab gibt hat haben hatte ich ihm ihn ihr ihre im in ist ja jetzt kann k\u00f6nnen mehr mit "
    "muss m\u00fcssen nach noch nun nur ob oder pro seit sich sie sind so soll sollen sowie um und uns unter "
    "viel viele vielen vom von vor wann war waren warum was welche welchem welchen welcher welches wem wen "
    "wenn wer werden wessen wie wird wir wo woher wohin worin woraus wurde wurden zu zum zur \u00fcber "
    "betr\u00e4gt liegt"
)
FRENCH_STOP_WORDS = word_set(
    "\u00e0 a au aux avec ce ces cette combien comme comment dans de des du elle en est et eu il ils je la le les leur "
    "lui mais ne nous on ont o\u00f9 ou par pas plus pour pourquoi qu quand que quel quelle quelles quels qui quoi sa "
    "sans se ses son sont sur un une vous y \u00e9t\u00e9 \u00e9tait voit l d c j n s"
)

Language = Literal["en", "de", "fr"]
STOP_WORDS_OF: Mapping[Language, frozenset[str]] = {
    "en": STOP_WORDS,
    "de": GERMAN_STOP_WORDS,
    "fr": FRENCH_STOP_WORDS,
}
"""Where two languages have as many of them, the first is meant."""

_stemmer = snowballstemmer.stemmer("english")


def comparable(text: str) -> str:
    """The text as it is compared for quotation: hyphens, blanks, case, ligatures, quotes and `75 x 75` made alike."""
    text = unicodedata.normalize("NFKC", text.replace("\u00ad", ""))
    text = re.sub(r"(?<=\w)[-\u2010]\s*\n\s*(?=[a-z])", "", text)
    text = re.sub(r"[\u2018\u2019\u201a\u2032`\u00b4]", "'", text)
    text = re.sub(r"[\u201c\u201d\u201e\u00ab\u00bb\u2033]", '"', text)
    text = re.sub(r"[\u2010-\u2015\u2212]", "-", text)
    text = re.sub(r"(?<=\d)\s*[\u00d7xX]\s*(?=\d)", " x ", text)
    return re.sub(r"\s+", " ", text).strip().casefold()


def words(text: str) -> list[str]:
    """The words of a text in order, lower case, without possessive endings."""
    found = WORD.findall(unicodedata.normalize("NFKC", text).casefold().replace("\u2019", "'"))
    return [re.sub(r"'s?$", "", word) for word in found]


def content_words(text: str) -> list[str]:
    """The words that carry meaning, in order, unstemmed."""
    found = words(text)
    stop = STOP_WORDS_OF[language_of(tuple(found))]
    return [word for word in found if word not in stop]


@lru_cache(maxsize=4096)
def language_of(found: tuple[str, ...]) -> Language:
    """The language of the words of a text, by the stop words among them; English where they tell nothing else."""
    if len(found) < 2:
        return "en"
    counts = {language: sum(word in stop for word in found) for language, stop in STOP_WORDS_OF.items()}
    return max(counts, key=lambda language: counts[language])


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
