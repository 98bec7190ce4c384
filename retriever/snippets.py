"""The part of a text that shows why it was found, and the words that matched."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePath

from retriever.explanation import Said
from store.file_words import file_words
from store.reader import Reader
from store.records import Item, Kind

SNIPPET_CHARACTERS = 240


def stemmed_words(reader: Reader, query: str) -> dict[str, set[str]]:
    """Each word of `query` that the full-text index looks for, with its stems."""
    words = list(dict.fromkeys(re.findall(r"\w+", query)))
    return {word: stems for word, stems in zip(words, reader.stems(words), strict=True) if stems} if words else {}


def matched_terms(reader: Reader, query: str, texts: Sequence[str]) -> list[tuple[str, ...]]:
    """For each text the words of `query` that the full-text index finds in it, in the order and spelling of `query`."""
    wanted = stemmed_words(reader, query)
    if not wanted or not texts:
        return [() for _ in texts]
    return [tuple(word for word, stems in wanted.items() if stems & there) for there in reader.stems(texts)]


def found_words(reader: Reader, query: str, rows: Sequence[int]) -> list[float]:
    """For each row the share of the words of `query` that the full-text index finds in it."""
    wanted = len(stemmed_words(reader, query))
    if not wanted:
        return [0.0 for _ in rows]
    paths = [reader.catalogue.path(row, ()) for row in rows]
    return [len(terms) / wanted for terms in matched_terms(reader, query, searched_texts(paths, reader.items(rows)))]


def searched_texts(paths: Sequence[str], items: Sequence[Item]) -> list[str]:
    """What a person can read of items and the full-text index searches: file name, description and text."""
    return [
        f"{path.rsplit('/', 1)[-1]}\n{item.description}\n{item.text}" for path, item in zip(paths, items, strict=True)
    ]


def said_by(reader: Reader, query: str, items: Sequence[Item], paths: Sequence[str]) -> list[Said]:
    """For each item and the path of its file, where it holds which words of `query`."""
    texts = [
        text
        for item, path in zip(items, paths, strict=True)
        # The full-text index reads the file name with pictures and pages, not with each passage.
        for text in ("" if item.kind is Kind.PASSAGE else file_words(PurePath(path).name), item.text, item.description)
    ]
    found = matched_terms(reader, query, texts)
    return [Said.of(*found[start : start + 3]) for start in range(0, len(found), 3)]


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
