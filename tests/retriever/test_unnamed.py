"""Pictures that the describer did not name by what is asked for, over toy models that know colours by name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from api.search_request import SearchRequest
from api.service import Viscite
from models.toy import ToyVocabulary
from retriever.search import Retriever
from retriever.unnamed import Unnamed
from store.catalogue import Catalogue
from store.records import Query, Weighted


@pytest.fixture
def retriever(viscite: Viscite, photo: Callable[..., Path]) -> Retriever:
    for color in ("red", "blue", "green"):
        folder = photo(f"{color[0]}.png", color).parent
    viscite.index([folder], "default")
    return viscite.retriever("default")


def unnamed(catalogue: Catalogue, query: Query) -> dict[str, float]:
    """By the name of the file."""
    found = Unnamed(catalogue, ToyVocabulary(), query)
    return {Path(catalogue.path(row, ())).name: found.of(row) for row in range(len(catalogue.ids))}


def test_a_picture_that_has_another_name_is_unnamed(retriever: Retriever) -> None:
    assert unnamed(retriever.reader.catalogue, Query("red")) == {"r.png": 0.0, "b.png": 1.0, "g.png": 1.0}


@pytest.mark.parametrize(
    "query",
    [
        Query("something that no describer has a name for"),
        Query("red", texts=(Weighted("blue"),)),
        Query(texts=(Weighted("red"),)),
    ],
)
def test_nothing_is_unnamed_where_no_name_alone_is_asked_for(retriever: Retriever, query: Query) -> None:
    assert set(unnamed(retriever.reader.catalogue, query).values()) == {0.0}


def test_without_a_vocabulary_nothing_is_unnamed(retriever: Retriever) -> None:
    found = Unnamed(retriever.reader.catalogue, None, Query("red"))
    assert {found.of(row) for row in range(3)} == {0.0}


def test_passages_are_never_unnamed(viscite: Viscite, tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("The walls of the hall are painted in a dark blue.", encoding="utf-8")
    viscite.index([tmp_path], "notes")
    catalogue = viscite.retriever("notes").reader.catalogue
    assert set(unnamed(catalogue, Query("red")).values()) == {0.0}


def test_it_lowers_the_confidence_and_is_said_in_the_explanation(retriever: Retriever, viscite: Viscite) -> None:
    hits = viscite.search(SearchRequest(text="red"), "default").hits
    named, *others = hits
    assert Path(named.path).name == "r.png"
    assert "did not give it here" not in named.explanation
    assert all("has a name for this, and did not give it here" in hit.explanation for hit in others)
    assert all(hit.confidence < named.confidence for hit in others)


def test_the_words_of_a_file_name_outweigh_the_silence_of_the_describer(
    viscite: Viscite, photo: Callable[..., Path]
) -> None:
    folder = photo("blue.png", "red").parent
    photo("other.png", "green")
    viscite.index([folder], "default")
    by_name = {
        Path(hit.path).name: hit for hit in viscite.search(SearchRequest(text="blue", fold=False), "default").hits
    }
    assert by_name["blue.png"].confidence > by_name["other.png"].confidence
