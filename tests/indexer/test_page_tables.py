"""Tables of drawn pages: what is found, how it reads, and what is no table."""

from __future__ import annotations

import time
from itertools import pairwise

import pymupdf
import pytest

from indexer.captions import TABLE, captions_of
from indexer.documents.records import TextLine
from indexer.page_marks import Marks, Word, read_marks, read_words
from indexer.page_tables import Table, continued, find_tables, split_table
from scripts.table_eval import ours, overlap, quoted
from scripts.table_pages import OTHERS, TABLES, with_table, without_table


def tables_on(page: pymupdf.Page) -> list[Table]:
    return find_tables(read_words(page), read_marks(page))


def sheet(rows: list[list[str]], top: float = 100.0, pitch: float = 18.0) -> list[Word]:
    """Words as OCR gives them: each cell one run."""
    return [
        Word(text, (60 + 110 * column, top + pitch * row, 60 + 110 * column + 6 * len(text), top + pitch * row + 11))
        for row, cells in enumerate(rows)
        for column, text in enumerate(cells)
        if text
    ]


@pytest.mark.parametrize("kind", TABLES)
def test_tables_of_every_style_are_found_and_their_cells_named(kind: str) -> None:
    drawn = with_table(kind, 2)
    found = ours(pymupdf.open(stream=drawn.document.tobytes())[0])
    [truth] = drawn.tables
    best = max(found, key=lambda table: overlap(table[0], truth.box))
    assert overlap(best[0], truth.box) >= 0.5
    right, total = quoted(truth, best[1])
    assert right >= 0.8 * total


@pytest.mark.parametrize("kind", OTHERS)
def test_pages_without_a_table_have_none(kind: str) -> None:
    assert ours(pymupdf.open(stream=without_table(kind, 1).document.tobytes())[0]) == []


def test_words_with_boxes_are_enough() -> None:
    words = sheet([["Country", "2022", "2023"], ["Germany", "1,180", "1,204"], ["Peru", "77", "81"]])
    [table] = find_tables(words)
    assert table.header == ("Country", "2022", "2023")
    assert table.lines == ["Country: Germany; 2022: 1,180; 2023: 1,204", "Country: Peru; 2022: 77; 2023: 81"]
    attributes = table.as_attributes()
    assert attributes["rows"] == [["Germany", "1,180", "1,204"], ["Peru", "77", "81"]]
    assert attributes["row_boxes"][1] == [60.0, 136.0, 292.0, 147.0]
    assert attributes["cell_boxes"][1][2] == [280.0, 136.0, 292.0, 147.0]


def test_a_header_between_two_rules_is_the_tables_however_far_it_stands() -> None:
    words = sheet([["", "2022", "2023"]], top=64) + sheet([["Germany", "1,180", "1,204"], ["Peru", "77", "81"]])
    rules = [(50.0, y, 400.0, y) for y in (58.0, 86.0, 135.0)]
    [table] = find_tables(words, Marks(rules=rules))
    assert table.lines == ["Germany; 2022: 1,180; 2023: 1,204", "Peru; 2022: 77; 2023: 81"]
    [unruled] = find_tables([*words, *sheet([["Fiji", "3", "4"]], top=136)])
    assert unruled.header == ("", "", "")


def test_an_address_beside_what_a_letter_refers_to_is_no_column_of_it() -> None:
    rows = [("Museum of Larkfield", "Your reference", "AB-12"), ("Station Road", "Our reference", "CD-34")]
    rows += [("Tarnbeck", "Your contact", "Ann Bell"), ("England", "Date of issue", "2 May")]
    words = [
        Word(text, (x, 100 + 14 * row, x + 5 * len(text), 110 + 14 * row))
        for row, cells in enumerate(rows)
        for x, text in zip((60, 340, 430), cells, strict=True)
    ]
    [table] = find_tables(words)
    assert table.lines[0] == "Your reference: AB-12"
    assert table.box[0] == 340


def test_an_address_on_lines_of_its_own_is_no_part_of_the_fields_beside_it() -> None:
    columns = [
        (350, 110.0, ("Number", "Issued", "Due", "Contact")),
        (480, 110.0, ("CI-66", "9 May", "8 June", "Ida Brandt")),
        (58, 117.0, ("Tarn Brewing", "Foundry Row", "Tarnbeck")),
    ]
    words = [
        Word(text, (x, top + 14 * row, x + 5 * len(text), top + 11 + 14 * row))
        for x, top, texts in columns
        for row, text in enumerate(texts)
    ]
    [table] = find_tables(words)
    assert table.lines == ["Number: CI-66", "Issued: 9 May", "Due: 8 June", "Contact: Ida Brandt"]
    assert table.box[0] == 350


def test_the_numbers_of_a_chart_are_no_table() -> None:
    document = pymupdf.open()
    page = document.new_page()
    for number, (name, height) in enumerate([("North", 90), ("East", 60), ("South", 120), ("West", 75)]):
        left = 100 + 60 * number
        page.draw_rect(pymupdf.Rect(left, 300 - height, left + 40, 300), fill=(0.2, 0.4, 0.7), width=0)
        page.insert_text((left + 5, 312), name, fontsize=9)
        page.insert_text((left + 10, 295 - height), str(height), fontsize=9)
    page.draw_line((90, 300), (350, 300))
    for level in range(0, 150, 30):
        page.draw_line((90, 300 - level), (350, 300 - level), width=0.3)
        page.insert_text((75, 303 - level), str(level), fontsize=9)
    assert ours(page) == []


def test_each_table_has_its_own_caption() -> None:
    lines = [TextLine("Table 1. Heights", (60, 76, 150, 88)), TextLine("Table 2. Weights", (60, 140, 150, 152))]
    assert captions_of([(60, 100, 300, 130), (60, 156, 300, 200)], lines, TABLE) == [
        "Table 1. Heights",
        "Table 2. Weights",
    ]
    assert captions_of([(60, 100, 300, 130), (60, 156, 300, 200)], lines[1:], TABLE) == ["", "Table 2. Weights"]


def test_a_name_over_the_rows_of_a_section_is_said_in_each() -> None:
    rows = [
        ["Item", "2022", "2023"],
        ["Assets"],
        ["Cash", "10", "12"],
        ["Stock", "30", "31"],
        ["Debts"],
        ["Loans", "5", "4"],
    ]
    [table] = find_tables(sheet(rows))
    assert table.lines[0] == "Assets; Item: Cash; 2022: 10; 2023: 12"
    assert table.lines[2] == "Debts; Item: Loans; 2022: 5; 2023: 4"


def test_a_long_table_is_parted_by_rows_under_its_header() -> None:
    rows = [["Name", "Count"], *([f"Thing number {number}", str(number)] for number in range(40))]
    [table] = find_tables(sheet(rows))
    parts = split_table(table, 60)
    assert len(parts) > 3
    assert sum(len(part.rows) for part in parts) == 40
    assert all(part.lines[0].startswith("Name: Thing") for part in parts)
    assert all(above.box[3] <= below.box[1] for above, below in pairwise(parts))


def test_a_table_goes_on_under_the_names_of_the_page_before() -> None:
    [before] = find_tables(sheet([["Country", "2022", "2023"], ["Germany", "1,180", "1,204"], ["Peru", "77", "81"]]))
    [after] = find_tables(sheet([["Chile", "3", "4"], ["Cuba", "5", "6"], ["Fiji", "7", "8"]], top=50))
    assert continued(after, before, page_top=50).lines[0] == "Country: Chile; 2022: 3; 2023: 4"
    assert continued(after, before, page_top=-200).header == ("", "", "")
    assert continued(after, None, page_top=50) is after


def test_a_turned_page_is_read_as_it_is_shown() -> None:
    document = pymupdf.open(stream=with_table("ruled", 3).document.tobytes())
    [upright] = tables_on(document[0])
    document[0].set_rotation(180)
    turned = tables_on(document[0])
    # Stood on its head it reads from below; nothing of it lies off the page.
    assert all(0 <= table.box[0] < table.box[2] <= 595 for table in turned)
    document[0].set_rotation(0)
    assert tables_on(document[0])[0].lines == upright.lines


@pytest.mark.parametrize("count", [100, 5_000])
def test_a_page_of_nothing_but_lines_takes_little_time(count: int) -> None:
    document = pymupdf.open()
    page = document.new_page(width=600, height=800)
    drawing = page.new_shape()
    for number in range(count):
        drawing.draw_line((number % 600, 0), (number % 600, 800))
        drawing.draw_line((0, number % 800), (600, number % 800))
        if number % 50 == 0:
            drawing.finish(width=0.2)
    drawing.finish(width=0.2)
    drawing.commit()
    start = time.perf_counter()
    assert len(find_tables(sheet([["a", "b"], ["c", "d"]]), read_marks(page))) <= 1
    assert time.perf_counter() - start < 20


def test_a_table_of_ten_thousand_cells_is_read() -> None:
    rows = [["Name", *(f"C{column}" for column in range(1, 11))]]
    rows += [[f"R{row}", *(str(row * column) for column in range(1, 11))] for row in range(1000)]
    words = [
        Word(text, (10 + 50 * column, 12.0 * row, 10 + 50 * column + 5 * len(text), 12.0 * row + 8))
        for row, cells in enumerate(rows)
        for column, text in enumerate(cells)
    ]
    start = time.perf_counter()
    [table] = find_tables(words)
    assert len(table.rows) == 1000
    assert table.lines[7].startswith("Name: R7; C1: 7; C2: 14")
    assert time.perf_counter() - start < 30


def test_names_wider_than_their_numbers_stand_over_their_own_columns() -> None:
    cells = [
        (
            100,
            [("Department", 66, 112), ("Referrals", 198, 234), ("Median wait", 262, 346), ("Longest wait", 377, 461)],
        ),
        *(
            (118 + 17 * row, [(name, 66, 66 + 5 * len(name)), ("1,509", 214, 234), ("10", 337, 346), ("39", 452, 461)])
            for row, name in enumerate(("Cardiology", "Dermatology", "Surgery", "Urology", "Rheumatology", "Oncology"))
        ),
    ]
    words = [Word(text, (x0, y, x1, y + 10)) for y, row in cells for text, x0, x1 in row]
    [table] = find_tables(words)
    assert table.header == ("Department", "Referrals", "Median wait", "Longest wait")


def test_sizes_and_prices_far_from_their_names_are_in_one_table() -> None:
    names = ("Spruce", "Pine", "Fir", "Larch", "Cedar", "Oak", "Ash", "Walnut")
    words = [
        Word(text, (x, 100 + 14 * row, x + 5 * len(text), 110 + 14 * row))
        for row, name in enumerate(names)
        for x, text in ((60, f"T{row}"), (100, name), (380, "sawn flat"), (460, f"2.{row}0"))
    ]
    [table] = find_tables(words)
    assert table.box[0] == 60
    assert len(table.rows[0].cells) == 4


def bold(words: list[Word], *rows: str) -> list[tuple[float, float, float, float]]:
    """The boxes of words that are in bold letters."""
    return [word.box for word in words if word.text in rows]


def test_tables_one_below_the_other_are_told_by_the_bold_names_of_their_columns() -> None:
    times = [["Stop", "101", "103", "105"], ["Pier", "6:25", "7:21", "7:57"], ["Mill", "6:34", "7:30", "8:06"]]
    fares = [["Fares"], ["Ticket", "Adult", "Child"], ["One zone", "£1.80", "£0.90"], ["Day", "£7.20", "£3.60"]]
    words = sheet(times + fares)
    [above, below] = find_tables(words, Marks(), bold(words, "Stop", "101", "103", "105", *(fares[0] + fares[1])))
    assert above.lines[1] == "Stop: Mill; 101: 6:34; 103: 7:30; 105: 8:06"
    assert below.lines == ["Ticket: One zone; Adult: £1.80; Child: £0.90", "Ticket: Day; Adult: £7.20; Child: £3.60"]


def test_fields_above_a_table_are_none_of_its_rows() -> None:
    fields = [["Account", "4410 7735"], ["Sort code", "61-08-22"], ["Opened with", "£1,946.20"], ["Limit", "£750.00"]]
    rows = [["Date", "Details", "Amount", "Balance"], ["1 Sep", "Energy", "118.00", "1,828.20"]]
    rows += [["2 Sep", "Coffee", "7.52", "1,820.68"], ["3 Sep", "Books", "24.17", "1,796.51"]]
    words = sheet(fields + rows)
    [letter_head, statement] = find_tables(words, Marks(), bold(words, *rows[0]))
    assert letter_head.lines[0] == "Account: 4410 7735"
    assert statement.lines[2] == "Date: 3 Sep; Details: Books; Amount: 24.17; Balance: 1,796.51"


def test_a_column_that_few_rows_fill_is_one() -> None:
    rows = [["Date", "Details", "Paid out", "Paid in", "Balance"]]
    rows += [[f"{day} Sep", "Shop", "10.00", "", f"{900 - day}.00"] for day in range(1, 28)]
    rows[9][2:4], rows[20][2:4] = ["", "5.00"], ["", "7.50"]
    [table] = find_tables(sheet(rows, top=20, pitch=14))
    assert table.lines[8] == "Date: 9 Sep; Details: Shop; Paid in: 5.00; Balance: 891.00"


def test_sums_below_a_table_are_named_by_what_stands_before_them() -> None:
    rows = [["No.", "Work", "Hours", "Euro"], ["1", "Cupboard", "12", "696,00 €"], ["2", "Door", "3", "174,00 €"]]
    rows += [["", "", "Net", "870,00 €"], ["", "", "To be paid", "1.035,30 €"]]
    [table] = find_tables(sheet(rows))
    assert table.lines[0] == "No.: 1; Work: Cupboard; Hours: 12; Euro: 696,00 €"
    assert table.lines[2:] == ["Net: 870,00 €", "To be paid: 1.035,30 €"]


def test_what_is_filled_in_stands_below_its_labels() -> None:
    rows = [["INVOICE NUMBER", "ISSUED", "PAY BY"], ["BF-2291", "June 3, 2024", "June 24, 2024"]]
    [table] = find_tables(sheet(rows))
    assert table.lines == ["INVOICE NUMBER: BF-2291; ISSUED: June 3, 2024; PAY BY: June 24, 2024"]
    assert find_tables(sheet([["The boat left", "at noon today"], ["and came back", "before it was dark"]])) == []


def test_the_first_field_of_a_form_names_no_columns() -> None:
    rows = [["Invoice", "2024-0816"], ["Date", "27.08.2024"], ["Customer", "10377"], ["Order", "11.06.2024"]]
    assert find_tables(sheet(rows))[0].lines[0] == "Invoice: 2024-0816"


def test_a_heading_in_larger_letters_is_no_name_of_columns() -> None:
    rows = [
        ["Error code", "Meaning", "Remedy"],
        ["Error E1", "Sensor fault", "Unplug it"],
        ["Error E3", "No tank", "Insert"],
    ]
    heading = Word("7 Trouble and codes", (60, 74, 300, 94))
    [table] = find_tables([heading, *sheet([*rows, ["Error E4", "Ice inside", "Wait"]])])
    assert table.lines[0] == "Error code: Error E1; Meaning: Sensor fault; Remedy: Unplug it"
