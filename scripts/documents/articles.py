"""Documents of running text: reports, papers, manuals, minutes and letters, with their tables and figures."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from scripts.documents.charts import Chart, draw_chart, draw_diagram
from scripts.documents.flow import Flow, Frame, Sentence
from scripts.documents.grids import Grid, draw_grid, grid_height
from scripts.documents.sheet import GREY, Face, Sheet, told, union
from scripts.documents.slots import Slots
from store.records import Box

A4 = (595.0, 842.0)
FACES = {"sans": Face(), "serif": Face("tiro", "tibo", "tiit")}
MARGIN = 62.0
GUTTER = 20.0
SENTENCES = 4
"""Sentences of a paragraph."""
Table = Mapping[str, Any]


@dataclass(slots=True)
class Article:
    """One document of running text: its entry in the recipe, its content, and what fills the slots of both."""

    entry: Mapping[str, Any]
    content: Mapping[str, Any]
    slots: Slots
    sheet: Sheet = field(init=False)
    flow: Flow = field(init=False)
    title: str = ""
    section: str = ""
    labels: list[dict[str, Any]] = field(default_factory=list)

    def draw(self) -> Sheet:
        """The sheet with everything on it."""
        face = FACES[self.entry.get("face", "sans")]
        self.sheet = Sheet(*A4, face, disordered=self.entry.get("disordered", False))
        self.title = self.slots.fill(self.content["title"])
        two = self.entry.get("columns", 1) == 2
        frame = Frame(
            _columns(2 if two else 1),
            self._decorate,
            justified=self.entry.get("justified", False),
            hyphenated=self.entry.get("hyphenated", False),
        )
        self.flow = Flow(self.sheet, frame, 9.2 if two else 10.3, "prose")
        if "front" in self.content:
            self._cover()
        elif "abstract" in self.content:
            self._paper_head()
        else:
            self._plain_head()
        for section in self.content["sections"]:
            self._section(section)
        if self.labels:
            self.sheet.document.set_page_labels(self.labels)
        return self.sheet

    def _decorate(self, sheet: Sheet) -> None:
        """Running head, page number and, where the recipe wants them, a logo and a rule."""
        if sheet.number == 1 and "front" in self.content:
            return
        foot = self.entry.get("foot", "")
        if self.entry.get("running", True):
            sheet.write(self.section or self.title, MARGIN, 40, 8, color=GREY)
            sheet.line(MARGIN, 45, A4[0] - MARGIN, 45)
        if self.entry.get("logo"):
            sheet.page.draw_circle((A4[0] - MARGIN - 8, 34), 7, color=None, fill=(0.1, 0.4, 0.5))
        if foot:
            sheet.write(self.slots.fill(foot), MARGIN, A4[1] - 26, 7.5, color=GREY)
        sheet.write(self._page_mark(sheet.number), A4[0] - MARGIN, A4[1] - 26, 8, color=GREY, align="right")

    def _page_mark(self, number: int) -> str:
        """The number that is printed on a page: that of its label."""
        last = [one for one in self.labels if one["startpage"] < number]
        if not last:
            return str(number)
        shown = number - last[-1]["startpage"]
        return f"{last[-1]['prefix']}{('', 'i', 'ii', 'iii', 'iv')[shown] if last[-1]['style'] == 'r' else shown}"

    def _cover(self) -> None:
        """A cover, a page of contents, both with roman numbers, then the body from 1."""
        self._label("", "r")
        self.flow.start_page()
        self.sheet.fill((0, 0, A4[0], 260), (0.12, 0.33, 0.45))
        for at, line in enumerate(Flow.wrapped(self.title, 440, 30, self.sheet.face.bold)):
            self.sheet.write(line, MARGIN, 330 + 38 * at, 30, self.sheet.face.bold)
        self.sheet.write(self.slots.fill(self.content["subtitle"]), MARGIN, 440, 16)
        self.flow.start_page()
        self.flow.heading({"en": "Contents", "de": "Inhalt", "fr": "Sommaire"}[self.slots.language], 16)
        for at, section in enumerate(self.content["sections"]):
            name = self.slots.fill(section["title"])
            self.flow.block(20, partial(self._contents_line, name, at + 1))
        self._label("", "D")
        self.flow.start_page()

    def _contents_line(self, name: str, number: int, left: float, top: float, right: float) -> None:
        end = self.sheet.write(name, left, top + 11, 10)[2]
        self.sheet.write("." * int((right - end - 30) / 3), end + 6, top + 11, 10)
        self.sheet.write(str(number), right, top + 11, 10, align="right")

    def _label(self, prefix: str, style: str) -> None:
        """From the page that comes next on, pages count anew."""
        self.labels.append({"startpage": self.sheet.number, "prefix": prefix, "style": style, "firstpagenum": 1})

    def _paper_head(self) -> None:
        """Title, authors and abstract over the whole width of the first page."""
        self.flow.start_page()
        face = self.sheet.face
        lines = Flow.wrapped(self.title, 440, 17, face.bold)
        names = self.slots.fill(self.content["authors"])
        place = self.slots.fill(self.content["affiliation"])
        abstract = Flow.wrapped(self.slots.fill(self.content["abstract"]), A4[0] - 2 * MARGIN - 40, 9, face.italic)
        left, top, right = self.flow.span(24 * len(lines) + 12 * len(abstract) + 62)
        middle = (left + right) / 2
        for at, line in enumerate(lines):
            self.sheet.write(line, middle, top + 18 + 22 * at, 17, face.bold, align="centre")
        y = top + 22 * len(lines) + 16
        box = self.sheet.write(names, middle, y, 10.5, align="centre")
        self.sheet.write(place, middle, y + 14, 9, face.italic, align="centre")
        self.sheet.learn("layout", f"Who wrote the paper “{self.title.split(':')[0]}”?", names, [box])
        for at, line in enumerate(abstract):
            self.sheet.write(line, left + 20, y + 36 + 12 * at, 9, face.italic)

    def _plain_head(self) -> None:
        self.flow.start_page()
        self.flow.block(22, lambda left, top, _: self._head_line(self.title, left, top + 16, 15))
        self.flow.block(
            24, lambda left, top, _: self._head_line(self.slots.fill(self.content["subtitle"]), left, top + 10, 10)
        )

    def _head_line(self, text: str, x: float, y: float, size: float) -> None:
        self.sheet.write(text, x, y, size, self.sheet.face.bold)

    def _section(self, section: Mapping[str, Any]) -> None:
        title = self.slots.fill(section["title"])
        if section.get("appendix"):
            self._label(f"{title[0]}-", "D")
        self.section = f"{self.title} · {title}" if len(self.title) < 40 else title
        if section.get("appendix") or (self.entry.get("chapters") and self.flow.y > 120):
            self.flow.start_page()
        self.flow.heading(title, 13 if self.entry.get("columns", 1) == 1 else 11)
        sentences = [self._sentence(one) for one in section.get("text", ())]
        filler = [Sentence(one) for one in self.slots.filler(self.entry.get("filler", 0))]
        plain = [one for one in sentences if not one.text.startswith("• ")]
        self._paragraphs(_mixed(plain, filler))
        for one in sentences:
            if one.text.startswith("• "):
                self.flow.paragraph([Sentence(one.text[2:], one.question, one.answer)], "•", "layout")
        for table in section.get("tables", ()):
            self._table(table)
        for chart in section.get("charts", ()):
            self._figure(chart)
        if self.entry.get("footnotes") and self.flow.column == 0:
            note = f"{self.slots.draw('person', '')}, personal communication, {self.slots.draw('date', '2022')}."
            self.flow.footnote(note)

    def _sentence(self, written: str) -> Sentence:
        # In this order: the text draws what question and answer repeat.
        return Sentence(*map(self.slots.fill, told(written)))

    def _paragraphs(self, sentences: list[Sentence]) -> None:
        for first in range(0, len(sentences), SENTENCES):
            self.flow.paragraph(sentences[first : first + SENTENCES])

    def _table(self, table: Table) -> None:
        grid = Grid(tuple(map(self.slots.fill, table["columns"])), tuple(self._rows(table)), table["style"])
        height = grid_height(self.sheet, grid, self.flow.width)
        self.flow.room(height + 30)
        self.flow.caption(self.slots.fill(table["caption"]), self.sheet.face.bold)
        places, end = draw_grid(self.sheet, grid, self.flow.left, self.flow.y, self.flow.right)
        self.flow.y = end + 12
        for asked in table["ask"]:
            cell = grid.rows[asked["row"]][asked["column"]]
            self.sheet.learn("table", self.slots.fill(asked["text"]), cell, places[asked["row"]], cell)

    def _rows(self, table: Table) -> list[tuple[str, ...]]:
        rows = []
        for at, name in enumerate(table["rows"]):
            cells = table["texts"][at] if "texts" in table else table["cells"]
            rows.append((name, *(self._cell(cell) for cell in cells)))
        return rows

    def _cell(self, cell: str) -> str:
        """What a cell holds: a text as it is, or a value of a sort."""
        sort, colon, bounds = cell.partition(":")
        return self.slots.draw(sort, bounds) if colon and re.fullmatch(r"[a-z]+", sort) else cell

    def _figure(self, spec: Mapping[str, Any]) -> None:
        height = min(190.0, 0.55 * self.flow.width + 40)
        self.flow.room(height + 40)
        box: Box = (self.flow.left, self.flow.y, self.flow.right, self.flow.y + height)
        shown: Mapping[str, tuple[float, ...]] = {}
        if "diagram" in spec:
            draw_diagram(self.sheet, spec["diagram"], box)
        else:
            chart = self._chart(spec)
            shown = chart.series
            draw_chart(self.sheet, chart, box)
        self.flow.y += height + 4
        caption = self.flow.caption(self.slots.fill(spec["caption"]))
        for asked in spec["ask"]:
            places = [box, union([box, caption])]
            # The value that is written at a bar, or words that the figure shows.
            value = f"{shown[asked['series']][asked['bar']]:,.10g}" if "series" in asked else asked["answer"]
            self.sheet.learn("figure", self.slots.fill(asked["text"]), value, places)

    def _chart(self, spec: Mapping[str, Any]) -> Chart:
        categories = tuple(spec["categories"])
        series = {name: tuple(self._value(bounds) for _ in categories) for name, bounds in spec["series"].items()}
        return Chart(
            spec["sort"],
            self.slots.fill(spec.get("title", "")),
            categories,
            series,
            self.slots.fill(spec.get("x_label", "")),
            self.slots.fill(spec.get("y_label", "")),
            spec.get("vector", True),
        )

    def _value(self, bounds: str) -> float:
        sort, _, ends = bounds.partition(":")
        low, high = (float(end) for end in ends.split("-"))
        value = self.slots.random.uniform(low, high)
        return round(value) if sort == "int" else round(value, 1)


def _columns(count: int) -> tuple[Box, ...]:
    top, bottom = 62.0, A4[1] - 70
    if count == 1:
        return ((MARGIN, top, A4[0] - MARGIN, bottom),)
    middle = A4[0] / 2
    return ((MARGIN - 10, top, middle - GUTTER / 2, bottom), (middle + GUTTER / 2, top, A4[0] - MARGIN + 10, bottom))


def _mixed(told: list[Sentence], filler: list[Sentence]) -> list[Sentence]:
    """What is asked about between what is not."""
    mixed: list[Sentence] = []
    share = len(filler) / max(1, len(told))
    for at, one in enumerate(told):
        mixed += filler[round(at * share) : round((at + 1) * share)]
        mixed.append(one)
    return mixed if told else filler
