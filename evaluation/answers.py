"""How good answers are: what they cite, whether that bears them out, what they leave out, and when they abstain.

Citation precision and recall are measured against the sources that a person named. Claim support is what the checks of
the answer itself say, as ALCE (Gao et al. 2023) asks a model for inference: it is no second opinion. Facts are looked
up in the text of the answer, case and spacing aside.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evaluation.answer_set import Question
from evaluation.corpus import is_relevant
from evaluation.dataset import file_of
from store.records import Answer, Citation, Verdict

Ask = Callable[[str], Answer]
Locate = Callable[[Citation], str]
"""The corpus id of what a citation points to: of its page, or of its file."""


@dataclass(frozen=True, slots=True)
class Asked:
    """An answer held against its question: the corpus ids that it cites, and the facts and sources that it has."""

    question: Question
    answer: Answer
    cited: tuple[str, ...]
    facts: frozenset[str]
    sources: frozenset[str]

    @property
    def is_wrong(self) -> bool:
        """Whether something was answered that should not have been, or without any of the facts."""
        facts = self.question.facts
        return not self.answer.abstained and (not self.question.answerable or (bool(facts) and not self.facts))

    @property
    def says(self) -> tuple[bool, frozenset[str]]:
        """What must be the same however the question is asked."""
        return self.answer.abstained, self.facts


def held_against(question: Question, answer: Answer, locate: Locate) -> Asked:
    """What of the facts and sources of a question an answer has."""
    said = _plain(answer.text)
    cited = tuple(locate(citation) for citation in answer.citations)
    facts = frozenset(fact for fact in question.facts if re.search(rf"(?<!\w){re.escape(_plain(fact))}(?!\w)", said))
    sources = frozenset(source for source in question.sources if source in {*cited, *map(file_of, cited)})
    if answer.abstained:
        return Asked(question, answer, (), frozenset(), frozenset())
    return Asked(question, answer, cited, facts, sources)


def evaluate_answers(questions: Sequence[Question], ask: Ask, locate: Locate) -> tuple[list[Asked], dict[str, Any]]:
    """Asks every question and every paraphrase. The answers to the questions, and the measures over them."""
    asked = [held_against(one, ask(one.text), locate) for one in questions]
    again = [
        held_against(first.question, ask(other), locate).says == first.says
        for first in asked
        for other in first.question.paraphrases
    ]
    return asked, {**measures(asked), "consistency": _mean(again), "paraphrases": len(again)}


def measures(asked: Sequence[Asked]) -> dict[str, Any]:
    """All but consistency; a share is null where there is nothing that it could be a share of.

    `citation_precision` is the share of citations, in answers to questions that have one, that point to an expected
    source; `citation_recall` the share of expected sources that are cited, of the questions that were answered.
    `claim_support` is the share of claims that what they cite supports in full; `grounding` the share of answers of
    which every claim is so. `completeness` is the share of reference facts that are in the answers given.
    `hallucination_rate` is the share of claims that are not supported, or answer what has no answer.
    """
    answerable = [one for one in asked if one.question.answerable]
    unanswerable = [one for one in asked if not one.question.answerable]
    given = [one for one in asked if not one.answer.abstained]
    right = [one for one in answerable if not one.answer.abstained]
    claims = [(one, claim) for one in given for claim in one.answer.claims]
    return {
        "questions": len(answerable),
        "unanswerable": len(unanswerable),
        "citation_precision": _mean(
            [is_relevant(cited, dict.fromkeys(one.question.sources, 1)) for one in right for cited in one.cited]
        ),
        "citation_recall": _mean([source in one.sources for one in right for source in one.question.sources]),
        "claim_support": _mean([claim.verdict is Verdict.SUPPORTED for _, claim in claims]),
        "grounding": _mean([all(claim.verdict is Verdict.SUPPORTED for claim in one.answer.claims) for one in given]),
        "completeness": _mean([fact in one.facts for one in right for fact in one.question.facts]),
        "hallucination_rate": _mean(
            [claim.verdict is not Verdict.SUPPORTED or not one.question.answerable for one, claim in claims]
        ),
        "abstention": {
            "coverage": _mean([not one.answer.abstained for one in asked]),
            "risk": _mean([one.is_wrong for one in given]),
            "wrongly": _mean([one.answer.abstained for one in answerable]),
            "rightly": _mean([one.answer.abstained for one in unanswerable]),
        },
    }


def failures(asked: Sequence[Asked]) -> list[Mapping[str, Any]]:
    """The questions whose answer lacks a fact or a source, cites another, or should not have been given."""
    return [
        {
            "id": one.question.id,
            "question": one.question.text,
            "answer": one.answer.text,
            "cited": list(one.cited),
            "missing_facts": sorted({*one.question.facts} - one.facts),
            "missing_sources": sorted({*one.question.sources} - one.sources),
            "removed": [removed.text for removed in one.answer.removed],
        }
        for one in asked
        if _fails(one)
    ]


def _fails(one: Asked) -> bool:
    if not one.question.answerable:
        return not one.answer.abstained
    others = [cited for cited in one.cited if not is_relevant(cited, dict.fromkeys(one.question.sources, 1))]
    return bool({*one.question.facts} - one.facts or {*one.question.sources} - one.sources or others)


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"\s*\[\d+\]", "", text)).casefold()


def _mean(flags: Sequence[bool]) -> float | None:
    return sum(flags) / len(flags) if flags else None
