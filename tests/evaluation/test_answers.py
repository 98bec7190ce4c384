"""The measures of answers, on answers written by hand, and over a real collection with toy models."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from api.service import Viscite
from evaluation.answer_set import Question, load_questions
from evaluation.answers import evaluate_answers, failures
from evaluation.dataset import DatasetError
from store.errors import InvalidInput
from store.records import Answer, Citation, Claim, Evidence, Hit, Item, Kind, Verdict

Make = Callable[..., Path]


def answer(text: str, *cited: str, verdict: Verdict = Verdict.SUPPORTED) -> Answer:
    """An answer of one claim that cites pages by their ids; without any it abstains."""
    hits = [Hit(at, Item(name, Kind.PAGE, name), name, 1.0, 0.9) for at, name in enumerate(cited, 1)]
    citations = tuple(Citation(Evidence(hit.rank, hit), "") for hit in hits)
    claims = (Claim(text, tuple(range(1, len(cited) + 1)), verdict, 0.9),) if cited else ()
    return Answer("", text, claims, citations, (), not cited)


QUESTIONS = [
    Question("q1", "How tall?", ("84 m",), ("tower.pdf#page=1",), ("What height?", "How high?")),
    Question("q2", "Who and when?", ("Jan Kos", "1821"), ("mill.pdf#page=1", "mill.pdf#page=2")),
    Question("q3", "Which bridge?", ("Lea",), ("bridge.pdf",)),
    Question("q4", "What salary?"),
    Question("q5", "What capital?"),
]
ANSWERS = {
    "How tall?": answer("It is 84 m high [1].", "tower.pdf#page=1", "tower.pdf#page=3"),
    "What height?": answer("84 m [1].", "tower.pdf#page=1"),
    "How high?": answer("Nothing answers this."),
    "Who and when?": answer("Jan Kos [1].", "mill.pdf#page=2", verdict=Verdict.PARTIAL),
    "Which bridge?": answer("Nothing answers this."),
    "What salary?": answer("It is 84 m high [1].", "tower.pdf#page=1"),
    "What capital?": answer("Nothing answers this."),
}


def test_each_measure() -> None:
    asked, result = evaluate_answers(QUESTIONS, ANSWERS.__getitem__, lambda citation: citation.evidence.hit.item.id)
    assert (result["questions"], result["unanswerable"]) == (3, 2)
    # Three citations under questions with an answer, of which the one to page 3 is not expected.
    assert result["citation_precision"] == pytest.approx(2 / 3)
    # One of one for the tower, one of two for the mill; the bridge was not answered.
    assert result["citation_recall"] == pytest.approx(2 / 3)
    assert result["claim_support"] == result["grounding"] == pytest.approx(2 / 3)
    assert result["completeness"] == pytest.approx(2 / 3)
    # The mill is supported in part only, and the salary has no answer.
    assert result["hallucination_rate"] == pytest.approx(2 / 3)
    assert result["consistency"] == 0.5
    assert result["abstention"] == {
        "coverage": 0.6,
        "risk": pytest.approx(1 / 3),
        "wrongly": pytest.approx(1 / 3),
        "rightly": 0.5,
    }
    assert [one["id"] for one in failures(asked)] == ["q1", "q2", "q3", "q4"]


def test_a_fact_counts_as_a_whole_word() -> None:
    [asked], _ = evaluate_answers(
        [Question("q", "How many?", ("7",), ("a.pdf",))], lambda _: answer("It is 17 [1].", "a.pdf#page=2"),
        lambda citation: citation.evidence.hit.item.id,
    )  # fmt: skip
    assert (asked.facts, asked.sources, asked.is_wrong) == (frozenset(), {"a.pdf"}, True)


def test_shares_of_nothing_are_null() -> None:
    _, result = evaluate_answers([QUESTIONS[2]], ANSWERS.__getitem__, lambda citation: "")
    assert result["citation_precision"] is result["claim_support"] is result["consistency"] is None
    assert result["abstention"]["rightly"] is None


def write(folder: Path, *lines: object) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "answers.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return folder


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (["a"], "expected an object"),
        ({"question": " "}, "'question' must be a string that is not empty"),
        ({"question": "a?", "facts": "b"}, "'facts' must be a list of strings"),
        ({"question": "a?"}, "give 'facts' and 'sources', or mark the question as 'unanswerable'"),
        ({"question": "a?", "facts": ["b"], "unanswerable": True}, "or mark the question as 'unanswerable'"),
    ],
)
def test_a_bad_line_is_named(line: object, problem: str, tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="line 1: ") as error:
        load_questions(write(tmp_path / "set", line))
    assert problem in str(error.value)


def test_a_folder_without_answers_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"answers.jsonl is missing in .*: a folder for --answers holds"):
        load_questions(tmp_path)


def test_a_collection_is_asked(viscite: Viscite, pdf: Make, tmp_path: Path) -> None:
    report = pdf("report.pdf", "The harbour.", "The lighthouse keeper is Moira Duncan.")
    viscite.index([report.parent], "default")
    question = {
        "question": "Who is the lighthouse keeper?",
        "facts": ["Moira Duncan"],
        "sources": ["report.pdf#page=2"],
    }
    result = viscite.evaluate_answers(write(tmp_path / "set", question), "default")
    assert result["completeness"] == result["citation_precision"] == result["citation_recall"] == 1
    assert result["failures"] == []
    missing = {"question": "Who?", "facts": ["Moira"], "sources": ["other.pdf"]}
    with pytest.raises(InvalidInput, match="1 expected documents are not in the index"):
        viscite.evaluate_answers(write(tmp_path / "set", missing), "default")
