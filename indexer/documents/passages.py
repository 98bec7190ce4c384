"""Paragraphs in, passages out: neighbours up to a size, never across a heading unless little stands under it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from indexer.documents.paragraphs import PASSAGE_WORDS, Paragraph, count_words, ends_sentence
from indexer.documents.records import Passage, around

LEAST_WORDS = 25
"""Less text than this under a heading goes together with what follows under the next."""


def passages_of(paragraphs: Iterable[Paragraph]) -> Iterator[Passage]:
    """Passages in reading order."""
    gathered: list[Paragraph] = []
    size = 0.0
    for paragraph in paragraphs:
        words = count_words(paragraph.text)
        if gathered and (size + words > PASSAGE_WORDS or _parts(gathered, size, paragraph)):
            kept = _without_last_headings(gathered)
            if kept:
                yield _join(kept)
                gathered = gathered[len(kept) :]
            size = sum(count_words(one.text) for one in gathered)
        gathered.append(paragraph)
        size += words
    if gathered:
        yield _join(gathered)


def _parts(gathered: Sequence[Paragraph], size: float, paragraph: Paragraph) -> bool:
    """Whether a passage ends before this paragraph, although there is room for it."""
    if all(one.heading for one in gathered):
        return False
    if paragraph.heading:
        first = gathered[0].heading
        return size >= LEAST_WORDS or (first is not None and paragraph.heading.rank > first.rank)
    return paragraph.starts_group and size >= LEAST_WORDS and ends_sentence(gathered[-1].text)


def _without_last_headings(gathered: Sequence[Paragraph]) -> Sequence[Paragraph]:
    """A heading goes with what follows it."""
    end = len(gathered)
    while end and gathered[end - 1].heading:
        end -= 1
    return gathered[:end]


def _join(parts: Sequence[Paragraph]) -> Passage:
    lines = tuple(line for part in parts for line in part.lines)
    headings = tuple(part.heading for part in parts if part.heading)
    text = "\n".join(part.text for part in parts)
    return Passage(text, around([line.box for line in lines]), lines, headings)
