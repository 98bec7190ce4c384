"""Whether a sentence speaks of what is asked, and not only of the thing that it is asked of.

Of `Which bank lends the port money?` a sentence about the port holds the port, and neither the bank nor the money.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TypeVar

from generator.question import Asks, Question
from generator.words import stem

SPOKEN = 0.5
"""How near a sentence must come to a word of the question to speak of it."""
UNSPOKEN = 0.5
"""The share of the question's words, names aside, from which a sentence that speaks of none of them is no answer."""
BOUND = re.compile(
    r"\b(?:over|above|under|below|up to|at least|at most|more than|less than|fewer than|from)\s+\d[\d.,]*",
    re.IGNORECASE,
)
IN_OTHER_WORDS = re.compile(r"\s*(?:and |but )?(?:how|why|where)\b", re.IGNORECASE)

Found = TypeVar("Found")


def speaks_of_asked(question: Question, spoken_of: Mapping[str, float]) -> bool:
    """Whether enough is said of the question's words; `spoken_of` is how far, in [0, 1], each of them is.

    Where a number, a time or a person is asked for, that the sentence holds one says enough; and what is told of how
    and why a thing came about is mostly told in other words.
    """
    if question.asks is not Asks.ANYTHING or IN_OTHER_WORDS.match(question.text):
        return True
    asked = [part for word, part in spoken_of.items() if stem(word) not in question.names]
    return not asked or sum(part < SPOKEN for part in asked) < UNSPOKEN * len(asked)


def within_bounds(question: Question, said: Sequence[tuple[str, Found]]) -> list[Found]:
    """What stands beside a text that names the bound of the question (`over 90 kg`), where one does; else all."""
    bounds = {_plain(bound) for bound in BOUND.findall(question.text)}
    named = [found for text, found in said if bounds & {_plain(bound) for bound in BOUND.findall(text)}]
    return named or [found for _, found in said]


def _plain(bound: str) -> str:
    return re.sub(r"\s+", " ", bound.casefold().rstrip(".,"))
