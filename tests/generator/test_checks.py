"""Each single check, on a claim that passes and one that does not."""

from __future__ import annotations

import pytest

from generator import basis, checks
from generator.alignment import align
from generator.quantities import pool, quantities
from generator.statements import Statement, statements


def nearest(claim: str, sentence: str) -> tuple[Statement, Statement, list[Statement]]:
    [said], parts = statements(claim), statements(sentence)
    return said, basis.nearest(said, parts, frozenset()), parts


def denial(claim: str, sentence: str) -> str | None:
    said, stated, parts = nearest(claim, sentence)
    return checks.denial(said, stated, align(said.words, (*stated.subject, *stated.words)), parts)


def test_a_number_exists_only_where_it_was_shown() -> None:
    assert checks.exists(2, {1, 2}) is None
    assert checks.exists(3, {1, 2}) == "evidence 3 was not shown for this question"


def test_quoted_words_stand_in_the_evidence() -> None:
    evidence = "The sign says: \u2018Beware of the\nDog\u2019 in big let-\nters."
    assert checks.quotation('It says \u201cbeware of the dog\u201d in "big letters".', evidence) is None
    assert checks.quotation("It says \u201cbeware of the cat\u201d.", evidence) == (
        "the evidence does not hold the quoted words \u201cbeware of the cat\u201d"
    )


def wrong_numbers(claim: str, sentence: str) -> list[str]:
    found = checks.numbers(quantities(claim), pool(sentence), claim, 0, sentence)
    return [quantity.text for quantity in found]


def test_numbers_stand_in_the_evidence_or_follow_from_it() -> None:
    assert wrong_numbers("1 204 ships in 2023", "In 2023, 1,204 ships called.") == []
    assert wrong_numbers("1,304 ships", "In 2023, 1,204 ships called.") == ["1,304"]
    assert wrong_numbers("One of the ships sank.", "A ship sank.") == []
    assert wrong_numbers("Both together cost 7 euros.", "Shoes cost 4 euros, harnesses 3 euros.") == []
    assert wrong_numbers("Shoes cost 7 euros.", "Shoes cost 4 euros, harnesses 3 euros.") == ["7 euros"]
    assert wrong_numbers("The ride takes 51 minutes.", "Elmstead 06:12, Port Lyme 07:03") == []
    assert wrong_numbers("The ride takes 50 minutes.", "Elmstead 06:12, Port Lyme 07:03") == ["50 minutes"]


def test_a_number_stands_in_the_column_that_the_claim_names() -> None:
    row = "Station: Corby; Train 201: 06:25; Train 203: 07:55"
    right, wrong = "Train 203 leaves Corby at 07:55.", "Train 201 leaves Corby at 07:55."
    assert checks.cells(row, quantities(right), right) is None
    assert checks.cells(row, quantities(wrong), wrong) == (
        "\u201c07:55\u201d stands under \u201cTrain 203\u201d, not under \u201cTrain 201\u201d"
    )


def test_names_stand_in_the_evidence() -> None:
    [said] = statements("The office is Ellen Marsh\u2019s.")
    assert checks.names(said.words, frozenset({"ellen", "marsh"})) == []
    assert [word.text for word in checks.names(said.words, frozenset({"tom", "marsh"}))] == ["Ellen"]


@pytest.mark.parametrize(
    ("claim", "sentence"),
    [
        ("Hoses are forbidden in May.", "Hoses are not permitted in May."),
        ("You may drink water.", "You must not eat, but you may drink water."),
        ("Sales rose.", "Sales increased."),
        ("Sales rose.", "Costs fell while sales grew."),
        ("Pets are not allowed.", "Pets are not allowed, with the exception of fish."),
        ("Fish are allowed.", "Pets are not allowed, with the exception of fish."),
        ("The tray may go into the dishwasher.", "The tray, but not the tank, may go into the dishwasher."),
        ("The museum is not open on Mondays.", "The museum is closed on Mondays."),
        ("Helmets are not compulsory.", "Helmets are recommended but not compulsory."),
    ],
)
def test_denial_agrees(claim: str, sentence: str) -> None:
    assert denial(claim, sentence) is None


@pytest.mark.parametrize(
    ("claim", "sentence", "problem"),
    [
        ("Hoses are permitted.", "Hoses are not permitted.", "the evidence denies this"),
        ("You may eat.", "You must not eat, but you may drink water.", "the evidence denies this"),
        ("The shop isn\u2019t open.", "The shop is open.", "the evidence does not deny this"),
        ("Sales fell.", "Sales rose.", "the claim says \u201cfell\u201d, the evidence \u201crose\u201d"),
        ("The tank may go into the dishwasher.", "The tray, but not the tank, may go into the dishwasher.",
         "the evidence denies this"),
        ("Fish are not allowed.", "Pets are not allowed, with the exception of fish.", "the evidence does not "
                                                                                       "deny this"),
        ("Helmets are compulsory.", "Helmets are recommended but not compulsory.", "the evidence denies this"),
        ("Untervermietung ist gestattet.", "Untervermietung ist nicht gestattet.", "the evidence denies this"),
    ],
)  # fmt: skip
def test_denial_disagrees(claim: str, sentence: str, problem: str) -> None:
    assert denial(claim, sentence) == problem


def test_what_is_said_of_some_is_not_said_of_all() -> None:
    said, stated, _ = nearest("All lines have low-floor buses.", "Only lines 1 and 2 have low-floor buses.")
    assert checks.scope(said, stated) is not None
    said, stated, _ = nearest("All lines have low-floor buses.", "Lines 1 and 2 have low-floor buses.")
    assert checks.scope(said, stated) is None


def test_another_of_the_same_sort() -> None:
    def siblings(claim: str, sentence: str) -> str | None:
        [said], [stated] = statements(claim), statements(sentence)
        return checks.siblings(align(said.words, stated.words))

    assert siblings("A dog runs on a beach.", "A brown dog runs along a beach.") is None
    assert siblings("A cat runs on a beach.", "A brown dog runs along a beach.") == (
        "the claim says \u201ccat\u201d, the evidence \u201cdog\u201d"
    )
    assert (
        siblings("A white dog runs.", "A brown dog runs.")
        == "the claim says \u201cwhite\u201d, the evidence \u201cbrown\u201d"
    )


def test_what_one_party_does_is_not_said_of_another() -> None:
    sentence = "Jason Cole sets the routes, while the courses are taught by Maya Petrov."
    assert checks.parties(*nearest("The courses are taught by Maya Petrov.", sentence)) is None
    assert checks.parties(*nearest("The courses are taught by Jason Cole.", sentence)) is not None


def test_what_is_done_is_done_by_the_same() -> None:
    sentence = "The trial was paid for by the county."
    assert checks.agent(*nearest("The county trial was paid for by the county.", sentence)[:2]) is None
    assert checks.agent(*nearest("The trial was paid for by the companies.", sentence)[:2]) is not None


def test_what_has_a_price_is_not_free() -> None:
    sentence = "Parking in the garage costs 12 euros."
    assert checks.price(*nearest("Parking in the garage costs nothing.", sentence)[:2]) == (
        "the evidence says \u201c12 euros\u201d"
    )
    assert checks.price(*nearest("Parking in the garage costs 12 euros.", sentence)[:2]) is None


def test_who_does_it_is_not_exchanged() -> None:
    sentence = "A man is throwing a log while two dogs watch."
    said, stated, parts = nearest("Two dogs are throwing a log.", sentence)
    assert checks.subjects(said, stated, parts) == "the evidence says this of “man”, not of “dogs”"
    assert checks.subjects(*nearest("A man is throwing a log.", sentence)) is None


@pytest.mark.parametrize(
    ("claim", "holds"),
    [
        ("The Petrel replaced the Nordkyn.", True),
        ("The Nordkyn was replaced by the Petrel.", True),
        ("The Nordkyn replaced the Petrel.", False),
        ("The Petrel was replaced by the Nordkyn.", False),
    ],
)
def test_the_sides_of_a_verb(claim: str, holds: bool) -> None:
    said, stated, _ = nearest(claim, "The vessel Petrel replaced the vessel Nordkyn.".replace("the vessel", "the ship"))
    assert (checks.roles(said, stated) is None) is holds
