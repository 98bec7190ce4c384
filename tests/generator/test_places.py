"""The lines that hold a quote, in passages, tables and pictures."""

from __future__ import annotations

from typing import Any

from generator.pipeline import Generator
from generator.places import quote_boxes
from generator.sentences import item_sentences
from models.protocols import AnswerModel
from models.toy import ToyEmbedder
from store.records import Citation, Evidence, Hit, Item, Kind
from tests.generator.conftest import MakeEvidence

PASSAGE = (
    ("The lighthouse was built in 1871 by the har-", (50, 100, 300, 112)),
    ("bour commission. Its lamp burns", (50, 114, 300, 126)),
    ("colza oil.", (50, 128, 110, 140)),
    ("The keeper lives next door.", (320, 60, 560, 72)),
)


def passage(lines: Any = PASSAGE, kind: Kind = Kind.PASSAGE) -> Item:
    kept = [{"text": text, "box": list(box)} for text, box in lines]
    built = "The lighthouse was built in 1871 by the harbour commission."
    text = f"{built} Its lamp burns colza oil. The keeper lives next door."
    return Item("1", kind, "hash", page=2, box=(50, 60, 560, 140), text=text, attributes={"lines": kept})


def table() -> Item:
    kept = {
        "caption": "Ships in port",
        "header": ["Year", "Ships"],
        "rows": [["2022", "1,204"], ["2023", "1,377"]],
        "lines": ["Year: 2022; Ships: 1,204", "Year: 2023; Ships: 1,377"],
        "row_boxes": [[50, 100, 300, 115], [50, 115, 300, 130]],
    }
    text = "\n".join(["Ships in port", *kept["lines"]])
    return Item("1", Kind.PASSAGE, "hash", page=1, box=(50, 80, 300, 130), text=text, attributes={"table": kept})


def test_a_quote_is_in_the_lines_that_hold_it_although_a_hyphen_parts_a_word() -> None:
    quote = "The lighthouse was built in 1871 by the harbour commission."
    assert quote_boxes(passage(), quote) == ((50, 100, 300, 126),)
    assert quote_boxes(passage(), "Its lamp burns colza oil.") == ((50, 114, 300, 140),)
    assert quote_boxes(passage(), "colza") == ((50, 128, 110, 140),)


def test_a_quote_that_goes_on_in_the_next_column_has_two_boxes() -> None:
    quote = "Its lamp burns colza oil. The keeper lives next door."
    assert quote_boxes(passage(), quote) == ((50, 114, 300, 140), (320, 60, 560, 72))


def test_pieces_that_stand_apart_have_a_box_each_in_the_order_of_the_quote() -> None:
    assert quote_boxes(passage(), "The keeper lives next door. … Its lamp burns") == (
        *((320, 60, 560, 72), (50, 114, 300, 126)),
    )


def test_typographic_marks_and_case_do_not_matter() -> None:
    item = passage([("“Don’t” – said the ﬁsher", (1, 2, 30, 4))])
    assert quote_boxes(item, '"don\'t" - said the fisher') == ((1, 2, 30, 4),)


def test_a_quote_that_is_not_there_has_no_box() -> None:
    assert quote_boxes(passage(), "The museum is closed.") == ()
    assert quote_boxes(passage(), "…") == ()
    assert quote_boxes(Item("1", Kind.PAGE, "hash", page=1, text="The museum is closed."), "The museum") == ()


def test_the_words_of_a_row_are_in_the_box_of_the_row() -> None:
    item = table()
    assert quote_boxes(item, "Year: 2023; Ships: 1,377") == ((50, 115, 300, 130),)
    assert [sentence.quote for sentence in item_sentences(item)] == [
        "Ships in port",
        *table().attributes["table"]["lines"],
    ]


def test_an_answer_from_a_table_quotes_its_row_and_shows_it() -> None:
    citation = cited(Quoting("Year: 2023; Ships: 1,377 [1]."), table())  # type: ignore[arg-type]
    assert (citation.quote, citation.box) == ("Year: 2023; Ships: 1,377", (50, 115, 300, 130))


def test_text_read_in_a_picture_is_placed_in_pixels() -> None:
    item = passage([("CLOSED ON", (400, 300, 800, 380)), ("MONDAYS", (420, 390, 780, 470))], Kind.IMAGE)
    assert quote_boxes(item, "Closed on Mondays") == ((400, 300, 800, 470),)


class Quoting:
    """An answer model that says one sentence and cites the first evidence."""

    fingerprint = ToyEmbedder().fingerprint

    def __init__(self, said: str) -> None:
        self._said = said

    def answer(self, *_: object) -> list[str]:
        return [self._said]


def cited(model: AnswerModel, item: Item) -> Citation:
    answer = Generator(model, ToyEmbedder()).answer("?", [Hit(1, item, "/files/a.pdf", 1.0, 0.9)])
    (citation,) = answer.citations
    return citation


def test_the_box_of_a_citation_is_that_of_the_quote_and_not_of_the_passage() -> None:
    citation = cited(Quoting("Its lamp burns colza oil [1]."), passage())  # type: ignore[arg-type]
    assert citation.quote == "Its lamp burns colza oil."
    assert citation.box == (50, 114, 300, 140)


def test_the_first_box_is_that_of_the_quote_that_speaks_of_what_was_asked() -> None:
    said = Quoting("Its lamp burns colza oil [1]. The keeper lives next door [1].")
    answer = Generator(said, ToyEmbedder()).answer(  # type: ignore[arg-type]
        "Where does the keeper live?", [Hit(1, passage(), "/files/a.pdf", 1.0, 0.9)]
    )
    assert answer.citations[0].boxes == ((320, 60, 560, 72), (50, 114, 300, 140))
    assert answer.citations[0].quote == "Its lamp burns colza oil. … The keeper lives next door."


def test_without_lines_the_box_of_a_citation_is_that_of_its_item(passage: MakeEvidence) -> None:
    evidence: Evidence = passage("The harbour closes at nine.")
    citation = Citation(evidence, "The harbour closes at nine.")
    assert (citation.boxes, citation.box) == ((), evidence.hit.item.box)


def test_cells_of_one_row_are_one_box_however_far_apart() -> None:
    cells = [("Walnut", (60, 100, 95, 112)), ("20 x 90", (250, 100, 290, 112)), ("£64.50", (480, 101, 520, 113))]
    assert quote_boxes(passage(cells), "Walnut 20 x 90 £64.50") == ((60, 100, 520, 113),)
