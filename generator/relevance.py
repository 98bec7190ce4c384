"""How well a sentence answers a question: by a reader of both, and by the meaning and the words that they share."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from generator.abbreviations import spelled_out
from generator.evidence import opening
from generator.lookups import looked_up
from generator.question import Question, numbered, years
from generator.sentences import Sentence
from generator.vectors import Vectors
from generator.words import content_words, stem, stems
from models.protocols import AnswerSelector
from store.records import Evidence

COVERAGE_WEIGHT = 0.5
WEAKEST_WEIGHT = 0.25
TITLED_WEIGHT = 0.1
LIKENESS_WEIGHT = 2.0
"""What likeness counts beside the log-odds of the reader."""
LOOKED_UP_WEIGHT = 2.4
"""The same of a row of a table that the question names."""
ELSEWHERE = 0.7
"""What a word of the question counts that stands in the document, though not in the sentence."""
COMPOUND = 0.85
"""What a word counts of which the sentence has the last part, or which is the last part of one there."""
LEAST_PART = 5
"""Letters of such a part."""
OPENING = 16
"""Words of how a document opens, which say what it is about."""
IN_PLACE = 0.3
"""What the reading under its heading alone counts, against that behind how its document opens."""
FIELD = re.compile(r"[^:;]{2,40}:\s+(?P<value>[^:;]{3,60})")
"""A line of a form: what is asked there, and what was filled in."""
MOST_FIELDS = 2
"""By which a document is named."""
SHORT_LIST = 16
"""Sentences that are read together with the question, which takes some milliseconds each."""
WORD = re.compile(r"[^\W\d_]{2}")
"""A number by itself, as a cell of a table that was not found, says nothing."""
LEAST_CHANCE = 1e-6
"""The chance under which no sentence is thought to answer, nor above its counterpart."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence of the evidence. `document` holds the stems of all that is shown of its file and of its
    name, `years` the years that these speak of, and `title` the stems of how its document opens.
    """

    evidence: Evidence
    sentence: Sentence
    document: frozenset[str]
    years: frozenset[int]
    title: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Scored:
    """A candidate and how well it answers.

    `meaning` is a cosine; `covered` and `weakest` are the weighted mean and the least of how far, in [0, 1], it speaks
    of each word of the question. `odds` are the log-odds that the reader gives it of being the answer.
    """

    candidate: Candidate
    meaning: float
    covered: float
    weakest: float
    titled: bool
    """Whether the question names the document that it is of."""
    looked_up: bool
    """Whether it is a row of a table that the question names by its cells and columns."""
    odds: float = 0.0

    @property
    def likeness(self) -> float:
        """How much it is like the question."""
        spoken = COVERAGE_WEIGHT * self.covered + WEAKEST_WEIGHT * self.weakest
        return self.meaning + spoken + TITLED_WEIGHT * self.titled

    @property
    def score(self) -> float:
        """How well it answers, on the scale of log-odds."""
        return self.odds + LIKENESS_WEIGHT * self.likeness + LOOKED_UP_WEIGHT * self.looked_up


def rank(question: Question, candidates: Sequence[Candidate], vectors: Vectors, reader: AnswerSelector) -> list[Scored]:
    """The candidates that are most like the question, best answer first; ties stay in the order of the evidence."""
    meant = [candidate for candidate in candidates if _is_meant(question, candidate)]
    weights = _weights(question, candidates)
    alike = _best(_compared(question, meant, weights, vectors), SHORT_LIST)
    return _best(_read(question, alike, _named_by(question, candidates), reader))


def _best(scored: Sequence[Scored], count: int | None = None) -> list[Scored]:
    return sorted(scored, key=lambda one: -one.score)[:count]


def _compared(
    question: Question, candidates: Sequence[Candidate], weights: dict[str, float], vectors: Vectors
) -> list[Scored]:
    """The candidates with what is cheap to know of each."""
    meanings = _meanings(question, candidates, vectors)
    rows = [one.sentence.text if one.sentence.is_row else "" for one in candidates]
    return [
        Scored(one, meaning, *_covered(question, weights, one), _is_titled(question, one), is_sought)
        for one, meaning, is_sought in zip(candidates, meanings, looked_up(question.text, rows), strict=True)
    ]


def _read(
    question: Question, scored: Sequence[Scored], fields: Mapping[str, Sequence[str]], reader: AnswerSelector
) -> list[Scored]:
    """Each with its log-odds, of two readings: under its heading alone, and behind what its document is about too."""
    texts = [text for one in scored for text in (_said(one.candidate), _in_document(one.candidate, fields))]
    chances = np.clip(reader.answering(question.text, texts), LEAST_CHANCE, 1 - LEAST_CHANCE)
    odds = (np.log(chances / (1 - chances)).reshape(-1, 2) @ (IN_PLACE, 1 - IN_PLACE)).tolist()
    return [replace(one, odds=each) for one, each in zip(scored, odds, strict=True)]


def _named_by(question: Question, candidates: Sequence[Candidate]) -> Mapping[str, Sequence[str]]:
    """Of each file the fields by whose values the question names it, as `Invoice number: CI-6699`."""
    asked = set(stems(question.text))
    found: defaultdict[str, list[str]] = defaultdict(list)
    for candidate in candidates:
        field = FIELD.fullmatch(candidate.sentence.text.strip())
        if field and (value := set(stems(field["value"]))) and value <= asked:
            found[candidate.evidence.hit.path].append(field.group())
    return found


def _in_document(candidate: Candidate, fields: Mapping[str, Sequence[str]]) -> str:
    """The sentence behind how its document opens and the fields that the question names this by."""
    about = " ".join(opening(candidate.evidence).split()[:OPENING])
    own = candidate.sentence.text.strip()
    others = [field for field in fields.get(candidate.evidence.hit.path, ()) if field != own][:MOST_FIELDS]
    document = ", ".join(part for part in (about, *others) if part)
    return f"{document}: {_said(candidate)}" if document else _said(candidate)


def _said(candidate: Candidate) -> str:
    """The sentence under its heading, in whole words."""
    return spelled_out(candidate.sentence.in_place)


def _is_meant(question: Question, candidate: Candidate) -> bool:
    """Whether a sentence has words, is of a document with all names of the question, and of no other year or room."""
    sentence = candidate.sentence
    if sentence.heading or not WORD.search(sentence.text) or not question.names <= candidate.document:
        return False
    if _is_of_another(question, candidate):
        return False
    return not question.years or bool(question.years & (years(candidate.sentence.text) or candidate.years))


def _is_of_another(question: Question, candidate: Candidate) -> bool:
    """Whether a sentence is of a thing with another number than the question gives it."""
    if not question.numbered:
        return False
    told = numbered(candidate.sentence.in_place)
    return any(thing in told and not numbers & told[thing] for thing, numbers in question.numbered.items())


def _meanings(question: Question, candidates: Sequence[Candidate], vectors: Vectors) -> list[float]:
    """The cosine of the question with each sentence, or of what it asks of a document whose title holds its names.

    Where the title holds all of them, a sentence that says them once more is no better for it.
    """
    within = [_asked_within(question, candidate) for candidate in candidates]
    known = vectors.of([question.text, *within, *(one.sentence.text for one in candidates)])
    asked, inside, said = known[0], known[1 : len(within) + 1], known[len(within) + 1 :]
    return [
        float(one @ other) if _is_titled(question, candidate) else max(float(one @ asked), float(one @ other))
        for candidate, one, other in zip(candidates, said, inside, strict=True)
    ]


def _is_titled(question: Question, candidate: Candidate) -> bool:
    return bool(question.names) and question.names <= candidate.title


def _asked_within(question: Question, candidate: Candidate) -> str:
    """The question without the names by which it says what document it asks of."""
    given = question.names & candidate.title
    kept = [word for word in question.text.split() if not given & set(stems(word))] if given else []
    return " ".join(kept) if content_words(" ".join(kept)) else question.text


def _weights(question: Question, candidates: Sequence[Candidate]) -> dict[str, float]:
    """How much each word of the question tells: more, the fewer of the sentences have it (Sparck Jones 1972)."""
    counts = Counter(found for candidate in candidates for found in set(stems(candidate.sentence.text)))
    return {word: math.log(2 + len(candidates) / (1 + counts[stem(word)])) for word in question.subject}


def _covered(question: Question, weights: dict[str, float], candidate: Candidate) -> tuple[float, float]:
    """The weighted mean and the least of how far the sentence speaks of each word, each in [0, 1]."""
    asked = _asked_of(question, weights, candidate)
    if not asked:
        return 0.0, 0.0
    said = content_words(_said(candidate))
    said_stems = {stem(word) for word in said}
    parts = {word: _spoken_of(word, said, said_stems, candidate.document) for word in asked}
    mean = sum(asked[word] * part for word, part in parts.items()) / sum(asked.values())
    return mean, min(parts.values())


def _asked_of(question: Question, weights: dict[str, float], candidate: Candidate) -> dict[str, float]:
    """The weights without the names that stand in the title of a document: they say what document is asked of."""
    given = question.names & candidate.title
    return {word: weight for word, weight in weights.items() if stem(word) not in given} or weights


def _spoken_of(word: str, said: Sequence[str], said_stems: set[str], document: frozenset[str]) -> float:
    if stem(word) in said_stems:
        return 1.0
    if any(_is_compound(word, other) for other in said):
        return COMPOUND
    return ELSEWHERE if stem(word) in document else 0.0


def _is_compound(word: str, other: str) -> bool:
    """Whether one of two words ends in the other, as `Kursgebühr` in `Gebühr`."""
    short, long = sorted((word, other), key=len)
    return len(short) >= LEAST_PART and long.endswith(short)
