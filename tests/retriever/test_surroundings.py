"""What stands on the pages of the best hits is evidence too."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from api.search_request import SearchRequest
from api.service import Viscite
from retriever.surroundings import with_surroundings
from store.records import Kind

LONG = " ".join(f"Sentence {number} of the report speaks of the harbour and its quays." for number in range(20))


def test_the_rest_of_the_best_page_stands_behind_the_hits(viscite: Viscite, pdf: Callable[..., Path]) -> None:
    viscite.index([pdf("report.pdf", LONG, "Another page about lighthouses.")], "default")
    reader = viscite.retriever("default").reader
    passages = [row for row, kind in enumerate(reader.catalogue.kinds) if kind == Kind.PASSAGE]
    hits = viscite.search(SearchRequest(text="harbour quays", limit=1), "default").hits
    found = with_surroundings(reader, hits)
    beside = reader.catalogue.rows_on(hits[0].item.sha256, hits[0].item.page)
    expected = {reader.catalogue.ids[row] for row in beside if row in passages} | {hits[0].item.id}
    assert len(expected) > 1
    assert {hit.item.id for hit in found} == expected
    assert [hit.rank for hit in found] == list(range(1, len(found) + 1))
    assert found[0] is hits[0]


def test_pictures_have_none(viscite: Viscite, photo: Callable[..., Path]) -> None:
    viscite.index([photo("red.jpg", "red")], "default")
    reader = viscite.retriever("default").reader
    hits = viscite.search(SearchRequest(text="red"), "default").hits
    assert with_surroundings(reader, hits) == list(hits)
