"""Whether evidence supports a claim: each statement of the claim is held against the sentences that come nearest.

A statement that the evidence contradicts sinks the claim; one of which it says nothing leaves the rest supported in
part. How likely a statement is supported that nothing contradicts is learned (`support.py`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

from generator import checks
from generator.basis import Basis, Material, basis, likely
from generator.evidence import PICTURES, file_name, is_picture
from generator.excerpt import excerpt
from generator.findings import IN_PART, NOT_SAID, SAID, Finding, with_agreement, with_entailment
from generator.judges import Judges
from generator.places import GAP
from generator.quantities import Quantity, pool
from generator.reading import Reading, read
from generator.safety import neutralise
from generator.statements import Statement, statements
from generator.support import Features, probability
from generator.vectors import Vectors
from generator.weighing import Signals, weighed
from generator.words import comparable
from store.records import Evidence, Vector, Verdict

SUPPORTED = 0.5
"""Probability of support from which a statement is supported."""
MOSTLY = 0.65
"""The share of its words, and of those that tell what is said, from which a statement is supported in part."""
SEEN = 0.75
PERHAPS_SEEN = 0.6
"""The probability from which a picture is seen to show what is said of it, and from which it may."""
LONGEST_CLAIM = 600
"""Characters; in a longer claim a falsehood would drown among words that are in the evidence."""
ABOUT_IT = 0.5
"""The share of a statement's words that a sentence must hold to contradict it, not to speak of something else."""
ASKED = 2
"""Evidences that a claim does not cite which are asked about it."""
PICTURE_NAME = re.compile(r"^(?:In )?\u201c[^\u201d]+\u201d(?:, | shows )")


Asked = tuple[str, tuple[int, ...]]
"""A claim, and the numbers of the evidence that it is held against."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """A statement held against the evidence: what contradicts it or is missing, or how likely it is supported."""

    support: float
    quote: str = ""
    contradicted: str = ""
    missing: str = ""
    mostly: bool = False
    features: Features | None = None


class Assessor:
    """Assesses claims against the evidence of one request, which is read once."""

    def __init__(self, evidence: Sequence[Evidence], vectors: Vectors, judges: Judges | None = None) -> None:
        self._vectors = vectors
        self._judges = judges or Judges()
        self._readings = {piece.number: read(piece) for piece in evidence}
        self._materials: dict[tuple[int, ...], Material] = {}
        self._excerpts: dict[Asked, str] = {}
        self._settled: dict[Asked, Finding | None] = {}
        self._findings: dict[Asked, Finding] = {}
        self._told: dict[tuple[str, str], Vector] = {}
        self._judged: dict[Asked, list[Judgement]] = {}

    def prepare(self, claims: Sequence[tuple[str, Sequence[Evidence]]]) -> None:
        """Encodes and reads in one batch each what `assess` will need for these claims and the evidence each cites.

        The claim reader reads while the sentences are encoded and the rules are applied to them.
        """
        unsettled = [(claim, cited) for claim, cited in claims if self.settled(claim, cited) is None]
        of_text = [(claim, cited) for claim, cited in unsettled if not _with_vectors(cited)]
        if self._judges.reader is not None and of_text:
            pairs = [(self._excerpt(claim, cited), claim) for claim, cited in of_text]
            with ThreadPoolExecutor(1, thread_name_prefix="claims read") as reading:
                read = reading.submit(self._read, pairs)
                self._judge_all(unsettled)
                read.result()
        else:
            self._judge_all(unsettled)
        of_pictures = [PICTURE_NAME.sub("", claim) for claim, cited in claims if _with_vectors(cited)]
        if self._judges.sight is not None and of_pictures:
            self._judges.sight.prepare(of_pictures)

    def _judge_all(self, claims: Sequence[tuple[str, Sequence[Evidence]]]) -> None:
        """Holds the statements of claims against the evidence that each cites, all encoded in one batch."""
        texts = [
            text
            for claim, cited in claims
            for said in claim_statements(claim)
            for text in (said.text, *(one.text for _, one in likely(said, self._material(cited))))
        ]
        if texts:
            self._vectors.of(texts)
        for claim, cited in claims:
            self._judgements(claim, cited)

    def _judgements(self, claim: str, cited: Sequence[Evidence]) -> list[Judgement]:
        asked = _asked(claim, cited)
        if asked not in self._judged:
            self._judged[asked] = [self.judge(said, claim, cited) for said in claim_statements(claim)]
        return self._judged[asked]

    def assess(self, claim: str, cited: Sequence[Evidence]) -> Finding:
        """What the cited evidence, taken together, says of the claim."""
        asked = _asked(claim, cited)
        if asked not in self._findings:
            self._findings[asked] = self._assess(claim, cited)
        return self._findings[asked]

    def likeliest(self, claim: str, among: Sequence[Evidence]) -> list[Evidence]:
        """The few of them that hold the most words of the claim, which are worth being asked about it."""
        wanted = frozenset(chain.from_iterable(said.lemmas for said in claim_statements(claim)))
        held = {piece.number: len(wanted & self._readings[piece.number].lemmas) for piece in among}
        worth = [piece for piece in among if 2 * held[piece.number] >= len(wanted)]
        return sorted(worth, key=lambda piece: -held[piece.number])[:ASKED]

    def settled(self, claim: str, cited: Sequence[Evidence]) -> Finding | None:
        """What is found at once, without a look at single statements; None where that takes more."""
        asked = _asked(claim, cited)
        if asked not in self._settled:
            self._settled[asked] = self._settle(claim, cited)
        return self._settled[asked]

    def _settle(self, claim: str, cited: Sequence[Evidence]) -> Finding | None:
        verbatim = self._verbatim(claim, cited)
        if verbatim is not None:
            return Finding(Verdict.SUPPORTED, 1.0, "the words stand in the evidence", verbatim)
        if len(claim) > LONGEST_CLAIM:
            return Finding(Verdict.UNSUPPORTED, 0.0, "it is too long to be checked as one sentence")
        everything = "\n".join(self._readings[piece.number].text for piece in cited)
        if problem := checks.quotation(claim, everything):
            return Finding(Verdict.UNSUPPORTED, 0.0, problem)
        return None

    def _assess(self, claim: str, cited: Sequence[Evidence]) -> Finding:
        if settled := self.settled(claim, cited):
            return settled
        judged = self._judgements(claim, cited)
        found = self._weighed(claim, cited, judged, combined(judged))
        return self._heard(claim, cited, self._seen(claim, cited, found))

    def signals(self, claim: str, cited: Sequence[Evidence], judged: Sequence[Judgement], found: Finding) -> Signals:
        """What the rules found of a claim, and what the claim reader says of it."""
        text = self._excerpt(claim, cited)
        self._read([(text, claim)])
        weakest = min((one.support for one in judged), default=0.0)
        missing = any(one.missing for one in judged)
        return Signals.of(found, weakest, missing, claim, text, self._told[text, claim])

    def _weighed(self, claim: str, cited: Sequence[Evidence], judged: Sequence[Judgement], found: Finding) -> Finding:
        """The finding of the rules after the claim reader was heard.

        It is not asked of pictures that can be looked at: what a describer says of them may be a guess.
        """
        if self._judges.reader is None or not judged or _with_vectors(cited) or not self._excerpt(claim, cited):
            return found
        return weighed(found, self.signals(claim, cited, judged, found))

    def _excerpt(self, claim: str, cited: Sequence[Evidence]) -> str:
        asked = _asked(claim, cited)
        if asked not in self._excerpts:
            self._excerpts[asked] = excerpt(claim_statements(claim), self._material(cited))
        return self._excerpts[asked]

    def _read(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Has the claim reader read the pairs of text and claim that it has not read before."""
        new = [pair for pair in dict.fromkeys(pairs) if pair[0] and pair not in self._told]
        if self._judges.reader is not None and new:
            self._told.update(zip(new, self._judges.reader.read(new), strict=True))

    def _heard(self, claim: str, cited: Sequence[Evidence], found: Finding) -> Finding:
        """The finding after the models have been heard that were asked for."""
        if self._judges.entailment is not None and found.quote:
            found = with_entailment(found, self._judges.entailment.judge([(found.quote, claim)])[0])
        pictures = [piece for piece in cited if piece.hit.item.kind in PICTURES]
        if self._judges.witness is not None and len(pictures) == 1 and len(cited) == 1:
            found = with_agreement(found, self._judges.witness.judge(claim, pictures[0]))
        return found

    def _seen(self, claim: str, cited: Sequence[Evidence], found: Finding) -> Finding:
        """The finding from the description, corrected by how the pictures look, which shows no names."""
        vectors = _with_vectors(cited)
        if self._judges.sight is None or not vectors or found.contradicted or found.verdict is Verdict.SUPPORTED:
            return found
        said = PICTURE_NAME.sub("", claim)
        seen = round(max(self._judges.sight.probability(said, vector) for vector in vectors), 4)
        if seen >= SEEN and not any(word.is_name for one in claim_statements(claim) for word in one.words):
            return Finding(Verdict.SUPPORTED, seen, "the picture looks like what is said", found.quote)
        if found.verdict is Verdict.UNSUPPORTED and seen >= PERHAPS_SEEN:
            return Finding(Verdict.PARTIAL, seen, "the picture may show this", found.quote)
        return found

    def judge(self, said: Statement, claim: str, cited: Sequence[Evidence]) -> Judgement:
        """One statement of the claim, held against the sentence of the cited evidence that comes nearest."""
        found = basis(said, self._material(cited), self._vectors)
        readings = [self._readings[piece.number] for piece in cited]
        if found is None:
            return Judgement(0.0, missing=NOT_SAID)
        if problem := contradiction(said, claim, found, readings):
            return Judgement(0.0, found.quote, contradicted=problem)
        missing = lacking(said, claim, found, readings, [file_name(piece) for piece in cited])
        features = Features.of(found, bool(missing))
        # A number that is not there is no matter of likelihood.
        support = min(probability(features), 0.99 * SUPPORTED) if missing else probability(features)
        return Judgement(support, found.quote, "", missing, is_mostly_said(found), features)

    def _material(self, cited: Sequence[Evidence]) -> Material:
        numbers = tuple(piece.number for piece in cited)
        if numbers not in self._materials:
            self._materials[numbers] = Material([self._readings[number] for number in numbers])
        return self._materials[numbers]

    def _verbatim(self, claim: str, cited: Sequence[Evidence]) -> str | None:
        """The words of the evidence that the claim repeats whole, or None."""
        core, named = _plain(claim), PICTURE_NAME.match(claim)
        for piece in cited:
            if named and f"\u201c{file_name(piece)}\u201d" not in named.group():
                continue
            reading = self._readings[piece.number]
            for stated in reading.stated:
                if core and core in (_plain(stated.sentence.text), _plain(stated.sentence.quote)):
                    return stated.sentence.quote
        return None


def _asked(claim: str, cited: Sequence[Evidence]) -> Asked:
    return claim, tuple(piece.number for piece in cited)


def _with_vectors(cited: Sequence[Evidence]) -> list[Vector]:
    """The image vectors of the pictures among the cited."""
    return [vector for one in cited if (vector := one.hit.item.image_vector) is not None and is_picture(one)]


def is_mostly_said(found: Basis) -> bool:
    """Whether a sentence says most of a statement, and nothing else in the place of the rest."""
    return found.told >= MOSTLY and found.whole.covered >= MOSTLY and not found.rivals


def combined(judged: Sequence[Judgement]) -> Finding:
    """The verdict on a claim of which each statement was judged."""
    quote = GAP.join(dict.fromkeys(one.quote for one in judged if one.quote))
    contradicted = next((one.contradicted for one in judged if one.contradicted), "")
    if contradicted or not judged:
        return Finding(Verdict.UNSUPPORTED, 0.0, contradicted or "it claims nothing", quote, contradicted=True)
    weakest = min(judged, key=lambda one: one.support)
    mean = round(sum(one.support for one in judged) / len(judged), 4)
    missing = next((one.missing for one in judged if one.missing), "")
    if weakest.support >= SUPPORTED:
        return Finding(Verdict.SUPPORTED, mean, SAID, quote)
    if any(one.mostly or one.support >= SUPPORTED for one in judged):
        return Finding(Verdict.PARTIAL, mean, missing or IN_PART, quote)
    return Finding(Verdict.UNSUPPORTED, mean, missing or NOT_SAID, quote)


def contradiction(said: Statement, claim: str, basis: Basis, readings: Sequence[Reading]) -> str | None:
    """What in the evidence is at odds with the statement; None where nothing is."""
    if basis.whole.covered < ABOUT_IT:
        return None
    stated, chosen = basis.stated, basis.chosen
    if stated.sentence.is_row and (problem := checks.cells(stated.sentence.text, said.quantities, claim)):
        return problem
    for problem in (
        wrong_number(said, claim, basis, readings),
        checks.denial(said, chosen, basis.here, basis.parts),
        checks.price(said, chosen),
        checks.scope(said, chosen),
        checks.siblings(basis.here),
        checks.stranger(said, stated.words, {word.lemma for word in stated.before}),
        checks.parties(said, chosen, basis.parts),
        checks.subjects(said, chosen, basis.parts),
        checks.roles(said, chosen),
        checks.agent(said, chosen),
        checks.instead(basis.rivals, basis.displaced),
    ):
        if problem:
            return problem
    return None


def wrong_number(said: Statement, claim: str, basis: Basis, readings: Sequence[Reading]) -> str | None:
    """A number of the statement that its sentence does not hold, where it holds another of that measure."""
    rows = sum(reading.rows for reading in readings)
    sentence = basis.stated.sentence.text
    for figure in checks.numbers(said.quantities, basis.stated.pool, claim, rows, sentence):
        other = checks.rival(figure, said.text, basis.stated.pool, sentence)
        if other is not None:
            return f"\u201c{figure.text}\u201d is not in the evidence, which says \u201c{other.text}\u201d"
    return None


def lacking(said: Statement, claim: str, basis: Basis, readings: Sequence[Reading], files: Sequence[str]) -> str:
    """What the statement names that the evidence does not; empty where nothing is lacking."""
    available = basis.stated.pool + pool(f"{basis.stated.sentence.before} {' '.join(files)}")
    rows = sum(reading.rows for reading in readings)
    figures = checks.numbers(said.quantities, available, claim, rows, basis.stated.sentence.text)
    if figures:
        everywhere: list[Quantity] = [quantity for reading in readings for quantity in pool(reading.text)]
        elsewhere = figures[0].stands_in(everywhere)
        where = (
            "stands elsewhere in the cited evidence, not where it says the rest"
            if elsewhere
            else ("does not stand in the cited evidence")
        )
        return f"\u201c{figures[0].text}\u201d {where}"
    unknown = checks.names(said.words, frozenset(chain.from_iterable(reading.words for reading in readings)))
    if unknown:
        return f"the name \u201c{unknown[0].text}\u201d does not stand in the cited evidence"
    return ""


@lru_cache(maxsize=256)
def claim_statements(claim: str) -> tuple[Statement, ...]:
    """The statements of a claim; one with a single word is said together with the one before it."""
    found: list[Statement] = []
    for one in statements(PICTURE_NAME.sub("", claim)):
        small = len(one.words) + len(one.quantities) < 2 and not one.says_more
        if found and small and one.denied == found[-1].denied:
            last = found.pop()
            one = Statement(last.text + one.text, last.words + one.words, last.quantities + one.quantities, last.denied)
        found.append(one)
    return tuple(found)


@lru_cache(maxsize=4096)
def _plain(text: str) -> str:
    return comparable(PICTURE_NAME.sub("", neutralise(text))).rstrip(".!?;:, ")
