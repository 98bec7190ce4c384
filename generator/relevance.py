"""How well a sentence answers a question: meaning, shared words, and the sort of thing that is asked for.

The weights were set on the `tune` half of tests/generator/data/questions.jsonl; the `test` half is asserted.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from generator.question import Question, can_answer, years
from generator.sentences import Sentence
from generator.vectors import Vectors
from generator.words import content_words, stem, stems
from store.records import Evidence

COVERAGE_WEIGHT = 0.5
WEAKEST_WEIGHT = 0.25
ELSEWHERE = 0.7
"""What a word of the question counts that stands in the document, though not in the sentence."""
FOCUS_NEARNESS = 0.55
"""How near the words of a sentence must come, on average, to the words that name the very thing asked for."""
LONG_LIST = 24
"""Sentences that are compared with the question under their headings too, which costs a second encoding each."""
SHORT_LIST = 6
"""Sentences for which the words of the question are compared one by one in meaning, which costs an encoding a word."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence of the evidence. `document` holds the stems of all that is shown of its file and of its
    name, `years` the years that these speak of.
    """

    evidence: Evidence
    sentence: Sentence
    document: frozenset[str]
    years: frozenset[int]


@dataclass(frozen=True, slots=True)
class Scored:
    """A candidate and how well it answers: `meaning` is a cosine, `covered` the share of the question it speaks of."""

    candidate: Candidate
    meaning: float
    covered: float
    weakest: float

    @property
    def score(self) -> float:
        return self.meaning + COVERAGE_WEIGHT * self.covered + WEAKEST_WEIGHT * self.weakest


def rank(question: Question, candidates: Sequence[Candidate], vectors: Vectors) -> list[Scored]:
    """The candidates that may answer the question, best first; ties stay in the order of the evidence.

    What costs more is done for fewer: all sentences are compared alone, the best of them under their headings too,
    and only for the last few is each word of the question sought in meaning.
    """
    able = [candidate for candidate in candidates if _able(question, candidate)]
    weights = _weights(question, candidates)
    alone = _meanings(question, [candidate.sentence.text for candidate in able], vectors)
    scored = [
        Scored(candidate, meaning, *_covered(weights, candidate, None))
        for candidate, meaning in zip(able, alone, strict=True)
    ]
    scored = _best(scored, LONG_LIST)
    placed = _meanings(question, [one.candidate.sentence.in_place for one in scored], vectors)
    scored = [replace(one, meaning=max(one.meaning, meaning)) for one, meaning in zip(scored, placed, strict=True)]
    scored = _best(scored, SHORT_LIST)
    vectors.of([*weights, *question.focus, *(word for one in scored for word in _said(one.candidate))])
    full = [Scored(one.candidate, one.meaning, *_covered(weights, one.candidate, vectors)) for one in scored]
    return _best([one for one in full if _speaks_of_focus(question, one.candidate, vectors)], SHORT_LIST)


def _best(scored: Sequence[Scored], count: int) -> list[Scored]:
    return sorted(scored, key=lambda one: -one.score)[:count]


def _speaks_of_focus(question: Question, candidate: Candidate, vectors: Vectors) -> bool:
    if not question.focus:
        return True
    said = _said(candidate)
    said_stems = {stem(word) for word in said}
    parts = [_spoken_of(word, said, said_stems, frozenset(), vectors) for word in question.focus]
    return sum(parts) / len(parts) >= FOCUS_NEARNESS


def _able(question: Question, candidate: Candidate) -> bool:
    sentence = candidate.sentence
    if sentence.heading or not question.names <= candidate.document:
        return False
    spoken_of = years(sentence.text)
    other_year = question.years and not question.years & (spoken_of or candidate.years)
    return not other_year and can_answer(question.asks, sentence.text)


def _meanings(question: Question, sentences: Sequence[str], vectors: Vectors) -> list[float]:
    """The cosine of the question with each sentence."""
    asked, *said = vectors.of([question.text, *sentences])
    return [float(one @ asked) for one in said]


def _weights(question: Question, candidates: Sequence[Candidate]) -> dict[str, float]:
    """How much each word of the question tells: more, the fewer of the sentences have it (Sparck Jones 1972)."""
    counts = Counter(found for candidate in candidates for found in set(stems(candidate.sentence.text)))
    return {word: math.log(2 + len(candidates) / (1 + counts[stem(word)])) for word in question.subject}


def _said(candidate: Candidate) -> list[str]:
    return content_words(candidate.sentence.in_place)


def _covered(weights: dict[str, float], candidate: Candidate, vectors: Vectors | None) -> tuple[float, float]:
    """The weighted mean and the least of how far the sentence speaks of each word, each in [0, 1]."""
    if not weights:
        return 0.0, 0.0
    said = _said(candidate)
    said_stems = {stem(word) for word in said}
    parts = {word: _spoken_of(word, said, said_stems, candidate.document, vectors) for word in weights}
    mean = sum(weights[word] * part for word, part in parts.items()) / sum(weights.values())
    return mean, min(parts.values())


def _spoken_of(
    word: str, said: Sequence[str], said_stems: set[str], document: frozenset[str], vectors: Vectors | None
) -> float:
    if stem(word) in said_stems:
        return 1.0
    near = float((vectors.of(said) @ vectors.of([word])[0]).max()) if vectors and said else 0.0
    return max(near, ELSEWHERE if stem(word) in document else 0.0)
