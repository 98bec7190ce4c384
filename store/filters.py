"""Filters as typed expressions of LanceDB. No text of a user ever becomes SQL."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce
from typing import TYPE_CHECKING, Any

from store.errors import InvalidInput
from store.records import Bound, Filters, Kind, Orientation, Range

if TYPE_CHECKING:
    from lancedb.expr import Expr

IN_PIXELS = (Kind.IMAGE,)
"""Kinds whose width and height are pixels; those of a figure are its page's, in points."""

PAGED = (Kind.PAGE, Kind.PASSAGE, Kind.FIGURE)
"""Kinds that stand on a page."""

TAGGED = (Kind.IMAGE, Kind.FIGURE)
"""Kinds that a describer gives tags."""

OBLONG = 1.05
"""From this ratio of the sides on a picture is no square: scans and screenshots are seldom square to the pixel."""

BETWEEN_TAGS = "\n"
"""Stands around every tag in the column `tags`. LanceDB's expressions know no lists."""


def is_under(path: str, folders: Sequence[str]) -> bool:
    """Whether the absolute `path` is one of `folders` or lies in one. No folders at all means anywhere."""
    return not folders or any(path == folder or path.startswith(folder.rstrip("/") + "/") for folder in folders)


def tag_key(name: str) -> str:
    """A tag as it is compared: in small letters, on one line."""
    return " ".join(name.casefold().split())


def tags_column(names: Sequence[str]) -> str | None:
    """What the column `tags` holds for an item with these tags."""
    keys = dict.fromkeys(key for name in names if (key := tag_key(name)))
    return BETWEEN_TAGS + BETWEEN_TAGS.join(keys) + BETWEEN_TAGS if keys else None


def check(filters: Filters) -> None:
    """Raises `InvalidInput`, saying why, for filters that nothing can ever meet."""
    if any(not tag_key(tag) for tag in filters.tags):
        raise InvalidInput("A tag without a name. Give one, as in: --tag dog")
    _check_order("date taken", filters.taken)
    _check_order("page", filters.pages)
    _check_order("size", filters.size)
    if filters.pages.most is not None and filters.pages.most < 1:
        raise InvalidInput("Pages count from 1.")
    able = {
        "page number": (not filters.pages.is_open, PAGED),
        "size in pixels": (not filters.size.is_open, IN_PIXELS),
        "date taken": (not filters.taken.is_open, (Kind.IMAGE,)),
        "tag": (bool(filters.tags), TAGGED),
    }
    kinds, why = set(filters.kinds or Kind), [f"kind {' or '.join(filters.kinds)}"] if filters.kinds else []
    for name, (is_asked, having) in able.items():
        if is_asked:
            kinds, why = kinds & set(having), [*why, f"a {name}"]
    if not kinds:
        raise InvalidInput(
            f"The filters contradict each other: nothing has {' and '.join(why)}. Only pictures have a date taken, "
            "a size in pixels or a tag; only pages, and what stands on them, have a page number. Leave one out."
        )


def _check_order(name: str, bounds: Range[Bound]) -> None:
    if bounds.least is not None and bounds.most is not None and bounds.least > bounds.most:
        raise InvalidInput(
            f"The filter on the {name} contradicts itself: from {bounds.least} to {bounds.most}. "
            "Write the smaller one first."
        )


def expression(filters: Filters, contents: Sequence[str] | None) -> Expr | None:
    """What LanceDB is to keep: items that meet the filters, of the `contents` (sha256) that lie under the paths.

    `contents` is None where paths do not matter. Returns None where everything is kept.
    """
    parts = list(_parts(filters, contents))
    return reduce(lambda kept, part: kept.and_(part), parts) if parts else None


def _parts(filters: Filters, contents: Sequence[str] | None) -> Iterator[Expr]:
    from lancedb.expr import col, lit

    if filters.kinds:
        yield col("kind").isin([str(kind) for kind in filters.kinds])
    if contents is not None:
        yield col("sha256").isin(list(contents))
    yield from _within(col("captured_at"), filters.taken)
    yield from _within(col("page"), filters.pages)
    width, height = col("width").cast("float64"), col("height").cast("float64")
    if not filters.size.is_open:
        yield col("kind").isin([str(kind) for kind in IN_PIXELS])
    if filters.size.least is not None:
        yield width.gte(lit(filters.size.least)).and_(height.gte(lit(filters.size.least)))
    if filters.size.most is not None:
        yield width.lte(lit(filters.size.most)).or_(height.lte(lit(filters.size.most)))
    if filters.orientations:
        is_wide, is_high = width.gte(height * lit(OBLONG)), height.gte(width * lit(OBLONG))
        shapes = {
            Orientation.LANDSCAPE: is_wide.and_(width.gt(lit(0.0))),
            Orientation.PORTRAIT: is_high.and_(height.gt(lit(0.0))),
            Orientation.SQUARE: width.lt(height * lit(OBLONG)).and_(height.lt(width * lit(OBLONG))),
        }
        yield reduce(lambda one, other: one.or_(other), [shapes[shape] for shape in filters.orientations])
    for tag in filters.tags:
        yield col("tags").contains(lit(BETWEEN_TAGS + tag_key(tag) + BETWEEN_TAGS))


def _within(column: Any, bounds: Range[Bound]) -> Iterator[Expr]:
    from lancedb.expr import lit

    if bounds.least is not None:
        yield column.gte(lit(bounds.least))
    if bounds.most is not None:
        yield column.lte(lit(bounds.most))
