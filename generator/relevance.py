"""How well a sentence answers a question: meaning, shared words, and the sort of thing that is asked for.

The weights were set on the `tune` half of tests/generator/data/questions.jsonl; the `test` half is asserted.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np

from generator.asked import speaks_of_asked, within_bounds
from generator.evidence import opening
from generator.lookups import looked_up
from generator.question import Asks, Question, can_answer, names_person, numbered, years
from generator.sentences import Sentence
from generator.vectors import Vectors
from generator.words import content_words, stem, stems
from models.protocols import AnswerSelector
from store.records import Evidence

COVERAGE_WEIGHT = 0.5
WEAKEST_WEIGHT = 0.25
TITLED_WEIGHT = 0.1
ELSEWHERE = 0.7
"""What a word of the question counts that stands in the document, though not in the sentence."""
COMPOUND = 0.85
"""What a word counts of which the sentence has the last part, or which is the last part of one there."""
LEAST_PART = 5
"""Letters of such a part."""
FOCUS_NEARNESS = 0.55
"""How near the words of a sentence must come, on average, to the words that name the very thing asked for."""
COLUMN_NAME = re.compile(r"(?:^|; )[^:;]+: ")
FIELD = re.compile(r"(?P<label>[^\W\d](?:[^\s:;]+ ?){1,5}): ?(?P<value>[^:;]{1,60})")
"""A line of a form or of what stands at the head of a letter: `Date of issue: 2 May 2024`."""
SAME_MEANING = 0.6
"""The cosine from which a sentence means what the question does, whatever words it puts it in."""
SAME_QUESTION = 0.7
"""The same, names and all."""
LOOKED_UP_WEIGHT = 0.2
CHANCE_WEIGHT = 0.05
"""What the log-odds count that a selector gives a sentence of being the answer."""
MOST_ODDS = 3.0
"""Log-odds beyond which a selector is no surer."""
LIKELY = -1.5
"""Log-odds beyond which a selector is believed that a sentence is of the sort that is asked for, and speaks of it."""
LEAST_ODDS = -2.7
"""Log-odds under which it is believed that a sentence does not answer."""
NO_DOUBT = 1.0
"""Log-odds from which it is believed without a second opinion."""
NO_ANSWER = 0.05
"""The chance of answering, by the word of a judge, under which a sentence does not answer."""
OPENING = 16
"""Words of how a document opens, which say what it is about."""
LONG_LIST = 24
"""Sentences that are compared with the question under their headings too, which costs a second encoding each."""
SHORT_LIST = 6
"""Sentences for which the words of the question are compared one by one in meaning, which costs an encoding a word."""


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
    """A candidate and how well it answers: `meaning` is a cosine, `covered` the share of the question it speaks of."""

    candidate: Candidate
    meaning: float
    covered: float
    weakest: float
    titled: bool = False
    """Whether the question names the document that it is of."""
    looked_up: bool = False
    """Whether it is a row of a table that the question names by its cells and columns."""
    odds: float | None = None
    """The log-odds of being the answer that a selector gives it, if one has read it."""

    @property
    def score(self) -> float:
        told = self.meaning + COVERAGE_WEIGHT * self.covered + WEAKEST_WEIGHT * self.weakest
        named = TITLED_WEIGHT * self.titled + LOOKED_UP_WEIGHT * self.looked_up
        return told + named + CHANCE_WEIGHT * (self.odds or 0.0)

    @property
    def is_likely(self) -> bool:
        """Whether a selector thinks that it may well be the answer."""
        return self.odds is not None and self.odds > LIKELY


def rank(
    question: Question, candidates: Sequence[Candidate], vectors: Vectors, selector: AnswerSelector | None = None
) -> list[Scored]:
    """The candidates that may answer the question, best first; ties stay in the order of the evidence.

    What costs more is done for fewer: all sentences are compared alone, the best of them under their headings too,
    and only for the last few is each word of the question sought in meaning.
    """
    meant = [candidate for candidate in candidates if _is_meant(question, candidate)]
    weights = _weights(question, candidates)
    scored = _best(_compared(question, meant, weights, vectors), LONG_LIST)
    best = [one.candidate for one in scored]
    for read in (_in_place, _label):
        meanings = _meanings(question, best, [read(candidate) for candidate in best], vectors)
        scored = [replace(one, meaning=max(one.meaning, other)) for one, other in zip(scored, meanings, strict=True)]
    if selector is not None:
        scored = _with_odds(question, scored, _readings, selector)
    fit = [one for one in scored if one.looked_up or one.is_likely or _is_of_sort(question, one.candidate)]
    scored = _best(fit, SHORT_LIST)
    if selector is not None:
        scored = _with_odds(question, scored, _in_document, selector)
    vectors.of([*weights, *question.focus, *(word for one in scored for word in _said(one.candidate))])
    spoken = [_covered(question, weights, one.candidate, vectors) for one in scored]
    full = [
        replace(one, covered=covered, weakest=weakest) for one, (covered, weakest) in zip(scored, spoken, strict=True)
    ]
    told = [
        one
        for one in full
        if one.looked_up or one.is_likely or _speaks_of_it(question, weights, one.candidate, vectors)
    ]
    kept = _less_other_rows(told)
    return _best(within_bounds(question, [(one.candidate.sentence.text, one) for one in kept]), SHORT_LIST)


def _compared(
    question: Question, candidates: Sequence[Candidate], weights: dict[str, float], vectors: Vectors
) -> list[Scored]:
    """The candidates with what is cheap to know of each."""
    meanings = _meanings(question, candidates, [one.sentence.text for one in candidates], vectors)
    rows = [one.sentence.text if one.sentence.is_row else "" for one in candidates]
    return [
        Scored(one, meaning, *_covered(question, weights, one, None), _is_titled(question, one), is_sought)
        for one, meaning, is_sought in zip(candidates, meanings, looked_up(question.text, rows), strict=True)
    ]


def _speaks_of_it(question: Question, weights: dict[str, float], candidate: Candidate, vectors: Vectors) -> bool:
    """Whether a sentence means what is asked, or speaks of the thing that is asked for and of the rest."""
    return _means_asked(question, candidate, vectors) or (
        _speaks_of_focus(question, candidate, vectors)
        and speaks_of_asked(question, _spoken_parts(_asked_of(question, weights, candidate), candidate, vectors))
    )


def answering(question: Question, ranked: Sequence[Scored], judge: AnswerSelector) -> list[Scored]:
    """Those that nobody clearly denies to answer the question: neither the selector, by the odds that it gave them, nor
    the judge, who reads them by themselves and in their document.
    """
    # Of rows of tables a selector knows too little to be believed in what it denies.
    left = [one for one in ranked if one.candidate.sentence.is_row or one.odds is None or one.odds >= LEAST_ODDS]
    doubtful = [one for one in left if not one.looked_up and (one.odds is None or one.odds < NO_DOUBT)]
    sentences = [one.candidate.sentence for one in doubtful]
    chances = judge.answering(question.text, [f"{one.before} {one.text}".strip() for one in sentences])
    denied = [one for one, chance in zip(doubtful, chances, strict=True) if chance < NO_ANSWER]
    refused = {id(one) for one in denied if _within_document(question, one.candidate, judge) < NO_ANSWER}
    return _told_apart([one for one in left if id(one) not in refused])


def _less_other_rows(scored: Sequence[Scored]) -> list[Scored]:
    """Less the rows of a table of which others are looked up, whatever the readers think of them."""
    others = {
        id(row) for rows in _tables(scored) if any(row.looked_up for row in rows) for row in rows if not row.looked_up
    }
    return [one for one in scored if id(one) not in others]


def _told_apart(ranked: Sequence[Scored]) -> list[Scored]:
    """Less the rows of a table of which there are several, and none that is looked up or likely: it has no such row."""
    guessed = {
        id(row)
        for rows in _tables(ranked)
        if len(rows) > 1 and not any(row.looked_up or row.is_likely for row in rows)
        for row in rows
    }
    return [one for one in ranked if id(one) not in guessed]


def _tables(scored: Sequence[Scored]) -> list[list[Scored]]:
    """The rows among the sentences, those of each table together."""
    tables: defaultdict[tuple[str, str], list[Scored]] = defaultdict(list)
    for one in scored:
        if one.candidate.sentence.is_row:
            tables[one.candidate.evidence.hit.path, one.candidate.sentence.context].append(one)
    return list(tables.values())


def _within_document(question: Question, candidate: Candidate, judge: AnswerSelector) -> float:
    """The chance that a sentence, behind how its document opens, answers what is asked of that document."""
    # The sentence that a pronoun points back to stands here twice, as it did when the bounds were chosen.
    text = _behind_opening(candidate, f"{candidate.sentence.before} {_in_place(candidate)}".strip())
    return float(judge.answering(_asked_within(question, candidate), [text])[0])


def _with_odds(
    question: Question, scored: Sequence[Scored], readings: Callable[[Candidate], list[str]], selector: AnswerSelector
) -> list[Scored]:
    """Each with its log-odds of being the answer, in the one of all its readings so far that makes it likeliest."""
    texts = [readings(one.candidate) for one in scored]
    chances = np.clip(selector.answering(question.text, [text for some in texts for text in some]), 1e-6, 1 - 1e-6)
    odds = iter(np.clip(np.log(chances / (1 - chances)), -MOST_ODDS, MOST_ODDS).tolist())
    known = [-MOST_ODDS if one.odds is None else one.odds for one in scored]
    best = [max([least, *islice(odds, len(some))]) for least, some in zip(known, texts, strict=True)]
    return [replace(one, odds=most) for one, most in zip(scored, best, strict=True)]


def _in_document(candidate: Candidate) -> list[str]:
    """The sentence behind how its document opens, where that is known."""
    return [_behind_opening(candidate, _in_place(candidate))] if opening(candidate.evidence) else []


def _behind_opening(candidate: Candidate, text: str) -> str:
    about = " ".join(opening(candidate.evidence).split()[:OPENING])
    return f"{about}: {text}" if about else text


def _in_place(candidate: Candidate) -> str:
    return candidate.sentence.in_place


def _label(candidate: Candidate) -> str:
    """What a line of a form says is filled in there: a name or a number says nothing of what it is."""
    found = FIELD.fullmatch(candidate.sentence.text)
    return found["label"] if found else candidate.sentence.text


def _best(scored: Sequence[Scored], count: int) -> list[Scored]:
    return sorted(scored, key=lambda one: -one.score)[:count]


def _speaks_of_focus(question: Question, candidate: Candidate, vectors: Vectors) -> bool:
    focus = [word for word in question.focus if stem(word) not in question.names & candidate.title]
    if not focus:
        return True
    said = _said(candidate)
    said_stems = {stem(word) for word in said}
    parts = [_spoken_of(word, said, said_stems, frozenset(), vectors) for word in focus]
    return sum(parts) / len(parts) >= FOCUS_NEARNESS


def _is_meant(question: Question, candidate: Candidate) -> bool:
    """Whether a sentence is of a document with all names of the question, and of no other year, room or quay."""
    if candidate.sentence.heading or not question.names <= candidate.document or _is_of_another(question, candidate):
        return False
    return not question.years or bool(question.years & (years(candidate.sentence.text) or candidate.years))


def _is_of_another(question: Question, candidate: Candidate) -> bool:
    """Whether a sentence is of a thing with another number than the question gives it."""
    if not question.numbered:
        return False
    told = numbered(_in_place(candidate))
    return any(thing in told and not numbers & told[thing] for thing, numbers in question.numbered.items())


def _is_of_sort(question: Question, candidate: Candidate) -> bool:
    """Whether a sentence holds the sort of thing that is asked for."""
    sentence = candidate.sentence
    field = FIELD.fullmatch(sentence.text)
    if (
        question.asks is Asks.NUMBER
        and field
        and re.search(r"\d", field["value"])
        and set(stems(field["label"])) & set(stems(question.text))
    ):
        # Numbers of invoices and policies are no quantities.
        return True
    if question.asks is Asks.PERSON and sentence.named:
        # The names of columns, and what the question names itself, are nobody that it asks for.
        cells = COLUMN_NAME.sub(" ", sentence.text)
        told = " ".join(word for word in cells.split() if not question.names & set(stems(word)))
        return names_person(f": {told}")
    # The unit of a table's numbers may stand in its caption.
    is_counted = sentence.is_row and bool(re.search(r"\d", sentence.text))
    readings = [sentence.text, sentence.in_place] if is_counted else [sentence.text]
    return any(can_answer(question.asks, reading) for reading in readings)


def _meanings(
    question: Question, candidates: Sequence[Candidate], sentences: Sequence[str], vectors: Vectors
) -> list[float]:
    """The cosine of the question with each sentence, or of what it asks of a document whose title holds its names.

    Where the title holds all of them, a sentence that says them once more is no better for it.
    """
    within = [_asked_within(question, candidate) for candidate in candidates]
    known = vectors.of([question.text, *within, *sentences])
    asked, inside, said = known[0], known[1 : len(within) + 1], known[len(within) + 1 :]
    return [
        float(one @ other) if _is_titled(question, candidate) else max(float(one @ asked), float(one @ other))
        for candidate, one, other in zip(candidates, said, inside, strict=True)
    ]


def _means_asked(question: Question, candidate: Candidate, vectors: Vectors) -> bool:
    """Whether a sentence means what is asked, even without the names that make all sentences about a thing alike."""
    whole = float((vectors.of(_readings(candidate)) @ vectors.of([question.text])[0]).max())
    if whole >= SAME_QUESTION:
        return True
    nameless = " ".join(word for word in question.text.split() if not question.names & set(stems(word)))
    if not content_words(nameless):
        return False
    return float((vectors.of(_readings(candidate)) @ vectors.of([nameless])[0]).max()) >= SAME_MEANING


def _readings(candidate: Candidate) -> list[str]:
    """The sentence, and under its heading if it has one."""
    return list(dict.fromkeys([candidate.sentence.text, candidate.sentence.in_place]))


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


def _said(candidate: Candidate) -> list[str]:
    return content_words(candidate.sentence.in_place)


def _covered(
    question: Question, weights: dict[str, float], candidate: Candidate, vectors: Vectors | None
) -> tuple[float, float]:
    """The weighted mean and the least of how far the sentence speaks of each word, each in [0, 1]."""
    asked = _asked_of(question, weights, candidate)
    if not asked:
        return 0.0, 0.0
    parts = _spoken_parts(asked, candidate, vectors)
    mean = sum(asked[word] * part for word, part in parts.items()) / sum(asked.values())
    return mean, min(parts.values())


def _asked_of(question: Question, weights: dict[str, float], candidate: Candidate) -> dict[str, float]:
    """The weights without the names that stand in the title of a document: they say what document is asked of."""
    given = question.names & candidate.title
    return {word: weight for word, weight in weights.items() if stem(word) not in given} or weights


def _spoken_parts(words: Iterable[str], candidate: Candidate, vectors: Vectors | None) -> dict[str, float]:
    """How far the sentence speaks of each word, in [0, 1]."""
    said = _said(candidate)
    said_stems = {stem(word) for word in said}
    return {word: _spoken_of(word, said, said_stems, candidate.document, vectors) for word in words}


def _is_compound(word: str, other: str) -> bool:
    """Whether one of two words ends in the other, as `Kursgebühr` in `Gebühr`."""
    short, long = sorted((word, other), key=len)
    return len(short) >= LEAST_PART and long.endswith(short)


def _spoken_of(
    word: str, said: Sequence[str], said_stems: set[str], document: frozenset[str], vectors: Vectors | None
) -> float:
    if stem(word) in said_stems:
        return 1.0
    if any(_is_compound(word, other) for other in said):
        return COMPOUND
    near = float((vectors.of(said) @ vectors.of([word])[0]).max()) if vectors and said else 0.0
    return max(near, ELSEWHERE if stem(word) in document else 0.0)
