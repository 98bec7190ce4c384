"""Fills the slots of a text with seeded names, numbers and dates: `{n=int:3-9}` draws, `{n}` repeats what was drawn.

Sorts of slots: `int:LOW-HIGH`, `dec:LOW-HIGH` (one decimal), `money:LOW-HIGH` (two decimals and the currency),
`person:`, `place:`, `street:`, `month:`, `date:YEAR`, `code:PREFIX` and `pick:A|B|C`.
"""

from __future__ import annotations

import random
import re
import tomllib
from pathlib import Path
from typing import Any

DATA = Path(__file__).resolve().parent.parent.parent / "corpora" / "documents"

SLOT = re.compile(r"\{(\w+)(?:=(\w+):([^{}]*))?\}")


class Slots:
    """Draws what fills the slots of one document. The same seed draws the same; people are not drawn twice."""

    def __init__(self, seed: str, language: str, known: dict[str, str], currency: str = "€") -> None:
        self.random = random.Random(seed)
        self.language = language
        self._currency = currency
        self._words: dict[str, Any] = tomllib.loads((DATA / "words.toml").read_text(encoding="utf-8"))
        self._people: set[str] = set()
        self.known = dict(known)

    def fill(self, text: str, own: dict[str, str] | None = None) -> str:
        """The text with its slots filled. What it draws is known to it alone where `own` is given, else to all."""
        drawn = self.known if own is None else own

        def value(match: re.Match[str]) -> str:
            name, sort, bounds = match.groups()
            if sort is not None:
                drawn[name] = self.draw(sort, bounds)
            return drawn[name] if name in drawn else self.known[name]

        # A slot may bound another, as in `{d=date:{year}}`.
        while SLOT.search(text):
            text = SLOT.sub(value, text)
        return text

    def draw(self, sort: str, bounds: str) -> str:
        """One value of a sort. Raises `KeyError` for an unknown sort."""
        if sort in ("int", "dec", "money"):
            low, high = (float(end) for end in bounds.split("-"))
            return self._number(sort, low, high)
        if sort == "person":
            return self._person()
        if sort == "month":
            return str(self.random.choice(self._words["months"][self.language]))
        if sort == "date":
            return self._date(bounds)
        if sort == "code":
            return f"{bounds}{self.random.randint(1000, 9899)}"
        if sort == "pick":
            return self.random.choice(bounds.split("|"))
        return str(self.random.choice(self._words[{"place": "places", "street": "streets"}[sort]]))

    def filler(self, count: int) -> list[str]:
        """Sentences that no question asks about, each once."""
        return [self.fill(one, {}) for one in self.random.sample(self._words["filler"][self.language], count)]

    def number(self, value: float, decimals: int = 0) -> str:
        """A number as the language writes it."""
        english = f"{value:,.{decimals}f}"
        marks = {"en": ",.", "de": ".,", "fr": "\u00a0,"}[self.language]
        return english.translate(str.maketrans(",.", marks))

    def money(self, value: float) -> str:
        """A sum of money as the language writes it."""
        plain = self.number(value, 2)
        return f"{self._currency}{plain}" if self.language == "en" else f"{plain} {self._currency}"

    def _number(self, sort: str, low: float, high: float) -> str:
        if sort == "int":
            return self.number(self.random.randint(int(low), int(high)))
        if sort == "dec":
            return self.number(round(self.random.uniform(low, high), 1), 1)
        return self.money(round(self.random.uniform(low, high) * 20) / 20)

    def _person(self) -> str:
        while True:
            name = f"{self.random.choice(self._words['first_names'])} {self.random.choice(self._words['last_names'])}"
            if name not in self._people:
                self._people.add(name)
                return name

    def _date(self, year: str) -> str:
        day, month = self.random.randint(1, 28), str(self.random.choice(self._words["months"][self.language]))
        return f"{day}. {month} {year}" if self.language == "de" else f"{day} {month} {year}"
