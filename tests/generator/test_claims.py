"""How the text of a model becomes claims with their citations."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.claims import LONGEST_SENTENCE, ClaimReader, Draft, split_claims
from generator.markers import cited_numbers


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


def test_a_row_of_a_table_is_a_claim_under_its_titles() -> None:
    text = "| Year | Ships | Source |\n|---|---:|---|\n| 2023 | 1,204 | [1] |\n| 2022 | 1,100 [2] | |\nThat is all."
    assert split_claims(text) == [
        Draft("Year: 2023; Ships: 1,204", (1,)),
        Draft("Year: 2022; Ships: 1,100", (2,)),
        Draft("That is all.", ()),
    ]


def test_an_index_in_code_is_no_citation() -> None:
    text = "```python\nx = a[1]. B\n```\n[2]\nRead it with `a[1]. B` [3]. Fine."
    assert split_claims(text) == [
        Draft("x = a[1]. B", (2,)),
        Draft("Read it with `a[1]. B`.", (3,)),
        Draft("Fine.", ()),
    ]


def test_a_marker_before_a_line_belongs_to_it() -> None:
    text = "[1] The tower is high.\n[2] The bridge is old. [3]"
    assert split_claims(text) == [Draft("The tower is high.", (1,)), Draft("The bridge is old.", (2, 3))]


def test_scripts_without_blanks() -> None:
    assert split_claims("\u4f60\u597d\u3002[1]\u518d\u89c1\u30102\u3011\u3002") == [
        Draft("\u4f60\u597d\u3002", (1,)),
        Draft("\u518d\u89c1\u3002", (2,)),
    ]


def test_a_line_that_does_not_end_is_cut() -> None:
    [first, second] = split_claims("A" * 1_000_000 + " b. C.\nThe end [1].")
    assert first == Draft("A" * LONGEST_SENTENCE, ())
    assert second == Draft("The end.", (1,))


def test_a_claim_is_given_away_as_soon_as_the_next_begins() -> None:
    reader = ClaimReader()
    assert reader.feed("It is old. ") == []
    assert reader.feed("[1]") == []
    assert reader.feed(" Th") == [Draft("It is old.", (1,))]
    assert reader.unsettled == "Th"
    assert reader.feed("ey say [") == []
    assert reader.unsettled == "They say ["
    assert reader.close() == [Draft("They say", ())]


pieces_of_text = st.sampled_from(
    [
        *("The tower is high", "It is e.g. 3.5 km", "Dr. Smith", "a", "7", " ", "  ", ". ", "! ", ".", "? [1] ", "\n"),
        *("[1]", "[2, 3]", "[1-3]", "[", "]", "[4", "\u30105\u3011", "`", "`a[1]. B`", "\n```\n", "~~~", "\n| a | b |"),
        *(
            "\n|---|---|",
            "\n- ",
            "\n2. ",
            "\n(b) ",
            "\u201cGood. ",
            "\u201d",
            "\u3002",
            "\r\n",
            "\u2028",
            "|",
            "x" * 400,
            "\n5. Mai",
            " 12. Ma",
            "in the U.S. The",
            " im 3. Qu",
            "Abs. ",
            "rz (",
            ")",
        ),
    ]
)


@given(st.lists(pieces_of_text, max_size=25).map("".join), st.lists(st.integers(1, 9), min_size=1, max_size=12))
@settings(max_examples=400, deadline=None)
def test_in_whatever_pieces_a_text_comes_its_claims_are_the_same(text: str, sizes: list[int]) -> None:
    reader, given_away, start = ClaimReader(), [], 0
    for size in itertools.cycle(sizes):
        if start >= len(text):
            break
        given_away += reader.feed(text[start : start + size])
        start += size
    assert given_away + reader.close() == split_claims(text)
