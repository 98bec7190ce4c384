"""What score each item usually has, whatever is asked: mean and deviation over a bank of queries that should match
nothing, and for queries with a picture over a sample of the version's own pictures. Kept beside the version.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from models.protocols import ImageTextEncoder, Matrix, TextEmbedder
from store.reader import Reader
from store.records import Kind
from store.vector_views import VectorColumn

FILE_NAME = "background.npz"

COLUMNS: Mapping[str, VectorColumn] = {
    "visual": "image_vector",
    "picture": "image_vector",
    "semantic": "text_vector",
}
"""Where the vectors of a channel lie. `picture` is the visual channel of a query with a picture."""

SAMPLE = 400
"""Pictures of the version that stand for queries with a picture."""

COPY = 0.95
"""Likeness from which two pictures are copies of each other, which no chance achieves."""

LEAST_DEVIATION = 0.01

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Usual:
    """float32[n]: mean and deviation of the scores of each row by chance."""

    mean: Floats
    deviation: Floats

    def standard(self, row: int, score: float) -> float:
        """The score of a row in deviations above what it usually has."""
        return (score - float(self.mean[row])) / float(self.deviation[row])


@dataclass(frozen=True, slots=True)
class Background:
    """The vectors of the banks, float32[q, d], and what is usual for each row, by channel."""

    banks: Mapping[str, Matrix]
    usual: Mapping[str, Usual]

    @classmethod
    def measure(
        cls, reader: Reader, encoder: ImageTextEncoder, embedder: TextEmbedder, texts: tuple[str, ...]
    ) -> Background:
        """Encode the banks, see what every row scores with them, and keep it beside the version."""
        banks = {"visual": encoder.encode_texts(texts), "semantic": embedder.encode(texts)}
        pictures = _sample(reader)
        if len(pictures):
            banks["picture"] = pictures
        return cls(banks, {})._brought_up_to_date(reader, np.empty(0, "S32"))

    @classmethod
    def open(cls, reader: Reader) -> Background | None:
        """The background kept with a version, with what came since; None where there is none that can be read."""
        try:
            with np.load(reader.folder / FILE_NAME) as kept:
                known = kept["ids"]
                banks = {channel: kept[f"{channel}_bank"] for channel in COLUMNS if f"{channel}_bank" in kept}
                usual = {channel: Usual(kept[f"{channel}_mean"], kept[f"{channel}_deviation"]) for channel in banks}
        except (OSError, ValueError, KeyError):
            return None
        if np.array_equal(known, _ids(reader)):
            return cls(banks, usual)
        return cls(banks, usual)._brought_up_to_date(reader, known)

    def maxima(self, reader: Reader) -> Iterator[tuple[str, Floats]]:
        """For each channel, float32[q]: the highest standard score of each query of its bank."""
        for channel, bank in self.banks.items():
            best = np.full(len(bank), np.nan, np.float32)
            usual = self.usual[channel]
            for rows, vectors in reader.vector_batches(COLUMNS[channel]):
                rows, vectors = rows[reader.catalogue.visible[rows]], vectors[reader.catalogue.visible[rows]]
                scores = (_scores(channel, bank, vectors) - usual.mean[rows]) / usual.deviation[rows]
                best = np.fmax(best, np.fmax.reduce(scores, axis=1, initial=np.nan))
            heard = best[np.isfinite(best)]
            if len(heard):
                yield channel, heard

    def _brought_up_to_date(self, reader: Reader, known: npt.NDArray[np.bytes_]) -> Background:
        """The same with the rows of `reader`, of which those with the ids `known` need not be looked at again."""
        ids = _ids(reader)
        order = np.argsort(known)
        at = np.searchsorted(known, ids, sorter=order)
        places = order[np.minimum(at, len(known) - 1)] if len(known) else np.zeros(len(ids), np.int64)
        old = known[places] == ids if len(known) else np.zeros(len(ids), bool)
        usual = {channel: self._usual(reader, channel, places, old) for channel in self.banks}
        # Where there is no room for it, it is measured again by the next who opens the version.
        with suppress(OSError):
            _keep(reader.folder / FILE_NAME, ids, self.banks, usual)
        return Background(self.banks, usual)

    def _usual(self, reader: Reader, channel: str, places: npt.NDArray[np.int64], old: npt.NDArray[np.bool_]) -> Usual:
        mean, deviation = np.zeros(len(places), np.float32), np.ones(len(places), np.float32)
        if old.any():
            mean[old] = self.usual[channel].mean[places[old]]
            deviation[old] = self.usual[channel].deviation[places[old]]
        for rows, vectors in reader.vector_batches(COLUMNS[channel]):
            new = ~old[rows]
            if new.any():
                scores = _scores(channel, self.banks[channel], vectors[new])
                heard = np.isfinite(scores).sum(axis=0) > 1
                mean[rows[new][heard]] = np.nanmean(scores[:, heard], axis=0)
                deviation[rows[new][heard]] = np.maximum(np.nanstd(scores[:, heard], axis=0), LEAST_DEVIATION)
        return Usual(mean, deviation)


def _scores(channel: str, bank: Matrix, vectors: Matrix) -> Floats:
    """float32[q, m]: inner products; NaN between a picture and its copies, itself among them."""
    scores = bank @ vectors.T
    return np.where(scores >= COPY, np.float32(np.nan), scores) if channel == "picture" else scores


def _sample(reader: Reader) -> Matrix:
    """float32[q, d]: the vectors of up to SAMPLE pictures, evenly spread over the version."""
    pictures = np.isin(reader.catalogue.kinds, [Kind.IMAGE, Kind.FIGURE]) & reader.catalogue.visible
    rows = np.flatnonzero(pictures)
    chosen = np.zeros(len(pictures), bool)
    chosen[rows[np.linspace(0, len(rows) - 1, min(SAMPLE, len(rows))).astype(np.int64)]] = True
    found = [vectors[chosen[rows]] for rows, vectors in reader.vector_batches("image_vector")]
    return np.concatenate(found) if found else np.empty((0, 0), np.float32)


def _ids(reader: Reader) -> npt.NDArray[np.bytes_]:
    return np.array(reader.catalogue.ids, dtype="S32")


def _keep(path: Path, ids: npt.NDArray[np.bytes_], banks: Mapping[str, Matrix], usual: Mapping[str, Usual]) -> None:
    arrays: dict[str, Any] = {"ids": ids}
    for channel, bank in banks.items():
        arrays[f"{channel}_bank"] = bank
        arrays[f"{channel}_mean"] = usual[channel].mean
        arrays[f"{channel}_deviation"] = usual[channel].deviation
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    with temporary.open("wb") as file:
        np.savez(file, **arrays)
    temporary.replace(path)
