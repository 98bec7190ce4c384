"""The part of a text that shows why it was found."""

from __future__ import annotations

import re

SNIPPET_CHARACTERS = 240


def snippet(text: str, terms: tuple[str, ...], characters: int = SNIPPET_CHARACTERS) -> str:
    """At most `characters` of `text` on one line, around the first of `terms` that stands in it."""
    line = " ".join(text.split())
    if len(line) <= characters:
        return line
    found = re.search("|".join(re.escape(term) for term in terms), line, re.IGNORECASE) if terms else None
    start = max(0, min(found.start() - characters // 3 if found else 0, len(line) - characters))
    if start:
        start = line.find(" ", start) + 1 or start
    end = start + characters
    if end < len(line):
        end = line.rfind(" ", start, end) if line.rfind(" ", start, end) > start else end
    return ("… " if start else "") + line[start:end].strip() + (" …" if end < len(line) else "")
