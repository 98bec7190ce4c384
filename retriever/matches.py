"""What the items that a search looks at say of the words it looks for; each is read once for all who ask."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from retriever.explanation import Said
from store.filters import TAGGED
from store.reader import Reader
from store.records import Item, Query


@dataclass(frozen=True, slots=True)
class Match:
    """An item without its vectors, the path of its file, and where it holds which of the words."""

    item: Item
    path: str
    said: Said


class Shares(NamedTuple):
    """The share of the words that an item holds, and of those that it states: all but what only the description of a
    picture guesses."""

    held: float
    stated: float


NO_WORDS = Shares(0.0, 0.0)


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

    def shares(self, rows: Sequence[int]) -> list[Shares]:
        """The shares of the words that each of `rows` holds."""
        if not self._wanted:
            return [NO_WORDS] * len(rows)
        found = self._reader.holding(list(self._wanted.values()), rows)
        if found is None:
            return [self._shares(match) for match in self.of(rows)]
        return [Shares(*shares) for shares in zip(*(flags.mean(axis=0).tolist() for flags in found), strict=True)]

    def _shares(self, match: Match) -> Shares:
        said, is_guessed = match.said, match.item.kind in TAGGED
        stated = len(said.words) - len(said.in_description) * is_guessed
        return Shares(len(said.words) / len(self._wanted), stated / len(self._wanted))

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
