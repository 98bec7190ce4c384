"""Makes other texts and claims of labelled ones, so that they cannot be learnt by heart: what is true stays true."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from generator.words import word_set
from scripts.pairs_corpus import OUTCOMES, Told

JOINED = 0.15
"""The share of claims that are followed by another claim about the text."""
BESIDE = 0.25
"""The share of texts that stand beside sentences of another text."""
RENAMED = 0.35
"""The share of texts whose names are others."""
WORDS = 80
"""So long a text grows at most by what is put beside it."""

SUPPORTED, NEUTRAL, PARTIAL, CONTRADICTED = (
    OUTCOMES[name] for name in ("supported", "neutral", "partial", "contradicted")
)
LINKS = (" ", " ", ", and ", "; ", ", while ")
NAME = re.compile(r"(?<=[a-z,;] )[A-Z][a-zäöüß]{2,}(?![a-zäöüßA-Z])")
"""A word with a capital inside a sentence."""
KNOWN = word_set(
    "January February March April May June July August September October November December "
    "Monday Tuesday Wednesday Thursday Friday Saturday Sunday Christmas Easter "
    "English German French Italian Spanish Dutch Danish Polish European British American "
    "Germany France Italy Spain England Europe America North South East West "
    "Celsius Fahrenheit Street Road Lane Hall Bridge Museum School"
)
"""Names that more is known of than the text says."""
GERMAN = re.compile(r"\b(?:der|die|das|und|ist|nicht|ein|eine)\b")


class Variants:
    """Draws variants of texts, with what is claimed of them."""

    def __init__(self, told: Sequence[Told], chance: random.Random) -> None:
        self._chance = chance
        self._texts = [one.text for one in told]
        self._names = _names(one.text for one in told)
        self._name_set = frozenset(self._names)

    def of(self, told: Told) -> Told:
        """A text with each of its claims, or what was made of it, once."""
        made = replace(told, claims=tuple(self._joined(told.claims)))
        if self._chance.random() < RENAMED:
            made = self.renamed(made)
        return replace(made, text=self._beside(made.text)) if self._chance.random() < BESIDE else made

    def renamed(self, told: Told) -> Told:
        """With other names of people and places, each the same wherever it stood."""
        if GERMAN.search(told.text):
            return told
        own = sorted(self._name_set.intersection(NAME.findall(told.text)))
        given = dict(zip(own, self._chance.sample(self._names, len(own)), strict=True))

        def changed(text: str) -> str:
            return re.sub(r"\b[A-Z][a-zäöüß]+\b", lambda found: given.get(found.group(), found.group()), text)

        return Told(changed(told.text), tuple((changed(claim), outcome) for claim, outcome in told.claims))

    def _joined(self, claims: Sequence[tuple[str, int]]) -> list[tuple[str, int]]:
        found = []
        for claim, outcome in claims:
            other, of_other = self._chance.choice(claims)
            if other != claim and self._chance.random() < JOINED and claim.endswith("."):
                link = self._chance.choice(LINKS)
                found.append((_linked(claim, other, link), both(outcome, of_other)))
            else:
                found.append((claim, outcome))
        return found

    def _beside(self, text: str) -> str:
        sentences = re.split(r"(?<=[.!?]) ", self._chance.choice(self._texts))
        start = self._chance.randrange(len(sentences))
        room = WORDS - len(text.split())
        other = " ".join(sentences[start : start + 2])
        return " ".join(self._chance.sample([text, other], 2)) if len(other.split()) <= room else text


def both(first: int, second: int) -> int:
    """The outcome of two claims taken as one."""
    if CONTRADICTED in (first, second):
        return CONTRADICTED
    return first if first == second else PARTIAL


def _linked(claim: str, other: str, link: str) -> str:
    """Two sentences, or one made of them."""
    if link == " ":
        return f"{claim} {other}"
    small = other.split()[0] in {"The", "A", "An", "It", "There", "In", "No"}
    begun = other[0].lower() + other[1:] if small else other
    return claim.rstrip(".") + link + begun


def _names(texts: Iterable[str]) -> list[str]:
    """Words that have a capital inside a sentence, and never stand without one."""
    found, plain = Counter[str](), set[str]()
    for text in texts:
        if not GERMAN.search(text):
            found.update(NAME.findall(text))
            plain.update(re.findall(r"\b[a-z]+\b", text))
    return sorted(name for name in found if name not in KNOWN and name.lower() not in plain)
