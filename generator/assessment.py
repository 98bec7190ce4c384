"""Whether evidence supports a claim: the single checks, and the likeness of the claim to its nearest sentences.

The bars were set on the `tune` half of tests/generator/data/claims.jsonl; the `test` half is asserted. What is not
seen here: parts exchanged within one sentence ("the tenant pays the landlord" for "the landlord pays the tenant").
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from generator.checks import colors, names, numbers, polarity, quotation, speaks_of
from generator.evidence import file_name, is_picture, whole_text
from generator.places import GAP
from generator.safety import neutralise
from generator.sentences import Sentence, item_sentences, read_sentences
from generator.vectors import Vectors
from generator.words import comparable, coverage, stems
from store.records import Evidence, Verdict

SUPPORTED = 0.58
PARTIAL = 0.45
"""Support from which a claim is supported, and from which it is so in part."""
LONGEST_CLAIM = 600
"""Characters; in a longer claim a falsehood would drown among words that are in the evidence."""
LIKELY = 4
"""Sentences of an evidence, those with the most words of the claim, that are compared with it in meaning."""
WORTH_ADDING = 0.15
"""What a second sentence must add to the share of words found, to be leaned on beside the first."""
FEWEST_REPEATED = 4
"""Words that a claim must have for its standing somewhere in the evidence to say anything."""
PICTURE_NAME = re.compile(r"^(?:In )?\u201c[^\u201d]+\u201d(?:, | shows )")


@dataclass(frozen=True, slots=True)
class Finding:
    """What evidence says of a claim: verdict, support in [0, 1], why, and the exact words leaned on."""

    verdict: Verdict
    support: float
    reason: str
    quote: str = ""


@dataclass(frozen=True, slots=True)
class Stated:
    """A sentence of the evidence, its words in place (with heading), and the stems of these."""

    sentence: Sentence
    text: str
    stems: frozenset[str]


@dataclass(frozen=True, slots=True)
class Basis:
    """The one or two sentences that a claim leans on, how far they support it, and the share of its words in them."""

    stated: tuple[Stated, ...]
    support: float
    covered: float

    @property
    def quote(self) -> str:
        return GAP.join(stated.sentence.quote for stated in self.stated)

    @property
    def text(self) -> str:
        return " ".join(stated.text for stated in self.stated)


class Assessor:
    """Assesses claims against the evidence of one request, which is read once."""

    def __init__(self, evidence: Sequence[Evidence], vectors: Vectors) -> None:
        self._vectors = vectors
        self._stated = {piece.number: _stated(piece) for piece in evidence}

    def prepare(self, claims: Sequence[tuple[str, Sequence[Evidence]]]) -> None:
        """Encodes in one batch what `assess` will compare for these claims and the evidence that each cites."""
        texts = [
            text
            for claim, cited in claims
            for piece in cited
            if len(claim) <= LONGEST_CLAIM and self._verbatim(claim, [piece]) is None
            for text in (claim, *(stated.text for stated in self._likely(claim, [piece])))
        ]
        if texts:
            self._vectors.of(texts)

    def assess(self, claim: str, cited: Sequence[Evidence]) -> Finding:
        """What the cited evidence, taken together, says of the claim."""
        verbatim = self._verbatim(claim, cited)
        if verbatim is not None:
            return Finding(Verdict.SUPPORTED, 1.0, "the words stand in the evidence", verbatim)
        if len(claim) > LONGEST_CLAIM:
            return Finding(Verdict.UNSUPPORTED, 0.0, "it is too long to be checked as one sentence")
        everything = "\n".join(map(whole_text, cited))
        for test in (quotation, numbers, names, colors):
            if problem := test(claim, everything):
                return Finding(Verdict.UNSUPPORTED, 0.0, problem)
        basis = self._basis(claim, cited)
        if problem := polarity(claim, " ".join(stated.sentence.text for stated in basis.stated)):
            return Finding(Verdict.UNSUPPORTED, 0.0, problem, basis.quote)
        return _weighed(claim, cited, basis)

    def _verbatim(self, claim: str, cited: Sequence[Evidence]) -> str | None:
        """The words of the evidence that the claim repeats whole, or None."""
        core, named = _plain(claim), PICTURE_NAME.match(claim)
        for piece in cited:
            if named and f"\u201c{file_name(piece)}\u201d" not in named.group():
                continue
            for stated in self._stated[piece.number]:
                if core and core in (_plain(stated.sentence.text), _plain(stated.sentence.quote)):
                    return stated.sentence.quote
        return None

    def _likely(self, claim: str, cited: Sequence[Evidence]) -> list[Stated]:
        wanted = speaks_of(PICTURE_NAME.sub("", claim))
        stated = chain.from_iterable(self._stated[piece.number] for piece in cited)
        return sorted(stated, key=lambda one: -coverage(wanted, one.stems))[:LIKELY]

    def _basis(self, claim: str, cited: Sequence[Evidence]) -> Basis:
        wanted, likely = speaks_of(PICTURE_NAME.sub("", claim)), self._likely(claim, cited)
        if not likely or not wanted:
            return Basis((), 0.0, 0.0)
        texts = [stated.text for stated in likely]
        self._vectors.of([claim, *texts])
        alike = [float(cosine) for cosine in self._vectors.of(texts) @ self._vectors.of([claim])[0]]
        best = max(range(len(likely)), key=lambda at: alike[at] + coverage(wanted, likely[at].stems))
        chosen = [best, *_second(wanted, likely, best)]
        covered = coverage(wanted, chain.from_iterable(likely[at].stems for at in chosen))
        repeated = any(_repeats(claim, piece) for piece in cited)
        support = 1.0 if repeated else (max(alike[at] for at in chosen) + covered) / 2
        return Basis(tuple(likely[at] for at in chosen), min(1.0, max(0.0, support)), covered)


def _weighed(claim: str, cited: Sequence[Evidence], basis: Basis) -> Finding:
    """The verdict on a claim with which no single check found a fault."""
    support = round(basis.support, 4)
    # A description is a few words long: one that is missing ("cat" for "dog") makes it another picture.
    missing = basis.covered < 1.0 and all(map(is_picture, cited))
    if support < PARTIAL or missing:
        return Finding(Verdict.UNSUPPORTED, support, "the cited evidence does not say this", basis.quote)
    if scattered := numbers(claim, f"{basis.text} {' '.join(map(file_name, cited))}"):
        reason = f"{scattered}, not where it says the rest".replace("does not stand in", "stands elsewhere in")
        return Finding(Verdict.PARTIAL, support, reason, basis.quote)
    if support < SUPPORTED:
        return Finding(Verdict.PARTIAL, support, "the cited evidence says this only in part", basis.quote)
    return Finding(Verdict.SUPPORTED, support, "the evidence says so in other words", basis.quote)


def _stated(evidence: Evidence) -> list[Stated]:
    """The sentences of the description and of the text."""
    item = evidence.hit.item
    return [
        Stated(sentence, sentence.in_place, frozenset(stems(sentence.in_place)))
        for sentence in read_sentences(item.description) + item_sentences(item)
    ]


def _plain(text: str) -> str:
    return comparable(PICTURE_NAME.sub("", neutralise(text))).rstrip(".!?;:, ")


def _repeats(claim: str, evidence: Evidence) -> bool:
    """Whether the claim stands in the evidence word for word, though not as one sentence as we cut them."""
    core = _plain(claim)
    return len(core.split()) >= FEWEST_REPEATED and core in comparable(neutralise(whole_text(evidence)))


def _second(wanted: set[str], likely: Sequence[Stated], best: int) -> list[int]:
    """The sentence that adds the most words of the claim to the best one, where it adds enough."""
    base = likely[best].stems
    # Two rows of a table mixed would give the number of the one to the name of the other.
    row = likely[best].sentence.is_row
    others = [at for at in range(len(likely)) if at != best and not (row and likely[at].sentence.is_row)]
    most = max(others, key=lambda at: coverage(wanted, base | likely[at].stems), default=best)
    gained = coverage(wanted, base | likely[most].stems) - coverage(wanted, base)
    return [most] if gained >= WORTH_ADDING else []
