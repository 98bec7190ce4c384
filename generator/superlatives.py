"""Questions for the most or the least of something, answered by the row of a table that has it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from generator.quantities import quantities
from generator.relevance import Candidate
from generator.tables import cells_of
from generator.units import SCALES
from generator.words import stems, word_set, words

MOST = word_set("most highest largest biggest greatest longest tallest maximum max heaviest oldest deepest fastest")
LEAST = word_set("fewest least lowest smallest shortest minimum min lightest cheapest slowest")
EXPENSIVE = re.compile(r"\bmost expensive\b", re.IGNORECASE)
SUMMARY = re.compile(
    r"(?:grand |sub-?)?(?:totals?|sums?|averages?|means?|medians?|all|overall|gesamt\w*|summe|insgesamt|durchschnitt"
    r"|moyenne)\W*",
    re.IGNORECASE,
)
"""What names a row that sums the others up."""
LABELS = word_set("year date month day week line no number code id page")
"""Columns whose numbers name the rows and measure nothing, unless the question asks for them."""

MOST_TIED = 3

Cells = dict[str, str]
Measured = tuple[str, float]
"""What is measured, "" where no unit says it, and how much of it."""


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
            and (
                found := _extreme(
                    [(_number(cells[column]), one) for one, cells in table if not _sums_up(cells)], wants_least
                )
            )
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


def _sums_up(cells: Cells) -> bool:
    return any(SUMMARY.fullmatch(cell.strip()) for cell in cells.values())


def _extreme(valued: Sequence[tuple[Measured | None, Candidate]], wants_least: bool) -> list[Candidate]:
    known = [(*measured, candidate) for measured, candidate in valued if measured is not None]
    if len(known) < 2 or len({measure for measure, _, _ in known}) > 1:
        return []
    best = (min if wants_least else max)(number for _, number, _ in known)
    tied = [candidate for _, number, candidate in known if number == best]
    return tied if len(tied) <= MOST_TIED else []


def _number(cell: str) -> Measured | None:
    """What a cell measures, in base units; None unless it holds one number that can be read in one way."""
    found = quantities(cell, spelled=False)
    if len(found) != 1 or len(found[0].readings) != 1 or found[0].value is None:
        return None
    scale = SCALES.get(found[0].unit)
    return (scale.measures, found[0].value * scale.factor) if scale else ("", found[0].value)
