"""The built-in answer model quotes what answers, and says nothing where nothing does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from generator.extractive import ExtractiveAnswerModel
from models.protocols import AnswerModel, Turn
from store.records import Evidence, Kind

MakeEvidence = Callable[..., Evidence]

HARBOUR = (
    "Port of Brinmouth: annual report\nTraffic\nIn 2023, 1,204 ships called at the harbour, up from 1,041 in 2022. "
    "The largest was the tanker Corona [3].\nThe harbour master is Dr. Ellen Marsh. She took over on 3 May 2021."
)


@pytest.fixture
def model(quoting: ExtractiveAnswerModel) -> ExtractiveAnswerModel:
    return quoting


def ask(model: AnswerModel, question: str, evidence: Sequence[Evidence], history: Sequence[Turn] = ()) -> str:
    return "".join(model.answer(question, evidence, history)).strip()


def form(passage: MakeEvidence, number: int, fields: list[str]) -> Evidence:
    """A form of its own file, as the indexer reads one."""
    evidence = passage("\n".join(fields), number, f"/forms/{number}.pdf")
    table = {"caption": "", "header": [], "lines": fields}
    return replace(evidence, hit=replace(evidence.hit, item=replace(evidence.hit.item, attributes={"table": table})))


def test_it_is_an_answer_model(model: ExtractiveAnswerModel) -> None:
    assert isinstance(model, AnswerModel)
    assert model.fingerprint.name == "extractive"


def test_a_fact_is_quoted_with_its_number(model: ExtractiveAnswerModel, passage: MakeEvidence) -> None:
    assert ask(model, "How many ships called at the harbour in 2023?", [passage(HARBOUR)]) == (
        "In 2023, 1,204 ships called at the harbour, up from 1,041 in 2022 [1]."
    )


def test_what_is_not_told_is_not_answered(model: ExtractiveAnswerModel, passage: MakeEvidence) -> None:
    assert ask(model, "How old is the harbour master?", [passage(HARBOUR)]) == ""


def test_a_year_that_is_not_there_is_not_answered_with_another(
    model: ExtractiveAnswerModel, passage: MakeEvidence
) -> None:
    assert ask(model, "How many ships called at the harbour in 2019?", [passage(HARBOUR)]) == ""


def test_another_room_is_not_answered_with_the_one_that_is_there(
    model: ExtractiveAnswerModel, passage: MakeEvidence
) -> None:
    rooms = passage("Room 8 is the music room.")
    assert ask(model, "What is in room 8?", [rooms]) == "Room 8 is the music room [1]."
    assert ask(model, "What is in room 3?", [rooms]) == ""


def test_a_form_is_known_by_the_fields_that_the_question_says(
    model: ExtractiveAnswerModel, passage: MakeEvidence
) -> None:
    invoices = [
        form(passage, at, [f"Invoice number: {number}", f"Date: {date}", f"Net amount: {amount}"])
        for at, (number, date, amount) in enumerate(
            [("TW-7731", "3 July 2023", "\u00a3412.80"), ("TW-9020", "9 May 2024", "\u00a371.00")], 1
        )
    ]
    assert ask(model, "What is the net amount of invoice TW-9020?", invoices) == "Net amount: \u00a371.00 [2]."
    assert ask(model, "What is the net amount of invoice TW-7731?", invoices) == "Net amount: \u00a3412.80 [1]."
    assert ask(model, "What is the net amount of invoice TW-5555?", invoices) == ""


def test_abbreviated_columns_are_read_in_full_and_quoted_as_they_stand(
    model: ExtractiveAnswerModel, passage: MakeEvidence
) -> None:
    row = "Art. no.: HB-9216; Plant: Sweet cicely; Sold as: 9 cm pot; Price: \u00a33.85"
    assert ask(model, "What is the article number of sweet cicely?", [passage(row)]) == f"{row} [1]."


def test_a_pronoun_brings_the_sentence_that_it_points_to(model: ExtractiveAnswerModel, passage: MakeEvidence) -> None:
    assert ask(model, "When did Ellen Marsh take over?", [passage(HARBOUR)]) == (
        "The harbour master is Dr. Ellen Marsh [1]. She took over on 3 May 2021 [1]."
    )


def test_a_follow_up_leans_on_the_question_before_it(model: ExtractiveAnswerModel, passage: MakeEvidence) -> None:
    evidence = [passage(HARBOUR)]
    history = [Turn("user", "How many ships called at the harbour?"), Turn("assistant", "1,204 [1].")]
    assert "1,041 in 2022 [1]" in ask(model, "And in 2022?", evidence, history)


def test_brackets_of_a_document_are_not_citations(model: ExtractiveAnswerModel, passage: MakeEvidence) -> None:
    assert ask(model, "What was the largest ship?", [passage(HARBOUR, number=2)]) == (
        "The largest was the tanker Corona (3) [2]."
    )


def test_the_passage_is_cited_rather_than_its_page(model: ExtractiveAnswerModel, passage: MakeEvidence) -> None:
    page = passage(f"{HARBOUR}\nPrinted in Brinmouth.", number=1)
    page = replace(page, hit=replace(page.hit, item=replace(page.hit.item, kind=Kind.PAGE, box=None)))
    answer = ask(model, "Who is the harbour master?", [page, passage(HARBOUR, number=2)])
    assert answer == "The harbour master is Dr. Ellen Marsh [2]."


def test_pictures_are_listed_by_their_descriptions(model: ExtractiveAnswerModel, picture: MakeEvidence) -> None:
    evidence = [
        picture("Probably a lighthouse; mostly blue.", 1, "/p/harbour.jpg"),
        picture("A brown dog is running on a beach.", 2),
        picture("A tabby cat.", 3, "/p/cat.jpg"),
        picture("A dog, a poodle.", 4, "/p/IMG_4.jpg"),
    ]
    assert ask(model, "Is there a picture of a lighthouse?", evidence) == (
        "\u201charbour.jpg\u201d shows probably a lighthouse; mostly blue [1]."
    )
    assert ask(model, "Which pictures show a dog?", evidence) == (
        "In \u201cIMG_1.jpg\u201d, a brown dog is running on a beach [2]. "
        "\u201cIMG_4.jpg\u201d shows a dog, a poodle [4]."
    )
    assert ask(model, "Which pictures show a violin?", evidence) == ""


def test_the_visual_channel_may_vouch_for_a_picture(model: ExtractiveAnswerModel, picture: MakeEvidence) -> None:
    doubtful, sure = picture("A bee on a yellow flower.", seen=0.5), picture("A bee on a yellow flower.", seen=0.99)
    assert ask(model, "show me photos of insects", [doubtful]) == ""
    assert (
        ask(model, "show me photos of insects", [sure]) == "\u201cIMG_1.jpg\u201d shows a bee on a yellow flower [1]."
    )


def test_a_hit_that_is_hardly_relevant_needs_the_very_word(model: ExtractiveAnswerModel, picture: MakeEvidence) -> None:
    dog = picture("Perhaps a small dog is lying in the snow.", 1, seen=0.95)
    assert ask(model, "Which pictures show puppies?", [dog]) != ""
    unlikely = replace(dog, hit=replace(dog.hit, confidence=0.03))
    assert ask(model, "Which pictures show puppies?", [unlikely]) == ""
    assert ask(model, "Which pictures show a dog?", [unlikely]) != ""


def test_a_fact_is_not_answered_from_a_picture(model: ExtractiveAnswerModel, picture: MakeEvidence) -> None:
    assert ask(model, "How many ships called at the harbour in 2023?", [picture("3 ships in a harbour.")]) == ""


@pytest.mark.parametrize(
    "question", ["", "?", "the of and", "\U0001f42c", "\u6e2f\u53e3\u5728\u54ea\u91cc", "x" * 5000]
)
def test_odd_questions_are_borne(question: str, model: ExtractiveAnswerModel, passage: MakeEvidence) -> None:
    assert ask(model, question, [passage(HARBOUR)]) == ""


def filled_in(piece: Evidence, opening: str, **fields: str) -> Evidence:
    """The evidence as the table of a form whose document opens so."""
    lines = [f"{name.replace('_', ' ')}: {value}" for name, value in fields.items()]
    table = {"caption": "", "header": ["", ""], "lines": lines}
    item = replace(piece.hit.item, text="\n".join(lines), attributes={"opening": opening, "table": table})
    return replace(piece, hit=replace(piece.hit, item=item))


def test_the_label_of_a_field_says_what_is_filled_in(model: ExtractiveAnswerModel, passage: MakeEvidence) -> None:
    opening = "Application for membership Merrivale Rowing Club"
    form = filled_in(passage(""), opening, Full_name="Ann Bell", Annual_fee="\u20ac41.85", Member_number="HT-4674")
    fee = ask(model, "What yearly fee was entered on the application to Merrivale Rowing Club?", [form])
    assert fee == "Annual fee: \u20ac41.85 [1]."
    number = ask(model, "What is the member number on the application to Merrivale Rowing Club?", [form])
    assert number == "Member number: HT-4674 [1]."
    assert ask(model, "What yearly fee was entered on the application to Larkfield Chamber Choir?", [form]) == ""
