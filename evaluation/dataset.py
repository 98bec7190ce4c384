"""Reads an evaluation folder: `queries.jsonl` and `qrels.tsv`, as BEIR writes them.

A corpus id is a path relative to the folder that was indexed, with `#page=N` for a page. Knows nothing of an index.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

QUERIES_FILE = "queries.jsonl"
QRELS_FILE = "qrels.tsv"
EXPECTED = f"an evaluation folder holds {QUERIES_FILE} and {QRELS_FILE}"
QRELS_HEADER = ("query-id", "corpus-id", "score")

PAGE_PATTERN = re.compile(r"#page=[1-9][0-9]*$")


class DatasetError(ValueError):
    """An evaluation folder that cannot be used. The message names file and line and what was expected there."""


@dataclass(frozen=True, slots=True)
class EvaluationQuery:
    """One query. `within` is a path that the search is restricted to, or None for everything.

    `answerable` is False where it is known that nothing in the collection answers it.
    """

    id: str
    text: str
    within: str | None = None
    answerable: bool = True


@dataclass(frozen=True, slots=True)
class Dataset:
    """What to ask and what ought to be found.

    `queries` have at least one relevant document each. `relevant` maps a query id to its corpus ids and how relevant
    each is, from 1. `unanswerable` queries have none, and say so: they measure whether that is noticed. `unjudged` are
    the ids of queries for which nothing is known: they measure nothing.
    """

    queries: tuple[EvaluationQuery, ...]
    relevant: Mapping[str, Mapping[str, int]]
    unjudged: tuple[str, ...] = ()
    unanswerable: tuple[EvaluationQuery, ...] = ()

    @property
    def documents(self) -> set[str]:
        """The corpus ids of all that ought to be found."""
        return {document for grades in self.relevant.values() for document in grades}

    def renamed(self, name: Callable[[str], str]) -> Dataset:
        """The dataset with `name(id)` for each corpus id; ids that become one keep the higher grade.

        Raises DatasetError for a query that then names a page and its whole file.
        """
        relevant: dict[str, dict[str, int]] = {}
        for query_id, grades in self.relevant.items():
            renamed = relevant.setdefault(query_id, {})
            for document, grade in grades.items():
                renamed[name(document)] = max(grade, renamed.get(name(document), 0))
            _refuse_overlap(QRELS_FILE, query_id, renamed)
        return replace(self, relevant=relevant)


def load_dataset(folder: Path) -> Dataset:
    """The dataset in `folder`, in the order of its queries. Raises DatasetError."""
    if not folder.is_dir():
        raise DatasetError(f"{folder} is not a folder: give one that holds {QUERIES_FILE} and {QRELS_FILE}")
    queries = _read_queries(folder / QUERIES_FILE)
    relevant = _read_qrels(folder / QRELS_FILE, set(queries))
    judged = tuple(query for query in queries.values() if query.id in relevant)
    if not judged:
        raise DatasetError(f"{folder / QRELS_FILE} names no relevant document: add a line with a score of at least 1")
    unanswerable = tuple(query for query in queries.values() if not query.answerable)
    for query in unanswerable:
        if query.id in relevant:
            raise DatasetError(
                f"{folder / QRELS_FILE}: query {query.id!r} is marked as without an answer in {QUERIES_FILE}, but "
                "relevant documents are given for it: correct one of them"
            )
    unjudged = tuple(query.id for query in queries.values() if query.answerable and query.id not in relevant)
    return Dataset(judged, relevant, unjudged, unanswerable)


def page_id(file: str, page: int) -> str:
    """The corpus id of a page, counting from 1, of the file with the corpus id `file`."""
    return f"{file}#page={page}"


def file_of(corpus_id: str) -> str:
    """The corpus id of the whole file that a page belongs to; a file's own id."""
    return PAGE_PATTERN.sub("", corpus_id)


def read_lines(path: Path, expected: str) -> Iterator[tuple[str, str]]:
    """Each line that is not blank, after the place where it stands, for messages.

    `expected` says what the folder should hold. Raises DatasetError for a file that is missing or not UTF-8.
    """
    try:
        text = path.read_text("utf-8-sig")
    except FileNotFoundError:
        raise DatasetError(f"{path.name} is missing in {path.parent}: {expected}") from None
    except UnicodeDecodeError as error:
        raise DatasetError(f"{path}: not UTF-8 at byte {error.start}: save it as UTF-8") from None
    # Not splitlines: the text of a query may hold a Unicode line separator.
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield f"{path}, line {number}", line.rstrip("\r")


def _read_queries(path: Path) -> dict[str, EvaluationQuery]:
    queries: dict[str, EvaluationQuery] = {}
    for place, line in read_lines(path, EXPECTED):
        query = _parse_query(place, line)
        if query.id in queries:
            raise DatasetError(f"{place}: the query id {query.id!r} was used before: give each query its own")
        queries[query.id] = query
    if not queries:
        raise DatasetError(f'{path} is empty: write one query a line, such as {{"_id": "1", "text": "a red boat"}}')
    return queries


def _parse_query(place: str, line: str) -> EvaluationQuery:
    try:
        record: Any = json.loads(line)
    except json.JSONDecodeError as error:
        raise DatasetError(f"{place}: not JSON: {error.msg} at column {error.colno}") from None
    if not isinstance(record, dict):
        raise DatasetError(f'{place}: expected an object such as {{"_id": "1", "text": "a red boat"}}')
    for key in ("_id", "text"):
        if not isinstance(record.get(key), str) or not record[key].strip():
            raise DatasetError(f"{place}: {key!r} must be a string that is not empty")
    within = record.get("within")
    if within is not None and not (isinstance(within, str) and within.strip()):
        raise DatasetError(f"{place}: 'within' must be a path, or be left out")
    answerable = record.get("answerable", True)
    if not isinstance(answerable, bool):
        raise DatasetError(f"{place}: 'answerable' must be true or false, or be left out")
    return EvaluationQuery(record["_id"], record["text"], within, answerable)


def _read_qrels(path: Path, query_ids: set[str]) -> dict[str, dict[str, int]]:
    lines = read_lines(path, EXPECTED)
    place, header = next(lines, (str(path), ""))
    if tuple(header.split("\t")) != QRELS_HEADER:
        raise DatasetError(f"{place}: expected the header {' '.join(QRELS_HEADER)}, separated by tabs")
    relevant: dict[str, dict[str, int]] = {}
    for place, line in lines:
        query_id, corpus_id, score = _parse_judgment(place, line)
        if query_id not in query_ids:
            raise DatasetError(f"{place}: no query in {QUERIES_FILE} has the id {query_id!r}")
        if score > 0:
            relevant.setdefault(query_id, {})[corpus_id] = score
    for query_id, documents in relevant.items():
        _refuse_overlap(path, query_id, documents)
    return relevant


def _parse_judgment(place: str, line: str) -> tuple[str, str, int]:
    fields = line.split("\t")
    if len(fields) != len(QRELS_HEADER) or not all(field.strip() for field in fields):
        raise DatasetError(f"{place}: expected {' '.join(QRELS_HEADER)}, separated by tabs, found {line!r}")
    query_id, corpus_id, score = fields
    try:
        return query_id, corpus_id, int(score)
    except ValueError:
        raise DatasetError(f"{place}: the score {score!r} is not a whole number") from None


def _refuse_overlap(path: Path | str, query_id: str, documents: Mapping[str, int]) -> None:
    """A hit on a page could count for the page or for the file, and the figures would depend on which."""
    for corpus_id in documents:
        if corpus_id != file_of(corpus_id) and file_of(corpus_id) in documents:
            raise DatasetError(f"{path}: query {query_id!r} names both {corpus_id} and its whole file: keep one")
