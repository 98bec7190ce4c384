"""The bounds of an answer, in one place for those that keep to them and those that set them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AnswerLimits:
    """How much a model may write, in characters, and how long in seconds: in all, and between two pieces."""

    characters: int = 20_000
    seconds: float = 300.0
    silence: float = 60.0
