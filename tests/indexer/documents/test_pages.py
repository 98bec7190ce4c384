"""What a page says: order, headings, heads and feet, broken words, turned text, fields, labels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pymupdf
import pytest

from api.settings import Settings
from indexer.documents.joining import join_lines
from indexer.documents.outline import Outline
from indexer.documents.paragraphs import paragraphs_of
from indexer.documents.reading import Surroundings, read_pages, read_passages
from indexer.documents.reading_order import reading_order
from indexer.documents.records import Heading, Page, TextLine
from indexer.documents.running_heads import Sheet, running_lines
from indexer.documents.text_layer import is_usable

LIMITS = Settings().file_limits()
TYPESET = Path(__file__).resolve().parents[3] / "corpora" / "eval" / "typeset" / "documents"
PROSE = "The keeper of the light was appointed in the spring and stayed until the station was made automatic. "
Draw = Callable[[pymupdf.Page], object]


def drawn(*pages: Draw, labels: Sequence[dict[str, object]] = ()) -> list[Page]:
    """Pages of a PDF that are drawn by these, read."""
    document = pymupdf.open()
    for draw in pages:
        draw(document.new_page(width=595, height=842))
    if labels:
        document.set_page_labels(list(labels))
    return read_pages(document.tobytes(), 1, len(pages), LIMITS)


def text(page: pymupdf.Page, box: tuple[float, float, float, float], words: str, **options: object) -> None:
    assert page.insert_textbox(pymupdf.Rect(box), words, **options) >= 0, "the text does not fit its box"


def two_columns(page: pymupdf.Page) -> None:
    text(page, (60, 40, 535, 75), "A Title over Both of the Columns", fontsize=18)
    text(page, (60, 80, 285, 400), "LEFT " + PROSE * 5, fontsize=10)
    text(page, (310, 80, 535, 400), "RIGHT " + PROSE * 5, fontsize=10)
    text(
        page,
        (60, 420, 535, 460),
        "Figure 1: this caption spans both of the columns, from the left to the right margin.",
    )
    text(page, (60, 470, 285, 790), "LOWER " + PROSE * 5, fontsize=10)
    text(page, (310, 470, 535, 790), "LAST " + PROSE * 5, fontsize=10)


def test_columns_are_read_one_after_the_other() -> None:
    (page,) = drawn(two_columns)
    places = [page.text.index(word) for word in ("A Title", "LEFT", "RIGHT", "Figure 1", "LOWER", "LAST")]
    assert places == sorted(places)
    left = next(passage for passage in page.passages if "LEFT" in passage.text)
    assert max(line.box[2] for line in left.lines[1:]) < 300


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_a_turned_page_says_the_same_and_its_boxes_lie_on_the_upright_page(rotation: int) -> None:
    def turned(page: pymupdf.Page) -> None:
        two_columns(page)
        page.set_rotation(rotation)

    (upright,), (page,) = drawn(two_columns), drawn(turned)
    assert page.text == upright.text
    for passage in page.passages:
        assert 0 <= passage.box[0] < passage.box[2] <= page.width
        assert 0 <= passage.box[1] < passage.box[3] <= page.height


def test_rows_of_cells_say_the_names_of_their_columns() -> None:
    def table(page: pymupdf.Page) -> None:
        rows = [("Item", "Count", "Price"), ("Bolts", "200", "24.00"), ("Rope", "3", "46.50"), ("Paint", "5", "44.95")]
        for number, row in enumerate(rows):
            for left, cell in zip((60, 250, 400), row, strict=True):
                page.insert_text((left, 100 + 20 * number), cell)

    (page,) = drawn(table)
    assert page.text.split("\n\n") == [
        "Item: Bolts; Count: 200; Price: 24.00",
        "Item: Rope; Count: 3; Price: 46.50",
        "Item: Paint; Count: 5; Price: 44.95",
    ]
    assert (len(page.tables), page.passages) == (1, ())


def chapter(number: int, words: str) -> Draw:
    def draw(page: pymupdf.Page) -> None:
        page.insert_text((60, 40), "Annual Report 2023", fontsize=9)
        page.insert_text((290, 815), f"Page {number} of 4", fontsize=9)
        page.insert_text((60, 90), f"{number} {words}", fontsize=14)
        text(page, (60, 110, 535, 400), PROSE * 6, fontsize=10)

    return draw


def test_a_table_in_one_column_takes_no_lines_of_the_column_beside_it() -> None:
    (page,) = read_pages((TYPESET / "millbrook-rye-leaflet.pdf").read_bytes(), 1, 1, LIMITS)
    [table] = page.tables
    assert table.lines[-1] == "per 100 g: Salt; Rye loaf: 1.1 g"
    assert "Cover and set in a cold place, at 6 to 8 degrees, for the night." in page.text


def test_heads_and_feet_are_left_out_and_headings_stay_with_their_text() -> None:
    pages = drawn(*(chapter(number, words) for number, words in enumerate(("Harbours", "Lights", "Boats", "Ropes"), 1)))
    assert [line.text for line in pages[1].running] == ["Annual Report 2023", "Page 2 of 4"]
    assert "Annual Report" not in pages[1].text
    assert [heading.text for heading in pages[1].passages[0].headings] == ["2 Lights"]
    assert pages[1].passages[0].text.startswith("2 Lights\nThe keeper")


def test_what_stands_beside_a_head_runs_with_it() -> None:
    def page(number: int, date: str) -> Draw:
        def draw(page: pymupdf.Page) -> None:
            page.insert_text((60, 40), "Journal of Lights")
            page.insert_text((450, 40), date)
            text(page, (60, 130, 535, 400), f"{number} " + PROSE * 3)

        return draw

    pages = drawn(page(1, "May 2024"), page(2, "Bell and Reed"))
    assert [[line.text for line in one.running] for one in pages] == [
        ["Journal of Lights", "May 2024"],
        ["Journal of Lights", "Bell and Reed"],
    ]


def test_letters_that_only_look_like_numerals_are_read() -> None:
    """In Turkish an i without dot and an I with one are letters, and no Roman numerals."""
    sheets = {number: Sheet(842, [TextLine("\u0131 \u0130 xi", (60, 30, 200, 42), 10)]) for number in (1, 2)}
    assert [line.text for line in running_lines(sheets, 1, 10)] == ["\u0131 \u0130 xi"]


def test_an_address_at_the_side_is_not_read_into_the_text() -> None:
    side = [TextLine(f"Side line {number}", (45, 100 + 12 * number, 120, 109 + 12 * number), 9) for number in range(6)]
    main = [TextLine(PROSE[:80], (172, 96 + 10.3 * number, 524, 105 + 10.3 * number), 9) for number in range(9)]
    first, second = reading_order([*side, *main])
    assert [row[0].text[:4] for row in first.rows] == ["Side"] * 6
    assert len(second.rows) == 9


def test_initials_begin_no_paragraph_and_references_do() -> None:
    words = ["[1] Cornel Solanki, Ann Nieuwenhuysen, Bo Beaucarne, Carl Poortmans,", "G. Beaucarne, Thin Film Cells."]
    words += ["[2] Ines Gordon, Annie Nayolet, Substrates of Glass for Solar Cells,", "95 (2010) 381."]
    lines = [TextLine(line, (60, 100 + 12 * at, 400, 110 + 12 * at), 10) for at, line in enumerate(words)]
    paragraphs = list(paragraphs_of(reading_order(lines), 10, ()))
    assert [one.text[:3] for one in paragraphs] == ["[1]", "[2]"]


def test_a_line_that_stands_on_one_page_alone_is_no_head() -> None:
    pages = drawn(chapter(1, "Harbours"))
    assert (pages[0].running, "Annual Report 2023" in pages[0].text) == ((), True)


def test_pages_that_are_fillings_of_one_form_keep_their_labels() -> None:
    def form(number: int) -> Draw:
        def draw(page: pymupdf.Page) -> None:
            for row, label in enumerate(("Invoice", "Customer", "Street", "Town", "Country", "Goods", "Count", "Sum")):
                page.insert_text((60, 40 + 20 * row), label)
                page.insert_text((200, 40 + 20 * row), f"value {number * 7 + row}")

        return draw

    pages = drawn(form(1), form(2), form(3))
    assert "Invoice: value 14" in pages[1].text


def test_sections_are_carried_on() -> None:
    outline = Outline()
    assert outline.enter([Heading("Report", 20), Heading("1 Sea", 14)]) == ("Report", "1 Sea")
    assert outline.enter([]) == ("Report", "1 Sea")
    assert outline.enter([Heading("2 Land", 14)]) == ("Report", "2 Land")
    assert outline.enter([Heading("Index", 20)]) == ("Index",)


@pytest.mark.parametrize(
    ("lines", "joined"),
    [
        (["the infor-", "mation desk"], "the information desk"),
        (["a well-", "known keeper"], "a well-known keeper"),
        (["das Wirtschafts-", "wachstum stieg"], "das Wirtschaftswachstum stieg"),
        (["the Anglo-", "Saxon ship"], "the Anglo-Saxon ship"),
        (["in 2019-", "2020 it fell"], "in 2019- 2020 it fell"),
        (["light\u00ad", "house"], "lighthouse"),
        (["灯塔由安", "看守"], "灯塔由安看守"),
        (["two", "words"], "two words"),
    ],
)
def test_lines_are_joined_as_a_person_would(lines: list[str], joined: str) -> None:
    assert join_lines(lines) == joined


def test_a_hyphen_is_kept_where_the_pages_around_keep_it() -> None:
    assert join_lines(["the off-", "shore wind"], {"off-shore"}) == "the off-shore wind"
    assert join_lines(["the off-", "shore wind"], {"offshore"}) == "the offshore wind"


def test_fields_links_and_labels() -> None:
    def form(page: pymupdf.Page) -> None:
        for top, label, kind, value in (
            (100, "Name:", pymupdf.PDF_WIDGET_TYPE_TEXT, "Ada Lovelace"),  # type: ignore[attr-defined]
            (130, "Married", pymupdf.PDF_WIDGET_TYPE_CHECKBOX, True),  # type: ignore[attr-defined]
            (160, "Retired", pymupdf.PDF_WIDGET_TYPE_CHECKBOX, False),  # type: ignore[attr-defined]
        ):
            page.insert_text((60, top + 12), label)
            field = pymupdf.Widget()
            field.field_type, field.field_name, field.field_value = kind, label, value
            field.rect = pymupdf.Rect(150, top, 164 if isinstance(value, bool) else 320, top + 14)
            page.add_widget(field)
        page.insert_text((60, 300), "The rules are on our page.")
        page.insert_link(
            {"kind": pymupdf.LINK_URI, "uri": "https://example.org/", "from": pymupdf.Rect(58, 286, 240, 306)}
        )

    (page,) = drawn(form, labels=[{"startpage": 0, "prefix": "A-", "style": "D", "firstpagenum": 3}])
    assert page.label == "A-3"
    assert page.text.splitlines()[:3] == ["Name:  Ada Lovelace", "Married  [x]", "Retired  [ ]"]
    assert page.passages[-1].links == ("https://example.org/",)


def test_what_a_table_holds_is_left_to_it() -> None:
    lines = [TextLine("above", (50, 40, 90, 50), 10), TextLine("cell", (60, 110, 90, 120), 10)]
    assert [passage.text for passage in read_passages(lines, [(50, 100, 300, 200)], Surroundings({}))] == ["above"]
    assert [passage.text for passage in read_passages(lines, [], Surroundings({}))] == ["above\ncell"]


ENGLISH = "The lighthouse keeper was appointed and remained until the station was automated in the end."


@pytest.mark.parametrize(
    ("words", "usable"),
    [
        (ENGLISH, True),
        ("Der Leuchtturmwärter wurde ernannt und blieb bis zur Automatisierung der ganzen Station dort.", True),
        ("Le gardien du phare fut nommé et resta jusqu'à l'automatisation de toute la station.", True),
        ("Latarnik został mianowany i pozostał na stacji aż do jej całkowitej automatyzacji, potem odszedł.", True),
        ("SKU AB-1234-X9 BQ77 RTX4090 ISO-9001 PN10 DN50 M8x40 A2-70 XJ-900 KL-23 VBX12 ZT-410 QWR-7", True),
        ("1,204 33.5 2023 -12.4 9,301 44.0 2022 -1.4", True),
        ("Сторож маяка был назначен весной и оставался там до конца автоматизации станции.", True),
        ("".join(chr((ord(one) - 94) % 26 + 97) if one.islower() else one for one in ENGLISH), False),
        ("\ue001\ue002\ue003 \ue004\ue005 \ufffd\ufffd", False),
        ("", False),
    ],
)
def test_words_are_told_from_garbage(words: str, usable: bool) -> None:
    assert is_usable([words]) is usable
