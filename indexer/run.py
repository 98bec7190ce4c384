"""One index run: worker processes read, this thread encodes, a thread writes; what waits between them is bounded."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from functools import partial
from pathlib import Path

from indexer.committer import Commit, Committer
from indexer.documents import Page
from indexer.drafts import Draft, draft_page, draft_picture
from indexer.encode import IndexModels, encode
from indexer.limits import FileLimits
from indexer.report import Report
from indexer.walk import roots, walk
from indexer.workers import Contents, FileStamp, Workers, result_of
from store.errors import InvalidInput
from store.filters import is_under
from store.records import Kind, Source
from store.writer import Writer

BATCH = 32
"""Drafts that are encoded and committed together. From 16 on the backbone gains no more."""

PAGES_PER_TASK = 4
"""Pages of a PDF that a worker reads at once, under the time limit of one file."""

READ_AHEAD = 16
"""Files that are read for each worker before they are needed; at most 2.4 MB of pixels each."""

Progress = Callable[[int, int], None]
"""Called with the number of files done and of files found."""


class Indexer:
    """Brings files into a version of an index."""

    def __init__(self, models: IndexModels, limits: FileLimits) -> None:
        self._models = models
        self._limits = limits

    def run(
        self, writer: Writer, paths: Sequence[Path], *, prune: bool = False, progress: Progress | None = None
    ) -> Report:
        """Index all files of `paths`; with `prune`, forget those under them that are gone.

        Raises `NotFound` for a path that is not there and `StorageFailed` if the disk refuses; whatever was
        committed by then stays, and the next run goes on from there.
        """
        start = time.perf_counter()
        report = Report()
        tops = roots(paths)
        files = list(dict.fromkeys(path for top in tops for path in walk(top, report.skip)))
        report.seen = len(files)
        writer.note_roots([str(top if top.is_dir() else top.parent) for top in tops])
        with Workers(self._limits) as workers:
            committer = Committer(writer, report)
            run = _Run(self._models, workers, writer, committer, report)
            try:
                run.index(files, progress)
                if prune:
                    run.prune([str(top) for top in tops])
            finally:
                committer.close()
        with report.timed("finish"):
            writer.finish()
        report.seconds = time.perf_counter() - start
        return report


class _Run:
    """The state of one run: the batch being filled, and the contents that this run has met."""

    def __init__(
        self, models: IndexModels, workers: Workers, writer: Writer, committer: Committer, report: Report
    ) -> None:
        self._models = models
        self._workers = workers
        self._committer = committer
        self._report = report
        self._known: Mapping[str, str] = {path: source.sha256 for path, source in writer.sources.items()}
        self._met = set(self._known.values())
        self._refused: dict[str, str] = {}
        self._drafts: list[Draft] = []
        self._sources: list[Source] = []

    def index(self, files: Sequence[Path], progress: Progress | None) -> None:
        """Index the files in order."""
        for done, (path, contents) in enumerate(self._read(files), 1):
            self._take(path, contents)
            if progress is not None:
                progress(done, len(files))
        self._flush()

    def prune(self, tops: Sequence[str]) -> None:
        """Forget the sources under `tops` whose files are gone."""
        gone = [path for path in self._known if is_under(path, tops) and not Path(path).exists()]
        self._committer.put(Commit(forgotten=gone))
        self._report.removed += len(gone)

    def _read(self, files: Sequence[Path]) -> Iterator[tuple[Path, Contents]]:
        """Every file in order, read ahead by the workers."""
        pending: deque[tuple[Path, Future[Contents]]] = deque()
        for path in files:
            pending.append((path, self._workers.read_file(path, self._known.get(str(path)))))
            if len(pending) >= READ_AHEAD * self._workers.count:
                yield self._wait(*pending.popleft())
        while pending:
            yield self._wait(*pending.popleft())

    def _wait(self, path: Path, future: Future[Contents]) -> tuple[Path, Contents]:
        with self._report.timed("read"):
            try:
                return path, result_of(future, self._workers.limits)
            except InvalidInput as error:
                return path, Contents(None, failure=str(error))

    def _take(self, path: Path, contents: Contents) -> None:
        stamp, known = contents.stamp, self._known.get(str(path))
        if stamp is None or contents.failure:
            self._report.skip(str(path), contents.failure)
            if stamp is not None and known is not None:
                # The file was edited into something unreadable: what was indexed under its path is not in it any more.
                self._committer.put(Commit(forgotten=[str(path)]))
                self._report.removed += 1
            return
        if stamp.sha256 == known:
            self._report.unchanged += 1
            return
        if stamp.sha256 not in self._met:
            self._met.add(stamp.sha256)
            if contents.picture is not None:
                larger = partial(self._workers.read_picture, path, stamp.sha256)
                self._draft([draft_picture(stamp.sha256, contents.picture, path.name, larger)])
            else:
                self._take_document(path, stamp, contents.page_count)
        if stamp.sha256 in self._refused:
            self._report.skip(str(path), self._refused[stamp.sha256])
            return
        self._sources.append(Source(str(path), stamp.sha256, stamp.size, stamp.mtime_ns, contents.media_type))
        if len(self._sources) >= BATCH:
            self._flush()

    def _take_document(self, path: Path, stamp: FileStamp, page_count: int) -> None:
        pending: deque[tuple[int, Future[list[Page]]]] = deque()
        for first in range(1, page_count + 1, PAGES_PER_TASK):
            last = min(first + PAGES_PER_TASK - 1, page_count)
            pending.append((first, self._workers.read_document(path, stamp.sha256, first, last)))
            if len(pending) >= 2 * self._workers.count:
                self._take_pages(path, stamp, *pending.popleft())
        while pending:
            self._take_pages(path, stamp, *pending.popleft())

    def _take_pages(self, path: Path, stamp: FileStamp, first: int, future: Future[list[Page]]) -> None:
        try:
            with self._report.timed("read"):
                pages = result_of(future, self._workers.limits)
        except InvalidInput as error:
            self._report.skip(f"{path}#page={first}", str(error))
            return
        for page in pages:
            if page.failure:
                self._report.skip(f"{path}#page={page.number}", page.failure)
            else:
                self._draft(draft_page(stamp.sha256, page, path.name))

    def _draft(self, drafts: Sequence[Draft]) -> None:
        self._drafts.extend(drafts)
        if len(self._drafts) >= BATCH:
            self._flush()

    def _flush(self) -> None:
        """Encode the batch and hand it to the writer, with the sources that are complete with it."""
        # Blocks drawn twice at one place have one id.
        drafts = list({draft.item.id: draft for draft in self._drafts}.values())
        encoded = encode(drafts, self._models, self._report.timed)
        names = {draft.item.id: draft.file_name for draft in drafts}
        for item, reason in encoded.refused:
            if item.kind is Kind.IMAGE:
                self._refused[item.sha256] = reason
            else:
                self._report.skip(f"{names[item.id]}#page={item.page}", reason)
        sources = []
        for source in self._sources:
            if source.sha256 in self._refused:
                self._report.skip(source.path, self._refused[source.sha256])
            else:
                sources.append(source)
        self._committer.put(Commit(encoded.items, encoded.words, sources))
        self._drafts, self._sources = [], []
