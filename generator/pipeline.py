"""From a question and hits to a checked answer: number, ask the model, split, check each citation, or abstain."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property, partial

from generator.assessment import Assessor
from generator.checks import exists
from generator.claims import Draft
from generator.composition import compose, is_shown, readable
from generator.conversation import standalone
from generator.counting import Counted, counted
from generator.events import Checked
from generator.evidence import file_name, is_picture, number_evidence
from generator.findings import Finding
from generator.judges import Judges
from generator.limits import AnswerLimits
from generator.safety import neutralise
from generator.stream import AnswerStream, last_answer
from generator.vectors import Vectors
from models.protocols import AnswerModel, AnswersFromImages, AnswersInDoubt, ResolvesQuestions, TextEmbedder, Turn
from store.records import Answer, Claim, Evidence, Hit, Verdict


class Generator:
    """Answers questions from hits. `embedder` serves the checks, which never ask the model that wrote the answer."""

    def __init__(
        self,
        model: AnswerModel,
        embedder: TextEmbedder,
        judges: Judges | None = None,
        limits: AnswerLimits | None = None,
    ) -> None:
        self._model = model
        self._embedder = embedder
        self._judges = judges
        self._limits = limits or AnswerLimits()

    def answer(
        self,
        question: str,
        hits: Sequence[Hit],
        *,
        history: Sequence[Turn] = (),
        keep_unsupported: bool = False,
        nothing_matches: bool = False,
    ) -> Answer:
        """A checked answer. Its text and claims cite only evidence that was shown and that supports them.

        Claims that no evidence supports are taken out and listed in `removed` with the reason, or, with
        `keep_unsupported`, stay in and are marked. Where nothing stands, the answer abstains. Raises `ModelFailed`.
        """
        return last_answer(
            self.stream(
                question, hits, history=history, keep_unsupported=keep_unsupported, nothing_matches=nothing_matches
            )
        )

    def stream(
        self,
        question: str,
        hits: Sequence[Hit],
        *,
        history: Sequence[Turn] = (),
        alone: str | None = None,
        images: Sequence[bytes] = (),
        keep_unsupported: bool = False,
        nothing_matches: bool = False,
    ) -> AnswerStream:
        """The same answer while it is made. Where the search says that nothing matches the question, only a model is
        asked that can tell by itself.

        `alone` is the question as `standalone` gave it, if it was asked; `images` (JPEG) were given with the question.
        """
        evidence = number_evidence(hits)
        asked = self.standalone(question, history) if alone is None else alone
        checker = Checker(evidence, Vectors(self._embedder), self._judges)
        return AnswerStream(
            evidence,
            self._writer(asked, images, evidence, nothing_matches) if evidence else None,
            checker.check,
            lambda each: readable(each.claim) if is_shown(each.claim, keep_unsupported) else "",
            lambda checked: compose(
                question,
                checked,
                evidence,
                keep_unsupported=keep_unsupported,
                nothing_matches=nothing_matches,
            ),
            self._limits,
        )

    def standalone(self, question: str, history: Sequence[Turn]) -> str:
        """The question with what it leans on in the conversation, to be searched for."""
        if isinstance(self._model, ResolvesQuestions):
            return self._model.standalone(question, history)
        return standalone(question, history)

    def _writer(
        self, asked: str, images: Sequence[bytes], evidence: Sequence[Evidence], nothing_matches: bool
    ) -> Callable[[], Iterator[str]] | None:
        """What has the model write; nothing where it is not to be asked."""
        model = self._model
        if nothing_matches:
            return partial(model.answer_in_doubt, asked, evidence) if isinstance(model, AnswersInDoubt) else None
        # The question stands alone: what was said before cannot lead the model away from the evidence.
        if images and isinstance(model, AnswersFromImages):
            return partial(model.answer_with_images, asked, images, evidence, ())
        return partial(model.answer, asked, evidence, ())


class Checker:
    """Checks the claims of one answer, as many at a time as there are. The evidence is read when it is first needed."""

    def __init__(self, evidence: Sequence[Evidence], vectors: Vectors, judges: Judges | None = None) -> None:
        self._evidence = evidence
        self._vectors = vectors
        self._judges = judges

    @cached_property
    def _assessor(self) -> Assessor:
        return Assessor(self._evidence, self._vectors, self._judges)

    def check(self, drafts: Sequence[Draft]) -> list[Checked]:
        """Each draft as a checked claim, harmless to show, in order. A draft without a word is left out."""
        safe = [replace(draft, text=neutralise(draft.text)) for draft in drafts]
        worded = [draft for draft in safe if re.search(r"\w", draft.text)]
        self._assessor.prepare([(draft.text, _cited(draft, self._evidence) or self._evidence) for draft in worded])
        return [_check(draft, self._evidence, self._assessor) for draft in worded]


def check(
    drafts: Sequence[Draft], evidence: Sequence[Evidence], vectors: Vectors, judges: Judges | None = None
) -> list[Checked]:
    """Each draft as a checked claim, as `Checker` does."""
    return Checker(evidence, vectors, judges).check(drafts)


def _cited(draft: Draft, evidence: Sequence[Evidence]) -> list[Evidence]:
    return [piece for piece in evidence if piece.number in draft.citations]


def _check(draft: Draft, evidence: Sequence[Evidence], assessor: Assessor) -> Checked:
    """The claim with the citations that hold. One that cites nothing, or wrongly, gets the one that supports it."""
    cited = _cited(draft, evidence)
    # Text may tell of photographs too.
    if (count := counted(draft.text)) and (not cited or any(map(is_picture, cited))):
        return _checked(draft, _each_shows(count, cited, assessor), f"it takes {count.number} pictures that show this")
    findings = {piece.number: assessor.assess(draft.text, [piece]) for piece in cited}
    standing = {number: found for number, found in findings.items() if found.verdict is not Verdict.UNSUPPORTED}
    together = assessor.assess(draft.text, cited)
    # What the nearest of the cited denies is not so because another speaks of something like it.
    if not together.contradicted and any(found.verdict is Verdict.SUPPORTED for found in standing.values()):
        return _checked(draft, standing)
    joint = {number: replace(together, quote=one.quote) for number, one in findings.items()}
    if together.verdict is Verdict.SUPPORTED:
        return _checked(draft, joint)
    others = assessor.likeliest(draft.text, [piece for piece in evidence if piece not in cited])
    supporting = _supporting(draft, cited, others, assessor)
    if together.contradicted:
        return _checked(draft, supporting or joint)
    return _checked(draft, supporting or standing or findings, _unknown(draft, evidence))


def _each_shows(count: Counted, cited: Sequence[Evidence], assessor: Assessor) -> dict[int, Finding]:
    """The finding on each picture that is counted; nothing unless each shows it, and they are as many as it says."""
    if len(cited) != count.number or not all(map(is_picture, cited)):
        return {}
    findings = {
        piece.number: assessor.assess(f"\u201c{file_name(piece)}\u201d shows {count.subject}.", [piece])
        for piece in cited
    }
    return findings if all(one.verdict is Verdict.SUPPORTED for one in findings.values()) else {}


def _unknown(draft: Draft, evidence: Sequence[Evidence]) -> str:
    """Why a claim falls that cites nothing that was shown."""
    shown = {piece.number for piece in evidence}
    problems = (problem for number in draft.citations if (problem := exists(number, shown)))
    return next(problems, "no evidence is cited, and none that was shown supports it")


def _supporting(
    draft: Draft, cited: Sequence[Evidence], others: Sequence[Evidence], assessor: Assessor
) -> dict[int, Finding]:
    """The one evidence that supports a claim best, though the cited be heard too; or nothing."""
    findings = {piece.number: assessor.assess(draft.text, [piece]) for piece in others}
    supporting = [piece for piece in others if findings[piece.number].verdict is Verdict.SUPPORTED]
    best = max(supporting, key=lambda piece: findings[piece.number].support, default=None)
    if best is None or assessor.assess(draft.text, [*cited, best]).contradicted:
        return {}
    return {best.number: findings[best.number]}


def _checked(draft: Draft, findings: dict[int, Finding], unknown: str = "") -> Checked:
    """The claim with the verdict of the strongest of the findings; unsupported where there is none."""
    nothing = Finding(Verdict.UNSUPPORTED, 0.0, unknown)
    strongest = max(
        findings.values(), key=lambda found: (found.verdict is Verdict.SUPPORTED, found.support), default=nothing
    )
    claim = Claim(draft.text, tuple(findings), strongest.verdict, strongest.support, strongest.reason)
    return Checked(claim, {number: found.quote for number, found in findings.items()})
