"""Reads `answers.jsonl` of an evaluation folder: questions with what a right answer holds, and where that stands.

A line holds `question`, and either `facts` (strings that a right answer holds) and `sources` (corpus ids of what it
may cite, as in qrels.tsv), or `"unanswerable": true`. `paraphrases` are other ways to ask the same; `_id` names it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evaluation.dataset import Dataset, DatasetError, EvaluationQuery, read_lines

ANSWERS_FILE = "answers.jsonl"


@dataclass(frozen=True, slots=True)
class Question:
    """A question; `facts` and `sources` are empty where it is unanswerable."""

    id: str
    text: str
    facts: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    paraphrases: tuple[str, ...] = ()

    @property
    def answerable(self) -> bool:
        return bool(self.facts or self.sources)


def load_questions(folder: Path) -> list[Question]:
    """The questions of `answers.jsonl` in `folder`, in order. Raises DatasetError."""
    if not folder.is_dir():
        raise DatasetError(f"{folder} is not a folder: give one that holds {ANSWERS_FILE}")
    lines = read_lines(folder / ANSWERS_FILE, f"a folder for --answers holds {ANSWERS_FILE}")
    questions = [_question(place, line) for place, line in lines]
    if not questions:
        raise DatasetError(f'{folder / ANSWERS_FILE} is empty: write one question a line, with "question" and "facts"')
    return questions


def as_dataset(questions: Sequence[Question]) -> Dataset:
    """The expected sources as a dataset, by which the folder that ids are relative to is found."""
    expected = {one.id: dict.fromkeys(one.sources, 1) for one in questions if one.sources}
    return Dataset(tuple(EvaluationQuery(one.id, one.text) for one in questions if one.sources), expected)


def _question(place: str, line: str) -> Question:
    try:
        record: Any = json.loads(line)
    except json.JSONDecodeError as error:
        raise DatasetError(f"{place}: not JSON: {error.msg} at column {error.colno}") from None
    if not isinstance(record, dict):
        raise DatasetError(f'{place}: expected an object such as {{"question": "...", "facts": ["..."]}}')
    text = record.get("question")
    if not isinstance(text, str) or not text.strip():
        raise DatasetError(f"{place}: 'question' must be a string that is not empty")
    facts, sources, paraphrases = (_strings(place, record, key) for key in ("facts", "sources", "paraphrases"))
    unanswerable = record.get("unanswerable", False)
    if not isinstance(unanswerable, bool):
        raise DatasetError(f"{place}: 'unanswerable' must be true or false, or be left out")
    if unanswerable == bool(facts or sources):
        raise DatasetError(f"{place}: give 'facts' and 'sources', or mark the question as 'unanswerable'")
    return Question(str(record.get("_id", place)), text, facts, sources, paraphrases)


def _strings(place: str, record: Mapping[str, Any], key: str) -> tuple[str, ...]:
    found = record.get(key, [])
    if not isinstance(found, list) or not all(isinstance(one, str) and one.strip() for one in found):
        raise DatasetError(f"{place}: {key!r} must be a list of strings that are not empty, or be left out")
    return tuple(found)
