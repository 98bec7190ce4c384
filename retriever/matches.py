"""What the items that a search looks at say of the words it looks for; each is read once for all who ask."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from retriever.explanation import Said
from store.reader import Reader
from store.records import Item, Query


@dataclass(frozen=True, slots=True)
class Match:
    """An item without its vectors, the path of its file, and where it holds which of the words."""

    item: Item
    path: str
    said: Said


class Matches:
    """The matches of one query by row."""

    def __init__(self, reader: Reader, query: Query) -> None:
        self._reader = reader
        self._query = query
        self._known: dict[int, Match] = {}

    def of(self, rows: Sequence[int]) -> list[Match]:
        """The matches of `rows`, in that order."""
        new = [row for row in dict.fromkeys(rows) if row not in self._known]
        if new:
            items = self._reader.items(new)
            paths = [self._reader.catalogue.path(row, self._query.filters.under) for row in new]
            for row, item, path, said in zip(new, items, paths, self._said(items, paths), strict=True):
                self._known[row] = Match(item, path, said)
        return [self._known[row] for row in rows]

    def shares(self, rows: Sequence[int]) -> list[float]:
        """The share of the words that each of `rows` holds."""
        if not self._wanted:
            return [0.0] * len(rows)
        held = self._reader.holding(list(self._wanted.values()), rows)
        if held is None:
            return [len(match.said.words) / len(self._wanted) for match in self.of(rows)]
        shares: list[float] = held.mean(axis=0).tolist()
        return shares

    @cached_property
    def _wanted(self) -> dict[str, set[str]]:
        """Each word of the query that the full-text index looks for, with its stems."""
        words = list(dict.fromkeys(re.findall(r"\w+", self._query.words)))
        return {word: stems for word, stems in zip(words, self._reader.stems(words), strict=True) if stems}

    def _said(self, items: Sequence[Item], paths: Sequence[str]) -> list[Said]:
        if not self._wanted:
            return [Said() for _ in items]
        texts = [text for item, path in zip(items, paths, strict=True) for text in self._reader.said(item, path)]
        found = [
            tuple(word for word, stems in self._wanted.items() if stems & there) for there in self._reader.stems(texts)
        ]
        return [Said.of(*found[start : start + 3]) for start in range(0, len(found), 3)]
