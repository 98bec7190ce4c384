"""What an index run did, counted while it goes."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

DESCRIBE_STAGE = "second pass"
"""The stage that holds all of the second pass but its reading and writing."""


@dataclass(slots=True)
class Report:
    """Counts of sources and items. `stages` are seconds by stage; they overlap, and `read` is only what was waited.

    `carried` counts those of the `added` sources that a migration took over without opening their files; `described`
    the pictures that the second pass described, `texts_read` those of them that hold text; `seconds` are those of both
    passes, `first_pass` those until all is found by sight.
    """

    seen: int = 0
    added: int = 0
    unchanged: int = 0
    removed: int = 0
    carried: int = 0
    skipped: list[tuple[str, str]] = field(default_factory=list)
    described: int = 0
    texts_read: int = 0
    items: Counter[str] = field(default_factory=Counter)
    stages: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    first_pass: float = 0.0
    seconds: float = 0.0

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        """Count the time spent inside for a stage."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self.stages[stage] += time.perf_counter() - start

    def skip(self, path: str, reason: str) -> None:
        """Name a file that was left out, and why."""
        self.skipped.append((path, reason))
