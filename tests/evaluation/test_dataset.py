"""Evaluation folders are read as written, and what is wrong in them is named with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from evaluation.dataset import DatasetError, EvaluationQuery, file_of, load_dataset

QUERIES = '{"_id": "q1", "text": "a red boat"}\n{"_id": "q2", "text": "sales", "within": "reports"}\n'
HEADER = "query-id\tcorpus-id\tscore\n"


def write(folder: Path, queries: str = QUERIES, qrels: str = f"{HEADER}q1\tboat.jpg\t1\n") -> Path:
    (folder / "queries.jsonl").write_text(queries, "utf-8")
    (folder / "qrels.tsv").write_text(qrels, "utf-8")
    return folder


def test_a_folder_is_read(tmp_path: Path) -> None:
    qrels = f"{HEADER}q1\tboats/red boat.jpg\t1\nq2\treports/a.pdf#page=2\t2\nq2\treports/b.pdf\t1\nq2\tc.jpg\t0\n"
    dataset = load_dataset(write(tmp_path, qrels=qrels))
    assert dataset.queries == (EvaluationQuery("q1", "a red boat"), EvaluationQuery("q2", "sales", "reports"))
    assert dataset.relevant == {
        "q1": {"boats/red boat.jpg": 1},
        "q2": {"reports/a.pdf#page=2": 2, "reports/b.pdf": 1},
    }
    assert dataset.unjudged == ()


def test_queries_without_a_relevant_document_are_set_aside(tmp_path: Path) -> None:
    dataset = load_dataset(write(tmp_path, qrels=f"{HEADER}q1\tboat.jpg\t1\nq2\tboat.jpg\t0\n"))
    assert [query.id for query in dataset.queries] == ["q1"]
    assert dataset.unjudged == ("q2",)


def test_queries_without_an_answer_say_so(tmp_path: Path) -> None:
    queries = f'{QUERIES}{{"_id": "q3", "text": "a zebra", "answerable": false}}\n'
    dataset = load_dataset(write(tmp_path, queries=queries))
    assert dataset.unanswerable == (EvaluationQuery("q3", "a zebra", answerable=False),)
    assert ([query.id for query in dataset.queries], dataset.unjudged) == (["q1"], ("q2",))
    with pytest.raises(DatasetError, match="query 'q3' is marked as without an answer"):
        load_dataset(write(tmp_path, queries=queries, qrels=f"{HEADER}q1\tboat.jpg\t1\nq3\tzebra.jpg\t1\n"))


def test_documents_that_become_one_keep_the_higher_grade(tmp_path: Path) -> None:
    dataset = load_dataset(write(tmp_path, qrels=f"{HEADER}q1\tboat.jpg\t1\nq1\tcopy.jpg\t3\n"))
    assert dataset.renamed(lambda document: "boat.jpg").relevant == {"q1": {"boat.jpg": 3}}
    paged = load_dataset(write(tmp_path, qrels=f"{HEADER}q1\ta.pdf#page=1\t1\nq1\tb.pdf\t1\n"))
    with pytest.raises(DatasetError, match=r"names both a\.pdf#page=1 and its whole file"):
        paged.renamed(lambda document: document.replace("b.pdf", "a.pdf"))


def test_byte_order_mark_windows_lines_and_blank_lines_do_no_harm(tmp_path: Path) -> None:
    (tmp_path / "queries.jsonl").write_bytes(b'\xef\xbb\xbf{"_id": "q1", "text": "a boat"}\r\n\r\n')
    (tmp_path / "qrels.tsv").write_bytes(b"query-id\tcorpus-id\tscore\r\n\r\nq1\tboat.jpg\t1\r\n")
    assert load_dataset(tmp_path).relevant == {"q1": {"boat.jpg": 1}}


def test_a_line_separator_within_a_query_is_no_end_of_line(tmp_path: Path) -> None:
    dataset = load_dataset(write(tmp_path, queries='{"_id": "q1", "text": "a\u2028boat"}'))
    assert dataset.queries[0].text == "a\u2028boat"


@pytest.mark.parametrize(
    ("queries", "message"),
    [
        ("", "queries.jsonl is empty"),
        ('{"_id": "q1", "text": "a"}\n{"_id": ', "queries.jsonl, line 2: not JSON: Expecting value at column 9"),
        ('["q1", "a"]', "line 1: expected an object"),
        ('{"_id": 1, "text": "a"}', "line 1: '_id' must be a string that is not empty"),
        ('{"_id": "q1", "text": " "}', "line 1: 'text' must be a string that is not empty"),
        ('{"_id": "q1"}', "line 1: 'text' must be a string that is not empty"),
        ('{"_id": "q1", "text": "a", "within": 3}', "line 1: 'within' must be a path, or be left out"),
        ('{"_id": "q1", "text": "a", "answerable": "no"}', "line 1: 'answerable' must be true or false"),
        ('{"_id": "q1", "text": "a"}\n\n{"_id": "q1", "text": "b"}', "line 3: the query id 'q1' was used before"),
    ],
)
def test_a_malformed_query_is_named(tmp_path: Path, queries: str, message: str) -> None:
    with pytest.raises(DatasetError, match=message):
        load_dataset(write(tmp_path, queries=queries))


@pytest.mark.parametrize(
    ("qrels", "message"),
    [
        ("", "qrels.tsv: expected the header query-id corpus-id score, separated by tabs"),
        ("q1\tboat.jpg\t1\n", "qrels.tsv, line 1: expected the header"),
        (HEADER, "names no relevant document"),
        (f"{HEADER}q1\tboat.jpg\t0\n", "names no relevant document"),
        (f"{HEADER}q1 boat.jpg 1\n", "line 2: expected query-id corpus-id score, separated by tabs, found 'q1 boat"),
        (f"{HEADER}q1\t\t1\n", "line 2: expected query-id corpus-id score"),
        (f"{HEADER}q1\tboat.jpg\t0.5\n", "line 2: the score '0.5' is not a whole number"),
        (f"{HEADER}q1\tboat.jpg\t1\nq7\tboat.jpg\t1\n", "line 3: no query in queries.jsonl has the id 'q7'"),
        (f"{HEADER}q1\ta.pdf\t1\nq1\ta.pdf#page=2\t1\n", "query 'q1' names both a.pdf#page=2 and its whole file"),
    ],
)
def test_a_malformed_judgment_is_named(tmp_path: Path, qrels: str, message: str) -> None:
    with pytest.raises(DatasetError, match=message):
        load_dataset(write(tmp_path, qrels=qrels))


def test_a_folder_without_its_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"is not a folder: give one that holds queries.jsonl and qrels.tsv"):
        load_dataset(tmp_path / "missing")
    with pytest.raises(DatasetError, match=r"queries.jsonl is missing in"):
        load_dataset(tmp_path)
    write(tmp_path)
    (tmp_path / "qrels.tsv").unlink()
    with pytest.raises(DatasetError, match=r"qrels.tsv is missing in"):
        load_dataset(tmp_path)


def test_text_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "queries.jsonl").write_bytes(b'{"_id": "q1", "text": "caf\xe9"}')
    with pytest.raises(DatasetError, match=r"queries.jsonl: not UTF-8 at byte 26: save it as UTF-8"):
        load_dataset(tmp_path)


def test_a_page_belongs_to_its_file() -> None:
    assert file_of("a.pdf#page=12") == "a.pdf"
    assert file_of("a.pdf") == "a.pdf"
    assert file_of("notes #page=one.jpg") == "notes #page=one.jpg"
