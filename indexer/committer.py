"""The writing thread of an index run."""

from __future__ import annotations

import queue
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from indexer.report import Report
from store.records import Item, Source
from store.writer import Writer

QUEUED = 4
"""Batches that may wait to be written before the encoder waits too."""


@dataclass(frozen=True, slots=True)
class Commit:
    """One step of writing: first the items, then the sources that are complete with them, then paths to forget.

    `hashes` are perceptual hashes of items that are there, by id. `is_new` is whether items and sources count as added.
    """

    items: Sequence[Item] = ()
    words: Sequence[str] = ()
    sources: Sequence[Source] = ()
    forgotten: Sequence[str] = ()
    hashes: Mapping[str, bytes] = field(default_factory=dict)
    is_new: bool = True


class Committer:
    """Writes commits in order. The first error stops it, and is raised by the next `put` or by `close`."""

    def __init__(self, writer: Writer, report: Report) -> None:
        self._writer = writer
        self._report = report
        self._queue: queue.Queue[Commit | None] = queue.Queue(QUEUED)
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._work, name="committer", daemon=True)
        self._thread.start()

    def put(self, commit: Commit) -> None:
        """Write this when its turn comes."""
        self._raise_error()
        self._queue.put(commit)

    def close(self) -> None:
        """Wait until all is written."""
        self._queue.put(None)
        self._thread.join()
        self._raise_error()

    def _raise_error(self) -> None:
        if self._error is not None:
            raise self._error

    def _work(self) -> None:
        while (commit := self._queue.get()) is not None:
            # After an error the queue is emptied, so that the encoder never waits for a place in it.
            if self._error is None:
                try:
                    self._write(commit)
                # Whatever it is, the thread that encodes must hear of it.
                except BaseException as error:
                    self._error = error

    def _write(self, commit: Commit) -> None:
        with self._report.timed("write"):
            if commit.items:
                self._writer.add(commit.items, commit.words)
            if commit.sources:
                self._writer.mark_done(commit.sources)
            if commit.hashes:
                self._writer.add_hashes(commit.hashes)
            if commit.forgotten:
                self._writer.forget(commit.forgotten)
        if commit.is_new:
            self._report.items.update(str(item.kind) for item in commit.items)
            self._report.added += len(commit.sources)
