"""Joins lines into running text, and words that were broken at line ends into whole ones."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

from indexer.documents.page_text import SOFT_HYPHEN
from indexer.documents.reading_order import is_unspaced
from models.builtin.word_pieces import is_word

HYPHENS = ("-", "\u2010")
BROKEN = re.compile(r"([^\W\d_][\w'’-]*)[-\u2010]$")
BEGINNING = re.compile(r"^([^\W\d_]+)")
LEAST_HALF = 3
"""Letters of each half of a compound that is told from its halves: shorter ones are words by chance."""


def join_lines(lines: Sequence[str], words: Collection[str] = ()) -> str:
    """The lines as one text; `words` are those of the pages around, in lower case, which tell real hyphens."""
    text = ""
    for line in lines:
        text = joined(text, line, words) if text else line
    return text.replace(SOFT_HYPHEN, "")


def joined(before: str, after: str, words: Collection[str]) -> str:
    """Two lines as one."""
    if before.endswith(SOFT_HYPHEN):
        return before[:-1] + after
    if before.endswith(HYPHENS) and (broken := BROKEN.search(before)) and (beginning := BEGINNING.match(after)):
        keep = _is_compound(broken[1], beginning[1], words)
        return before + after if keep else before[:-1] + after
    if before and after and is_unspaced(before[-1]) and is_unspaced(after[0]):
        return before + after
    return f"{before} {after}"


def words_of(lines: Iterable[str]) -> set[str]:
    """The words of lines that are not broken at their ends, in lower case."""
    found: set[str] = set()
    for line in lines:
        parts = line.lower().split()
        found.update(part.strip(".,;:!?()[]\"'“”‘’") for part in (parts[1:-1] if line.endswith(HYPHENS) else parts[1:]))
    return found


def _is_compound(first: str, second: str, words: Collection[str]) -> bool:
    """Whether the hyphen between the parts belongs to the word, as in `well-known`, and not to the line end."""
    if not second[0].islower():
        return True
    if "-" in first:
        return True
    whole, parted = (first + second).lower(), f"{first}-{second}".lower()
    if whole in words or parted in words:
        return whole not in words
    if is_word(whole):
        return False
    return min(len(first), len(second)) >= LEAST_HALF and is_word(first) and is_word(second)
