"""What is said of a hit, word by word, for every combination of channels."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from api.search_request import SearchRequest
from api.service import Viscite
from retriever.explanation import Said, explain
from store.records import Kind, Query, Signal, Weighted

TURTLE = Query("a turtle")
PICTURE = np.ones(1, np.float32)


def visual(probability: float | None = 0.997) -> Signal:
    return Signal("visual", 0.471, 1, probability)


def semantic(probability: float | None = 0.96) -> Signal:
    return Signal("semantic", 0.613, 2, probability)


def lexical(probability: float | None = 0.999) -> Signal:
    return Signal("lexical", 5.2, 1, probability, ("turtle",))


NAMED = Said.of(("turtle",), (), ("turtle",))
SIGHT = "ooks like the query (visual 0.47, better than 99 % of what chance finds)"
MEANING = "ts description means much the same (semantic 0.61, better than 96 % of what chance finds)"
NAME = "ts file name says “turtle”"


@pytest.mark.parametrize(
    ("signals", "expected"),
    [
        ([visual()], f"L{SIGHT}."),
        ([semantic()], f"I{MEANING}."),
        ([lexical()], f"I{NAME}."),
        ([visual(), semantic()], f"L{SIGHT} and i{MEANING}."),
        ([visual(), lexical()], f"I{NAME} and it l{SIGHT}."),
        ([semantic(), lexical()], f"I{NAME} and i{MEANING}."),
        ([visual(), semantic(), lexical()], f"I{NAME}, it l{SIGHT} and i{MEANING}."),
    ],
)
def test_every_combination_of_channels_with_the_surest_first(signals: list[Signal], expected: str) -> None:
    assert explain(TURTLE, Kind.IMAGE, signals, NAMED) == expected


@pytest.mark.parametrize(
    ("probability", "expected"),
    [
        (1.0, "Looks like the query (visual 0.47, better than 99 % of what chance finds)."),
        (0.9, "Looks like the query (visual 0.47, better than 90 % of what chance finds)."),
        (0.899, "Looks somewhat like the query (visual 0.47, better than 89 % of what chance finds)."),
        (0.5, "Looks somewhat like the query (visual 0.47, better than 50 % of what chance finds)."),
        (0.49, "One of the nearest, but no better than chance: it looks little like the query (visual 0.47)."),
        (None, "Looks like the query (visual 0.47)."),
    ],
)
def test_the_words_weaken_with_the_probability(probability: float | None, expected: str) -> None:
    assert explain(TURTLE, Kind.IMAGE, [visual(probability)], Said()) == expected


def test_a_likeness_by_chance_is_not_mentioned_beside_something_better() -> None:
    assert explain(TURTLE, Kind.IMAGE, [visual(0.2), semantic(0.7), lexical(0.1)], NAMED) == (
        "Its description means something similar (semantic 0.61, better than 70 % of what chance finds) and its file "
        "name says “turtle”."
    )
    assert explain(TURTLE, Kind.IMAGE, [visual(0.2), semantic(0.3)], NAMED) == (
        "One of the nearest, but no better than chance: its description means something else (semantic 0.61)."
    )
    assert explain(TURTLE, Kind.IMAGE, [visual(0.2), lexical(0.4)], NAMED) == (
        "One of the nearest, but no better than chance: its file name says “turtle”."
    )


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        (Query(images=(Weighted(PICTURE),)), "the picture"),
        (Query(images=(Weighted(PICTURE), Weighted(PICTURE))), "the pictures"),
        (Query("a turtle", images=(Weighted(PICTURE),)), "the words and the picture"),
        (Query("a turtle", texts=(Weighted("sea", -1.0),)), "the query"),
    ],
)
def test_it_says_what_a_hit_looks_like(query: Query, asked: str) -> None:
    assert explain(query, Kind.IMAGE, [visual(None)], Said()) == f"Looks like {asked} (visual 0.47)."


@pytest.mark.parametrize(
    ("kind", "words", "meaning"),
    [
        (Kind.IMAGE, "The text in it says", "Its description means"),
        (Kind.FIGURE, "The text in it says", "Its description means"),
        (Kind.PAGE, "The page says", "The page means"),
        (Kind.PASSAGE, "The passage says", "The passage means"),
    ],
)
def test_each_kind_has_its_own_words(kind: Kind, words: str, meaning: str) -> None:
    said = Said.of((), ("turtle",), ())
    assert explain(TURTLE, kind, [lexical()], said) == f"{words} “turtle”."
    assert explain(TURTLE, kind, [semantic(None)], said) == f"{meaning} much the same (semantic 0.61)."


def test_a_word_is_named_in_the_first_place_that_holds_it() -> None:
    said = Said.of(("turtle",), ("green",), ("green", "turtle", "sea"))
    assert said.words == ("turtle", "green", "sea")
    assert explain(TURTLE, Kind.IMAGE, [lexical()], said) == (
        "Its file name says “turtle”, the text in it says “green” and its description says “sea”."
    )
    many = Said.of((), ("sea", "green", "turtle"), ())
    assert explain(TURTLE, Kind.PAGE, [lexical()], many) == "The page says “sea”, “green” and “turtle”."


def test_a_match_without_words_to_show_is_still_explained() -> None:
    assert explain(TURTLE, Kind.IMAGE, [lexical()], Said()) == (
        "Shares words with the query (lexical 5.20, better than 99 % of what chance finds)."
    )
    assert explain(TURTLE, Kind.IMAGE, [], Said()) == ""


@pytest.mark.parametrize(
    ("rank", "place"), [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (12, "12th"), (22, "22nd")]
)
def test_the_reranker_has_the_last_word(rank: int, place: str) -> None:
    signals = [visual(None), Signal("reranker", 0.914, rank)]
    assert explain(TURTLE, Kind.IMAGE, signals, Said()) == (
        f"Looks like the query (visual 0.47). The reranker puts it {place} (score 0.91)."
    )


def test_a_search_explains_its_hits(viscite: Viscite, photo: Callable[..., Path], pdf: Callable[..., Path]) -> None:
    path = photo("SeaTurtle2.png", "green")
    pdf("green-animals.pdf", "The turtle is green and lives for eighty years.")
    viscite.index([path.parent], "default")
    by_kind = {hit.item.kind: hit for hit in viscite.search(SearchRequest(text="turtles in green"), "default").hits}
    image, passage = by_kind[Kind.IMAGE], by_kind[Kind.PASSAGE]
    assert next(signal.terms for signal in image.signals if signal.channel == "lexical") == ("turtles", "green")
    assert "its file name says “turtles” and its description says “green”" in image.explanation.lower()
    assert "the passage says “turtles” and “green”" in passage.explanation.lower()
    by_picture = viscite.search(SearchRequest(images=(path.read_bytes(),)), "default").hits
    assert "like the picture (visual " in by_picture[0].explanation
