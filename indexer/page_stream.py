"""The pages of one document in order, read ahead by the worker processes."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import AbstractContextManager
from pathlib import Path

from indexer.documents.records import Page
from indexer.workers import Workers, result_of
from store.errors import InvalidInput

PAGES_PER_TASK = 8
"""Pages of a document that a worker reads at once, under the time limit of one file, with two more on either side."""

MOST_DEATHS = 5
"""Pages of one document that may cost their worker its life or its time before the rest of it is left unread."""


class PageStream:
    """Iterable once. The first pages are being read from the moment it is made, further ones while it is iterated.

    A page that cannot be read says why in its `failure`. After a few that kill their worker the rest is given up.
    """

    def __init__(
        self,
        workers: Workers,
        path: Path,
        sha256: str,
        page_count: int,
        waiting: Callable[[], AbstractContextManager[None]],
    ) -> None:
        self._workers = workers
        self._path = path
        self._sha256 = sha256
        self._page_count = page_count
        self._waiting = waiting
        self._firsts = iter(range(1, page_count + 1, PAGES_PER_TASK))
        self._pending: deque[tuple[int, int, Future[list[Page]]]] = deque()
        self._read_on(1)

    def __iter__(self) -> Iterator[Page]:
        deaths = 0
        while deaths < MOST_DEATHS:
            self._read_on(2 * self._workers.count)
            if not self._pending:
                return
            first, last, future = self._pending.popleft()
            try:
                with self._waiting():
                    pages = result_of(future, self._workers.limits)
            except InvalidInput as error:
                if first == last:
                    deaths += 1
                    yield Page(first, failure=str(error))
                else:
                    # One of them did it: each has a try of its own, before the pages that follow.
                    self._pending.extendleft(self._task(number, number) for number in range(last, first - 1, -1))
            else:
                yield from pages
        yield from self._given_up()

    def _read_on(self, tasks: int) -> None:
        """Have so many tasks under way, as long as there are pages."""
        while len(self._pending) < tasks and (first := next(self._firsts, None)) is not None:
            self._pending.append(self._task(first, min(first + PAGES_PER_TASK - 1, self._page_count)))

    def _task(self, first: int, last: int) -> tuple[int, int, Future[list[Page]]]:
        return first, last, self._workers.read_document(self._path, self._sha256, first, last)

    def _given_up(self) -> Iterator[Page]:
        for _, _, future in self._pending:
            future.cancel()
        begun = min([first for first, _, _ in self._pending] + [next(self._firsts, self._page_count + 1)])
        if begun <= self._page_count:
            reason = f"pages {begun} to {self._page_count} are given up: too many before them failed"
            yield Page(begun, failure=reason)
