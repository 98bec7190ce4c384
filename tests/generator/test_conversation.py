"""Questions that lean on what was said before them, made to stand alone."""

from __future__ import annotations

import pytest

from generator.conversation import standalone
from models.protocols import Turn

SHIPS = "How many ships called at the harbour in 2023?"
MASTER = "Who is the harbour master?"
ELLEN = "The harbour master is Dr. Ellen Marsh [1]."


def history(*said: str) -> list[Turn]:
    return [Turn(("user", "assistant")[at % 2], text) for at, text in enumerate(said)]


@pytest.mark.parametrize(
    ("said", "question", "alone"),
    [
        ([], "And in 2022?", "And in 2022?"),
        ([SHIPS, "1,204 [1]."], "And in 2022?", "How many ships called at the harbour in 2022?"),
        ([SHIPS, "1,204 [1]."], "2021?", "How many ships called at the harbour in 2021?"),
        (["How many ships called?", "9 [1]."], "And in 2022?", "How many ships called in 2022?"),
        (
            ["When does the pool open on Monday?", "7 [1]."],
            "what about on Sunday?",
            "When does the pool open on Sunday?",
        ),
        (["When does the museum open?", "At 9 [1]."], "What about the bakery?", "When does the bakery open?"),
        (["Which pictures show a dog?", "x [1]."], "And cats?", "Which pictures show cats?"),
        ([MASTER, ELLEN], "When did she take over?", "When did Dr. Ellen Marsh take over?"),
        ([MASTER, ELLEN], "What is her address?", "What is Dr. Ellen Marsh's address?"),
        (["When was the old bridge built?", "1887 [1]."], "How long is it?", "How long is the old bridge?"),
        (["Tell me about the lighthouse.", "x [1]."], "How high is it?", "How high is the lighthouse?"),
        (["When was the old bridge built?", "1887 [1]."], "Why?", "When was the old bridge built? Why?"),
        ([SHIPS, "1,204 [1]."], "Who was the lighthouse keeper?", "Who was the lighthouse keeper?"),
        ([SHIPS, "1,204 [1]."], "How many passengers used the ferry?", "How many passengers used the ferry?"),
        (["Wann \u00f6ffnet Bad Ems?", "9 [1]."], "Wie teuer ist es?", "Wann \u00f6ffnet Bad Ems? Wie teuer ist es?"),
        (
            ["Quand ouvre Blois ?", "9 [1]."],
            "Combien co\u00fbte-t-il ?",
            "Quand ouvre Blois ? Combien co\u00fbte-t-il ?",
        ),
        (["What does the ticket cost?", "9 [1]."], "Should dogs be on a lead?", "Should dogs be on a lead?"),
        (["What is the ferry to Elba?", "9 [1]."], *["At what time does the shop open?"] * 2),
        (
            [SHIPS, "1,204."],
            "When was the bridge built and who designed it?",
            "When was the bridge built and who designed it?",
        ),
        (
            [SHIPS, "1,204 [1].", "And in 2022?", "1,041 [1]."],
            "And in 2021?",
            "How many ships called at the harbour in 2021?",
        ),
    ],
)
def test_a_question_is_made_to_stand_alone(said: list[str], question: str, alone: str) -> None:
    assert standalone(question, history(*said)) == alone


@pytest.mark.parametrize(
    "question", ["", "?", "and", "it", "\u6e2f\u53e3\u5728\u54ea\u91cc", "\\1 in 2022", "x" * 5000]
)
def test_odd_conversations_are_borne(question: str) -> None:
    said = history(*[question, "\\g<0> [9]"] * 100)
    assert len(standalone(question, said)) <= 20 * max(1, len(question)) + 100
