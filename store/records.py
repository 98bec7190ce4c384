"""The shared vocabulary of Viscite: the only types that cross a package boundary.

Every class is a frozen, slotted dataclass. A name means one thing everywhere: class, column, JSON field,
command-line flag and documentation.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float32]
"""float32[d], of unit length."""

Box = tuple[float, float, float, float]
"""x0, y0, x1, y1 with the origin top-left: PDF points on a page, pixels on an image."""


class Kind(StrEnum):
    """What sort of thing was found."""

    IMAGE = "image"
    PAGE = "page"
    FIGURE = "figure"
    PASSAGE = "passage"


class Orientation(StrEnum):
    """The shape of a picture or page. One is square if its longer side is less than a twentieth longer."""

    LANDSCAPE = "landscape"
    PORTRAIT = "portrait"
    SQUARE = "square"


class SourceState(StrEnum):
    """How far a source has come. In every state all its items are in, and searched."""

    DONE = "done"
    QUICK = "quick"
    """Its picture is described in haste, and still to be described in full."""
    UNREAD = "unread"
    """Its picture is described but for text that it may hold."""
    UNSEEN = "unseen"
    """Carried over from a version of other models while its file was gone: its pictures are still to be encoded."""


class Verdict(StrEnum):
    """What the check of a claim against its evidence found."""

    SUPPORTED = "supported"
    PARTIAL = "partial"
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True, slots=True)
class Source:
    """One file of a collection. `path` is absolute; `mtime_ns` is nanoseconds since the epoch."""

    path: str
    sha256: str
    size: int
    mtime_ns: int
    media_type: str
    state: SourceState = SourceState.DONE


@dataclass(frozen=True, slots=True)
class Tag:
    """A name for something in a picture, with the probability that the describer gives it."""

    name: str
    probability: float


@dataclass(frozen=True, slots=True)
class ReadLine:
    """A line of text that was read in a picture, with the probability that it was read right.

    `box` is left, top, right, bottom as shares of the width and height, 0 to 1; `turn` by how many degrees clockwise
    the line is turned, by quarters and by a few degrees where the page lies askew.
    """

    text: str
    box: Box
    probability: float
    turn: float = 0.0


@dataclass(frozen=True, slots=True)
class Description:
    """What a describer says of a picture: the `sentence` that is embedded, searched and quoted, and its parts.

    `caption_probability` is how likely the caption is right. `is_quick` is whether the same describer would say more
    with more time, and `may_hold_text` whether the picture may hold text that was not read.
    """

    sentence: str
    caption: str | None = None
    caption_probability: float | None = None
    tags: tuple[Tag, ...] = ()
    lines: tuple[ReadLine, ...] = ()
    colors: tuple[str, ...] = ()
    is_quick: bool = False
    may_hold_text: bool = False

    @property
    def state(self) -> SourceState:
        """That of a source whose picture is described so."""
        if self.is_quick:
            return SourceState.QUICK
        return SourceState.UNREAD if self.may_hold_text else SourceState.DONE

    @property
    def text(self) -> str:
        """The lines that were read, one below the other."""
        return "\n".join(line.text for line in self.lines)


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that can be found. Paths are kept beside it, in the sources with the same `sha256`.

    `text` is the text read in or extracted from it; `width` and `height` are pixels for an image and PDF points
    for a page; `captured_at` is ISO 8601 without a zone, as cameras write it. Pictures that look the same have a
    `picture_hash` of nearly the same bits.
    """

    id: str
    kind: Kind
    sha256: str
    page: int | None = None
    box: Box | None = None
    description: str = ""
    text: str = ""
    image_vector: Vector | None = None
    text_vector: Vector | None = None
    width: float = 0
    height: float = 0
    captured_at: str | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)
    picture_hash: bytes | None = None


def item_id(
    sha256: str,
    kind: Kind,
    page: int | None = None,
    box: Box | None = None,
    lines: tuple[int, int] | None = None,
) -> str:
    """The id of an item: the same content, kind, page and box give the same id wherever the file lies.

    `lines` are the first and the last of a text file, which has no pages.
    """
    place = "" if box is None else ",".join(f"{edge:.2f}" for edge in box)
    if lines is not None:
        place = f"lines {lines[0]}-{lines[1]}"
    return hashlib.sha256(f"{sha256}/{kind}/{page}/{place}".encode()).hexdigest()[:32]


Bound = TypeVar("Bound", str, int)


@dataclass(frozen=True, slots=True)
class Range(Generic[Bound]):
    """From `least` to `most`, both included. None is no bound."""

    least: Bound | None = None
    most: Bound | None = None

    @property
    def is_open(self) -> bool:
        """Whether it keeps everything."""
        return self.least is None and self.most is None


@dataclass(frozen=True, slots=True)
class Filters:
    """Restrictions on what may be found. Empty means all; what has several must meet each.

    `under` holds absolute paths of files or folders. `taken` is compared with `captured_at`, to the second. `size` is
    the shorter side of a picture in pixels. An item has one of `kinds` and of `orientations`, and all of `tags`.
    """

    kinds: tuple[Kind, ...] = ()
    under: tuple[str, ...] = ()
    taken: Range[str] = field(default_factory=Range)
    pages: Range[int] = field(default_factory=Range)
    size: Range[int] = field(default_factory=Range)
    orientations: tuple[Orientation, ...] = ()
    tags: tuple[str, ...] = ()


Part = TypeVar("Part")


@dataclass(frozen=True, slots=True)
class Weighted(Generic[Part]):
    """A part of a query: added with its weight, or subtracted where that is negative."""

    part: Part
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for: texts, and image vectors of the visual space, added and subtracted, and filters.

    `text` is added with weight 1, as what a person would call the query; `texts` are further ones. With `fold`, near
    copies of a picture are one hit, and with `group` all that is found in one file. The hits from place `offset` on
    are wanted, counting from 0.
    """

    text: str = ""
    texts: tuple[Weighted[str], ...] = ()
    images: tuple[Weighted[Vector], ...] = ()
    filters: Filters = field(default_factory=Filters)
    limit: int = 10
    offset: int = 0
    min_confidence: float = 0.0
    fold: bool = True
    group: bool = False

    @property
    def words(self) -> str:
        """All texts that are added."""
        return " ".join(text for text in (self.text, *(one.part for one in self.texts if one.weight > 0)) if text)


@dataclass(frozen=True, slots=True)
class Signal:
    """One channel's word on an item. `rank` counts from 1; `terms` are the matched words of the lexical channel."""

    channel: str
    score: float
    rank: int
    probability: float | None = None
    terms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Copy:
    """A near copy of the picture of a hit, and where it lies."""

    id: str
    path: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A found item. `score` orders the hits of one query; `confidence` in [0, 1] compares between queries.

    `copies` are the near copies folded under it, the best first; `others` what else was found in the same file.
    `explanation` says in a sentence why it was found.
    """

    rank: int
    item: Item
    path: str
    score: float
    confidence: float
    snippet: str = ""
    signals: tuple[Signal, ...] = ()
    copies: tuple[Copy, ...] = ()
    others: tuple[Hit, ...] = ()
    explanation: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A hit with the number, counting from 1, under which an answer may cite it."""

    number: int
    hit: Hit


@dataclass(frozen=True, slots=True)
class Claim:
    """One sentence of an answer, the evidence numbers it cites, and what the check of them found.

    `support` in [0, 1] is how strongly the cited evidence supports the text.
    """

    text: str
    citations: tuple[int, ...]
    verdict: Verdict
    support: float
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Citation:
    """Cited evidence and the words of it that the answer leans on.

    `boxes` are the places of these words, those that bear the answer first; empty where only the item's place is known.
    """

    evidence: Evidence
    quote: str
    boxes: tuple[Box, ...] = ()

    @property
    def box(self) -> Box | None:
        """The place of the first words quoted, or that of the item; None for the whole of it."""
        return self.boxes[0] if self.boxes else self.evidence.hit.item.box


@dataclass(frozen=True, slots=True)
class Removed:
    """A sentence that was taken out of an answer, and why."""

    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A checked answer. `text` is what a person reads; it cites only numbers that are in `citations`."""

    question: str
    text: str
    claims: Sequence[Claim]
    citations: Sequence[Citation]
    removed: Sequence[Removed]
    abstained: bool
