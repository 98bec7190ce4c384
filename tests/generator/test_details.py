"""Dates, sizes and counts of pictures, answered and checked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from generator.claims import split_claims
from generator.extractive import ExtractiveAnswerModel
from generator.pipeline import Generator, check
from generator.vectors import Vectors
from models.protocols import TextEmbedder
from store.records import Evidence, Hit, Verdict

MakeEvidence = Callable[..., Evidence]


@pytest.fixture
def hits(picture: MakeEvidence) -> list[Hit]:
    def taken(piece: Evidence, moment: str | None, size: tuple[int, int]) -> Hit:
        item = replace(piece.hit.item, captured_at=moment, width=size[0], height=size[1])
        return replace(piece.hit, item=item)

    return [
        taken(picture("A brown dog is running on a beach.", 1, "/p/beach.jpg"), "2023-05-12T14:05:09", (900, 600)),
        taken(picture("A dog, a poodle.", 2, "/p/poodle.jpg"), "2021-12-01T08:00:00", (64, 48)),
        taken(picture("Probably a lighthouse; mostly blue.", 3, "/p/tower.jpg"), None, (1200, 1600)),
        taken(picture("A tabby cat.", 4, "/p/cat.jpg"), "not a date", (10, 10)),
    ]


DOGS = (
    "In \u201cbeach.jpg\u201d, a brown dog is running on a beach [1]. \u201cpoodle.jpg\u201d shows a dog, a poodle [2]."
)


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("When was beach.jpg taken?", "\u201cbeach.jpg\u201d was taken on 12 May 2023 at 14:05 [1]."),
        ("When was the photo of a poodle taken?", "\u201cpoodle.jpg\u201d was taken on 1 December 2021 at 08:00 [2]."),
        ("Which photos were taken in 2021?", "\u201cpoodle.jpg\u201d was taken on 1 December 2021 at 08:00 [2]."),
        ("Show me pictures from May 2023", "\u201cbeach.jpg\u201d was taken on 12 May 2023 at 14:05 [1]."),
        ("photos of a dog taken in May 2023", "\u201cbeach.jpg\u201d was taken on 12 May 2023 at 14:05 [1]."),
        ("How large is tower.jpg?", "\u201ctower.jpg\u201d is 1200 pixels wide and 1600 pixels high [3]."),
        (
            "What is the size of the picture of a lighthouse?",
            "\u201ctower.jpg\u201d is 1200 pixels wide and 1600 pixels high [3].",
        ),
        ("How many pictures show a dog?", f"2 of the pictures found show a dog [1][2]. {DOGS}"),
        ("Which pictures show a dog?", DOGS),
    ],
)
def test_what_is_answered(
    question: str, text: str, hits: list[Hit], minilm: TextEmbedder, quoting: ExtractiveAnswerModel
) -> None:
    assert Generator(quoting, minilm).answer(question, hits).text == text


def test_what_is_taken_in_a_text_is_looked_up_there(
    passage: MakeEvidence, hits: list[Hit], minilm: TextEmbedder, quoting: ExtractiveAnswerModel
) -> None:
    castle = passage("The castle was captured by the Swedes in 1634.", 9).hit
    answer = Generator(quoting, minilm).answer("When was the castle captured?", [*hits, castle])
    assert "1634" in answer.text


@pytest.mark.parametrize(
    "question",
    [
        "When was tower.jpg taken?",
        "Which photos were taken in 1999?",
        "How many pictures show a violin?",
        "When was the cat photo taken?",
    ],
)
def test_what_is_not_known_is_not_answered(
    question: str, hits: list[Hit], minilm: TextEmbedder, quoting: ExtractiveAnswerModel
) -> None:
    assert Generator(quoting, minilm).answer(question, hits).abstained


@pytest.mark.parametrize(
    ("claim", "stands"),
    [
        ("Two photos show a dog [1][2].", True),
        ("2 of the pictures show a dog [1, 2].", True),
        ("Three photos show a dog [1][2].", False),
        ("Two photos show a dog [1].", False),
        ("Two photos show a dog [1][4].", False),
        ("Two photos show a dog.", False),
        ("beach.jpg was taken on 12 May 2023 [1].", True),
        ("beach.jpg was taken on 13 May 2023 [1].", False),
    ],
)
def test_what_is_checked(claim: str, stands: bool, hits: Sequence[Hit], minilm: TextEmbedder) -> None:
    evidence = [Evidence(number, hit) for number, hit in enumerate(hits, 1)]
    [checked] = check(split_claims(claim), evidence, Vectors(minilm))
    assert (checked.claim.verdict is not Verdict.UNSUPPORTED) is stands, checked.claim
