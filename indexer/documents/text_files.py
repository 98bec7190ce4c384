"""Plain text and Markdown as passages, with the lines of the file that they stand on. Runs in a worker process."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from indexer.documents.outline import Outline
from indexer.documents.page_text import clean
from indexer.documents.paragraphs import CELL_GAP, NUMBERED, PASSAGE_WORDS, count_words
from indexer.documents.passages import LEAST_WORDS
from indexer.documents.records import Heading
from indexer.limits import FileLimits
from store.errors import InvalidInput

PLAIN, MARKDOWN = "text/plain", "text/markdown"
SUFFIXES = {".txt": PLAIN, ".text": PLAIN, ".md": MARKDOWN, ".markdown": MARKDOWN}
"""Nothing in the bytes of a text says what it is."""

BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""UTF-32 before UTF-16, whose mark begins it."""
SAMPLE = 65_536
"""Bytes by which an encoding is told."""
MOST_CONTROLS = 0.01
"""The share of control characters from which bytes are no text."""

UNDERLINE = re.compile(r"^\s*(?:={3,}|-{3,}|~{3,})\s*$")
MOST_HEADING_WORDS = 12
TOP_RANK = 10.0
"""Of the outermost heading; each level below counts one less."""


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, a row, or a heading of a text, and its lines in the file, counted from 1, both included."""

    text: str
    first: int
    last: int
    heading: Heading | None = None


@dataclass(frozen=True, slots=True)
class TextPassage:
    """Text that belongs together, its lines in the file, and the path of headings above it."""

    text: str
    first: int
    last: int
    section: tuple[str, ...] = ()


def read_text(data: bytes, media_type: str, limits: FileLimits) -> tuple[TextPassage, ...]:
    """The passages of a text file. Raises `InvalidInput`, saying why, for what is no text, or too long a one."""
    if len(data) > limits.text_bytes:
        raise InvalidInput(
            f"{len(data):,} bytes of text, more than the {limits.text_bytes:,} that are read "
            "(VISCITE_MAX_TEXT_BYTES raises that)"
        )
    text = decode_text(data)
    blocks = _markdown_blocks(text) if media_type == MARKDOWN else _plain_blocks(text)
    return tuple(_passages(blocks))


def decode_text(data: bytes) -> str:
    """The text in bytes of any common encoding. Raises `InvalidInput` for what is none."""
    for mark, encoding in BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return _checked(data.decode(encoding, "replace"))
    try:
        return _checked(data.decode("utf-8"))
    except UnicodeDecodeError:
        from charset_normalizer import from_bytes

        best = from_bytes(data[:SAMPLE]).best()
        if best is None:
            raise InvalidInput("not a text in an encoding that can be told. Save it as UTF-8") from None
        return _checked(data.decode(best.encoding, "replace"))


def _checked(text: str) -> str:
    controls = sum(letter < " " and letter not in "\t\n\r\f" for letter in text[:SAMPLE])
    if controls > MOST_CONTROLS * min(len(text), SAMPLE):
        raise InvalidInput("not a text, whatever its name says")
    return text


def _plain_blocks(text: str) -> Iterator[Block]:
    """Paragraphs between blank lines; short lines that are underlined, numbered or in capitals are headings."""
    lines = [clean(line) for line in text.splitlines()]
    start = 0
    for end in range(len(lines) + 1):
        if end < len(lines) and lines[end]:
            continue
        if start < end:
            yield from _paragraph(lines, start, end)
        start = end + 1


def _paragraph(lines: list[str], start: int, end: int) -> Iterator[Block]:
    underlined = end - start >= 2 and UNDERLINE.match(lines[start + 1])
    title = lines[start]
    is_short = len(title.split()) <= MOST_HEADING_WORDS and any(map(str.isalpha, title))
    is_heading = underlined or (
        end - start == 1 and not title.endswith((".", ",", ";")) and (title.isupper() or NUMBERED.match(title))
    )
    if is_short and is_heading:
        depth = 1 if underlined and "=" in lines[start + 1] else 2 + title.split()[0].rstrip(".").count(".")
        yield Block(title, start + 1, start + 1, Heading(title, TOP_RANK - depth))
        start += 2 if underlined else 1
    yield from _pieces(lines[start:end], start + 1)


def _pieces(lines: list[str], first: int) -> Iterator[Block]:
    """Lines as blocks of at most about a passage."""
    gathered: list[str] = []
    words = 0.0
    for number, line in enumerate(lines, first):
        gathered.append(line)
        words += count_words(line)
        if words >= PASSAGE_WORDS:
            yield Block("\n".join(gathered), number - len(gathered) + 1, number)
            gathered, words = [], 0.0
    if gathered:
        last = first + len(lines) - 1
        yield Block("\n".join(gathered), last - len(gathered) + 1, last)


def _markdown_blocks(text: str) -> Iterator[Block]:
    """The blocks of a Markdown text without its marks; raw HTML is left out."""
    from markdown_it import MarkdownIt

    tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(text)
    level, cells, row = 0, list[str](), (0, 0)
    for token in tokens:
        first, last = (token.map[0] + 1, token.map[1]) if token.map else row
        if token.type == "heading_open":
            level = int(token.tag[1:])
        elif token.type == "heading_close":
            level = 0
        elif token.type == "tr_open":
            cells, row = [], (first, last)
        elif token.type == "tr_close":
            yield Block(CELL_GAP.join(cells), *row)
            cells, row = [], (0, 0)
        elif token.type == "inline":
            said = _said(token.children or ())
            if row != (0, 0):
                cells.append(said)
            elif said:
                yield Block(said, first, last, Heading(said, TOP_RANK - level) if level else None)
        elif token.type in ("fence", "code_block"):
            opening = token.type == "fence"
            yield from _pieces([line.rstrip() for line in token.content.splitlines()], first + opening)


def _said(tokens: Iterable[Any]) -> str:
    """What a reader sees of the tokens of a line."""
    parts = []
    for token in tokens:
        if token.type in ("softbreak", "hardbreak"):
            parts.append(" ")
        elif token.type in ("text", "code_inline", "image"):
            parts.append(token.content)
    return clean("".join(parts))


def _passages(blocks: Iterable[Block]) -> Iterator[TextPassage]:
    """Neighbouring blocks up to `PASSAGE_WORDS`, those under a new heading apart unless they are few."""
    outline = Outline()
    section: tuple[str, ...] = ()
    gathered: list[Block] = []
    words = 0.0
    for block in (block for block in blocks if block.text):
        counted = count_words(block.text)
        has_text = any(one.heading is None for one in gathered)
        if has_text and (words + counted > PASSAGE_WORDS or (block.heading and words >= LEAST_WORDS)):
            yield _joined(gathered, section)
            gathered, words = [], 0.0
        if block.heading:
            section = outline.enter([block.heading])
        gathered.append(block)
        words += counted
    if gathered:
        yield _joined(gathered, section)


def _joined(blocks: list[Block], section: tuple[str, ...]) -> TextPassage:
    return TextPassage("\n".join(block.text for block in blocks), blocks[0].first, blocks[-1].last, section)
