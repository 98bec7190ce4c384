"""From a question and hits to a checked answer: number, ask the model, split, check each citation, or abstain."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from generator.abstention import abstention
from generator.assessment import Assessor, Finding
from generator.checks import exists
from generator.claims import Draft, split_claims
from generator.evidence import number_evidence
from generator.places import GAP, quote_boxes
from generator.safety import neutralise, without_controls
from generator.vectors import Vectors
from generator.words import coverage, stems
from models.protocols import AnswerModel, TextEmbedder, Turn
from store.records import Answer, Citation, Claim, Evidence, Hit, Removed, Verdict

LONGEST_ANSWER = 20_000
"""Characters of a model's answer that are read. A model that does not stop must not hold the request."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A claim after its check, and for each number it cites the words leaned on."""

    claim: Claim
    quotes: dict[int, str]


class Generator:
    """Answers questions from hits. `embedder` serves the checks, which never ask the model that wrote the answer."""

    def __init__(self, model: AnswerModel, embedder: TextEmbedder) -> None:
        self._model = model
        self._embedder = embedder

    def answer(
        self, question: str, hits: Sequence[Hit], *, history: Sequence[Turn] = (), keep_unsupported: bool = False
    ) -> Answer:
        """A checked answer. Its text and claims cite only evidence that was shown and that supports them.

        Claims that no evidence supports are taken out and listed in `removed` with the reason, or, with
        `keep_unsupported`, stay in and are marked. Where nothing stands, the answer abstains.
        """
        evidence = number_evidence(hits)
        text = self._written(question, evidence, history) if evidence else ""
        checked = check(split_claims(text), evidence, Vectors(self._embedder))
        standing = [each for each in checked if each.claim.verdict is not Verdict.UNSUPPORTED]
        fallen = [each.claim for each in checked if each.claim.verdict is Verdict.UNSUPPORTED]
        shown = checked if keep_unsupported else standing
        removed = () if keep_unsupported else tuple(Removed(claim.text, claim.reason) for claim in fallen)
        if not shown:
            return Answer(question, abstention(question, evidence), (), (), removed, abstained=True)
        claims = tuple(each.claim for each in shown)
        return Answer(
            question,
            " ".join(map(_readable, claims)),
            claims,
            _citations(question, shown, evidence),
            removed,
            abstained=False,
        )

    def _written(self, question: str, evidence: Sequence[Evidence], history: Sequence[Turn]) -> str:
        text = ""
        for piece in self._model.answer(question, evidence, history):
            text += piece
            if len(text) >= LONGEST_ANSWER:
                break
        return without_controls(text[:LONGEST_ANSWER])


def check(drafts: Sequence[Draft], evidence: Sequence[Evidence], vectors: Vectors) -> list[Checked]:
    """Each draft as a checked claim, harmless to show, in order. A draft without a word is left out."""
    safe = [replace(draft, text=neutralise(draft.text)) for draft in drafts]
    worded = [draft for draft in safe if re.search(r"\w", draft.text)]
    assessor = Assessor(evidence, vectors)
    assessor.prepare([(draft.text, _cited(draft, evidence) or evidence) for draft in worded])
    return [_check(draft, evidence, assessor) for draft in worded]


def _cited(draft: Draft, evidence: Sequence[Evidence]) -> list[Evidence]:
    return [piece for piece in evidence if piece.number in draft.citations]


def _check(draft: Draft, evidence: Sequence[Evidence], assessor: Assessor) -> Checked:
    """The claim with the citations that hold. One that cites nothing, or wrongly, gets the one that supports it."""
    cited = _cited(draft, evidence)
    findings = {piece.number: assessor.assess(draft.text, [piece]) for piece in cited}
    standing = {number: found for number, found in findings.items() if found.verdict is not Verdict.UNSUPPORTED}
    if any(found.verdict is Verdict.SUPPORTED for found in standing.values()):
        return _checked(draft, standing)
    if len(cited) > 1:
        together = assessor.assess(draft.text, cited)
        if together.verdict is Verdict.SUPPORTED:
            return _checked(draft, {number: replace(together, quote=one.quote) for number, one in findings.items()})
    others = [piece for piece in evidence if piece not in cited]
    return _checked(draft, _supporting(draft, others, assessor) or standing or findings, _unknown(draft, evidence))


def _unknown(draft: Draft, evidence: Sequence[Evidence]) -> str:
    """Why a claim falls that cites nothing that was shown."""
    shown = {piece.number for piece in evidence}
    problems = (problem for number in draft.citations if (problem := exists(number, shown)))
    return next(problems, "no evidence is cited, and none that was shown supports it")


def _supporting(draft: Draft, evidence: Sequence[Evidence], assessor: Assessor) -> dict[int, Finding]:
    """The one evidence that supports a claim best; or nothing."""
    findings = {piece.number: assessor.assess(draft.text, [piece]) for piece in evidence}
    supporting = [number for number, found in findings.items() if found.verdict is Verdict.SUPPORTED]
    best = max(supporting, key=lambda number: findings[number].support, default=None)
    return {} if best is None else {best: findings[best]}


def _checked(draft: Draft, findings: dict[int, Finding], unknown: str = "") -> Checked:
    """The claim with the verdict of the strongest of the findings; unsupported where there is none."""
    nothing = Finding(Verdict.UNSUPPORTED, 0.0, unknown)
    strongest = max(
        findings.values(), key=lambda found: (found.verdict is Verdict.SUPPORTED, found.support), default=nothing
    )
    claim = Claim(draft.text, tuple(findings), strongest.verdict, strongest.support, strongest.reason)
    return Checked(claim, {number: found.quote for number, found in findings.items()})


def _citations(question: str, shown: Sequence[Checked], evidence: Sequence[Evidence]) -> tuple[Citation, ...]:
    quotes: dict[int, list[str]] = {}
    for each in shown:
        for number, quote in each.quotes.items():
            known = quotes.setdefault(number, [])
            if quote and quote not in known:
                known.append(quote)
    return tuple(_citation(question, piece, quotes[piece.number]) for piece in evidence if piece.number in quotes)


def _citation(question: str, evidence: Evidence, quotes: Sequence[str]) -> Citation:
    """The quotes with their places, first that which speaks of the most that was asked: others lead up to it."""
    asked = set(stems(question))
    pieces = [piece for quote in quotes for piece in quote.split(GAP)]
    bearing = sorted(pieces, key=lambda piece: -coverage(asked, stems(piece)))
    places = (box for piece in bearing for box in quote_boxes(evidence.hit.item, piece))
    return Citation(evidence, GAP.join(quotes), tuple(dict.fromkeys(places)))


def _readable(claim: Claim) -> str:
    """The claim with its numbers before the full stop, and a mark where no evidence supports it."""
    body, stop = (claim.text[:-1], claim.text[-1]) if claim.text[-1] in ".!?" else (claim.text, "")
    markers = "".join(f"[{number}]" for number in claim.citations)
    mark = f" (not supported: {claim.reason})" if claim.verdict is Verdict.UNSUPPORTED else ""
    # A bracket behind a marker would make a Markdown link of it, hence the blank.
    return f"{body}{' ' if markers else ''}{markers}{mark}{stop}"
