"""An answer in JSON, read while it is written, as text with markers. An answer that is no JSON is left as it is."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from typing import Any

from pydantic_core import from_json

SCHEMA = {
    "type": "object",
    "properties": {
        "sentences": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "text": {"type": "string"},
                    "evidence": {"type": "array", "items": {"type": "integer"}},
                },
                "required": ["text", "evidence"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["sentences"],
    "additionalProperties": False,
}
MOST_SENTENCES = 200
MOST_NUMBERS = 50
LONGEST = 100_000
"""Characters of JSON that are read."""

FENCE = re.compile(r"\A\s*(?:`{3}(?:json)?\s*)?(?=\{)")
MAY_BE_FENCE = re.compile(r"\A\s*(?:`{0,3}|`{3}[a-z]{0,4}\s*)\Z")


class StructuredText:
    """Turns the pieces of such an answer into pieces of text, a sentence a line."""

    def __init__(self) -> None:
        self._read = ""
        self._given = ""
        self._is_json: bool | None = None

    def feed(self, piece: str) -> str:
        """Takes the next piece; returns what is new of the text."""
        if self._is_json is False:
            return piece
        self._read += piece
        if self._is_json is None and not MAY_BE_FENCE.match(self._read):
            start = FENCE.match(self._read)
            self._is_json = start is not None
            if start is None:
                return self._read
            self._read = self._read[start.end() :]
        return self._grown() if self._is_json and len(self._read) <= LONGEST else ""

    def _grown(self) -> str:
        value, is_whole = _first_value(self._read)
        text = _readable(value, is_whole=is_whole)
        # The end of a string that is being written may be read otherwise once there is more of it.
        if not text.startswith(self._given):
            return ""
        new, self._given = text[len(self._given) :], text
        return new


def _first_value(text: str) -> tuple[Any, bool]:
    """The JSON value that a text begins with, and whether that is whole; what is no JSON does not count."""
    try:
        return json.JSONDecoder().raw_decode(text)[0], True
    except json.JSONDecodeError as error:
        end = error.pos
    for part in (text, text[:end]):
        with suppress(ValueError):
            return from_json(part, allow_partial="trailing-strings"), False
    return None, False


def _readable(value: Any, *, is_whole: bool) -> str:
    sentences = value.get("sentences") if isinstance(value, dict) else None
    listed = sentences[:MOST_SENTENCES] if isinstance(sentences, list) else []
    lines = []
    for at, sentence in enumerate(listed):
        if not isinstance(sentence, dict):
            continue
        text = " ".join(str(sentence.get("text", "")).split())
        is_last = at == len(listed) - 1
        lines.append(text if is_last and not is_whole else f"{text} {_markers(sentence.get('evidence'))}\n")
    return "".join(lines)


def _markers(numbers: Any) -> str:
    listed = numbers[:MOST_NUMBERS] if isinstance(numbers, list) else []
    return "".join(f"[{number}]" for number in listed if isinstance(number, int) and 0 < number < 1000)
