"""Near copies of a picture shown once: folded under the best of them in a ranking.

Two things must agree. The perceptual hash knows the layout of light and dark, and nothing of what is shown; the
encoder's vector knows what is shown, and little of the layout. Two photos of one scene agree in the second alone, two
pictures of one design in the first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from store.catalogue import Hashes
from store.reader import Reader

MOST_BITS = 64
"""Bits of 256 in which the hashes of near copies may differ. By `scripts/near_copies.py` on `val`, copies of other
quality, size and brightness differ in up to 28, one that lost 2 % of each side in 38, 3 % in 62 (95th percentiles); the
nearest of 513,591 pairs of different photos in 76."""

LEAST_LIKENESS = 0.7
"""The inner product that the vectors of near copies reach at least: in the same run 95 % of all sorts of copies have
0.82 or more, and 0.5 % of the pairs of different photos 0.7."""


def copies_of(reader: Reader, rows: Sequence[int]) -> Mapping[int, int]:
    """For each of `rows`, best first, that is a near copy of a better one: the best one that it is a copy of.

    A row that others are folded under is folded under none, so a chain of small changes does not join its ends.
    """
    catalogue = reader.catalogue
    hashed = [row for row in rows if catalogue.is_hashed[row]]
    is_close = distances(catalogue.hashes[hashed]) <= MOST_BITS
    # Vectors are read from disk, and only those of the few rows whose hashes agree with another's.
    suspects = np.flatnonzero(is_close.sum(axis=1) > 1)
    if not len(suspects):
        return {}
    vectors = reader.image_vectors([hashed[place] for place in suspects])
    agree = (vectors @ vectors.T >= LEAST_LIKENESS) & is_close[np.ix_(suspects, suspects)]
    folded: dict[int, int] = {}
    for place, suspect in enumerate(suspects):
        better = (hashed[suspects[earlier]] for earlier in np.flatnonzero(agree[place, :place]))
        best = next((row for row in better if row not in folded), None)
        if best is not None:
            folded[hashed[suspect]] = best
    return folded


def distances(hashes: Hashes) -> npt.NDArray[np.uint16]:
    """uint16[n, n]: the bits in which hashes differ."""
    differing = np.zeros((len(hashes), len(hashes)), np.uint16)
    for word in hashes.T:
        differing += np.bitwise_count(word[:, None] ^ word)
    return differing
