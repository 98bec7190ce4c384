"""What the full-text index is asked for texts that are added and subtracted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from store.records import Weighted

if TYPE_CHECKING:
    from lancedb.query import FullTextQuery

COLUMN = "words"


def full_text_query(texts: Sequence[Weighted[str]]) -> FullTextQuery | None:
    """A query that scores a row by the BM25 of the added texts less that of the subtracted ones; None if none is added.

    Weights count in proportion to the largest, so that `2:dog` alone means what `dog` means.
    """
    from lancedb.query import BoostQuery

    added = [text for text in texts if text.weight > 0]
    taken = [text for text in texts if text.weight < 0]
    if not added:
        return None
    largest = max(text.weight for text in added)
    positive = _sum(added, largest)
    return BoostQuery(positive, _sum(taken, largest), negative_boost=1.0) if taken else positive


def _sum(texts: Sequence[Weighted[str]], largest: float) -> FullTextQuery:
    from lancedb.query import BooleanQuery, MatchQuery, Occur

    queries = [MatchQuery(text.part, COLUMN, boost=abs(text.weight) / largest) for text in texts]
    return queries[0] if len(queries) == 1 else BooleanQuery([(Occur.SHOULD, query) for query in queries])
