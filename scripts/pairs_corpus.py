"""Reads the pairs of texts that the pair reader is trained on (corpora/pairs/README.md)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CORPUS = Path(__file__).resolve().parent.parent / "corpora" / "pairs"
LABELS = {"supported": 0, "neutral": 1, "partial": 1, "contradicted": 2}
"""Of a claim in parts, of which one is not to be found, the text leaves open whether it is so."""
HELD_OUT = 16
"""Of so many texts one is held out."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A text, what is held against it, and which of `LABELS` that gives."""

    text: str
    other: str
    label: int = 0

    @property
    def size(self) -> int:
        return len(self.text) + len(self.other)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, the lines of its page, and which of them answer it."""

    question: str
    lines: tuple[str, ...]
    answers: tuple[int, ...]


def is_held_out(text: str) -> bool:
    """Whether a text is one of those that nothing is trained on, whatever is said of it."""
    return int(hashlib.sha256(text.encode()).hexdigest(), 16) % HELD_OUT == 0


def read_rows(task: str) -> Iterator[dict[str, Any]]:
    """The texts of `claims` or `answers`, with all that is said or asked of each."""
    for path in sorted((CORPUS / task).glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            row: dict[str, Any] = json.loads(line)
            yield row


def read_claims(held_out: bool) -> list[Pair]:
    """Pairs of text and claim."""
    return [
        Pair(row["evidence"], claim, LABELS[label])
        for row in read_rows("claims")
        if is_held_out(row["evidence"]) == held_out
        for label, _, claim in row["claims"]
    ]


def read_questions(held_out: bool) -> list[Asked]:
    """Questions with the lines among which their answers are."""
    return [
        Asked(question, tuple(row["lines"]), tuple(answers))
        for row in read_rows("answers")
        if is_held_out("\n".join(row["lines"])) == held_out
        for question, answers in row["questions"]
    ]
