"""Which words of a claim stand in a sentence of the evidence, as they are or in other words, and which are at odds."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from generator.lexicon import PAIRS_KEPT, Relation, likeness, relation
from generator.statements import NEGATORS, Word

NEAR = 0.6
"""The likeness from which a word may stand for another."""
NEAREST = 0.85
"""What a word counts that stands for another without being known to mean the same."""
KIND = 0.95
SHARED_START = 5
"""Letters that two words not in the lexicon must start with in common to be taken for forms of one."""


@dataclass(frozen=True, slots=True)
class Alignment:
    """How a claim's words fare among those of the evidence.

    `covered` in [0, 1] is the share of their weight that is found. `opposites` and `siblings` pair a word of the claim
    with one of the evidence that excludes it, where neither stands on the other side.
    """

    covered: float
    missing: tuple[Word, ...]
    opposites: tuple[tuple[Word, Word], ...]
    siblings: tuple[tuple[Word, Word], ...]


def align(wanted: Sequence[Word], offered: Sequence[Word], around: Collection[str] = ()) -> Alignment:
    """Each word of `wanted` with its best counterpart in `offered`; lemmas `around`, of the context, count too."""
    there = {word.lemma for word in offered}
    mine = {word.lemma for word in wanted}
    left = [word for word in offered if word.lemma not in mine]
    found, total, missing = 0.0, 0.0, []
    opposites, siblings = [], []
    for word in wanted:
        total += word.weight
        worth = 1.0 if word.lemma in there else max((counts_for(word.lemma, one) for one in there), default=0.0)
        rivals = [(one, relation(word.lemma, one.lemma)) for one in left] if worth < 1.0 else []
        opposite = next((one for one, what in rivals if what is Relation.OPPOSITE), None)
        if opposite is not None and worth < KIND and not {word.text.casefold(), opposite.text.casefold()} & NEGATORS:
            opposites.append((word, opposite))
            # It is spoken of, though the other way round.
            worth = max(worth, NEAREST)
        elif worth < KIND and word.lemma not in around:
            sibling = next((one for one, what in rivals if what is Relation.SIBLING and not _is_verb(one, word)), None)
            if sibling is not None:
                siblings.append((word, sibling))
                worth = 0.0
        worth = max(worth, 0.9 * _around(word.lemma, around)) if opposite is None else worth
        found += word.weight * worth
        if worth < NEAR:
            missing.append(word)
    return Alignment(found / total if total else 1.0, tuple(missing), tuple(opposites), tuple(siblings))


def _is_verb(*words: Word) -> bool:
    """Whether one of them has the form of a verb: being `dressed` excludes no shirt."""
    return any(word.text.endswith(("ed", "ing")) for word in words)


def _around(word: str, around: Collection[str]) -> float:
    return 1.0 if word in around else max((counts_for(word, one) for one in around), default=0.0)


@lru_cache(maxsize=PAIRS_KEPT)
def counts_for(wanted: str, offered: str) -> float:
    """How far, in [0, 1], one word stands for another."""
    what = relation(wanted, offered)
    if what is Relation.SAME:
        return 1.0
    if what is Relation.KIND:
        return KIND
    if what in (Relation.OPPOSITE, Relation.SIBLING):
        return 0.0
    # What is waterproof is alike to water, and no water.
    compound = abs(len(wanted) - len(offered)) >= 4 and (wanted.startswith(offered) or offered.startswith(wanted))
    near = 0.0 if compound else likeness(wanted, offered)
    if near >= NEAR:
        return min(NEAREST, near + 0.2)
    return NEAREST if _alike_in_letters(wanted, offered) else 0.0


def _alike_in_letters(one: str, other: str) -> bool:
    """Whether two words share most of their letters from the start, or one, being long, is the head of the other."""
    shorter, longer = sorted((one, other), key=len)
    if len(shorter) >= SHARED_START and longer.endswith(shorter):
        return True
    shared = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(shorter))
    return shared >= SHARED_START and shared >= 0.7 * len(longer)


def lemmas(words: Iterable[Word]) -> frozenset[str]:
    return frozenset(word.lemma for word in words)
