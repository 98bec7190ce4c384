"""Carries sources over from one version of a collection to another of other models, without opening their files.

Descriptions, texts and full-text words do not depend on the encoder or embedder, and are taken as they are stored;
vectors are taken where their model is the same. Text vectors of another embedder are made from the stored texts. Image
vectors of another encoder need the picture, and stay empty here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from indexer.drafts import checked_vector, meaning_of
from indexer.report import Report
from indexer.run import Progress
from models.protocols import TextEmbedder
from store.errors import InvalidInput
from store.reader import Reader
from store.records import Kind, Source, SourceState, Vector
from store.tables import fitted_rows, vector_column
from store.writer import Writer

BATCH = 128
"""Sources that are committed together; a document of many pages is one."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What two versions share: whether image vectors, descriptions and text vectors of one do for the other."""

    image_vectors: bool
    descriptions: bool
    text_vectors: bool

    @classmethod
    def between(cls, old: Mapping[str, object], new: Mapping[str, object]) -> Kept:
        """By the fingerprints of both, by role."""
        same = [old.get(role) == new.get(role) for role in ("encoder", "describer", "embedder")]
        return cls(*same)

    @property
    def needs_no_file(self) -> bool:
        """Whether every item can be carried over whole."""
        return self.image_vectors and self.descriptions


class Carrier:
    """Carries sources from an open version to the one being written."""

    def __init__(self, old: Reader, writer: Writer, kept: Kept, embedder: TextEmbedder, report: Report) -> None:
        self._old = old
        self._writer = writer
        self._kept = kept
        self._embedder = embedder
        self._report = report
        # Of content that is in already, such as a copy whose file is still there, a source is all that is missing.
        self._states = {source.sha256: source.state for source in writer.sources.values()}

    def carry(self, sources: Sequence[Source], progress: Progress | None = None) -> None:
        """Commit the items of sources and then the sources, a batch at a time; those carried without their pictures are
        `UNSEEN`. Raises `StorageFailed` if the disk refuses; what was committed by then stays."""
        for start in range(0, len(sources), BATCH):
            batch = sources[start : start + BATCH]
            missing = {source.sha256 for source in batch} - self._states.keys()
            if missing:
                self._carry_items(missing, batch)
            with self._report.timed("write"):
                self._writer.mark_done([replace(one, state=self._states[one.sha256]) for one in batch])
            self._report.added += len(batch)
            self._report.carried += len(batch)
            if progress is not None:
                progress("Carrying over", start + len(batch), len(sources))

    def _carry_items(self, contents: set[str], batch: Sequence[Source]) -> None:
        stored = self._old.whole_rows(contents)
        rows = fitted_rows(stored, self._writer.schema)
        if not self._kept.image_vectors:
            rows = _with(rows, "image_vector", [None] * len(rows))
        if not self._kept.text_vectors:
            with self._report.timed("embed"):
                rows = _with(rows, "text_vector", self._text_vectors(stored))
        with self._report.timed("write"):
            self._writer.add_rows(rows)
        self._report.items.update(stored["kind"].to_pylist())
        seen = set(stored.filter(stored["image_vector"].is_valid())["sha256"].to_pylist())
        pictures = set(stored.filter(pc.equal(stored["kind"], Kind.IMAGE))["sha256"].to_pylist())
        for source in batch:
            if source.sha256 in contents:
                self._states[source.sha256] = self._state(source, source.sha256 in seen, source.sha256 in pictures)

    def _state(self, source: Source, had_pictures: bool, is_picture: bool) -> SourceState:
        if had_pictures and not self._kept.image_vectors:
            return SourceState.UNSEEN
        # Words of another describer do until its file is there again.
        return SourceState.QUICK if is_picture and not self._kept.descriptions else source.state

    def _text_vectors(self, stored: pa.Table) -> list[Vector | None]:
        """A vector for each row that had one. A vector that cannot be stored is left out, and the item named."""
        columns = (stored[name].to_pylist() for name in ("id", "kind", "description", "text"))
        rows = list(zip(*columns, stored["text_vector"].is_valid().to_pylist(), strict=True))
        meanings = [
            meaning_of(Kind(kind), description, text) if had else "" for _, kind, description, text, had in rows
        ]
        unique = list(dict.fromkeys(meaning for meaning in meanings if meaning))
        made = dict(zip(unique, self._embedder.encode(unique), strict=True)) if unique else {}
        fingerprint = self._embedder.fingerprint
        vectors: list[Vector | None] = []
        for (identity, *_), meaning in zip(rows, meanings, strict=True):
            try:
                vector = checked_vector(made[meaning], fingerprint.dimension, fingerprint.name) if meaning else None
            except InvalidInput as error:
                self._report.skip(f"item {identity}", f"kept without a text vector: {error}")
                vector = None
            vectors.append(vector)
        return vectors


def _with(rows: pa.Table, column: str, vectors: Sequence[Vector | None]) -> pa.Table:
    place = rows.schema.get_field_index(column)
    field = rows.schema.field(column)
    kept = [None if vector is None else np.asarray(vector, np.float32) for vector in vectors]
    return rows.set_column(place, field, vector_column(kept, field.type))
