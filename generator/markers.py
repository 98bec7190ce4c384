"""The citation markers of models: `[1]`, `[1, 3]`, `[1][3]`, `[1-3]`, with square or full-width brackets."""

from __future__ import annotations

import re

_NUMBERS = (
    r"\d{1,3}(?:\s*[-\u2013\u2014]\s*\d{1,3})?(?:\s*[,;\uff0c\u3001]\s*\d{1,3}(?:\s*[-\u2013\u2014]\s*\d{1,3})?)*"
)
MARKER = re.compile(rf"[\[\u3010\uff3b]\s*({_NUMBERS})\s*[\]\u3011\uff3d]")
LEADING = re.compile(rf"(?:\s*{MARKER.pattern}[.,;]?)+")
UNFINISHED = re.compile(r"\s*[\[\u3010\uff3b][\d\s,;\uff0c\u3001\u2013\u2014-]*$")
_IN_TEXT = re.compile(rf"(?P<code>`[^`]*`)|\s*(?:{MARKER.pattern}\s*)+(?=[.,;:!?]|$)|{MARKER.pattern}")
LONGEST_RANGE = 50
"""A range that spans more evidence than any request shows is a slip, and only its ends are read."""


def cited_numbers(text: str) -> tuple[int, ...]:
    """The numbers in all markers of a text, in ascending order, each once. In `code`, `[1]` is an index."""
    numbers: set[int] = set()
    for marker in MARKER.finditer(re.sub("`[^`]*`", " ", text)):
        for part in re.split(r"[,;\uff0c\u3001]", marker[1]):
            ends = [int(end) for end in re.findall(r"\d+", part)]
            spanned = range(ends[0], ends[-1] + 1) if 0 <= ends[-1] - ends[0] <= LONGEST_RANGE else ends
            numbers.update(spanned)
    return tuple(sorted(numbers))


def without_markers(text: str) -> str:
    """The text on one line without its markers, nor the blanks before those at its end."""
    text = _IN_TEXT.sub(lambda match: match["code"] or "", text)
    return re.sub(r"\s+", " ", text).strip()
