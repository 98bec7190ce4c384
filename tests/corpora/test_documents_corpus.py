"""The documents, their facts and the evaluation folder agree with each other."""

# PyMuPDF is only partly typed.
# mypy: allow-untyped-calls

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pymupdf
import pytest

from evaluation.dataset import load_dataset
from scripts.documents.scans import Scan, turned_facts
from scripts.documents.sheet import Fact
from scripts.documents.slots import DATA, Slots
from scripts.documents_corpus import Drawn, answers, build, draw, load_recipe

EVAL = DATA.parent / "eval" / "documents"
SHARE_ON_A_BOX = 0.5


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Drawn]]:
    out = tmp_path_factory.mktemp("documents")
    return out, build(out)


def kept() -> list[dict[str, Any]]:
    return [json.loads(line) for line in (EVAL / "answers.jsonl").read_text(encoding="utf-8").splitlines()]


def words_in(page: Any, box: tuple[float, ...]) -> str:
    """The words that stand in a box for the most part, and what fields over it hold."""
    inside = []
    for x0, y0, x1, y1, word, *_ in page.get_text("words", flags=pymupdf.TEXTFLAGS_WORDS & ~1, sort=True):
        wide, high = min(x1, box[2]) - max(x0, box[0]), min(y1, box[3]) - max(y0, box[1])
        if wide > SHARE_ON_A_BOX * (x1 - x0) and high > SHARE_ON_A_BOX * (y1 - y0):
            inside.append(word)
    fields = [field.field_value for field in page.widgets() if pymupdf.Rect(box).intersects(field.rect)]
    return " ".join([*inside, *fields]).replace("\u00a0", " ").replace("- ", "")


def test_thirty_documents_six_of_them_scans(corpus: tuple[Path, list[Drawn]]) -> None:
    out, drawn = corpus
    assert len(list((out / "documents").glob("*.pdf"))) == 30
    assert len(list((out / "twins").glob("*.pdf"))) == 6
    for one in drawn:
        with pymupdf.open("pdf", one.data) as document:
            assert any(page.get_text().strip() for page in document) == (one.twin is None)
    assert {one.layout for one in drawn} == {
        *("report", "paper", "invoice", "slides", "form", "prices", "minutes", "letter", "manual")
    }


def test_a_document_has_the_same_bytes_on_every_run(corpus: tuple[Path, list[Drawn]]) -> None:
    for name in ("ferry-annual-report-2023.pdf", "warblers.pdf", "membership-choir.pdf", "scan-0015.pdf"):
        again = draw(next(entry for entry in load_recipe() if entry["name"] == name))
        assert again == next(one for one in corpus[1] if one.name == name)


def test_the_evaluation_folder_is_what_the_recipe_gives(corpus: tuple[Path, list[Drawn]]) -> None:
    made = json.loads(json.dumps(list(answers(corpus[1]))))
    assert len(made) == 200
    assert made == kept()
    dataset = load_dataset(EVAL)
    assert [(query.id, query.text) for query in dataset.queries] == [(one["_id"], one["question"]) for one in made]
    assert all(dataset.relevant[one["_id"]] == {one["source"]: 1} for one in made)


def test_every_answer_stands_in_the_boxes_of_its_fact(corpus: tuple[Path, list[Drawn]]) -> None:
    for one in corpus[1]:
        with pymupdf.open("pdf", one.twin or one.data) as document:
            for fact in one.twin_facts or one.facts:
                if fact.kind == "figure":
                    continue
                for box in fact.boxes:
                    found = words_in(document[fact.page - 1], box)
                    assert fact.answer.replace("\u00a0", " ") in found, (one.name, fact, found)


def test_a_question_does_not_copy_the_sentence_that_answers_it(corpus: tuple[Path, list[Drawn]]) -> None:
    for one in corpus[1]:
        with pymupdf.open("pdf", one.twin or one.data) as document:
            text = " ".join(" ".join(page.get_text().split()) for page in document).casefold()
        assert [fact.question for fact in one.facts if fact.question.casefold().rstrip("?") in text] == []


def test_the_facts_of_a_scan_turn_with_the_page() -> None:
    fact = Fact("prose", "?", "!", 1, ((400, 100, 500, 110),))
    (turned,) = turned_facts([fact], Scan(2.0, 0, 0, 255, 90, 100), 600, 800)
    # Right of the middle and above it, a turn with the clock moves down and to the right.
    x, y = 450 - 300, 105 - 400
    angle = math.radians(2)
    middle = (300 + x * math.cos(angle) - y * math.sin(angle), 400 + x * math.sin(angle) + y * math.cos(angle))
    (box,) = turned.boxes
    assert ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2) == pytest.approx(middle, abs=0.1)
    assert box[3] - box[1] == pytest.approx(10 * math.cos(angle) + 100 * math.sin(angle), abs=0.2)


def test_slots_repeat_what_they_drew_and_write_numbers_as_the_language_does() -> None:
    slots = Slots("seed", "de", {"org": "X"})
    text = slots.fill("{org}: {n=int:1200-1900} und noch einmal {n}")
    number = text.removeprefix("X: ").split(" und")[0]
    assert text.count(number) == 2
    assert (number[1], slots.number(1234.5, 1), slots.money(1234.5)) == (".", "1.234,5", "1.234,50 €")
    with pytest.raises(KeyError):
        slots.fill("{missing}")
