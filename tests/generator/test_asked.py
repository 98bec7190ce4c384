"""Whether a sentence speaks of what is asked, and which rows lie within the bound that is asked for."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from generator.asked import speaks_of_asked, within_bounds
from generator.extractive import ExtractiveAnswerModel
from generator.pipeline import Generator
from generator.question import can_answer, parse_question
from models.protocols import TextEmbedder
from store.records import Evidence

MakeEvidence = Callable[..., Evidence]


@pytest.mark.parametrize(
    ("spoken_of", "speaks"),
    [
        ({"bank": 0.4, "lends": 0.4, "port": 1.0, "money": 0.3}, False),
        ({"bank": 1.0, "lends": 0.6, "port": 1.0, "money": 0.3}, True),
        ({"bank": 0.4, "ostrevik": 1.0}, False),
        ({"ostrevik": 0.2}, True),
    ],
)
def test_a_sentence_about_the_thing_alone_is_no_answer(spoken_of: dict[str, float], speaks: bool) -> None:
    question = parse_question("Which bank lends the port of Ostrevik money?")
    assert speaks_of_asked(question, spoken_of) is speaks


def test_a_number_that_is_asked_for_speaks_for_itself() -> None:
    assert speaks_of_asked(parse_question("How many houses did the water enter?"), {"houses": 0.2, "enter": 0.2})


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        ("What pressure does a rider of over 90 kg need?", ["over 90 kg: 4.0"]),
        ("What pressure does a rider of 90 kg need?", ["70 to 90 kg: 3.5", "over 90 kg: 4.0"]),
        ("What pressure is needed above 200 kg?", ["70 to 90 kg: 3.5", "over 90 kg: 4.0"]),
    ],
)
def test_the_bound_of_a_question_chooses_among_rows_that_name_one(question: str, rows: list[str]) -> None:
    said = [(row, row) for row in ("70 to 90 kg: 3.5", "over 90 kg: 4.0")]
    assert within_bounds(parse_question(question), said) == rows


def test_what_is_asked_of_a_thing_must_be_said_of_it(passage: MakeEvidence, minilm: TextEmbedder) -> None:
    hits = [passage("The port of Ostrevik runs the ferry quay. Its quays were rebuilt in 1962.").hit]
    generator = Generator(ExtractiveAnswerModel(minilm), minilm)
    assert generator.answer("Which bank lends the port of Ostrevik money?", hits).abstained
    assert "ferry quay" in generator.answer("Which quay does the port of Ostrevik run?", hits).text


def test_units_of_two_words_are_units() -> None:
    length = parse_question("How far does the light reach?").asks
    assert can_answer(length, "It reaches 18 nautical miles.")
