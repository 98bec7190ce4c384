"""Builds a version with other models beside the one that answers, and finds the way back.

A migration can be stopped at any moment: the version that answers is only read, and the next migration to the same
models goes on with what is committed. The switch is the last step and a single rename.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from api.wiring import Models
from indexer.carry import Carrier, Kept
from indexer.report import Report
from indexer.run import Indexer, Progress
from models.protocols import Describer, PageReader
from store.collections import Collection
from store.errors import InvalidInput, NotFound
from store.manifest import FILE_NAME, Manifest, VersionState, read_manifest
from store.reader import Reader
from store.records import Source, SourceState
from store.vector_views import ViewName
from store.writer import Writer


@dataclass(frozen=True, slots=True)
class Migrated:
    """From which version to which, what was done, and the comparison of both, where one was asked for."""

    old: int
    new: int
    report: Report
    comparison: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Builder:
    """What a new version is built with. `waiting` are the states of sources that `describer` has yet to describe."""

    models: Models
    indexer: Indexer
    describer: Describer
    page_reader: PageReader | None
    waiting: Set[SourceState]
    view: ViewName

    def build(self, target: Collection, progress: Progress | None = None) -> tuple[int, Report]:
        """Fill a version with the sources of the one that answers, under its lock; returns its number.

        Goes on with what an earlier run left. Files are opened only where a picture must be seen by another model; a
        file that is gone is named, and kept by what is stored of it.
        """
        start = time.perf_counter()
        old = Reader.open(target)
        fingerprints = self.models.index_fingerprints()
        version = _version_to_fill(target, old.manifest.version, self.models.name, fingerprints)
        manifest = Manifest(version, self.models.name, fingerprints, state=VersionState.BUILDING)
        writer = Writer.open(target, manifest, self.models.indexing.dimensions())
        writer.note_roots(old.manifest.roots)
        report = Report(seen=len(old.sources))
        self._fill(writer, old, Kept.between(old.manifest.fingerprints, fingerprints), report, progress)
        self.indexer.describe(writer, (), self.describer, self.page_reader, self.waiting, report, progress)
        writer.finish()
        writer.prepare(self.view)
        writer.complete(replaced=old.manifest.version)
        report.seconds = time.perf_counter() - start
        return version, report

    def _fill(self, writer: Writer, old: Reader, kept: Kept, report: Report, progress: Progress | None) -> None:
        wanted = {source.path: source for source in old.sources}
        # What was removed from the version that answers since an earlier run.
        writer.forget([path for path in writer.sources if path not in wanted])
        if not kept.needs_no_file:
            there = [Path(path) for path in sorted(wanted) if Path(path).exists()]
            vectors = old.image_vectors_by_id if kept.image_vectors else None
            self.indexer.rebuild(writer, there, self.describer, vectors, report, progress)
        missing = [source for path, source in sorted(wanted.items()) if _is_missing(source, writer, kept)]
        if kept.needs_no_file:
            report.unchanged = len(wanted) - len(missing)
        Carrier(old, writer, kept, self.models.embedder, report).carry(missing, progress)
        _name_kept(
            [one for one in missing if not (kept.needs_no_file and Path(one.path).exists())], writer, old, report
        )


def _is_missing(source: Source, writer: Writer, kept: Kept) -> bool:
    """Whether a source is not in yet. Where files are read, one that was edited is in with its new content."""
    there = writer.sources.get(source.path)
    return there is None or (kept.needs_no_file and there.sha256 != source.sha256)


def _name_kept(sources: list[Source], writer: Writer, old: Reader, report: Report) -> None:
    """Say of each source that was carried over for want of its file why, and what is kept of it."""
    version = old.manifest.version
    reasons = dict(report.skipped)
    paths = {source.path for source in sources}
    report.skipped = [(path, reason) for path, reason in report.skipped if path not in paths]
    for source in sources:
        reason = reasons.get(source.path, "the file is gone")
        if writer.sources[source.path].state is SourceState.UNSEEN:
            kept = f"kept by its words alone, not by sight, as in version {version}; when it is back: viscite index"
            report.skip(source.path, f"{reason}; {kept} {source.path}")
        else:
            report.skip(source.path, f"{reason}; kept as it is in version {version}")


def _version_to_fill(target: Collection, current: int, profile: str, fingerprints: Mapping[str, Any]) -> int:
    """A later version with these models, which was begun, or answered until a rollback; else one that is not there."""
    for version in reversed(target.versions()):
        if version <= current:
            break
        if not (target.version_folder(version) / FILE_NAME).exists():
            # Killed before it held anything.
            target.discard(version)
            continue
        manifest = read_manifest(target.version_folder(version))
        if (manifest.profile, manifest.fingerprints) == (profile, fingerprints):
            return version
    return target.versions()[-1] + 1


def version_before(target: Collection) -> int:
    """The version that answered before the current one was switched to. Raises `InvalidInput` if there is none."""
    current = target.current()
    before = read_manifest(target.version_folder(current)).replaced
    if before is None or before not in target.versions():
        raise InvalidInput(
            f"Collection '{target.name}' has no version before {current} to go back to. "
            f"Build one with other models: viscite migrate --profile PROFILE --collection {target.name}"
        )
    return before


def version_named(target: Collection, name: str) -> int:
    """A version by its number, or the newest complete one of a profile, the current one last.

    Raises `NotFound`, which names those that are there.
    """
    current = target.current()
    folders = [target.version_folder(version) for version in target.versions()]
    manifests = [read_manifest(folder) for folder in folders if (folder / FILE_NAME).exists()]
    complete = [one for one in manifests if one.state is VersionState.COMPLETE]
    for manifest in sorted(complete, key=lambda one: (one.version != current, one.version), reverse=True):
        if name in (str(manifest.version), manifest.profile):
            return manifest.version
    there = ", ".join(f"{one.version} ({one.profile})" for one in complete)
    raise NotFound(
        f"Collection '{target.name}' has no complete version '{name}'; there are {there}. "
        f"Build one of another profile: viscite migrate --profile PROFILE --collection {target.name}"
    )
