"""A search as a person asks it, what is wrong with it, and how its parts are written on the command line."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from api.settings import Settings
from store.dates import first_moment, last_moment
from store.errors import InvalidInput
from store.names import is_text, places
from store.records import Filters, Kind, Orientation, Range, Weighted

WEIGHTED = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+)):(.+)", re.DOTALL)
"""A weight before a text or a file, as in `0.5:people`."""

SPAN = re.compile(r"(?P<least>.*?)\.\.(?P<most>.*)", re.DOTALL)
"""From one value to another, as in `2019..2021`, `2019..` or `..2021`."""


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """A search with pictures as encoded bytes.

    `text` and `images` are added with weight 1; `parts` are further texts and pictures, added and subtracted. The
    bounds of `taken` are years, months or days, both included.
    """

    text: str = ""
    images: tuple[bytes, ...] = ()
    parts: tuple[Weighted[str] | Weighted[bytes], ...] = ()
    kinds: tuple[Kind, ...] = ()
    under: tuple[str, ...] = ()
    taken: Range[str] = field(default_factory=Range)
    pages: Range[int] = field(default_factory=Range)
    size: Range[int] = field(default_factory=Range)
    orientations: tuple[Orientation, ...] = ()
    tags: tuple[str, ...] = ()
    limit: int = 10
    offset: int = 0
    min_confidence: float = 0.0
    fold: bool = True
    group: bool = False

    def texts(self) -> tuple[Weighted[str], ...]:
        """The further texts."""
        return tuple(Weighted(one.part.strip(), one.weight) for one in self.parts if isinstance(one.part, str))

    def pictures(self) -> tuple[Weighted[bytes], ...]:
        """All pictures."""
        further = (Weighted(one.part, one.weight) for one in self.parts if isinstance(one.part, bytes))
        return (*map(Weighted, self.images), *further)

    def filters(self) -> Filters:
        """The filters, with paths made absolute and dates to the second. Raises `InvalidInput` for what is no date."""
        least, most = self.taken.least, self.taken.most
        return Filters(
            kinds=self.kinds,
            under=tuple(place for one in self.under for place in places(one)),
            taken=Range(first_moment(least) if least else None, last_moment(most) if most else None),
            pages=self.pages,
            size=self.size,
            orientations=self.orientations,
            tags=self.tags,
        )

    def check(self, settings: Settings) -> None:
        """Raises `InvalidInput` for a search beyond the limits or without anything to look for."""
        texts, pictures = self.texts(), self.pictures()
        if not self.text.strip() and not texts and not pictures:
            raise InvalidInput("Nothing to search for: give some words, a picture, or both.")
        if any(not one.part for one in texts):
            raise InvalidInput("A text to add or to leave out is empty. Give some words or the name of a picture.")
        if not all(map(is_text, (self.text, *(one.part for one in texts)))):
            raise InvalidInput("The words hold half a character, which is no Unicode. Write them anew.")
        longest = max(len(self.text), *(len(one.part) for one in texts), 0)
        if longest > settings.max_query_characters:
            raise InvalidInput(
                f"A query of {longest:,} characters; at most {settings.max_query_characters:,} are read. "
                "Shorten it to what should be found."
            )
        if len(texts) > settings.max_query_texts:
            raise InvalidInput(f"More than {settings.max_query_texts} texts in one query. Leave some out.")
        if len(pictures) > settings.max_query_images:
            raise InvalidInput(f"More than {settings.max_query_images} pictures in one query. Leave some out.")
        for weight in (part.weight for part in self.parts):
            if not math.isfinite(weight) or not 0 < abs(weight) <= settings.max_weight:
                raise InvalidInput(f"A weight of {weight:g}; it must be above 0 and at most {settings.max_weight:g}.")
        if max(map(len, (self.kinds, self.under, self.orientations, self.tags))) > settings.max_filter_values:
            raise InvalidInput(f"More than {settings.max_filter_values} values of one filter. Leave some out.")
        if not 1 <= self.limit <= settings.max_results:
            raise InvalidInput(f"limit is {self.limit}; it must be from 1 to {settings.max_results}.")
        if self.offset < 0 or self.offset + self.limit > settings.max_results:
            raise InvalidInput(
                f"offset is {self.offset}; it must be from 0, and with the limit of {self.limit} at most "
                f"{settings.max_results} (VISCITE_MAX_RESULTS raises that). Narrow the search instead."
            )
        if not 0 <= self.min_confidence <= 1:
            raise InvalidInput(f"min-confidence is {self.min_confidence}; it must be from 0 to 1.")


def subtracted(one: Weighted[str] | Weighted[bytes]) -> Weighted[str] | Weighted[bytes]:
    """The part with its sign turned. Raises `InvalidInput` if it was subtracted already."""
    if one.weight < 0:
        raise InvalidInput(
            f"What is left out has a weight of {one.weight:g}. Give the weight without a sign, or add it with plus."
        )
    return Weighted(one.part, -one.weight)  # type: ignore[return-value]


def parse_part(written: str, read_file: Callable[[Path], bytes]) -> Weighted[str] | Weighted[bytes]:
    """A text or the picture in a file of that name, after its weight and a colon if it has one: `0.5:people`."""
    match = WEIGHTED.fullmatch(written)
    if match is None or _is_file(written):
        return _text_or_picture(written, 1.0, read_file)
    return _text_or_picture(match[2], float(match[1]), read_file)


def _text_or_picture(
    written: str, weight: float, read_file: Callable[[Path], bytes]
) -> Weighted[str] | Weighted[bytes]:
    return Weighted(read_file(Path(written)), weight) if _is_file(written) else Weighted(written, weight)


def _is_file(name: str) -> bool:
    try:
        return Path(name).is_file()
    # A long text is no path, and the system says so in its own way.
    except (OSError, ValueError):
        return False


def parse_dates(written: str | None) -> Range[str]:
    """`2019..2021`, `2019-05..`, `..2021-05-04`, or one year, month or day alone."""
    if written is None:
        return Range()
    match = SPAN.fullmatch(written)
    least, most = (match["least"].strip() or None, match["most"].strip() or None) if match else (written, written)
    if least is None and most is None:
        raise InvalidInput("'..' has no end. Write for example 2019..2021, 2019.. or ..2021.")
    return Range(least, most)


def parse_numbers(written: str | None, name: str, *, alone: bool) -> Range[int]:
    """`3..7`, `3..` or `..7`; with `alone` also one number, which is both ends. Raises `InvalidInput` otherwise."""
    if written is None:
        return Range()
    match = SPAN.fullmatch(written)
    ends = (match["least"].strip(), match["most"].strip()) if match else (written.strip(),) * 2
    examples = f"{'3, ' if alone else ''}3..7, 3.. or ..7"
    if (
        not any(ends)
        or (match is None and not alone)
        or not all(re.fullmatch(r"\d{0,9}", end, re.ASCII) for end in ends)
    ):
        raise InvalidInput(f"'{written[:40]}' is no {name}. Write for example {examples}.")
    return Range(*(int(end) if end else None for end in ends))
