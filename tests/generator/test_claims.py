"""How the text of a model becomes claims with their citations."""

from __future__ import annotations

import pytest

from generator.claims import Draft, cited_numbers, split_claims


@pytest.mark.parametrize(
    ("marker", "numbers"),
    [
        ("[1]", (1,)),
        ("[1, 3]", (1, 3)),
        ("[3][1]", (1, 3)),
        ("[1-3]", (1, 2, 3)),
        ("[1\u20133, 7]", (1, 2, 3, 7)),
        ("\u30101\u3011", (1,)),
        ("\uff3b2\uff0c4\uff3d", (2, 4)),
        ("[1-900]", (1, 900)),
        ("[one]", ()),
        ("(1)", ()),
    ],
)
def test_markers(marker: str, numbers: tuple[int, ...]) -> None:
    assert cited_numbers(marker) == numbers


def test_a_marker_belongs_to_its_sentence_before_or_after_the_full_stop() -> None:
    text = "The tower is 84 m high [2]. It opened in 1887. [1] Dr. Smith built it [1, 3][5]. Nobody knows why."
    assert split_claims(text) == [
        Draft("The tower is 84 m high.", (2,)),
        Draft("It opened in 1887.", (1,)),
        Draft("Dr. Smith built it.", (1, 3, 5)),
        Draft("Nobody knows why.", ()),
    ]


def test_list_items_are_claims_without_their_bullets() -> None:
    text = "- The hull is 3.5 m long [1]\n2. It floats, e.g. on water [2].\n[3]"
    assert split_claims(text) == [Draft("The hull is 3.5 m long", (1,)), Draft("It floats, e.g. on water.", (2, 3))]


def test_a_marker_inside_a_sentence_counts_and_goes() -> None:
    assert split_claims("The cat [1] sat.") == [Draft("The cat sat.", (1,))]


def test_a_file_name_is_not_cut() -> None:
    assert split_claims("\u201ca. b.jpg\u201d shows a cat [4].") == [Draft("\u201ca. b.jpg\u201d shows a cat.", (4,))]


@pytest.mark.parametrize("text", ["", " \n", "[1]", "[1] [2]"])
def test_markers_alone_claim_nothing(text: str) -> None:
    assert split_claims(text) == []


def test_all_but_the_last_claim_stay_as_the_text_grows() -> None:
    text = "Mr. Smith has 3.5 km of rope [1]. It is old. [2] \u201cGood. Rope\u201d he says [1-2].\n- It burned [3]"
    whole = split_claims(text)
    for end in range(len(text)):
        settled = split_claims(text[:end])[:-1]
        assert settled == whole[: len(settled)]
