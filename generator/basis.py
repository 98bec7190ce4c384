"""The sentence of the evidence that a statement leans on, the part of it that speaks of the same, and what fits where.

A word counts in full where that part says it, or what it is said of; less where only the rest of the sentence does; and
a word that stands somewhere else in the evidence counts for nothing: `the patient is allergic to ibuprofen` does not
follow from an allergy in one sentence and a prescription in another.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from generator.alignment import Alignment, align, counts_for
from generator.lexicon import lexicon
from generator.reading import Reading, Stated
from generator.statements import Statement, Word
from generator.vectors import Vectors

SHARING = 8
"""Sentences, those with the most words of the statement, of which it is told how well they fit it."""
LIKELY = 2
"""Sentences, those that fit the statement best, that are compared with it in meaning."""
FIT_WEIGHT = 2.0
"""What the share of a statement's words that a sentence holds counts beside their cosine when one is chosen."""
BEHIND = 1 / FIT_WEIGHT
"""By how much less a sentence may fit than another before no cosine in [0, 1] makes up for it, and none is computed."""
AROUND = 0.8
"""What a word counts, in the choice of a sentence, that only what stands around it holds."""
NAMED = 0.3
"""What the words count for that tell of whom or what a statement speaks, beside those that tell what it says."""


@dataclass(frozen=True, slots=True)
class Basis:
    """A sentence and, of its statements, the one that comes nearest.

    `here` is how the words of the claim fare in that statement, `whole` in the sentence, each with what the sentence is
    about. `told` in [0, 1] is the share that the statement holds of what is said, not of whom. `alike` is the cosine of
    claim and sentence in meaning. `rivals` pairs a word of the claim that is missing with the one that the evidence has
    in its place; `displaced` are the words missing here that stand elsewhere in the evidence, `figures`
    counts the numbers in common.
    """

    stated: Stated
    chosen: Statement
    here: Alignment
    whole: Alignment
    told: float
    alike: float
    rivals: tuple[tuple[Word, Word], ...]
    displaced: tuple[Word, ...]
    figures: int

    @property
    def quote(self) -> str:
        return self.stated.sentence.quote

    @property
    def parts(self) -> tuple[Statement, ...]:
        return self.stated.statements


class Material:
    """The sentences of the cited evidence, the lemmas of what they speak of, and in how many each lemma stands."""

    def __init__(self, readings: Sequence[Reading]) -> None:
        self.stated = list(chain.from_iterable(one.stated for one in readings))
        self.topics = frozenset(chain.from_iterable(one.topics for one in readings))
        self.spread = Counter(chain.from_iterable(one.lemmas for one in self.stated))
        self._fits: dict[Statement, list[tuple[float, Stated]]] = {}

    def fits(self, said: Statement) -> list[tuple[float, Stated]]:
        """The sentences with the most words of a statement, and how well each fits it, best first."""
        if said not in self._fits:
            sharing = sorted(self.stated, key=lambda one: -_shared(said, one))[:SHARING]
            self._fits[said] = sorted(((_fit(said, one, self), one) for one in sharing), key=lambda pair: -pair[0])
        return self._fits[said]


def likely(said: Statement, material: Material) -> list[tuple[float, Stated]]:
    """The sentences that may say what a statement says, and how well each fits it, best first."""
    fits = material.fits(said)[:LIKELY]
    return [(fit, one) for fit, one in fits if fit >= fits[0][0] - BEHIND]


def basis(said: Statement, material: Material, vectors: Vectors) -> Basis | None:
    """What a statement leans on; None where there is nothing."""
    candidates = likely(said, material)
    if not candidates or not (said.words or said.quantities):
        return None
    texts = [one.text for _, one in candidates]
    vectors.of([said.text, *texts])
    alike = [float(one) for one in vectors.of(texts) @ vectors.of([said.text])[0]]
    best = max(range(len(texts)), key=lambda at: alike[at] + FIT_WEIGHT * candidates[at][0])
    found = candidates[best][1]
    around = material.topics | found.around
    chosen = nearest(said, found.statements, around)
    here = align(said.words, offered(chosen), around)
    whole = align(said.words, found.words, around)
    told = align(telling(said, around), offered(chosen)).covered
    figures = sum(one.stands_in(found.pool) for one in said.quantities if not one.is_soft)
    displaced = tuple(word for word in here.missing if word.weight >= 1 and material.spread[word.lemma])
    return Basis(found, chosen, here, whole, told, alike[best], rivals(said, here, chosen), displaced, figures)


def telling(said: Statement, around: frozenset[str]) -> list[Word]:
    """The words that tell what is said rather than of whom, where there are such."""
    return [word for word in said.words if word.lemma not in around and not word.is_name] or list(said.words)


def offered(stated: Statement) -> tuple[Word, ...]:
    """The words of a statement, and of what it says it."""
    return (*stated.subject, *stated.words)


def nearest(said: Statement, parts: Sequence[Statement], around: frozenset[str]) -> Statement:
    """The statement of a sentence that the claim's is about."""
    # What is said tells more than of whom, and what one statement alone has tells the most.
    wanted = telling(said, around)
    alone = [word for word in wanted if sum(word.lemma in one.lemmas for one in parts) == 1]
    return max(
        [one for one in parts if not one.is_exclusion] or parts,
        key=lambda one: (
            align(wanted, one.words).covered
            + NAMED * align(said.words, offered(one)).covered
            + (0.5 * align(alone, one.words).covered if alone else 0.0)
            + 0.3 * sum(figure.stands_in(one.quantities) for figure in said.quantities)
            + 0.05 * (one.denied == said.denied)
        ),
    )


def rivals(said: Statement, here: Alignment, chosen: Statement) -> tuple[tuple[Word, Word], ...]:
    """Words of the claim that are missing, with what the evidence has next to the same neighbour in their place."""
    found = []
    mine, theirs = said.words, chosen.words
    for at, word in enumerate(mine):
        if word not in here.missing or word.weight < 1 or word.lemma in lexicon().verbs:
            continue
        for step in (-1, 1):
            if not 0 <= at + step < len(mine):
                continue
            beside = mine[at + step]
            place = next((at for at, one in enumerate(theirs) if counts_for(beside.lemma, one.lemma) >= 0.9), None)
            if place is None or not 0 <= place - step < len(theirs):
                continue
            other = theirs[place - step]
            free = other.lemma in lexicon().senses and not any(
                counts_for(one.lemma, other.lemma) >= 0.5 for one in mine
            )
            if free and other.weight >= 1 and other.lemma not in lexicon().verbs:
                found.append((word, other))
                break
    return tuple(found)


def _shared(said: Statement, one: Stated) -> float:
    figures = sum(figure.stands_in(one.pool) for figure in said.quantities)
    return len(said.lemmas & one.lemmas) + 0.3 * len(said.lemmas & one.around) + figures


def _fit(said: Statement, one: Stated, material: Material) -> float:
    """How well a sentence fits a statement: the share of its words, and of its numbers.

    A word that many sentences hold, as they do what they all speak of, tells little of which of them is meant.
    """
    figures = [figure for figure in said.quantities if not figure.is_soft]
    worth = [1.5 if figure.unit else 0.7 for figure in figures]
    found = sum(value for value, figure in zip(worth, figures, strict=True) if figure.stands_in(one.pool))
    total = sum(worth)
    for word in said.words:
        weight = word.weight / math.sqrt(max(1, material.spread[word.lemma]))
        around = AROUND if word.lemma in one.around or word.lemma in material.topics else 0.0
        total += weight
        if word.lemma in one.lemmas:
            found += weight
        else:
            found += weight * max([around, *(counts_for(word.lemma, other) for other in one.lemmas)])
    return found / total if total else 0.0
