"""Text of a model, with citation markers, into claims: sentences and the evidence numbers that each cites.

The text is read as it is written. Whatever the pieces it comes in, the claims are the same.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from generator.markers import LEADING, UNFINISHED, cited_numbers, without_markers
from generator.sentences import BULLET, boundaries
from generator.tables import Row

LONGEST_SENTENCE = 1000
"""Characters without an end, after which the rest of the line is not read: nothing so long is checked as one."""

LINE_END = re.compile(r"[\n\x0b\x0c\x85\u2028\u2029]")
FENCE = re.compile(r"\s*(?:`{3}|~{3})")
MAY_BE_FENCE = re.compile(r"\s*(?:`{1,2}|~{1,2})\Z")
RULE = re.compile(r"\s*\|?[\s|:-]*-[\s|:-]*\Z")
MAY_BE_BULLET = re.compile(
    r"\s*(?:[-*\u2022\u2023\u25aa\u25cf\u25e6\u2013\u2014\u00b7]|\(?\d{0,3}[.)]?|\(?[a-zA-Z]?\)?)\s*\Z"
    # Or it is the day of a month, in German.
    r"|\s*\d{1,2}\.\s+[A-Z]\w*\Z"
)
MAY_END = re.compile(r"\s\S|[\u3002\uff01\uff1f]")
"""Without one of these in what is new, no sentence has come to its end."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A sentence as the model wrote it, before any check: its text without markers, and the numbers it cites."""

    text: str
    citations: tuple[int, ...]


def split_claims(text: str) -> list[Draft]:
    """The claims of a whole answer, in order.

    Markers may be `[1]`, `[1, 3]`, `[1][3]`, `[1-3]` or full-width, before or after the full stop, or alone on the
    next line. An item of a list is a claim, and so are a row of a table, under its titles, and a block of code.
    """
    reader = ClaimReader()
    return reader.feed(text) + reader.close()


class ClaimReader:
    """Reads a text that is still being written. A claim is given away once nothing to come can change it."""

    def __init__(self) -> None:
        self._line = ""
        """What has come of the line and is not read yet."""
        self._starts_line = True
        self._is_open = False
        """Whether `_line` is known to hold the words of a new sentence."""
        self._searched = 0
        self._overlong = False
        self._last: Draft | None = None
        """The latest claim, to which a marker behind its full stop still belongs."""
        self._code: list[str] | None = None
        self._row = ""
        self._titles: tuple[str, ...] = ()
        self._settled: list[Draft] = []

    def feed(self, text: str) -> list[Draft]:
        """Takes the next piece; returns the claims that it has settled."""
        first, *others = LINE_END.split(text.replace("\r", ""))
        self._grow(first)
        for line in others:
            self._end_line()
            self._grow(line)
        return self._given_away()

    def close(self) -> list[Draft]:
        """The claims that are left at the end of the text."""
        self._end_line()
        if self._code is not None:
            self._end_code()
        self._end_table()
        self._settle()
        return self._given_away()

    @property
    def unsettled(self) -> str:
        """The words so far of the first claim that is not given away yet, without markers; "" where in doubt."""
        if self._last:
            return self._last.text
        return without_markers(self._line) if self._is_open else ""

    def _given_away(self) -> list[Draft]:
        settled, self._settled = self._settled, []
        return settled

    def _grow(self, text: str) -> None:
        if self._overlong:
            return
        self._line += text
        if self._code is not None or self._is_block():
            self._cut()
        else:
            self._read_sentences()

    def _is_block(self) -> bool:
        """Whether the line is, or may become, the fence of a block of code or the row of a table."""
        line = self._line
        return self._starts_line and bool(line.lstrip()[:1] == "|" or FENCE.match(line) or MAY_BE_FENCE.match(line))

    def _cut(self) -> None:
        self._overlong = len(self._line) > LONGEST_SENTENCE
        self._line = self._line[:LONGEST_SENTENCE]

    def _read_sentences(self) -> None:
        while self._opens():
            if not MAY_END.search(self._line, max(0, self._searched - 1)):
                break
            self._searched = len(self._line)
            end = _first_end(self._line[:LONGEST_SENTENCE])
            if end is None:
                break
            self._end_sentence(end)
        self._cut()

    def _opens(self) -> bool:
        """Whether a sentence has begun. Markers that stand before it belong to the claim before."""
        if self._is_open:
            return True
        if self._starts_line:
            if MAY_BE_BULLET.match(self._line):
                return False
            self._line = BULLET.sub("", self._line, count=1)
        leading = LEADING.match(self._line)
        rest = self._line[leading.end() :] if leading else self._line
        if not rest.strip() or UNFINISHED.match(rest):
            return False
        # At the start of a line, `[1] The tower is high.` cites for what follows.
        if leading and self._last and not self._starts_line:
            self._cite(leading.group())
            self._line = rest
        self._starts_line = False
        self._end_table()
        self._settle()
        self._is_open = True
        return True

    def _end_sentence(self, end: int) -> None:
        segment, self._line = self._line[:end], self._line[end:]
        self._is_open, self._searched = False, 0
        self._add(Draft(without_markers(segment), cited_numbers(segment)))

    def _end_line(self) -> None:
        line = self._line
        if self._code is not None:
            if FENCE.match(line):
                self._end_code()
            else:
                self._code.append(line)
        elif self._starts_line and FENCE.match(line):
            self._end_table()
            self._code = []
        elif self._starts_line and line.lstrip()[:1] == "|":
            self._end_row(line)
        else:
            self._end_prose()
        self._line, self._starts_line, self._is_open = "", True, False
        self._searched, self._overlong = 0, False

    def _end_prose(self) -> None:
        self._searched = 0
        self._read_sentences()
        if self._starts_line:
            self._line = BULLET.sub("", self._line, count=1)
            self._end_table()
        self._line = UNFINISHED.sub("", self._line)
        self._end_sentence(len(self._line))

    def _end_code(self) -> None:
        text = re.sub(r"\s+", " ", " ".join(self._code or ())).strip()
        self._code = None
        self._add(Draft(text[:LONGEST_SENTENCE], ()))

    def _end_row(self, line: str) -> None:
        if RULE.match(line):
            self._titles, self._row = _cells(self._row), ""
            return
        self._add_row()
        self._row = line

    def _add_row(self) -> None:
        """The row before, which was no row of titles."""
        cells = _cells(self._row)
        titles = self._titles if len(self._titles) == len(cells) else ("",) * len(cells)
        self._add(Draft(Row(titles, cells, 1).readable(), cited_numbers(self._row)))
        self._row = ""

    def _end_table(self) -> None:
        if self._row or self._titles:
            self._add_row()
            self._titles = ()

    def _add(self, draft: Draft) -> None:
        if draft.text:
            self._settle()
            self._last = draft
        elif self._last:
            self._last = Draft(self._last.text, tuple(sorted({*self._last.citations, *draft.citations})))

    def _cite(self, markers: str) -> None:
        self._add(Draft("", cited_numbers(markers)))

    def _settle(self) -> None:
        if self._last:
            self._settled.append(self._last)
            self._last = None


def _first_end(line: str) -> int | None:
    """Where the first sentence ends, or None. In a pair of backticks none does."""
    return next((end for end in boundaries(line) if line.count("`", 0, end) % 2 == 0), None)


def _cells(row: str) -> tuple[str, ...]:
    return tuple(without_markers(cell) for cell in row.strip().strip("|").split("|")) if row.strip() else ()
