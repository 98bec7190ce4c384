"""What happens while an answer is made, in order: evidence, text and claims as they come, the answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from store.records import Answer, Claim, Evidence


@dataclass(frozen=True, slots=True)
class EvidenceShown:
    """What the answer may cite. The first event of every answer."""

    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class TextWritten:
    """What the model has written since, made harmless, not yet checked. Its markers are of the evidence shown."""

    text: str


@dataclass(frozen=True, slots=True)
class ClaimChecked:
    """A sentence after its check. `text` is how the answer will show it; "" if it will not."""

    claim: Claim
    text: str


@dataclass(frozen=True, slots=True)
class AnswerMade:
    """The whole answer, the last event. What was not shown before in claims (when it abstains) is in its text."""

    answer: Answer


Event: TypeAlias = EvidenceShown | TextWritten | ClaimChecked | AnswerMade


def checked_text(said: str, event: Event) -> str:
    """What an event adds to the text of an answer, of which so much is said, for those who want checked text alone."""
    match event:
        case ClaimChecked(_, text) if text:
            return f" {text}" if said else text
        case AnswerMade(answer):
            return answer.text.removeprefix(said)
    return ""


@dataclass(frozen=True, slots=True)
class Checked:
    """A claim after its check, and for each number it cites the words leaned on."""

    claim: Claim
    quotes: dict[int, str]
