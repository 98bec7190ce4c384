"""Reads hits as evidence: numbers them, and says what text each of them holds and under what name it is shown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import PurePath

from generator.months import ENGLISH
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


def opening(evidence: Evidence) -> str:
    """How the document opens, which says what it is about; "" where that is not known."""
    return str(evidence.hit.item.attributes.get("opening", ""))


def place(evidence: Evidence) -> str:
    """Where the evidence is, for a person: `“harbour.pdf”, page 2`."""
    page = evidence.hit.item.page
    return f"\u201c{file_name(evidence)}\u201d" + (f", page {page}" if page is not None else "")


def taken(evidence: Evidence) -> str | None:
    """When a picture was taken, as its camera says: `“harbour.jpg” was taken on 12 May 2023 at 14:05.`"""
    moment = taken_at(evidence)
    if moment is None:
        return None
    return (
        f"\u201c{file_name(evidence)}\u201d was taken on {moment.day} {ENGLISH[moment.month - 1]} {moment.year} "
        f"at {moment:%H:%M}."
    )


def taken_at(evidence: Evidence) -> datetime | None:
    """The moment at which a picture was taken; None where its camera did not say, or nothing that is one."""
    try:
        return datetime.fromisoformat(evidence.hit.item.captured_at or "")
    except ValueError:
        return None


def dimensions(evidence: Evidence) -> str | None:
    """How large a picture is: `“harbour.jpg” is 900 pixels wide and 600 pixels high.`"""
    item = evidence.hit.item
    if item.kind is not Kind.IMAGE or not item.width or not item.height:
        return None
    return f"\u201c{file_name(evidence)}\u201d is {item.width:.0f} pixels wide and {item.height:.0f} pixels high."


def known(evidence: Evidence) -> list[str]:
    """What is known of a picture beside what it shows, a sentence each."""
    return [sentence for sentence in (taken(evidence), dimensions(evidence)) if sentence]


def whole_text(evidence: Evidence) -> str:
    """All the words by which a claim may be supported: description, text, date, and the file's name.

    Not the pixels: a number of them would support any claim with that number.
    """
    item = evidence.hit.item
    parts = (item.description, item.text, taken(evidence), PurePath(evidence.hit.path).name)
    return "\n\n".join(part for part in parts if part)
