"""Reads hits as evidence: numbers them, and says what text each of them holds and under what name it is shown."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath

from generator.safety import neutralise
from store.records import Evidence, Hit, Kind

PICTURES = (Kind.IMAGE, Kind.FIGURE)


def number_evidence(hits: Sequence[Hit]) -> list[Evidence]:
    """The hits in order, numbered from 1."""
    return [Evidence(number, hit) for number, hit in enumerate(hits, 1)]


def is_picture(evidence: Evidence) -> bool:
    """Whether the evidence is known by its description: a picture, or a page on which no text was read."""
    return evidence.hit.item.kind in PICTURES or not evidence.hit.item.text.strip()


def file_name(evidence: Evidence) -> str:
    """The name of the file, harmless to show."""
    return neutralise(PurePath(evidence.hit.path).name)


def place(evidence: Evidence) -> str:
    """Where the evidence is, for a person: `“harbour.pdf”, page 2`."""
    page = evidence.hit.item.page
    return f"\u201c{file_name(evidence)}\u201d" + (f", page {page}" if page is not None else "")


def whole_text(evidence: Evidence) -> str:
    """All the words by which a claim may be supported: description, text, and the file's name."""
    item = evidence.hit.item
    return "\n\n".join(part for part in (item.description, item.text, PurePath(evidence.hit.path).name) if part)
