"""Text of a model, with citation markers, into claims: sentences and the evidence numbers that each cites."""

from __future__ import annotations

import re
from dataclasses import dataclass

from generator.sentences import BULLET, boundaries

_NUMBERS = (
    r"\d{1,3}(?:\s*[-\u2013\u2014]\s*\d{1,3})?(?:\s*[,;\uff0c\u3001]\s*\d{1,3}(?:\s*[-\u2013\u2014]\s*\d{1,3})?)*"
)
MARKER = re.compile(rf"[\[\u3010\uff3b]\s*({_NUMBERS})\s*[\]\u3011\uff3d]")
LEADING_MARKERS = re.compile(rf"(?:\s*{MARKER.pattern}[.,;]?)+")
UNFINISHED_MARKER = re.compile(r"[\[\u3010\uff3b][\d\s,;\uff0c\u3001\u2013\u2014-]*$")
LONGEST_RANGE = 50
"""A range that spans more evidence than any request shows is a slip, and only its ends are read."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A sentence as the model wrote it, before any check: its text without markers, and the numbers it cites."""

    text: str
    citations: tuple[int, ...]


def split_claims(text: str) -> list[Draft]:
    """The claims of an answer, in order.

    Markers may be `[1]`, `[1, 3]`, `[1][3]`, `[1-3]` or full-width, before or after the full stop. All drafts but the
    last of a text stay the same when the text goes on, so a growing text can be split again and again.
    """
    drafts: list[Draft] = []
    for segment in _segments(UNFINISHED_MARKER.sub("", text)):
        leading = LEADING_MARKERS.match(segment)
        if leading and drafts:
            drafts[-1] = Draft(drafts[-1].text, _merged(drafts[-1].citations, cited_numbers(leading.group())))
            segment = segment[leading.end() :]
        draft = _draft(segment)
        if draft.text:
            drafts.append(draft)
        elif draft.citations and drafts:
            drafts[-1] = Draft(drafts[-1].text, _merged(drafts[-1].citations, draft.citations))
    return drafts


def cited_numbers(text: str) -> tuple[int, ...]:
    """The numbers in all markers of a text, in ascending order, each once."""
    numbers: set[int] = set()
    for marker in MARKER.finditer(text):
        for part in re.split(r"[,;\uff0c\u3001]", marker[1]):
            ends = [int(end) for end in re.findall(r"\d+", part)]
            spanned = range(ends[0], ends[-1] + 1) if 0 <= ends[-1] - ends[0] <= LONGEST_RANGE else ends
            numbers.update(spanned)
    return tuple(sorted(numbers))


def _segments(text: str) -> list[str]:
    segments = []
    for line in text.splitlines():
        line = BULLET.sub("", line, count=1)
        start = 0
        for end in boundaries(line):
            segments.append(line[start:end])
            start = end
        segments.append(line[start:])
    return segments


def _draft(segment: str) -> Draft:
    text = re.sub(rf"\s*(?:{MARKER.pattern}\s*)+(?=[.,;:!?]|$)|(?:{MARKER.pattern})", "", segment)
    return Draft(re.sub(r"\s+", " ", text).strip(), cited_numbers(segment))


def _merged(first: tuple[int, ...], second: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(sorted({*first, *second}))
