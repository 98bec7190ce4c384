"""The words of all rows of a version, held in memory: the scores of the full-text index in a tenth of its time.

BM25 (Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009) with the constants of
LanceDB. What a stem adds to the score of a row that holds it does not depend on the query, and is computed beforehand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from scipy.sparse import csc_array

from store.records import Vector

K1 = 1.2
B = 0.75

Stems = tuple[str, ...]
"""The stems in a word without spaces, in their order: `("ice", "cream")` in `ice-cream`, none in `the`."""

Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class HeldWords:
    """`gains` is float32[rows, stems], sparse: what each stem adds to the score of a row. `places` are its columns."""

    gains: csc_array
    places: Mapping[str, int]

    @classmethod
    def of(cls, texts: pa.ChunkedArray, cut: Callable[[Sequence[str]], Mapping[str, Stems]]) -> HeldWords:
        """Of the text of each row; `cut` gives the stems of words."""
        split = pc.utf8_split_whitespace(pc.fill_null(texts, "")).combine_chunks()
        words = split.flatten().dictionary_encode()
        known = [str(word) for word in words.dictionary.to_pylist()]
        cuts = cut(known)
        places: dict[str, int] = {}
        columns = [[places.setdefault(stem, len(places)) for stem in cuts[word]] for word in known]
        word_of, row_of = words.indices.to_numpy(), np.repeat(np.arange(len(split)), pc.list_value_length(split))
        stem_of, row_of = _spread(columns, word_of, row_of)
        counts = csc_array((np.ones(len(stem_of), np.float32), (row_of, stem_of)), (len(split), len(places)))
        counts.sum_duplicates()
        return cls(_gains(counts), places)

    def scores(self, stems: Sequence[tuple[str, float]]) -> Vector:
        """float32[rows]: the sum of what `stems` add, each times its weight."""
        total = np.zeros(self.gains.shape[0], np.float32)
        for stem, weight in stems:
            if (place := self.places.get(stem)) is not None:
                held = slice(self.gains.indptr[place], self.gains.indptr[place + 1])
                total[self.gains.indices[held]] += np.float32(weight) * self.gains.data[held]
        return total

    def holding(self, stems: Iterable[str], rows: Integers) -> Flags:
        """bool[rows]: whether each of `rows` holds any of `stems`."""
        found = np.zeros(len(rows), bool)
        for stem in stems:
            if (place := self.places.get(stem)) is not None:
                held = self.gains.indices[self.gains.indptr[place] : self.gains.indptr[place + 1]]
                found |= held[np.searchsorted(held[:-1], rows)] == rows
        return found


def _spread(columns: Sequence[Sequence[int]], word_of: Integers, row_of: Integers) -> tuple[Integers, Integers]:
    """Column and row of every stem of the text, from the columns of each word, and word and row of every word of it."""
    sizes = np.array([len(some) for some in columns], np.int64)
    starts = np.cumsum(sizes) - sizes
    flat = np.array([column for some in columns for column in some], np.int64)
    repeats = sizes[word_of]
    within = np.arange(repeats.sum()) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    return flat[np.repeat(starts[word_of], repeats) + within], np.repeat(row_of, repeats)


def _gains(counts: csc_array) -> csc_array:
    """What each stem adds, from how often each row holds it."""
    rows = counts.shape[0]
    lengths = np.asarray(counts.sum(axis=1), np.float64).ravel()
    holding = np.diff(counts.indptr)
    rarity = np.log1p((rows - holding + 0.5) / (holding + 0.5))
    bar = K1 * (1 - B + B * lengths / max(lengths.mean(), 1e-9)) if rows else lengths
    gains = (K1 + 1) * counts.data / (counts.data + bar[counts.indices]) * np.repeat(rarity, holding)
    return csc_array((gains.astype(np.float32), counts.indices, counts.indptr), counts.shape)
