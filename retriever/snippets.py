"""The part of a text that shows why it was found, and the words that matched."""

from __future__ import annotations

import re

from store.reader import Reader

SNIPPET_CHARACTERS = 240


def stemmed_words(reader: Reader, query: str) -> dict[str, set[str]]:
    """Each word of `query` that the full-text index looks for, with its stems."""
    words = {word: reader.stems(word) for word in dict.fromkeys(re.findall(r"\w+", query))}
    return {word: stems for word, stems in words.items() if stems}


def matched_terms(reader: Reader, wanted: dict[str, set[str]], text: str) -> tuple[str, ...]:
    """The words of `wanted` that the full-text index finds in `text`, in the order and spelling of the query."""
    there = reader.stems(text) if wanted else set()
    return tuple(word for word, stems in wanted.items() if stems & there)


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
