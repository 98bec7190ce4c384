"""Documents whose layout carries their meaning: invoices, price lists, slides and filled-in forms."""

# PyMuPDF is only partly typed.
# mypy: allow-untyped-calls

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pymupdf

from scripts.documents.charts import Chart, draw_chart
from scripts.documents.flow import LEADING, Flow
from scripts.documents.grids import Grid, draw_grid
from scripts.documents.sheet import GREY, Face, Sheet, text_width, told, union
from scripts.documents.slots import Slots
from store.records import Box

A4 = (595.0, 842.0)
WIDE = (720.0, 405.0)
LEFT, RIGHT = 58.0, 537.0
Entry = Mapping[str, Any]


def draw_invoice(entry: Entry, content: Entry, slots: Slots) -> Sheet:
    """An invoice: letterhead, address, reference block, items, sums, and bank details at the foot."""
    words = content["words"][slots.language]
    sheet = Sheet(*A4, Face())
    sheet.add_page()
    slots.fill("{contact=person:}{street=street:}{town=place:}{number=code:" + entry["prefix"] + "}")
    known = slots.known
    sheet.write(known["seller"], LEFT, 62, 17, "hebo", (0.1, 0.3, 0.5))
    sheet.write(f"{known['street']} {slots.random.randint(1, 90)}, {known['town']}", RIGHT, 62, 8, align="right")
    sheet.line(LEFT, 72, RIGHT, 72)
    for at, line in enumerate((known["client"], slots.draw("street", ""), slots.draw("place", ""))):
        sheet.write(line, LEFT, 130 + 14 * at, 10.5)
    sheet.write(words["title"], LEFT, 215, 16, "hebo")
    _references(sheet, slots, words)
    total_at = _items(sheet, entry, content, slots, words)
    note = slots.fill(words["note"])
    box = sheet.write(note, LEFT, total_at + 40, 9.5)
    sheet.learn("prose", slots.fill(words["note_question"]), slots.known["days"], [box])
    _bank(sheet, slots, words)
    return sheet


def _references(sheet: Sheet, slots: Slots, words: Entry) -> None:
    """Name and value in two columns at the right."""
    slots.fill("{issued=date:2023}{due=date:2024}")
    values = (slots.known["number"], slots.known["issued"], slots.known["due"], slots.known["contact"])
    for at, (name, value) in enumerate(zip(words["references"], values, strict=True)):
        y = 120 + 15 * at
        box = union([sheet.write(name, 350, y, 9, color=GREY), sheet.write(value, RIGHT, y, 9, align="right")])
        if question := words["reference_questions"][at]:
            sheet.learn("layout", slots.fill(question), value, [box])


def _items(sheet: Sheet, entry: Entry, content: Entry, slots: Slots, words: Entry) -> float:
    goods = content["goods"][entry["goods"]]
    chosen = slots.random.sample(goods, entry["items"])
    rows, total = [], 0.0
    for at, (name, low, high) in enumerate(chosen, 1):
        count, price = slots.random.randint(1, 24), round(slots.random.uniform(low, high) * 20) / 20
        total += count * price
        rows.append((str(at), name, str(count), slots.money(price), slots.money(count * price)))
    grid = Grid(tuple(words["columns"]), tuple(rows), entry["style"])
    places, y = draw_grid(sheet, grid, LEFT, 240, RIGHT)
    for asked, (column, question) in zip((1, len(rows) - 1), words["item_questions"], strict=True):
        slots.known["item"] = chosen[asked][0]
        sheet.learn("table", slots.fill(question), rows[asked][column], places[asked], rows[asked][column])
    tax = round(total * entry["tax"]) / 100
    for name, value, question in zip(words["sums"], (total, tax, total + tax), (*words["sum_questions"],), strict=True):
        y += 17
        text = slots.money(value)
        label = name.replace("%", f"{entry['tax']} %")
        font = "hebo" if value > total else ""
        box = union([sheet.write(label, 380, y, 9.5, font), sheet.write(text, RIGHT - 4, y, 9.5, font, align="right")])
        if question:
            sheet.learn("layout", slots.fill(question), text, [box])
    return y


def _bank(sheet: Sheet, slots: Slots, words: Entry) -> None:
    digits = "".join(str(slots.random.randint(0, 9)) for _ in range(18))
    iban = f"DE{digits[:2]} {digits[2:6]} {digits[6:10]} {digits[10:14]} {digits[14:18]} 00"
    sheet.line(LEFT, 770, RIGHT, 770)
    columns = ((slots.known["seller"], slots.known["town"]), ("IBAN", iban), (words["tax_id"], f"{digits[:9]}"))
    for at, (upper, lower) in enumerate(columns):
        x = LEFT + 165 * at
        box = union([sheet.write(upper, x, 784, 7.5, color=GREY), sheet.write(lower, x, 795, 7.5, color=GREY)])
        if upper == "IBAN":
            sheet.learn("layout", slots.fill(words["iban_question"]), iban, [box, _second_line(box)])


def _second_line(box: Box) -> Box:
    return (box[0], (box[1] + box[3]) / 2, box[2], box[3])


def draw_prices(entry: Entry, content: Entry, slots: Slots) -> Sheet:
    """A price list: groups of wares with their prices, over several pages."""
    sheet = Sheet(*A4, Face())
    y, goods = 900.0, content["groups"]
    for group in goods:
        rows = tuple(
            (
                slots.draw("code", group["code"]),
                name,
                slots.draw("pick", group["units"]),
                slots.draw(*price.split(":", 1)),
            )
            for name, price in group["wares"]
        )
        grid = Grid(tuple(content["columns"]), rows, entry["style"])
        if y + 20 * len(rows) + 40 > 780:
            sheet.add_page()
            sheet.write(slots.fill(content["title"]), LEFT, 48, 9, color=GREY)
            sheet.write(f"{sheet.number}", RIGHT, 815, 8, color=GREY, align="right")
            sheet.write(slots.fill(content["foot"]), LEFT, 815, 7.5, color=GREY)
            y = 66.0
            if sheet.number == 1:
                sheet.write(slots.fill(content["title"]), LEFT, 90, 20, "hebo")
                y = 110.0
        sheet.write(group["name"], LEFT, y + 18, 12, "hebo")
        places, y = draw_grid(sheet, grid, LEFT, y + 28, RIGHT)
        y += 8
        for asked in group["ask"]:
            cell = rows[asked["row"]][asked["column"]]
            sheet.learn("table", slots.fill(asked["text"]), cell, places[asked["row"]], cell)
    return sheet


def draw_slides(entry: Entry, content: Entry, slots: Slots) -> Sheet:
    """Slides: a title and a few large words each, some with a chart or a table beside them."""
    sheet = Sheet(*WIDE, Face())
    for slide in content["slides"]:
        sheet.add_page()
        sheet.fill((0, 0, 720, 54), (0.15, 0.2, 0.35))
        sheet.write(slots.fill(slide["title"]), 30, 36, 22, "hebo", (1, 1, 1))
        sheet.write(slots.fill(content["foot"]), 30, 392, 8, color=GREY)
        sheet.write(str(sheet.number), 690, 392, 8, color=GREY, align="right")
        beside = "chart" in slide or "table" in slide
        y = 95.0
        for written in slide.get("bullets", ()):
            text, question, answer = map(slots.fill, told(written))
            boxes = []
            sheet.write("•", 36, y, 16)
            for line in Flow.wrapped(text, 270 if beside else 620, 16, "helv"):
                boxes.append(sheet.write(line, 54, y, 16))
                y += LEADING * 16
            y += 8
            if question:
                sheet.learn("layout", question, answer, [union(boxes)])
        if "chart" in slide:
            _slide_chart(sheet, slide["chart"], slots)
        if "table" in slide:
            _slide_table(sheet, slide["table"], slots)
    return sheet


def _slide_chart(sheet: Sheet, spec: Entry, slots: Slots) -> None:
    box: Box = (350, 75, 700, 370)
    names = tuple(spec["categories"])
    series = {}
    for name, bounds in spec["series"].items():
        low, high = (int(end) for end in bounds.split("-"))
        series[name] = tuple(float(slots.random.randint(low, high)) for _ in names)
    labels = (spec.get("x", ""), spec.get("y", ""))
    draw_chart(sheet, Chart(spec["sort"], "", names, series, *labels, spec.get("vector", True)), box)
    sheet.learn("figure", slots.fill(spec["ask"]), spec["answer"], [box])


def _slide_table(sheet: Sheet, spec: Entry, slots: Slots) -> None:
    rows = tuple((name, *(slots.draw(*one.split(":", 1)) for one in spec["cells"])) for name in spec["rows"])
    grid = Grid(tuple(spec["columns"]), rows, spec["style"], 11)
    places, _ = draw_grid(sheet, grid, 350, 90, 700)
    for asked in spec["ask"]:
        cell = rows[asked["row"]][asked["column"]]
        sheet.learn("table", slots.fill(asked["text"]), cell, places[asked["row"]], cell)


def draw_form(entry: Entry, content: Entry, slots: Slots) -> Sheet:
    """A form with fields that are filled in, or, with `typed`, with the words typed onto the paper."""
    sheet = Sheet(*A4, Face())
    sheet.add_page()
    sheet.write(slots.fill(content["title"]), LEFT, 70, 17, "hebo")
    sheet.write(slots.fill(content["subtitle"]), LEFT, 88, 9, color=GREY)
    y = 120.0
    for part in content["parts"]:
        sheet.fill((LEFT, y - 12, RIGHT, y + 4), (0.88, 0.9, 0.93))
        sheet.write(part["name"], LEFT + 4, y, 10, "hebo")
        y += 26
        for name, value, question in part["fields"]:
            _field(sheet, entry, name, slots.fill(value), slots.fill(question), y)
            y += 26
        for name, ticked in part.get("boxes", ()):
            _tick(sheet, name, ticked, y)
            y += 20
        y += 12
    return sheet


def _field(sheet: Sheet, entry: Entry, name: str, value: str, question: str, y: float) -> None:
    label = sheet.write(name, LEFT + 4, y, 9.5)
    frame: Box = (220, y - 13, RIGHT, y + 5)
    if entry.get("typed"):
        sheet.line(220, y + 5, RIGHT, y + 5)
        words = sheet.write(value, 224, y, 10.5, "cour")
    else:
        widget = pymupdf.Widget()
        widget.field_type = pymupdf.mupdf.PDF_WIDGET_TYPE_TEXT
        widget.field_name = f"{name} {int(y)}"
        widget.field_label = name
        widget.rect = pymupdf.Rect(frame)
        widget.border_width, widget.border_color = 1, (0.5, 0.5, 0.5)
        widget.text_fontsize = 10
        widget.field_value = value
        sheet.page.add_widget(widget)
        words = (222, y - 10, 222 + text_width(value, "helv", 10), y + 3)
    if question:
        sheet.learn("form", question, value, [union([label, words]), union([label, frame]), frame, words])


def _tick(sheet: Sheet, name: str, ticked: bool, y: float) -> None:
    sheet.page.draw_rect(pymupdf.Rect(LEFT + 6, y - 9, LEFT + 16, y + 1), color=(0, 0, 0), width=0.7)
    if ticked:
        sheet.write("X", LEFT + 7.5, y, 10, "hebo")
    sheet.write(name, LEFT + 24, y, 9.5)


DRAWERS = {"invoice": draw_invoice, "prices": draw_prices, "slides": draw_slides, "form": draw_form}
"""The layouts by their names in the recipe."""
