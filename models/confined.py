"""Processes with a bound of memory, replaced now and then, for libraries that leak or are given hostile files."""

from __future__ import annotations

import multiprocessing
import os
import resource
from collections.abc import Callable
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
        # A forked child would inherit the threads' locks of the model libraries.
        context=multiprocessing.get_context("spawn"),
    )


def _confine(worker_bytes: int, _: Callable[..., Any]) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (worker_bytes, worker_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(5)
