"""Reads the pairs of texts that the two readers are trained on (corpora/pairs/README.md)."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

CORPUS = Path(__file__).resolve().parent.parent / "corpora" / "pairs"
OUTCOMES = {"supported": 0, "neutral": 1, "partial": 2, "contradicted": 3}
"""The labels of claims, in the order of what the claim reader tells apart."""
ABOUT = "This tells of: {}"
"""The claim by which a text is asked whether it tells what somebody searches or asks for."""
FITS = {"match": OUTCOMES["supported"], "none": OUTCOMES["neutral"], "part": OUTCOMES["partial"]}
"""The labels of searches, as outcomes of the claim that a text is about them."""
HELD_OUT = 16
"""Of so many texts one is held out."""


@dataclass(frozen=True, slots=True)
class Told:
    """A text, and claims with which of `OUTCOMES` it gives each."""

    text: str
    claims: tuple[tuple[str, int], ...]

    @property
    def size(self) -> int:
        return len(self.text) + sum(len(claim) for claim, _ in self.claims)

    def parts(self, most: int, chance: random.Random) -> Iterator[Told]:
        """The same with at most so many claims each, mixed."""
        mixed = chance.sample(self.claims, len(self.claims))
        for start in range(0, len(mixed), most):
            yield replace(self, claims=tuple(mixed[start : start + most]))


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, the lines of its page, and which of them answer it.

    `title` is what stands at the top of the page. Where `named`, only it shows which document is asked of.
    """

    question: str
    lines: tuple[str, ...]
    answers: tuple[int, ...]
    title: str = ""
    named: bool = False

    def readings(self, titled: bool) -> list[str]:
        """The lines, behind the title if wanted and there is one."""
        return [f"{self.title}: {line}" for line in self.lines] if titled and self.title else list(self.lines)


def is_held_out(text: str) -> bool:
    """Whether a text is one of those that no reader is trained on, whatever is said of it."""
    return _drawn(text) % HELD_OUT == 0


def is_for_tests(text: str) -> bool:
    """Whether a text is one of the half of those held out that nothing at all is fitted to."""
    return is_held_out(text) and _drawn(text) // HELD_OUT % 2 == 0


def _drawn(text: str) -> int:
    return int(hashlib.sha256(text.encode()).hexdigest(), 16)


def read_rows(task: str, files: str = "*") -> Iterator[dict[str, Any]]:
    """The texts of `twins`, `plain`, `answers` or `searches`, with all that is said or asked of each."""
    for path in sorted((CORPUS / task).glob(f"{files}.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            row: dict[str, Any] = json.loads(line)
            yield row


def read_told(held_out: bool, task: str) -> list[Told]:
    """Texts of `twins` or `plain`, with what is claimed of them."""
    return [
        Told(row["evidence"], tuple((claim, OUTCOMES[label]) for label, _, claim in row["claims"]))
        for row in read_rows(task)
        if is_held_out(row["evidence"]) == held_out
    ]


def read_searched(held_out: bool) -> list[Told]:
    """Texts with the claims that they are about what was searched for."""
    return [
        Told(row["text"], tuple((ABOUT.format(search), FITS[label]) for label, _, search in row["searches"]))
        for row in read_rows("searches")
        if is_held_out(row["text"]) == held_out
    ]


def read_questions(held_out: bool) -> list[Asked]:
    """Questions with the lines among which their answers are, and questions with one passage each."""
    return [*_on_pages(held_out), *_on_passages(held_out)]


def _on_pages(held_out: bool) -> Iterator[Asked]:
    for row in read_rows("answers"):
        if is_held_out("\n".join(row["lines"])) == held_out:
            for question, answers, *named in row["questions"]:
                yield Asked(question, tuple(row["lines"]), tuple(answers), row.get("title", ""), bool(named))


def _on_passages(held_out: bool) -> Iterator[Asked]:
    for row in read_rows("searches", "asked_*"):
        if is_held_out(row["text"]) == held_out:
            for label, _, question in row["searches"]:
                if label != "part":
                    yield Asked(question, (row["text"],), (0,) if label == "match" else ())
