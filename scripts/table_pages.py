"""Draws PDF pages with tables of many styles, and pages without any that look a little like one, with what they hold.

The words, numbers, fonts, gaps and places come from a seed. `scripts/table_eval.py` measures on them what is found.
"""

# PyMuPDF is only partly typed.
# mypy: allow-untyped-calls

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pymupdf

WIDTH, HEIGHT = 595, 842
FONTS = ("helv", "tiro", "cour")
BOLD = {"helv": "hebo", "tiro": "tibo", "cour": "cobo"}
PLACES = [
    "Germany",
    "France",
    "Spain",
    "Norway",
    "Peru",
    "Kenya",
    "Japan",
    "Chile",
    "Ghana",
    "Nepal",
    "Oman",
    "Qatar",
    "Fiji",
    "Malta",
    "Cuba",
    "Egypt",
    "Iran",
    "Iraq",
]
THINGS = [
    "Steel bolts",
    "Copper wire",
    "Oak planks",
    "Paint",
    "Roof tiles",
    "Door hinges",
    "Glass panes",
    "Window seals",
    "Gravel",
    "Sand",
    "Cement",
    "Insulation board",
    "Pipe fittings",
    "Cable ducts",
    "Light switches",
    "Sockets",
    "Screws and nails",
    "Plaster",
]
NAMES = [
    "Ada Brandt",
    "Jon Lie",
    "Mira Kovac",
    "Sam Otieno",
    "Lea Fontaine",
    "Igor Petrov",
    "Nina Sato",
    "Omar Haddad",
    "Eva Lund",
    "Paul Okafor",
    "Rita Gomez",
    "Tom Becker",
    "Yuki Mori",
    "Zoe Marsh",
    "Carl Nyberg",
    "Dina Rossi",
    "Finn Walsh",
    "Gita Rao",
]
MEASURES = [
    "Revenue",
    "Costs",
    "Profit",
    "Staff",
    "Orders",
    "Net sales",
    "Cash flow",
    "Output (t)",
    "Share (%)",
    "Visitors",
    "Price (EUR)",
    "Stock",
]
REMARKS = [
    "checked in spring and found sound",
    "to be replaced before the end of next year",
    "new since the last report",
    "delivered late because of the strike at the port",
    "on loan to the branch in the north",
    "no remarks",
    "see the note of the board on the second page",
    "awaiting the approval of the auditors",
    "in good order",
]
PROSE = [
    "the",
    "council",
    "met",
    "in",
    "the",
    "spring",
    "to",
    "discuss",
    "the",
    "repair",
    "of",
    "the",
    "bridge",
    "which",
    "had",
    "been",
    "closed",
    "since",
    "the",
    "flood",
    "of",
    "the",
    "previous",
    "autumn",
    "members",
    "noted",
    "that",
    "costs",
    "had",
    "risen",
    "and",
    "that",
    "the",
    "works",
    "could",
    "not",
    "begin",
    "before",
    "summer",
    "several",
    "residents",
    "asked",
    "whether",
    "the",
    "path",
    "along",
    "the",
    "river",
    "would",
    "stay",
    "open",
    "during",
    "that",
    "time",
    "and",
    "the",
    "engineer",
    "replied",
    "that",
    "it",
    "would",
    "with",
    "short",
    "closures",
    "on",
    "some",
    "days",
    "of",
    "the",
    "week",
    "while",
    "heavy",
    "parts",
    "were",
    "lifted",
    "into",
    "place",
    "by",
    "a",
    "crane",
]


@dataclass(frozen=True, slots=True)
class Truth:
    """A table that was drawn: names of its columns, its cells as texts, and its box in points."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    box: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A page of a kind, and the tables on it."""

    kind: str
    document: Any
    tables: tuple[Truth, ...]


@dataclass(slots=True)
class Style:
    """How a table is set: `pad` and `lead` are points beside and above text; `rules` say which lines are drawn."""

    font: str
    size: float
    pad: float
    lead: float
    rules: str = ""
    shade: str = ""
    wrap: float = 0.0
    aligns: list[str] = field(default_factory=list)


@cache
def _font(name: str) -> Any:
    return pymupdf.Font(name)


def _length(text: str, font: str = "helv", size: float = 11.0) -> float:
    return float(_font(font).text_length(text, size))


class Sheet:
    """A page on which things are drawn one below the other."""

    def __init__(self, random_: random.Random, columns: int = 1) -> None:
        self.random = random_
        self.document = pymupdf.open()
        self.page = self.document.new_page(width=WIDTH, height=HEIGHT)
        # Words that are inserted one by one take a second a page.
        self.writer = pymupdf.TextWriter(self.page.rect)
        self.left, self.y = 60.0, 70.0
        self.width = (WIDTH - 120 - 20 * (columns - 1)) / columns
        self.font = random_.choice(FONTS[:2])
        self.size = random_.choice((9.0, 10.0, 11.0))

    def text(self, x: float, y: float, text: str, font: str, size: float) -> None:
        if text:
            self.writer.append((x, y), text, _font(font), size)

    def finished(self) -> Any:
        """The document, with all text in it."""
        self.writer.write_text(self.page)
        return self.document

    def prose(self, lines: int) -> None:
        """Lines of a paragraph, justified as books are."""
        for number in range(lines):
            line = self.fitting(self.width)
            if number == 0:
                line = line[:1].upper() + line[1:]
            words = line.split()
            length = _length(" ".join(words), self.font, self.size)
            stretch = (self.width - length) / max(1, len(words) - 1) if number < lines - 1 else 0
            x = self.left
            for word in words if number < lines - 1 else words[: self.random.randint(2, len(words))]:
                self.text(x, self.y + self.size, word, self.font, self.size)
                x += _length(word + " ", self.font, self.size) + stretch
            self.y += 1.25 * self.size
        self.y += 0.8 * self.size

    def fitting(self, width: float) -> str:
        """Words of prose that fill a line."""
        start = self.random.randrange(len(PROSE))
        line = PROSE[start]
        for word in PROSE[start + 1 :] + PROSE * 2:
            if _length(f"{line} {word}", self.font, self.size) > width:
                return line
            line += f" {word}"
        return line

    def line(self, text: str, bold: bool = False, indent: float = 0.0) -> None:
        self.text(self.left + indent, self.y + self.size, text, BOLD[self.font] if bold else self.font, self.size)
        self.y += 1.4 * self.size

    def table(
        self, header: list[str], rows: list[list[str]], style: Style, spanner: list[tuple[str, int, int]] | None = None
    ) -> Truth:
        """Draw a table here. `spanner` are names over columns, with the first and the last of each."""
        size, font = style.size, style.font
        bold = self.random.random() < 0.5
        lines = [[self.wrapped(text, style) for text in row] for row in ([header] if header else []) + rows]
        fonts = [BOLD[font] if bold and header and number == 0 else font for number in range(len(lines))]
        widths = [
            max(_length(part, fonts[number], size) for number, row in enumerate(lines) for part in row[column])
            for column in range(len(rows[0]))
        ]
        for name, first, last in spanner or []:
            missing = _length(name, font, size) - sum(widths[first : last + 1]) - style.pad * (last - first)
            widths[last] += max(0.0, missing)
        edges = [self.left]
        for width in widths:
            edges.append(edges[-1] + width + style.pad)
        top = self.y
        ys = [top]
        if spanner:
            for name, first, last in spanner:
                length = _length(name, font, size)
                middle = (edges[first] + edges[last + 1]) / 2
                self.text(middle - length / 2, self.y + style.lead / 2 + 0.9 * size, name, font, size)
                if style.rules == "book":
                    y = self.y + size * 1.15 + style.lead
                    self.page.draw_line((edges[first] + 2, y), (edges[last + 1] - 2, y), width=0.5)
            self.y += 1.15 * size + style.lead
            ys.append(self.y)
        for number, row in enumerate(lines):
            height = max(map(len, row)) * 1.15 * size + style.lead
            shaded = (style.shade == "head" and number == 0) or (style.shade == "stripes" and number % 2)
            if shaded:
                box = pymupdf.Rect(edges[0], self.y, edges[-1], self.y + height)
                self.page.draw_rect(box, color=None, fill=(0.88, 0.9, 0.95))
            for column, parts in enumerate(row):
                for at, part in enumerate(parts):
                    length = _length(part, fonts[number], size)
                    free = widths[column] - length
                    shift = {"left": 0.0, "right": free, "center": free / 2}[style.aligns[column]]
                    y = self.y + style.lead / 2 + (0.9 + 1.15 * at) * size
                    self.text(edges[column] + style.pad / 2 + shift, y, part, fonts[number], size)
            self.y += height
            ys.append(self.y)
        self.rule(style, edges, ys, 1 + bool(spanner) if header else 0)
        self.y += 1.5 * size
        names = list(header) if header else [""] * len(rows[0])
        for name, first, last in spanner or []:
            for column in range(first, last + 1):
                names[column] = f"{name} {names[column]}"
        return Truth(tuple(names), tuple(map(tuple, rows)), (edges[0], top, edges[-1], ys[-1]))

    def rule(self, style: Style, edges: list[float], ys: list[float], head: int) -> None:
        """Draw the lines of a table, as lines or as thin filled boxes."""
        filled = self.random.random() < 0.5

        def draw(x0: float, y0: float, x1: float, y1: float) -> None:
            if filled:
                box = pymupdf.Rect(x0 - 0.25, y0 - 0.25, x1 + 0.25, y1 + 0.25)
                self.page.draw_rect(box, color=None, fill=(0.2, 0.2, 0.2))
            else:
                self.page.draw_line((x0, y0), (x1, y1), width=0.5)

        across = {
            "all": ys,
            "rows": ys,
            "book": [ys[0], ys[head], ys[-1]],
            "head": [ys[head]],
            "columns": [ys[0], ys[head], ys[-1]],
        }
        for y in dict.fromkeys(across.get(style.rules, [])):
            draw(edges[0], y, edges[-1], y)
        if style.rules in ("all", "columns"):
            for x in edges if style.rules == "all" else edges[1:-1]:
                draw(x, ys[0], x, ys[-1])

    def wrapped(self, text: str, style: Style) -> list[str]:
        if not style.wrap:
            return [text]
        parts = [""]
        for word in text.split():
            longer = f"{parts[-1]} {word}".strip()
            if parts[-1] and _length(longer, style.font, style.size) > style.wrap:
                parts.append(word)
            else:
                parts[-1] = longer
        return parts


def number(random_: random.Random) -> str:
    """A number as tables write them."""
    return random_.choice(
        (
            f"{random_.randint(1, 999)}",
            f"{random_.randint(1000, 99999):,}",
            f"{random_.uniform(0, 100):.1f}",
            f"{random_.uniform(0, 100):.2f}",
            f"-{random_.randint(1, 99)}.{random_.randint(0, 9)}",
        )
    )


def style_of(sheet: Sheet, **chosen: Any) -> Style:
    """A style of random size and gaps."""
    random_ = sheet.random
    font = random_.choice(FONTS) if random_.random() < 0.3 else sheet.font
    return Style(font, random_.choice((8.0, 9.0, 10.0)), random_.uniform(9, 28), random_.uniform(1, 9), **chosen)


def numeric_table(sheet: Sheet, style: Style, has_header: bool = True, most: int = 5) -> Truth:
    """A name and some numbers a row."""
    random_ = sheet.random
    width = random_.randint(1, most)
    keys = random_.choice((PLACES, THINGS, NAMES))
    rows = [[key, *(number(random_) for _ in range(width))] for key in random_.sample(keys, random_.randint(3, 14))]
    start = random_.randint(1990, 2020)
    years = [str(start + step) for step in range(width)]
    names = years if width > 1 and random_.random() < 0.4 else random_.sample(MEASURES, width)
    style.aligns = ["left", *[random_.choice(("right", "right", "left", "center"))] * width]
    first = random_.choice(("Country", "Item", "Name", "Position")) if random_.random() < 0.8 else ""
    if not has_header:
        return sheet.table([], rows, style)
    return sheet.table([first, *names], rows, style)


def word_table(sheet: Sheet, style: Style) -> Truth:
    """Words in every column, of which the last may be long."""
    random_ = sheet.random
    count = random_.randint(4, 8)
    rows = [
        [name, random_.choice(PLACES), thing, random_.choice(REMARKS)]
        for name, thing in zip(random_.sample(NAMES, count), random_.sample(THINGS, count), strict=True)
    ]
    style.aligns = ["left"] * 4
    if style.wrap == 0:
        style.size, style.pad = 8.0, min(style.pad, 14.0)
    return sheet.table(["Person", "Country", "Material", "Remark"], rows, style)


def spanned_table(sheet: Sheet, style: Style) -> Truth:
    """Two measures over the same years."""
    random_ = sheet.random
    style.pad, style.size = min(style.pad, 20.0), 8.0
    count = random_.randint(2, 3)
    start = random_.randint(1990, 2020)
    years = [str(start + step) for step in range(count)]
    first, second = random_.sample(MEASURES, 2)
    rows = [
        [key, *(number(random_) for _ in range(2 * count))] for key in random_.sample(PLACES, random_.randint(3, 9))
    ]
    style.aligns = ["left", *["right"] * (2 * count)]
    spanner = [(first, 1, count), (second, count + 1, 2 * count)]
    return sheet.table([random_.choice(("Country", "")), *years, *years], rows, style, spanner)


TABLES: dict[str, Callable[[Sheet], Truth]] = {
    "ruled": lambda sheet: numeric_table(sheet, style_of(sheet, rules="all")),
    "ruled rows": lambda sheet: numeric_table(sheet, style_of(sheet, rules="rows")),
    "ruled columns": lambda sheet: numeric_table(sheet, style_of(sheet, rules="columns")),
    "book": lambda sheet: numeric_table(sheet, style_of(sheet, rules="book")),
    "rule under header": lambda sheet: numeric_table(sheet, style_of(sheet, rules="head")),
    "striped": lambda sheet: numeric_table(sheet, style_of(sheet, shade="stripes")),
    "shaded header": lambda sheet: numeric_table(sheet, style_of(sheet, shade="head")),
    "borderless": lambda sheet: numeric_table(sheet, style_of(sheet)),
    "without header": lambda sheet: numeric_table(sheet, style_of(sheet), has_header=False),
    "words, ruled": lambda sheet: word_table(sheet, style_of(sheet, rules="all", wrap=90)),
    "words, ruled rows": lambda sheet: word_table(sheet, style_of(sheet, rules="rows", wrap=90)),
    "words, striped": lambda sheet: word_table(sheet, style_of(sheet, shade="stripes", wrap=90)),
    "words, borderless": lambda sheet: word_table(sheet, style_of(sheet)),
    "wrapped, borderless": lambda sheet: word_table(sheet, style_of(sheet, wrap=90)),
    "spanned, ruled": lambda sheet: spanned_table(sheet, style_of(sheet, rules="rows")),
    "spanned, book": lambda sheet: spanned_table(sheet, style_of(sheet, rules="book")),
    "spanned, borderless": lambda sheet: spanned_table(sheet, style_of(sheet)),
}
"""What draws a table of each kind."""


def with_table(kind: str, seed: int) -> Drawn:
    """A page with one table of a kind among prose; in one of two columns now and then."""
    random_ = random.Random(f"{kind}/{seed}")
    is_narrow = kind in ("book", "borderless", "rule under header") and random_.random() < 0.4
    sheet = Sheet(random_, columns=2 if is_narrow else 1)
    sheet.prose(random_.randint(3, 9))
    if is_narrow:
        style = style_of(sheet, rules={"book": "book", "rule under header": "head"}.get(kind, ""))
        style.pad, style.size = 12.0, 8.0
        table = numeric_table(sheet, style, most=2)
    else:
        table = TABLES[kind](sheet)
    sheet.prose(random_.randint(3, 9))
    if is_narrow:
        sheet.left, sheet.y = 60 + sheet.width + 20, 70
        for _ in range(5):
            sheet.prose(random_.randint(4, 10))
    return Drawn(kind, sheet.finished(), (table,))


def _columns(sheet: Sheet, count: int) -> None:
    for number_ in range(count):
        sheet.left, sheet.y = 60 + number_ * (sheet.width + 20), 70
        while sheet.y < 700:
            sheet.line(" ".join(sheet.random.sample(PROSE, 3)).title(), bold=True)
            sheet.prose(sheet.random.randint(3, 9))


def _listing(sheet: Sheet) -> None:
    mark = sheet.random.choice(("\u2022", "-", "1."))
    for number_ in range(14):
        sheet.text(
            sheet.left, sheet.y + sheet.size, f"{number_ + 1}." if mark == "1." else mark, sheet.font, sheet.size
        )
        sheet.line(sheet.fitting(sheet.width * sheet.random.uniform(0.3, 0.9)), indent=18)


def _contents(sheet: Sheet) -> None:
    at = 1
    for number_ in range(16):
        title = f"{number_ + 1} {' '.join(sheet.random.sample(PROSE, 3)).capitalize()}"
        length = _length(title, sheet.font, sheet.size)
        dots = int((sheet.width - length - 20) / _length(".", sheet.font, sheet.size))
        sheet.line(f"{title} {'.' * dots} {at}")
        at += sheet.random.randint(1, 9)


def _code(sheet: Sheet) -> None:
    sheet.font = "cour"
    for _ in range(22):
        name, other = sheet.random.sample(PROSE, 2)
        sheet.line(sheet.random.choice((f"{name} = {other}(x, {sheet.random.randint(1, 9)})", f"if {name} < {other}:")))


def _letter(sheet: Sheet) -> None:
    for line in ("Ms Ada Brandt", "Harbour Road 12", "4021 Bergen", "", "Bergen, 3 May 2021", "", "Dear Ms Brandt,"):
        sheet.line(line)
    for _ in range(4):
        sheet.prose(sheet.random.randint(3, 7))
    sheet.line("Yours sincerely,")


def _slide(sheet: Sheet) -> None:
    sheet.size = 20
    sheet.line(" ".join(sheet.random.sample(PROSE, 3)).title(), bold=True)
    sheet.size = 15
    for _ in range(6):
        sheet.line("\u2022 " + " ".join(sheet.random.sample(PROSE, 5)))


def _formulas(sheet: Sheet) -> None:
    for number_ in range(6):
        sheet.prose(2)
        sheet.text(200, sheet.y + 10, "a + b = c / d", "tiit", 11)
        sheet.text(520, sheet.y + 10, f"({number_ + 1})", "tiro", 11)
        sheet.y += 24


def _references(sheet: Sheet) -> None:
    for number_ in range(10):
        sheet.text(sheet.left, sheet.y + sheet.size, f"[{number_ + 1}]", sheet.font, sheet.size)
        for _ in range(sheet.random.randint(1, 3)):
            sheet.line(sheet.fitting(sheet.width - 40), indent=28)


def _single(sheet: Sheet) -> None:
    while sheet.y < 700:
        sheet.prose(sheet.random.randint(2, 9))


OTHERS: dict[str, tuple[int, Callable[[Sheet], None]]] = {
    "prose": (1, _single),
    "two columns": (2, lambda sheet: _columns(sheet, 2)),
    "three columns": (3, lambda sheet: _columns(sheet, 3)),
    "list": (1, _listing),
    "contents": (1, _contents),
    "code": (1, _code),
    "letter": (1, _letter),
    "slide": (1, _slide),
    "formulas": (1, _formulas),
    "references": (1, _references),
}
"""What draws a page without a table, and in how many columns."""


def without_table(kind: str, seed: int) -> Drawn:
    """A page of a kind without a table."""
    columns, draw = OTHERS[kind]
    sheet = Sheet(random.Random(f"{kind}/{seed}"), columns)
    draw(sheet)
    return Drawn(kind, sheet.finished(), ())
