"""One index run: worker processes read, this thread encodes, a thread writes; what waits between them is bounded.

It has two passes. The first brings all files in, with descriptions made in haste. The second writes captions and reads
the text in pictures, which takes longer than all else, and writes the items again with these. Sources keep whether they
wait for the second pass, so a run that was stopped is gone on with by the next.
"""

from __future__ import annotations

import stat
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from concurrent.futures import Future
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path

from indexer.committer import Commit, Committer
from indexer.documents.outline import Outline
from indexer.drafts import Draft, draft_page, draft_picture, draft_texts
from indexer.encode import Encoded, IndexModels, encode
from indexer.limits import FileLimits
from indexer.page_stream import PageStream
from indexer.pictures import Picture
from indexer.report import DESCRIBE_STAGE, Report
from indexer.scanned import ScanReader
from indexer.walk import roots, walk
from indexer.workers import Contents, FileStamp, Workers, result_of
from models.protocols import Describer, PageReader
from store.errors import InvalidInput
from store.filters import is_under
from store.records import Kind, Source, SourceState, Vector, item_id
from store.writer import Writer

BATCH = 32
"""Drafts that are encoded and committed together. From 16 on the backbone gains no more."""

HASHES = 1024
"""Perceptual hashes of known pictures that are committed together."""

READ_AHEAD = 16
"""Files that are read for each worker before they are needed; at most 2.4 MB of pixels each."""

DOCUMENTS_AHEAD = 2
"""Of these, files for each worker of which the first pages are read too, where they are documents."""

KnownVectors = Callable[[Sequence[str]], Mapping[str, Vector]]
"""For item ids, the image vectors that are known already."""

Progress = Callable[[str, int, int], None]
"""Called with what is being done, the number of files done and of files found."""


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
        with self._running(self._models, writer, report) as run:
            run.index(files, progress)
            if prune:
                run.prune([str(top) for top in tops])
        report.first_pass = report.seconds = time.perf_counter() - start
        return report

    def rebuild(
        self,
        writer: Writer,
        files: Sequence[Path],
        describer: Describer,
        known_vectors: KnownVectors | None,
        report: Report,
        progress: Progress | None = None,
    ) -> None:
        """Index files of a version once more, for a migration: in one pass, since the version before answers meanwhile.

        `known_vectors` gives the image vectors that need not be made again. Raises `StorageFailed` as `run` does.
        """
        start = time.perf_counter()
        with self._running(replace(self._models, describer=describer), writer, report, known_vectors) as run:
            run.index(files, progress)
        report.seconds += time.perf_counter() - start

    def describe(
        self,
        writer: Writer,
        paths: Sequence[Path],
        describer: Describer,
        reader: PageReader | None,
        waiting: Set[SourceState],
        report: Report,
        progress: Progress | None = None,
    ) -> None:
        """The second pass: `describer` describes again what is indexed under `paths` and in a state of `waiting`.

        `reader` reads the pages of documents among it that are only pictures; without one they stay as they are.

        No paths at all means everything. Raises `StorageFailed` as `run` does.
        """
        start = time.perf_counter()
        tops = [str(top) for top in roots(paths)]
        sources = [
            source
            for path, source in sorted(writer.sources.items())
            if source.state in waiting and is_under(path, tops)
        ]
        if sources:
            with self._running(replace(self._models, describer=describer), writer, report) as run:
                run.describe(sources, progress, reader)
            report.seconds += time.perf_counter() - start

    @contextmanager
    def _running(
        self, models: IndexModels, writer: Writer, report: Report, known_vectors: KnownVectors | None = None
    ) -> Iterator[_Run]:
        """A pass; what it wrote is finished after it."""
        with Workers(self._limits) as workers:
            committer = Committer(writer, report)
            try:
                yield _Run(models, workers, writer, committer, report, known_vectors)
            finally:
                committer.close()
        with report.timed("finish"):
            writer.finish()


class _Run:
    """The state of one run: the batch being filled, and the contents that this run has met."""

    def __init__(
        self,
        models: IndexModels,
        workers: Workers,
        writer: Writer,
        committer: Committer,
        report: Report,
        known_vectors: KnownVectors | None,
    ) -> None:
        self._models = models
        self._workers = workers
        self._writer = writer
        self._committer = committer
        self._report = report
        self._known_vectors = known_vectors
        # What was carried over without its pictures is read anew as soon as its file is there.
        self._known: Mapping[str, str] = {
            path: source.sha256 for path, source in writer.sources.items() if source.state is not SourceState.UNSEEN
        }
        self._met = set(self._known.values())
        self._states: dict[str, SourceState] = {
            source.sha256: source.state for source in writer.sources.values() if source.sha256 in self._met
        }
        self._refused: dict[str, str] = {}
        self._drafts: list[Draft] = []
        self._sources: list[Source] = []
        self._hashes: dict[str, bytes] = {}

    def index(self, files: Sequence[Path], progress: Progress | None) -> None:
        """Index the files in order."""
        # What is known is decoded once more where its hash is not.
        known = {path: sha256 for path, sha256 in self._known.items() if sha256 not in self._writer.unhashed}
        for done, (path, contents, pages) in enumerate(self._with_pages(self._read(files, known)), 1):
            self._take(path, contents, pages)
            if progress is not None:
                progress("Indexing", done, len(files))
        self._flush()

    def describe(self, sources: Sequence[Source], progress: Progress | None, reader: PageReader | None) -> None:
        """Describe the pictures of sources again, read scanned pages, and commit them with what is said now."""
        copies: dict[str, list[Source]] = {}
        for source in sources:
            copies.setdefault(source.sha256, []).append(source)
        content_at = {_there(same): sha256 for sha256, same in copies.items()}
        pictures: dict[Path, Picture] = {}
        for done, (path, contents) in enumerate(self._read(list(content_at), {}), 1):
            # A file that has changed or gone since waits for the run that sees that.
            if contents.stamp and contents.stamp.sha256 == content_at[path]:
                if contents.picture is not None:
                    pictures[path] = contents.picture
                elif contents.page_count and reader is not None:
                    self._read_scans(path, copies[content_at[path]], contents.page_count, reader)
            if len(pictures) >= BATCH or (pictures and done == len(content_at)):
                with self._report.timed(DESCRIBE_STAGE):
                    encoded = self._encode_again({content_at[path]: (path, one) for path, one in pictures.items()})
                whole = [
                    replace(source, state=encoded.states[item.sha256])
                    for item in encoded.items
                    for source in copies[item.sha256]
                ]
                self._committer.put(Commit(encoded.items, encoded.words, whole, is_new=False))
                self._report.described += len(encoded.items)
                self._report.texts_read += sum(bool(item.text) for item in encoded.items)
                pictures = {}
            if progress is not None:
                progress("Describing", done, len(content_at))

    def _read_scans(self, path: Path, copies: Sequence[Source], page_count: int, reader: PageReader) -> None:
        """Write those pages of a document again that are, in part, pictures of text, with that text."""
        sha256, outline = copies[0].sha256, Outline()
        pages = (page for page in self._pages(path, sha256, page_count) if not page.failure)
        scans = ScanReader(reader, self._models.descriptions, self._workers.limits)
        drafts: list[Draft] = []
        for page, was_unread in scans.read(sha256, pages, partial(self._workers.read_part, path, sha256)):
            drafted = draft_page(sha256, page, path.name, outline)
            if was_unread:
                drafts += drafted
                self._report.described += 1
                self._report.texts_read += bool(page.text)
            if len(drafts) >= BATCH:
                self._put_again(drafts)
                drafts = []
        self._put_again(drafts, [replace(source, state=SourceState.DONE) for source in copies])

    def _put_again(self, drafts: Sequence[Draft], sources: Sequence[Source] = ()) -> None:
        """Commit drafts of a document with the image vectors that they have, then its sources."""
        vectors = self._writer.image_vectors([draft.item.id for draft in drafts if draft.pixels is not None])
        seen = [
            replace(draft, item=replace(draft.item, image_vector=vectors.get(draft.item.id)))
            for draft in {draft.item.id: draft for draft in drafts}.values()
        ]
        with self._report.timed(DESCRIBE_STAGE):
            encoded = encode(seen, self._models, lambda _: nullcontext())
        self._committer.put(Commit(encoded.items, encoded.words, sources, is_new=False))

    def _encode_again(self, pictures: Mapping[str, tuple[Path, Picture]]) -> Encoded:
        """Pictures by content, with the image vectors that they have."""
        vectors = self._writer.image_vectors([item_id(sha256, Kind.IMAGE) for sha256 in pictures])
        drafts = [
            self._draft_of(path, sha256, picture, vectors.get(item_id(sha256, Kind.IMAGE)))
            for sha256, (path, picture) in pictures.items()
        ]
        return encode(drafts, self._models, lambda _: nullcontext())

    def prune(self, tops: Sequence[str]) -> None:
        """Forget the sources under `tops` whose files are gone."""
        gone = [path for path in list(self._writer.sources) if is_under(path, tops) and not _is_file(Path(path))]
        self._committer.put(Commit(forgotten=gone))
        self._report.removed += len(gone)

    def _read(self, files: Sequence[Path], known: Mapping[str, str]) -> Iterator[tuple[Path, Contents]]:
        """Every file in order, read ahead by the workers; `known` are paths with contents that need no decoding."""
        pending: deque[tuple[Path, Future[Contents]]] = deque()
        for path in files:
            pending.append((path, self._workers.read_file(path, known.get(str(path)))))
            if len(pending) >= READ_AHEAD * self._workers.count:
                yield self._wait(*pending.popleft())
        while pending:
            yield self._wait(*pending.popleft())

    def _with_pages(self, files: Iterable[tuple[Path, Contents]]) -> Iterator[tuple[Path, Contents, PageStream | None]]:
        """Every file in order, with the pages of a document that is new; those of the next documents are being read."""
        begun: set[str] = set()
        pending: deque[tuple[Path, Contents, PageStream | None]] = deque()
        for path, contents in files:
            sha256 = contents.stamp.sha256 if contents.stamp else ""
            pages = None
            if contents.page_count and sha256 not in self._met and sha256 not in begun:
                begun.add(sha256)
                pages = self._pages(path, sha256, contents.page_count)
            pending.append((path, contents, pages))
            if len(pending) > DOCUMENTS_AHEAD * self._workers.count:
                yield pending.popleft()
        yield from pending

    def _wait(self, path: Path, future: Future[Contents]) -> tuple[Path, Contents]:
        with self._report.timed("read"):
            try:
                return path, result_of(future, self._workers.limits)
            except InvalidInput as error:
                return path, Contents(None, failure=str(error))

    def _take(self, path: Path, contents: Contents, pages: PageStream | None) -> None:
        stamp, known = contents.stamp, self._known.get(str(path))
        if stamp is None or contents.failure:
            self._report.skip(str(path), contents.failure)
            if known is not None and (stamp is not None or self._is_replaced(path)):
                # The file was edited into something unreadable: what was indexed under its path is not in it any more.
                self._committer.put(Commit(forgotten=[str(path)]))
                self._report.removed += 1
            return
        if stamp.sha256 == known:
            self._report.unchanged += 1
            if contents.picture is not None:
                self._hashes[item_id(stamp.sha256, Kind.IMAGE)] = contents.picture.picture_hash
                if len(self._hashes) >= HASHES:
                    self._flush()
            return
        if stamp.sha256 not in self._met:
            self._met.add(stamp.sha256)
            if contents.picture is not None:
                self._draft([self._draft_of(path, stamp.sha256, contents.picture)])
            elif contents.texts:
                for first in range(0, len(contents.texts), BATCH):
                    self._draft(draft_texts(stamp.sha256, contents.texts[first : first + BATCH], path.name))
            elif pages is not None:
                self._take_document(path, stamp, pages)
        if stamp.sha256 in self._refused:
            self._report.skip(str(path), self._refused[stamp.sha256])
            return
        self._sources.append(Source(str(path), stamp.sha256, stamp.size, stamp.mtime_ns, contents.media_type))
        if len(self._sources) >= BATCH:
            self._flush()

    def _is_replaced(self, path: Path) -> bool:
        """Whether a file that could not be read is not the one that was indexed, but, say, an empty one."""
        try:
            found = path.stat(follow_symlinks=False)
        except OSError:
            return False
        known = self._writer.sources.get(str(path))
        return known is not None and (not stat.S_ISREG(found.st_mode) or found.st_size != known.size)

    def _take_document(self, path: Path, stamp: FileStamp, pages: PageStream) -> None:
        outline, is_read = Outline(), False
        for page in pages:
            if page.failure:
                self._report.skip(f"{path}#page={page.number}", page.failure)
                continue
            is_read = True
            if page.unread or any(figure.is_picture for figure in page.figures):
                self._states[stamp.sha256] = SourceState.UNREAD
            self._draft(draft_page(stamp.sha256, page, path.name, outline))
        if not is_read:
            # It may have been the machine: the next run tries again.
            self._refused[stamp.sha256] = "none of its pages could be read"

    def _pages(self, path: Path, sha256: str, page_count: int) -> PageStream:
        """The pages of a document, of which the first are being read from now on."""
        return PageStream(self._workers, path, sha256, page_count, partial(self._report.timed, "read"))

    def _draft_of(self, path: Path, sha256: str, picture: Picture, image_vector: Vector | None = None) -> Draft:
        larger = partial(self._workers.read_picture, path, sha256)
        return draft_picture(sha256, picture, path.name, larger, image_vector)

    def _draft(self, drafts: Sequence[Draft]) -> None:
        self._drafts.extend(drafts)
        if len(self._drafts) >= BATCH:
            self._flush()

    def _flush(self) -> None:
        """Encode the batch and hand it to the writer, with the sources that are complete with it."""
        # Blocks drawn twice at one place have one id.
        drafts = self._with_known_vectors(list({draft.item.id: draft for draft in self._drafts}.values()))
        encoded = encode(drafts, self._models, self._report.timed)
        self._states |= encoded.states
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
                sources.append(replace(source, state=self._states.get(source.sha256, SourceState.DONE)))
        self._committer.put(Commit(encoded.items, encoded.words, sources, hashes=self._hashes))
        self._drafts, self._sources, self._hashes = [], [], {}

    def _with_known_vectors(self, drafts: list[Draft]) -> list[Draft]:
        if self._known_vectors is None:
            return drafts
        vectors = self._known_vectors([draft.item.id for draft in drafts if draft.pixels is not None])
        return [
            replace(draft, item=replace(draft.item, image_vector=vectors[draft.item.id]))
            if draft.item.id in vectors
            else draft
            for draft in drafts
        ]


def _is_file(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _there(copies: Sequence[Source]) -> Path:
    """The path of the first copy that is still there, else of the first."""
    paths = [Path(source.path) for source in copies]
    return next((path for path in paths if path.exists()), paths[0])
