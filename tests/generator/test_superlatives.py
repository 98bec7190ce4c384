"""The most and the least in a table, which is given with the row that has it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from generator.extractive import ExtractiveAnswerModel
from generator.pipeline import Generator
from models.protocols import TextEmbedder
from store.records import Evidence

MakeEvidence = Callable[..., Evidence]

TABLE = "Year | Ships | Passengers\n2021 | 987 | 40,100\n2022 | 1,041 | 39,800\n2023 | 1,204 | 42,000"
FARES = "Ticket | Price\nChild | 21\nAdult | 42\nDog | 10"
MONTHS = "Month | Visitors\nJanuary | 120\nFebruary | 150\nMarch | 95\nTotal | 365"
SALES = "Month | Revenue\nJanuary | $850,000\nFebruary | $1.2 million\nMarch | $900,000"
RIDES = "Ride | Takes\nHill | 90 min\nCoast | 2 h\nPark | 45 min"
TIE = "Team | Goals\nRed | 3\nBlue | 3"


@pytest.mark.parametrize(
    ("text", "question", "answer"),
    [
        (TABLE, "Which year had the most ships?", "Year: 2023; Ships: 1,204; Passengers: 42,000 [1]."),
        (TABLE, "In which year were there the fewest passengers?", "Year: 2022; Ships: 1,041; Passengers: 39,800 [1]."),
        (FARES, "Which ticket is the cheapest?", "Ticket: Dog; Price: 10 [1]."),
        (FARES, "What is the most expensive ticket?", "Ticket: Adult; Price: 42 [1]."),
        (TIE, "Which team has the most goals?", "Team: Red; Goals: 3 [1]. Team: Blue; Goals: 3 [1]."),
        (FARES, "Which is the lowest price?", "Ticket: Dog; Price: 10 [1]."),
        (MONTHS, "Which month had the most visitors?", "Month: February; Visitors: 150 [1]."),
        (SALES, "Which month had the highest revenue?", "Month: February; Revenue: $1.2 million [1]."),
        (RIDES, "Which ride is the longest?", "Ride: Coast; Takes: 2 h [1]."),
    ],
)
def test_the_row_is_given(
    text: str, question: str, answer: str, passage: MakeEvidence, minilm: TextEmbedder, quoting: ExtractiveAnswerModel
) -> None:
    assert Generator(quoting, minilm).answer(question, [passage(text).hit]).text == answer


@pytest.mark.parametrize(
    ("text", "question"), [(TABLE, "Which harbour has the largest crane?"), (FARES, "How long is the longest line?")]
)
def test_where_no_table_speaks_of_it_none_is_given(
    text: str, question: str, passage: MakeEvidence, minilm: TextEmbedder, quoting: ExtractiveAnswerModel
) -> None:
    assert Generator(quoting, minilm).answer(question, [passage(text).hit]).abstained
