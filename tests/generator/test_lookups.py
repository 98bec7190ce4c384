"""Rows of tables that a question names by a cell and asks another column of."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from generator.extractive import ExtractiveAnswerModel
from generator.lookups import looked_up
from generator.pipeline import Generator
from models.protocols import TextEmbedder
from store.records import Evidence

MakeEvidence = Callable[..., Evidence]

PRESSURES = [
    "Rider: up to 70 kg; Front (bar): 3.0; Rear (bar): 3.5",
    "Rider: 70 to 90 kg; Front (bar): 3.5; Rear (bar): 4.2",
    "Rider: over 90 kg; Front (bar): 4.0; Rear (bar): 5.0",
]
GOODS = [
    "No.: 4; Description: Hand plane; Qty: 23; Unit price: £99.15",
    "No.: 5; Description: Delivery; Qty: 1; Unit price: £106.45",
]
TIMES = ["Time: 00:00; Bridge (m): 2.86; Weir (m): 1.92", "Time: 06:00; Bridge (m): 4.08; Weir (m): 2.77"]


@pytest.mark.parametrize(
    ("question", "rows", "which"),
    [
        ("What is the unit price of the hand plane?", GOODS, [0]),
        ("What does the drill cost per unit?", GOODS, []),
        ("What is the rear tyre pressure for a rider of 70 to 90 kg?", PRESSURES, [1]),
        ("front pressure up to 70 kg", PRESSURES, [0]),
        ("What did the bridge gauge read at 06:00?", TIMES, [1]),
        ("What did the bridge gauge read at 12:00?", TIMES, []),
        # A number names a row under its own column alone.
        ("What is the unit price of hand plane no. 5?", GOODS, [0]),
        ("What is the colour of the hand plane?", GOODS, []),
        ("What about the hand plane?", GOODS, []),
        ("Who sells planes?", ["The hand plane costs £99.15."], []),
        ("anything", [], []),
    ],
)
def test_the_row_that_is_named_is_looked_up(question: str, rows: list[str], which: list[int]) -> None:
    assert [place for place, is_sought in enumerate(looked_up(question, rows)) if is_sought] == which


def test_an_answer_gives_the_row_that_is_looked_up(
    minilm: TextEmbedder, quoting: ExtractiveAnswerModel, passage: MakeEvidence
) -> None:
    table = passage("Rider | Front (bar) | Rear (bar)\nup to 70 kg | 3.0 | 3.5\n70 to 90 kg | 3.5 | 4.2")
    answer = Generator(quoting, minilm).answer("What is the rear pressure for 70 to 90 kg?", [table.hit])
    assert answer.text == "Rider: 70 to 90 kg; Front (bar): 3.5; Rear (bar): 4.2 [1]."
