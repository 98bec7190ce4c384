"""Processes with a bound of memory, replaced now and then, for libraries that leak or are given hostile files."""

from __future__ import annotations

import os
import resource
import signal
from collections.abc import Callable
from multiprocessing.context import SpawnContext, SpawnProcess
from typing import Any

from pebble import ProcessPool


def confined_pool(count: int, tasks: int, worker_bytes: int, work: Callable[..., Any]) -> ProcessPool:
    """`count` processes of `worker_bytes` of address space that do `work`, each replaced after so many tasks."""
    return ProcessPool(
        max_workers=count,
        max_tasks=tasks,
        initializer=_confine,
        # With `work` its module is imported, before the bound holds.
        initargs=[worker_bytes, work],
        context=_Context(),
    )


class _Undisturbed(SpawnProcess):
    """A process that Ctrl-C does not reach, even while it starts: the one that waits for it stops it."""

    def start(self) -> None:
        before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
        try:
            super().start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


class _Context(SpawnContext):
    """Spawns: a forked child would inherit the threads' locks of the model libraries."""

    Process = _Undisturbed


def _confine(worker_bytes: int, _: Callable[..., Any]) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (worker_bytes, worker_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(5)
