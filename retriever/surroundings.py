"""What stands on the pages of the best hits beside them, for an answer that leans on another part of a page."""

from __future__ import annotations

from collections.abc import Sequence

from store.reader import Reader
from store.records import Hit, Kind

PAGES = 2
"""Pages, those of the best hits in documents, that are read whole."""
MOST = 8
"""Passages that are added: those of two pages of forms or invoices."""


def with_surroundings(reader: Reader, hits: Sequence[Hit]) -> list[Hit]:
    """The hits, and behind them the other passages of the best pages, each as sure as the best hit of its page."""
    catalogue = reader.catalogue
    best: dict[tuple[str, int | None], Hit] = {}
    for hit in hits:
        if hit.item.page is not None:
            best.setdefault((hit.item.sha256, hit.item.page), hit)
    known = {hit.item.id for hit in hits}
    added: list[Hit] = []
    for place, hit in list(best.items())[:PAGES]:
        rows = [row for row in catalogue.rows_on(*place) if catalogue.ids[row] not in known]
        for item in reader.items([row for row in rows if catalogue.kinds[row] == Kind.PASSAGE]):
            rank = len(hits) + len(added) + 1
            added.append(Hit(rank, item, hit.path, hit.score, hit.confidence))
    return [*hits, *added[:MOST]]
