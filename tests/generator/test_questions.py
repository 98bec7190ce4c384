"""What questions ask for, and the measured cases: right sentences found, unanswerable questions refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from generator.extractive import ExtractiveAnswerModel
from generator.pipeline import Generator
from generator.question import numbered, parse_question
from models.protocols import TextEmbedder
from store.records import Answer, Hit, Item, Kind

DATA = Path(__file__).parent / "data"
SHOWN = 8
"""Hits a question is answered from: the passages of all documents that are nearest to it."""


@pytest.mark.parametrize(
    ("question", "of_fact"),
    [
        ("How many ships called in 2023?", True),
        ("What does a ticket cost?", True),
        ("What time does it open?", True),
        ("Who built it?", True),
        ("Why did it fail?", True),
        ("What is the field of view of the guide camera?", True),
        ("Wie viele B\u00e4nke werden gekauft?", True),
        ("Was soll die Sanierung kosten?", True),
        ("Combien a co\u00fbt\u00e9 le pressoir ?", True),
        ("harbour at night", False),
        ("What is the dog holding?", False),
        ("Is there a lighthouse?", False),
    ],
)
def test_what_no_picture_tells(question: str, of_fact: bool) -> None:
    assert parse_question(question).of_fact is of_fact


@pytest.mark.parametrize(
    ("question", "subject"),
    [
        ("Which pictures show a dog on the beach?", "a dog on the beach"),
        ("show me photos of lighthouses", "lighthouses"),
        ("Is there a picture of a bee?", "a bee"),
        ("In which photos can I see a boat?", "a boat"),
        ("find me dog photos", "dog"),
        ("Who took the photos of the harbour?", None),
        ("How many ships called at the harbour?", None),
    ],
)
def test_when_pictures_are_asked_for(question: str, subject: str | None) -> None:
    assert parse_question(question).pictures_of == subject


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("What is shown in room 3 of the museum?", {"room": {"3"}}),
        ("Room: 8; Use: music", {"room": {"8"}}),
        ("How far is platform 9 from platform 10?", {"platform": {"9", "10"}}),
        ("the error code F12", {"code": {"f12"}}),
        ("Before 12 May 2024 it was 30 % of 1,200.", {}),
    ],
)
def test_things_that_have_a_number(text: str, found: dict[str, set[str]]) -> None:
    assert numbered(text) == found


def test_measured_cases(minilm: TextEmbedder, quoting: ExtractiveAnswerModel) -> None:
    """The bars: four in five answerable questions answered with the right sentence, 85 % of the others refused."""
    cases = [json.loads(line) for line in (DATA / "questions.jsonl").read_text().splitlines()]
    answers = [_answer(case["question"], quoting, minilm) for case in cases]
    wanted = [case["answer"] for case in cases]
    right = [fact in answer.text and not answer.abstained for fact, answer in zip(wanted, answers, strict=True) if fact]
    refused = [answer.abstained for fact, answer in zip(wanted, answers, strict=True) if not fact]
    print(f"{sum(right)}/{len(right)} answered, {sum(refused)}/{len(refused)} refused")
    assert sum(right) / len(right) >= 0.8
    assert sum(refused) / len(refused) >= 0.85


def _answer(question: str, model: ExtractiveAnswerModel, minilm: TextEmbedder) -> Answer:
    files = sorted((DATA / "documents").glob("*.txt"))
    passages = [(file, page, text) for file in files for page, text in enumerate(file.read_text().split("---\n"), 1)]
    nearest = np.argsort(
        -(minilm.encode([text for *_, text in passages]) @ minilm.encode([question])[0]), kind="stable"
    )
    hits = [
        Hit(
            rank,
            Item(f"{file.stem}-{page}", Kind.PASSAGE, file.stem, page=page, text=text, attributes=_opening(file)),
            f"/{file.stem}.pdf",
            1,
            0.5,
        )
        for rank, (file, page, text) in enumerate((passages[at] for at in nearest[:SHOWN]), 1)
    ]
    return Generator(model, minilm).answer(question, hits)


def _opening(file: Path) -> dict[str, str]:
    """What the indexer keeps of how a document opens."""
    return {"opening": file.read_text().split("\n")[0]}
