"""What is known of every row of a version without reading it: what filters look at, and where the files lie."""

from __future__ import annotations

import difflib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from store.errors import InvalidInput
from store.filters import BETWEEN_TAGS, IN_PIXELS, OBLONG, check, is_under, tag_key
from store.records import Bound, Filters, Orientation, Range
from store.tables import HASH_BYTES
from store.vector_views import Mask

if TYPE_CHECKING:
    from lancedb.table import Table

COLUMNS = ["id", "kind", "sha256", "page", "width", "height", "captured_at", "tags"]

NAMED_TAGS = 5
"""Tags that the message about an unknown one names."""

Hashes = npt.NDArray[np.uint64]
"""uint64[n, HASH_BYTES / 8]"""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Row i of `items` has `ids[i]`, `kinds[i]`, `contents[i]`."""

    ids: Sequence[str]
    kinds: Sequence[str]
    contents: Sequence[str]
    pages: Sequence[int | None]
    row_of: Mapping[str, int]
    places: Sequence[tuple[str, int | None]]
    """The content and the page of each row."""
    paths: Mapping[str, Sequence[str]]
    """The paths of each content (sha256) that is wholly indexed, sorted."""
    visible: Mask
    """bool[n]: the rows whose sources are wholly indexed."""
    columns: pa.Table
    """`COLUMNS` of each row, for the filters."""
    hashes: Hashes
    """The perceptual hash of each row, zeros where there is none."""
    is_hashed: Mask
    """bool[n]: the rows that have a perceptual hash."""

    @classmethod
    def of(cls, columns: pa.Table, sources: pa.Table) -> Catalogue:
        """The catalogue of the `columns` of a table, of which the contents of `sources` are wholly indexed."""
        hashes = columns["picture_hash"].to_pylist()
        paths: dict[str, list[str]] = defaultdict(list)
        for path, sha256 in zip(sources["path"].to_pylist(), sources["sha256"].to_pylist(), strict=True):
            paths[sha256].append(path)
        ids, contents, pages = (columns[name].to_pylist() for name in ("id", "sha256", "page"))
        return cls(
            ids=ids,
            kinds=columns["kind"].to_pylist(),
            contents=contents,
            pages=pages,
            places=list(zip(contents, pages, strict=True)),
            visible=_among(columns["sha256"], list(paths)),
            row_of={identity: row for row, identity in enumerate(ids)},
            paths={content: sorted(found) for content, found in paths.items()},
            columns=columns.select(COLUMNS).combine_chunks(),
            hashes=as_hashes([one or bytes(HASH_BYTES) for one in hashes]),
            is_hashed=columns["picture_hash"].is_valid().to_numpy(),
        )

    def contents_under(self, folders: Sequence[str]) -> list[str]:
        """The contents that have a path under one of `folders`."""
        return [sha256 for sha256, paths in self.paths.items() if any(is_under(path, folders) for path in paths)]

    def allowed(self, filters: Filters) -> Mask:
        """bool[n]: the rows that `filters` keep, of wholly indexed sources alone.

        Raises `InvalidInput` for filters that contradict each other, and for a tag that nothing has.
        """
        check(filters)
        return reduce(np.logical_and, self._masks(filters), self.visible)

    def _masks(self, filters: Filters) -> Iterator[Mask]:
        if filters.under:
            yield _among(self.columns["sha256"], self.contents_under(filters.under))
        if filters.kinds:
            yield _among(self.columns["kind"], [str(kind) for kind in filters.kinds])
        yield from _within(self.columns["captured_at"], filters.taken)
        yield from _within(self.columns["page"], filters.pages)
        if not filters.size.is_open or filters.orientations:
            yield from self._shapes(filters)
        for tag in filters.tags:
            mask = _mask(pc.match_substring(self.columns["tags"], BETWEEN_TAGS + tag_key(tag) + BETWEEN_TAGS))
            if not mask.any():
                raise self._unknown(tag)
            yield mask

    def _shapes(self, filters: Filters) -> Iterator[Mask]:
        width, height = (self.columns[side].to_numpy().astype(np.float64) for side in ("width", "height"))
        if not filters.size.is_open:
            yield _among(self.columns["kind"], [str(kind) for kind in IN_PIXELS])
        if filters.size.least is not None:
            yield np.minimum(width, height) >= filters.size.least
        if filters.size.most is not None:
            yield np.minimum(width, height) <= filters.size.most
        if filters.orientations:
            is_wide, is_high = width >= height * OBLONG, height >= width * OBLONG
            shapes = {
                Orientation.LANDSCAPE: is_wide & (width > 0),
                Orientation.PORTRAIT: is_high & (height > 0),
                Orientation.SQUARE: ~is_wide & ~is_high,
            }
            yield reduce(np.logical_or, [shapes[shape] for shape in filters.orientations])

    def _unknown(self, tag: str) -> InvalidInput:
        """The complaint about a tag that nothing has, which names some that are near it."""
        lists = self.columns["tags"].drop_null().to_pylist()
        counts = Counter(name for names in lists for name in names.strip(BETWEEN_TAGS).split(BETWEEN_TAGS))
        key = tag_key(tag)
        if not counts:
            return InvalidInput(f"Nothing in this collection has the tag '{tag}', or any other.")
        holding = [name for name, _ in counts.most_common() if key in name.split() or name in key.split()]
        near = list(dict.fromkeys([*difflib.get_close_matches(key, counts, NAMED_TAGS), *holding]))[:NAMED_TAGS]
        if near:
            return InvalidInput(f"Nothing has the tag '{tag}'. Tags near it: {', '.join(near)}.")
        common = ", ".join(name for name, _ in counts.most_common(NAMED_TAGS))
        return InvalidInput(f"Nothing has the tag '{tag}', nor one near it. Common tags here: {common}.")

    def rows_on(self, sha256: str, page: int | None) -> list[int]:
        """The rows of what lies on a page of some content."""
        of_content = np.flatnonzero(_mask(pc.equal(self.columns["sha256"], sha256)) & self.visible)
        return [row for row in of_content.tolist() if self.pages[row] == page]

    def rows(self, chosen: Sequence[int]) -> list[dict[str, Any]]:
        """What is known of the `chosen` rows, by column."""
        hashes = ({"picture_hash": self.hashes[row].tobytes() if self.is_hashed[row] else None} for row in chosen)
        return [row | found for row, found in zip(self.columns.take(chosen).to_pylist(), hashes, strict=True)]

    def tags(self, row: int) -> list[str]:
        """The tags of a row, as `tag_key` gives them."""
        names = self.columns["tags"][row].as_py()
        return names.strip(BETWEEN_TAGS).split(BETWEEN_TAGS) if names else []

    def path(self, row: int, under: Sequence[str]) -> str:
        """Where the item of a row lies: of several copies the first under `under` that is still there."""
        paths = [path for path in self.paths[self.contents[row]] if is_under(path, under)]
        if len(paths) == 1:
            return paths[0]
        return next((path for path in paths if Path(path).exists()), paths[0])


def read_columns(items: Table) -> pa.Table:
    """What `Catalogue.of` takes, and LanceDB's own id of each row as `_rowid`."""
    return items.search().with_row_id(True).select([*COLUMNS, "picture_hash", "_rowid"]).to_arrow()


def as_hashes(hashes: Sequence[bytes]) -> Hashes:
    """Hashes of `HASH_BYTES` bytes in one array."""
    return np.frombuffer(b"".join(hashes), np.uint64).reshape(len(hashes), HASH_BYTES // 8)


def _mask(values: Any) -> Mask:
    """bool[n] of an Arrow column of truth values, where null is false."""
    mask: Mask = pc.fill_null(values, False).to_numpy()
    return mask


def _among(column: pa.ChunkedArray, values: Sequence[str]) -> Mask:
    return _mask(pc.is_in(column, pa.array(values, pa.string())))


def _within(column: pa.ChunkedArray, bounds: Range[Bound]) -> Iterator[Mask]:
    if bounds.least is not None:
        yield _mask(pc.greater_equal(column, bounds.least))
    if bounds.most is not None:
        yield _mask(pc.less_equal(column, bounds.most))
