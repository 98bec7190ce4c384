"""What an index run did, counted while it goes."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(slots=True)
class Report:
    """Counts of sources and items. `stages` are seconds by stage; they overlap, and `read` is only what was waited."""

    seen: int = 0
    added: int = 0
    unchanged: int = 0
    removed: int = 0
    skipped: list[tuple[str, str]] = field(default_factory=list)
    items: Counter[str] = field(default_factory=Counter)
    stages: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
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
