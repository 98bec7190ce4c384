"""Answers from documents: figures by their captions, authors, fields of a form, tables, and questions in German."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from generator.bylines import byline
from generator.extractive import ExtractiveAnswerModel
from generator.pipeline import Generator
from generator.question import parse_question
from generator.superlatives import extreme_rows
from generator.words import comparable, content_words
from models.protocols import TextEmbedder
from store.records import Answer, Evidence, Kind

MakeEvidence = Callable[..., Evidence]


@pytest.fixture
def ask(minilm: TextEmbedder, quoting: ExtractiveAnswerModel) -> Callable[..., Answer]:
    generator = Generator(quoting, minilm)
    return lambda question, *pieces: generator.answer(question, [piece.hit for piece in pieces])


def as_figure(piece: Evidence, caption: str, box: tuple[float, float, float, float]) -> Evidence:
    item = replace(piece.hit.item, kind=Kind.FIGURE, box=box, description=caption, attributes={"caption": caption})
    return replace(piece, hit=replace(piece.hit, item=item))


def as_table(piece: Evidence, header: list[str], rows: list[str], caption: str = "") -> Evidence:
    boxes = [[72, 100 + 12 * row, 400, 112 + 12 * row] for row in range(len(rows))]
    table = {"caption": caption, "header": header, "lines": rows, "row_boxes": boxes}
    return replace(piece, hit=replace(piece.hit, item=replace(piece.hit.item, attributes={"table": table})))


def test_a_chart_that_is_asked_for_is_cited_whole(passage: MakeEvidence, ask: Callable[..., Answer]) -> None:
    caption = "Figure 2: Passengers by quarter"
    chart = as_figure(passage("Q1\nQ2\nQ3\n100\n200\n300", 1), caption, (60, 300, 400, 500))
    around = passage(f"The quays were painted in May.\n{caption}\nIt rained.", 2)
    answer = ask("Which chart shows the passengers of each quarter?", around, chart)
    [citation] = answer.citations
    assert citation.evidence.hit.item.kind is Kind.FIGURE
    assert citation.box == (60, 300, 400, 500)
    assert "Passengers by quarter" in answer.text


def test_a_chart_of_something_else_is_none(passage: MakeEvidence, ask: Callable[..., Answer]) -> None:
    chart = as_figure(passage("Oslo\nBergen", 1), "Figure 2: Passengers by port", (60, 300, 400, 500))
    assert ask("Which chart shows the growth of lichen on limestone?", chart).abstained


def test_numbers_along_an_axis_answer_nothing(passage: MakeEvidence, ask: Callable[..., Answer]) -> None:
    chart = as_figure(passage("0 2 4 6 8 10 12 Hours after start", 1), "Figure 3: Kiln", (60, 300, 400, 500))
    assert "2 4 6" not in ask("How many hours after the start is the kiln hot?", chart).text


def test_a_bulleted_line_is_no_heading(passage: MakeEvidence, ask: Callable[..., Answer]) -> None:
    slide = passage("Where we stand\n\u2022 39 shops in 7 countries\n\u2022 Rent takes 16.6 % of sales")
    assert "39 shops in 7 countries" in ask("In how many countries are there shops?", slide).text


@pytest.mark.parametrize(
    ("head", "names"),
    [
        ("Reading on trains\nEmeka Tremlett and Beatriz Abernathy\nWe asked 175 commuters.", "Emeka Tremlett and"),
        ("Reading on trains\nJan van der Meulen, Ana de la Cruz\nWe asked 175 commuters.", "Jan van der Meulen"),
        ("Reading on trains\nWe asked 175 commuters what they read.", None),
        ("Curing of concrete\nEmeka Tremlett and Beatriz Abernathy\nWe mixed glass.", None),
    ],
)
def test_who_wrote_a_paper_stands_under_its_title(passage: MakeEvidence, head: str, names: str | None) -> None:
    found = byline("Who wrote the paper \u201cReading on trains\u201d?", [passage(head)])
    assert (found is None) if names is None else (found is not None and found[0].startswith(names))


def test_other_questions_are_none_for_an_author(passage: MakeEvidence) -> None:
    assert byline("What did commuters read?", [passage("Reading on trains\nEmeka Tremlett\nText.")]) is None


def test_the_longest_of_one_row_is_asked_of_that_row(passage: MakeEvidence, ask: Callable[..., Answer]) -> None:
    rows = [
        "Department: Dermatology; Longest wait (weeks): 42",
        "Department: Orthopaedics; Longest wait (weeks): 56",
        "Department: Cardiology; Longest wait (weeks): 61",
    ]
    table = as_table(passage("\n".join(rows)), ["Department", "Longest wait (weeks)"], rows)
    assert "56" in ask("What is the longest wait for orthopaedics?", table).text
    assert "61" in ask("Which department has the longest wait?", table).text
    assert extreme_rows("What is the longest wait for orthopaedics?", []) == []


def test_a_unit_in_a_caption_is_one_of_the_rows_below(passage: MakeEvidence, ask: Callable[..., Answer]) -> None:
    rows = ["Medium: Newspaper; Long ride: 27.2", "Medium: Printed book; Long ride: 36.9"]
    table = as_table(passage("\n".join(rows)), ["Medium", "Long ride"], rows, "Minutes of reading a day by medium.")
    assert "36.9" in ask("How long are printed books read on a long ride?", table).text


def test_in_german_a_capital_makes_no_name() -> None:
    assert parse_question("Wie viele Bänke werden für den Uferweg gekauft?").names == frozenset()
    assert parse_question("How many benches did Larkfield buy?").names == {"larkfield"}


def test_words_that_say_nothing_are_those_of_the_language() -> None:
    assert content_words("Wie viele Bänke werden für den Weg gekauft") == ["bänke", "weg", "gekauft"]
    assert content_words("Combien de bouteilles sont vendues au Japon") == ["bouteilles", "vendues", "japon"]
    assert content_words("The man will die in the war") == ["man", "die", "war"]


def test_german_questions_are_answered(passage: MakeEvidence, ask: Callable[..., Answer]) -> None:
    said = "Der Rat tagte im Mai. Für den Uferweg werden 14 Bänke gekauft. Die Sitzung endete um neun."
    assert "14 Bänke" in ask("Wie viele Bänke werden für den Uferweg gekauft?", passage(said)).text


def test_sizes_compare_whatever_sign_stands_between() -> None:
    assert comparable("75\u00d775 mm") == comparable("75 x 75 mm")
    assert comparable("max 5") == "max 5"


def test_names_out_of_a_longer_sentence_are_quoted_alone(passage: MakeEvidence, ask: Callable[..., Answer]) -> None:
    names, rest = "Emeka Tremlett and Beatriz Abernathy", "Department of Media Studies, University of Cragmoor"
    piece = passage(f"Reading on trains\n{names} {rest} 175 commuters kept a diary for four weeks.")
    lines = [
        {"text": text, "box": (60, 20 * at, 300, 20 * at + 12)}
        for at, text in enumerate(("Reading on trains", names, rest))
    ]
    item = replace(piece.hit.item, attributes={"lines": lines, "opening": "Reading on trains"})
    answer = ask(
        "Who wrote the paper \u201cReading on trains\u201d?", replace(piece, hit=replace(piece.hit, item=item))
    )
    [citation] = answer.citations
    assert citation.quote == names
    assert citation.box == (60, 20, 300, 32)
