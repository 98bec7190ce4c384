"""Questions for the most or the least of something, answered by the row of a table that has it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from generator.relevance import Candidate
from generator.tables import cells_of
from generator.words import stems, word_set, words

MOST = word_set("most highest largest biggest greatest longest tallest maximum max heaviest oldest deepest fastest")
LEAST = word_set("fewest least lowest smallest shortest minimum min lightest cheapest slowest")
EXPENSIVE = re.compile(r"\bmost expensive\b", re.IGNORECASE)
VALUE = re.compile(r"[-\u2212]?\d{1,3}(?:,\d{3})+(?:\.\d+)?|[-\u2212]?\d+(?:\.\d+)?")
LABELS = word_set("year date month day week line no number code id page")
"""Columns whose numbers name the rows and measure nothing, unless the question asks for them."""

MOST_TIED = 3

Cells = dict[str, str]


def extreme_rows(question: str, candidates: Sequence[Candidate]) -> list[Candidate]:
    """The row with the most or the least of what the question names, of the table that speaks of it; in a tie, each.

    At least two rows must have a number there. Nothing where no table speaks of it, or where too many tie.
    """
    said = set(words(question))
    wants_least = bool(said & LEAST)
    if not wants_least and not said & MOST and not EXPENSIVE.search(question):
        return []
    rows = [(candidate, cells_of(candidate.sentence.text)) for candidate in candidates if candidate.sentence.is_row]
    for place, columns in dict.fromkeys((one.evidence.hit.path, tuple(cells)) for one, cells in rows):
        table = [(one, cells) for one, cells in rows if (one.evidence.hit.path, tuple(cells)) == (place, columns)]
        column = _column(question, columns, [cells for _, cells in table])
        if (
            column
            and not _names_a_row(question, table)
            and (found := _extreme([(_number(cells[column]), one) for one, cells in table], wants_least))
        ):
            return found
    return []


def _column(question: str, columns: Sequence[str], table: Sequence[Cells]) -> str | None:
    """The column of numbers that the question names, or the only one that measures anything where it names a row."""
    asked = set(stems(question))
    numeric = [
        name
        for name in columns
        if name and sum(_number(cells[name]) is not None for cells in table) == len(table) and not _labels(name)
    ]
    named = [name for name in numeric if asked & set(stems(name))]
    if named:
        return named[0]
    about = asked & {stem for name in columns for stem in stems(name)}
    return numeric[0] if len(numeric) == 1 and about else None


def _names_a_row(question: str, table: Sequence[tuple[Candidate, Cells]]) -> bool:
    """Whether a word of the question stands in one row alone: `the longest wait for surgery` asks for that row."""
    counts = Counter(found for _, cells in table for found in {one for cell in cells.values() for one in stems(cell)})
    names = {found for cells in (cells for _, cells in table) for name in cells for found in stems(name)}
    return len(table) > 1 and any(counts[asked] == 1 for asked in set(stems(question)) - names)


def _labels(column: str) -> bool:
    return bool(LABELS & set(words(column)))


def _extreme(valued: Sequence[tuple[float | None, Candidate]], wants_least: bool) -> list[Candidate]:
    known = [(number, candidate) for number, candidate in valued if number is not None]
    if len(known) < 2:
        return []
    best = (min if wants_least else max)(number for number, _ in known)
    tied = [candidate for number, candidate in known if number == best]
    return tied if len(tied) <= MOST_TIED else []


def _number(cell: str) -> float | None:
    found = VALUE.findall(cell)
    return float(found[0].replace(",", "").replace("\u2212", "-")) if len(found) == 1 else None
