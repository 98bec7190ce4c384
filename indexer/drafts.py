"""Drafts: items that still lack their vectors, and what a search may read of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from indexer.documents.outline import Outline
from indexer.documents.paragraphs import PASSAGE_WORDS
from indexer.documents.records import Page, Passage
from indexer.documents.text_files import TextPassage
from indexer.file_names import chosen_words
from indexer.page_figures import Figure
from indexer.page_tables import Table, split_table
from indexer.pictures import Picture
from models.protocols import Pixels
from store.errors import InvalidInput
from store.file_words import file_words
from store.records import Box, Description, Item, Kind, ReadLine, Vector, item_id

ABOVE = " \u203a "
FIGURE_CHARACTERS = 400
"""Of a figure's words that are embedded."""
HEADING_WORDS = 14
"""Words of a page's text that stand for it in its description."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An item without vectors; `pixels` go to the image encoder, `meaning` to the text embedder.

    `larger` gives a picture that was made smaller once more, in as many pixels as text in it needs to be read.
    """

    item: Item
    file_name: str
    pixels: Pixels | None = None
    larger: Callable[[], Pixels] | None = None
    meaning: str = ""
    words: tuple[str, ...] = ()
    is_described: bool = True

    def described(self, description: Description) -> Draft:
        """The draft with what a describer said."""
        if self.item.kind is Kind.FIGURE:
            return self._figure_described(description)
        attributes = {
            "caption": description.caption,
            "caption_probability": description.caption_probability,
            "tags": [{"name": tag.name, "probability": round(tag.probability, 4)} for tag in description.tags],
            "colors": list(description.colors),
            "lines": [self._placed(line) for line in description.lines],
        }
        chosen = chosen_words(self.file_name)
        said = f'{description.sentence} File name: "{" ".join(chosen)}".' if chosen else description.sentence
        item = replace(self.item, description=said, text=description.text, attributes=attributes)
        words = (*self.words, description.sentence, *(tag.name for tag in description.tags), description.text)
        return replace(self, item=item, meaning=said, words=words, is_described=True)

    def _figure_described(self, description: Description) -> Draft:
        """A figure keeps its printed caption, and the words that stand in it."""
        said = " ".join(part for part in (self.item.description, description.sentence) if part)
        looks = {
            "description": description.caption,
            "tags": [{"name": tag.name, "probability": round(tag.probability, 4)} for tag in description.tags],
            "colors": list(description.colors),
        }
        item = replace(self.item, description=said, attributes={**self.item.attributes, **looks})
        words = (*self.words, description.sentence, *(tag.name for tag in description.tags))
        meaning = "\n".join(part for part in (said, figure_words(self.item.text)) if part)
        return replace(self, item=item, meaning=meaning, words=words, is_described=True)

    @property
    def content(self) -> str:
        """What its description is kept by: the hash of a picture's file, or of a figure's place in one."""
        return self.item.sha256 if self.item.kind is Kind.IMAGE else self.item.id

    def _placed(self, line: ReadLine) -> dict[str, Any]:
        width, height = self.item.width or 1, self.item.height or 1
        box = [round(share * side, 1) for share, side in zip(line.box, (width, height) * 2, strict=True)]
        return {"text": line.text, "box": box, "probability": round(line.probability, 3)}


def draft_picture(
    sha256: str,
    picture: Picture,
    file_name: str,
    larger: Callable[[], Pixels] | None = None,
    image_vector: Vector | None = None,
) -> Draft:
    """The one item of a picture, to be described, and encoded where there is no `image_vector` of it yet."""
    item = Item(
        id=item_id(sha256, Kind.IMAGE),
        kind=Kind.IMAGE,
        sha256=sha256,
        width=picture.width,
        height=picture.height,
        captured_at=picture.captured_at,
        image_vector=image_vector,
        picture_hash=picture.picture_hash,
    )
    if not picture.is_reduced:
        larger = None
    words = (file_words(file_name),)
    return Draft(item, file_name, pixels=picture.pixels, larger=larger, words=words, is_described=False)


def draft_page(sha256: str, page: Page, file_name: str, outline: Outline) -> list[Draft]:
    """A page and its passages. Passages carry the text's vectors; the page carries the picture's.

    `outline` is where the document's headings stand at the top of the page, and is moved on to its foot.
    """
    outline.open(page.text)
    heading = " ".join(page.text.split()[:HEADING_WORDS])
    name = f"Page {page.number}" + (f" ({page.label})" if page.label not in ("", str(page.number)) else "")
    running = [line.text for line in page.running]
    attributes = _on_page(page, outline) | ({"running": running} if running else {})
    whole = _item(sha256, page, Kind.PAGE, None, page.text, attributes)
    whole = replace(whole, description=f"{name}: {heading}" if heading else f"{name}, without text")
    words = (file_words(file_name), page.text, *running)
    return [
        Draft(whole, file_name, pixels=page.pixels, words=words),
        *_in_place(sha256, page, file_name, outline),
        *(draft_figure(sha256, page, figure, file_name, outline) for figure in page.figures),
    ]


def _item(sha256: str, page: Page, kind: Kind, box: Box | None, text: str, attributes: Mapping[str, Any]) -> Item:
    """An item of a page, without a description. `box` is its place; None is all of the page."""
    return Item(
        id=item_id(sha256, kind, page.number, box),
        kind=kind,
        sha256=sha256,
        page=page.number,
        box=box,
        text=text,
        width=page.width,
        height=page.height,
        attributes=attributes,
    )


def _on_page(page: Page, outline: Outline) -> dict[str, Any]:
    """What every item of a page is told: the page's label, and how its document opens."""
    label: dict[str, Any] = {"page_label": page.label} if page.label else {}
    return label | ({"opening": outline.opening} if outline.opening else {})


def _in_place(sha256: str, page: Page, file_name: str, outline: Outline) -> Iterator[Draft]:
    """The passages in reading order, and each table behind those that begin above it, under their headings."""
    waiting = list(page.tables)
    for passage in page.passages:
        while waiting and waiting[0].box[1] < passage.box[1]:
            yield from draft_table(sha256, page, waiting.pop(0), file_name, outline)
        yield draft_passage(sha256, page, passage, file_name, outline)
    for table in waiting:
        yield from draft_table(sha256, page, table, file_name, outline)


def draft_table(sha256: str, page: Page, table: Table, file_name: str, outline: Outline) -> Iterator[Draft]:
    """A table as a passage with its structure; of a long one some rows each, under the same names of columns."""
    section = outline.enter(())
    for part in split_table(table, PASSAGE_WORDS):
        attributes = _on_page(page, outline) | {"table": part.as_attributes()}
        attributes |= {"section": list(section)} if section else {}
        item = _item(sha256, page, Kind.PASSAGE, part.box, part.text, attributes)
        above = ABOVE.join(section)
        meaning = f"{above}\n{part.text}" if above else part.text
        yield Draft(item, file_name, meaning=meaning, words=(above, part.text))


def draft_figure(sha256: str, page: Page, figure: Figure, file_name: str, outline: Outline) -> Draft:
    """A figure, to be described by its looks if it is a picture. A drawing is known by its caption and its words."""
    attributes = _on_page(page, outline) | {"caption": figure.caption or None}
    description = figure.caption
    if not figure.is_picture and not description:
        description = f"Figure on page {page.number}: {figure_words(figure.text)}".rstrip(": ")
    item = replace(_item(sha256, page, Kind.FIGURE, figure.box, figure.text, attributes), description=description)
    meaning = "\n".join(part for part in (figure.caption, figure_words(figure.text)) if part) or description
    words = (file_words(file_name), figure.caption, figure.text)
    return Draft(item, file_name, figure.pixels, meaning=meaning, words=words, is_described=not figure.is_picture)


def figure_words(text: str) -> str:
    """The names in a figure's text: numbers along an axis say nothing to who looks for it by meaning."""
    return " ".join(word for word in text.split() if any(map(str.isalpha, word)))[:FIGURE_CHARACTERS]


def draft_passage(sha256: str, page: Page, passage: Passage, file_name: str, outline: Outline) -> Draft:
    """A passage, found by its section's headings too, which its text holds only where they stand in its box."""
    section = outline.enter(passage.headings)
    attributes = _on_page(page, outline)
    attributes["lines"] = [{"text": line.text, "box": list(line.box)} for line in passage.lines]
    if section:
        attributes["section"] = list(section)
    if passage.links:
        attributes["links"] = list(passage.links)
    item = _item(sha256, page, Kind.PASSAGE, passage.box, passage.text, attributes)
    above = ABOVE.join(heading for heading in section if heading not in passage.text)
    meaning = f"{above}\n{passage.text}" if above else passage.text
    return Draft(item, file_name, meaning=meaning, words=(above, passage.text, *passage.links))


def draft_texts(sha256: str, passages: Sequence[TextPassage], file_name: str) -> list[Draft]:
    """Passages of a text file, each found by its section's headings and the file's name too."""
    drafts = []
    for passage in passages:
        place = (passage.first, passage.last)
        attributes: dict[str, Any] = {"first_line": passage.first, "last_line": passage.last}
        if passage.section:
            attributes["section"] = list(passage.section)
        item = Item(
            id=item_id(sha256, Kind.PASSAGE, lines=place),
            kind=Kind.PASSAGE,
            sha256=sha256,
            text=passage.text,
            attributes=attributes,
        )
        above = " \u203a ".join(heading for heading in passage.section if heading not in passage.text)
        meaning = f"{above}\n{passage.text}" if above else passage.text
        drafts.append(Draft(item, file_name, meaning=meaning, words=(file_words(file_name), above, passage.text)))
    return drafts


def meaning_of(kind: Kind, description: str, text: str) -> str:
    """What the text embedder reads of a stored item that has a text vector."""
    return text if kind is Kind.PASSAGE else description


def checked_vector(vector: Vector, dimension: int, model: str) -> Vector:
    """The vector, if it can be stored. Raises `InvalidInput` for one that is not finite, zero or of wrong length."""
    if vector.shape != (dimension,):
        raise InvalidInput(f"{model} gave a vector of shape {vector.shape} instead of ({dimension},)")
    if not np.isfinite(vector).all():
        raise InvalidInput(f"{model} gave a vector with NaN or infinite values")
    if not vector.any():
        raise InvalidInput(f"{model} gave a vector of zeros")
    return vector
