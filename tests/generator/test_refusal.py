"""What a model says when it found no answer, and what only sounds like it."""

from __future__ import annotations

import pytest

from generator.refusal import is_refusal


@pytest.mark.parametrize(
    "text",
    [
        "The evidence does not mention a mayor.",
        "The provided documents don\u2019t contain any information about the mayor.",
        "I cannot answer this from the evidence.",
        "There is no information about the mayor in the documents.",
        "I don't know.",
        "No information is available on this.",
        "This is not stated in the provided evidence.",
        "Not in the evidence.",
        "None of the passages explicitly says who the mayor is, so I am unable to tell.",
        "There is insufficient evidence to say.",
        "Unknown.",
    ],
)
def test_refusals(text: str) -> None:
    assert is_refusal(text)


@pytest.mark.parametrize(
    "text",
    [
        "Dogs are not allowed on the beach.",
        "There is no lift in the building.",
        "The tower does not contain a bell.",
        "No fee is charged for children.",
        "The guard did not know the time.",
        "The cause of the fire is unknown to this day, said the mayor.",
        "Pictures cannot be taken in the chapel.",
    ],
)
def test_statements(text: str) -> None:
    assert not is_refusal(text)
