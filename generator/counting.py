"""How many of the pictures found show something: said with every one of them cited, and checked one by one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from generator.question import PICTURES
from generator.words import word_set

SMALL = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
HOW_MANY = re.compile(
    rf"^how many (?:of (?:the|these|my) )?{PICTURES} (?:(?:that|which|do|are there|there are|are) )*"
    r"(?:(?:you|i|we) (?:have|see|find) )?(?:of|with|show|showing|contain|containing|have|depict|include) "
    r"(?P<subject>.+?)[\s?.!]*$",
    re.IGNORECASE,
)
CLAIM = re.compile(
    rf"^(?:(?P<digits>\d{{1,3}})|(?P<word>{'|'.join(SMALL[1:])})) (?:of the |of these )?{PICTURES}"
    r"(?: (?:found|here|in the evidence))? (?:show|shows|contain|contains|depict|depicts) (?P<subject>[^,;]+?)[.!]*$",
    re.IGNORECASE,
)
NO_COUNT = word_set("each every all only")


@dataclass(frozen=True, slots=True)
class Counted:
    """A claim that so many pictures show something."""

    number: int
    subject: str


def asked_count(question: str) -> str | None:
    """What pictures are to be counted of, as in `How many photos show a dog?`; None for any other question."""
    found = HOW_MANY.match(question.strip())
    return found["subject"] if found else None


def count_sentence(subject: str, numbers: Sequence[int]) -> str:
    """`2 of the pictures found show a dog [1][4]. ` The search may have left others out, and the sentence says so."""
    verb = "shows" if len(numbers) == 1 else "show"
    return f"{len(numbers)} of the pictures found {verb} {subject} {''.join(f'[{one}]' for one in numbers)}. "


def counted(claim: str) -> Counted | None:
    """The count that a claim makes, or None if it makes none."""
    found = CLAIM.match(claim.strip())
    if not found or NO_COUNT & set(claim.casefold().split()):
        return None
    number = int(found["digits"]) if found["digits"] else SMALL.index(found["word"].casefold())
    return Counted(number, found["subject"].strip())
