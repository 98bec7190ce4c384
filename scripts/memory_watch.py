"""Watches the memory of this process and of its children while something runs."""

from __future__ import annotations

import threading
import time
from typing import NamedTuple

import numpy as np
import psutil  # type: ignore[import-untyped]

SAMPLED = 0.1
"""Seconds between two looks."""


class Sample(NamedTuple):
    """Resident MiB at a moment (`time.perf_counter`): of this process, of its largest child, and of all together."""

    moment: float
    main: float
    largest_child: float
    all: float


class MemoryWatch:
    """Samples of the memory while it is entered. A context manager."""

    def __init__(self) -> None:
        self.samples: list[Sample] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def peak(self, what: str) -> float:
        """The largest value of a field of the samples, in MiB."""
        return max(float(getattr(sample, what)) for sample in self.samples)

    def slope(self, what: str, start: float, end: float) -> float:
        """MiB a second by which a field grew between two moments: the straight line of least squares."""
        chosen = [sample for sample in self.samples if start <= sample.moment <= end]
        return float(np.polyfit([one.moment for one in chosen], [getattr(one, what) for one in chosen], 1)[0])

    def __enter__(self) -> MemoryWatch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        process = psutil.Process()
        while not self._stop.wait(SAMPLED):
            main = process.memory_info().rss / 2**20
            children = []
            for child in process.children(recursive=True):
                try:
                    children.append(child.memory_info().rss / 2**20)
                except psutil.NoSuchProcess:
                    continue
            self.samples.append(Sample(time.perf_counter(), main, max(children, default=0.0), main + sum(children)))
