"""Whether evidence supports a claim: the measured cases, and the verdicts with their reasons."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from generator.assessment import Assessor
from generator.findings import Finding
from generator.vectors import Vectors
from models.protocols import TextEmbedder
from store.records import Evidence, Verdict

MakeEvidence = Callable[..., Evidence]

CASES = [json.loads(line) for line in (Path(__file__).parent / "data/claims.jsonl").read_text().splitlines()]


def assess(claim: str, evidence: Evidence, minilm: TextEmbedder) -> Finding:
    return Assessor([evidence], Vectors(minilm)).assess(claim, [evidence])


@pytest.mark.parametrize("split", ["tune", "test"])
def test_claims_that_hold_are_kept_and_others_fall(split: str, minilm: TextEmbedder, passage: MakeEvidence) -> None:
    cases = [case for case in CASES if case["split"] == split]
    wrong = [
        (case["claim"], assess(case["claim"], passage(case["evidence"]), minilm))
        for case in cases
        if (assess(case["claim"], passage(case["evidence"]), minilm).verdict is Verdict.SUPPORTED) != case["holds"]
    ]
    assert wrong == []


def test_words_of_the_evidence_support_a_claim_fully(minilm: TextEmbedder, passage: MakeEvidence) -> None:
    finding = assess("The tower is 84 m high", passage("Notes\n\nThe tower is 84 m high. It leans."), minilm)
    assert finding == Finding(Verdict.SUPPORTED, 1.0, "the words stand in the evidence", "The tower is 84 m high.")


def test_numbers_from_another_row_support_only_in_part(minilm: TextEmbedder, passage: MakeEvidence) -> None:
    table = passage("Year | Ships\n2022 | 1,041\n2023 | 1,204\n2024 | 1,377\n2025 | 1,290")
    assert assess("1,204 ships in the year 2023", table, minilm).verdict is Verdict.SUPPORTED
    mixed = assess("1,204 ships in the year 2022", table, minilm)
    assert mixed.verdict is not Verdict.SUPPORTED


def test_a_picture_supports_what_its_description_says(minilm: TextEmbedder, picture: MakeEvidence) -> None:
    beach = picture("A brown dog is running on a beach.")
    assert assess("A dog runs along the beach.", beach, minilm).verdict is Verdict.SUPPORTED
    assert assess("A cat runs along the beach.", beach, minilm).verdict is Verdict.UNSUPPORTED
    assert assess("\u201cIMG_1.jpg\u201d shows a brown dog", beach, minilm).verdict is Verdict.SUPPORTED
    assert assess("\u201cIMG_2.jpg\u201d shows a brown dog", beach, minilm).verdict is Verdict.UNSUPPORTED


def test_two_evidences_together(minilm: TextEmbedder, passage: MakeEvidence) -> None:
    built = passage("The mill was built in 1821 by Jan Kos.", 1)
    burned = passage("The mill burned down in 1904.", 2, page=2)
    assessor = Assessor([built, burned], Vectors(minilm))
    claim = "The mill was built in 1821 and burned down in 1904."
    assert assessor.assess(claim, [built]).verdict is Verdict.PARTIAL
    assert assessor.assess(claim, [built, burned]).verdict is Verdict.SUPPORTED
