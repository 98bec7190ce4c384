"""Each single check, on a claim that passes and one that does not."""

from __future__ import annotations

import pytest

from generator.checks import colors, exists, names, numbers, polarity, quotation


def test_a_number_exists_only_where_it_was_shown() -> None:
    assert exists(2, {1, 2}) is None
    assert exists(3, {1, 2}) == "evidence 3 was not shown for this question"


def test_quoted_words_stand_in_the_evidence() -> None:
    evidence = "The sign says: \u2018Beware of the\nDog\u2019 in big let-\nters."
    assert quotation('It says \u201cbeware of the dog\u201d in "big letters".', evidence) is None
    assert quotation("It says \u201cbeware of the cat\u201d.", evidence) == (
        "the evidence does not hold the quoted words \u201cbeware of the cat\u201d"
    )


def test_numbers_stand_in_the_evidence() -> None:
    assert numbers("1 204 ships in 2023", "In 2023, 1,204 ships called.") is None
    assert numbers("1,304 ships", "In 2023, 1,204 ships called.") == (
        "\u201c1,304\u201d does not stand in the cited evidence"
    )
    assert numbers("One of the ships sank.", "A ship sank.") is None


def test_names_stand_in_the_evidence() -> None:
    evidence = "Dr. Ellen Marsh\u2019s office is in Brinmouth."
    assert names("The office is Ellen Marsh\u2019s.", evidence) is None
    assert names("The office is Tom Marsh\u2019s.", evidence) == (
        "the name \u201cTom\u201d does not stand in the cited evidence"
    )
    assert names("Offices are in Brinmouth.", evidence) is None


def test_colors_stand_in_the_evidence() -> None:
    assert colors("A red boat.", "A boat, red and white.") is None
    assert colors("A blue boat.", "A boat, red and white.") == "the cited evidence does not say \u201cblue\u201d"


@pytest.mark.parametrize(
    ("claim", "sentence"),
    [
        ("Hoses are forbidden in May.", "Hoses are not permitted in May."),
        ("You may drink water.", "You must not eat, but you may drink water."),
        ("Sales rose.", "Sales increased."),
        ("Sales rose and costs fell.", "Costs fell while sales grew."),
    ],
)
def test_polarity_agrees(claim: str, sentence: str) -> None:
    assert polarity(claim, sentence) is None


@pytest.mark.parametrize(
    ("claim", "sentence", "problem"),
    [
        ("Hoses are permitted.", "Hoses are not permitted.", "the evidence denies this"),
        ("You may eat.", "You must not eat, but you may drink water.", "the evidence denies this"),
        ("The shop isn\u2019t open.", "The shop is open.", "the evidence does not deny this"),
        ("Sales fell.", "Sales rose.", "the claim says \u201cfell\u201d, not \u201crose\u201d"),
    ],
)
def test_polarity_disagrees(claim: str, sentence: str, problem: str) -> None:
    assert polarity(claim, sentence) == problem
