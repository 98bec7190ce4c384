"""What an index version says of itself, in `manifest.json` beside its tables."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from store.errors import IncompatibleIndex

FORMAT_VERSION = 2
FILE_NAME = "manifest.json"


class VersionState(StrEnum):
    """How far a version has come."""

    BUILDING = "building"
    """A migration fills it; it has never answered."""
    COMPLETE = "complete"


@dataclass(frozen=True, slots=True)
class Manifest:
    """Format version, the models' fingerprints by role, the counts, and the folders given at index time (`roots`).

    `replaced` is the version that answered before this one was switched to, None for the first.
    """

    version: int
    profile: str
    fingerprints: Mapping[str, Mapping[str, Any]]
    sources: int = 0
    items: Mapping[str, int] = field(default_factory=dict)
    roots: Sequence[str] = ()
    format_version: int = FORMAT_VERSION
    state: VersionState = VersionState.COMPLETE
    replaced: int | None = None

    def with_counts(self, sources: int, items: Mapping[str, int]) -> Manifest:
        """The same manifest with new counts."""
        return replace(self, sources=sources, items=dict(items))

    def with_roots(self, roots: Sequence[str]) -> Manifest:
        """The same manifest with more folders."""
        return replace(self, roots=list(dict.fromkeys([*self.roots, *roots])))

    def completed(self, replaced: int) -> Manifest:
        """The same manifest of a version that is to answer in the place of `replaced`."""
        return replace(self, state=VersionState.COMPLETE, replaced=replaced)

    def require(self, fingerprints: Mapping[str, Mapping[str, Any]], collection: str, profile: str) -> None:
        """Raise `IncompatibleIndex` if any of `fingerprints` differs from those this version was built with."""
        for role, wanted in fingerprints.items():
            built = self.fingerprints.get(role)
            if built != wanted:
                raise IncompatibleIndex(
                    f"Collection '{collection}' was indexed with {role} {brief(built)} but profile '{profile}' uses "
                    f"{brief(wanted)}. Use profile '{self.profile}', or build a version with the other models beside "
                    f"this one: viscite migrate --profile {profile} --collection {collection}"
                )


def brief(fingerprint: Mapping[str, Any] | None) -> str:
    """A fingerprint in one short phrase, e.g. `minilm (weights 1a2b3c4d, 384)`."""
    if fingerprint is None:
        return "none"
    prompt = f", prompt {fingerprint['prompt_version']}" if fingerprint.get("prompt_version") else ""
    details = f"weights {str(fingerprint['weights'])[:8]}, {fingerprint['preprocessing']}"
    return f"{fingerprint['name']} ({details}, {fingerprint['dimension']} dimensions{prompt})"


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a version folder. Raises `IncompatibleIndex` if it was written in another format."""
    try:
        values = json.loads((folder / FILE_NAME).read_text(encoding="utf-8"))
    except (OSError, json.JSONDecodeError) as error:
        raise IncompatibleIndex(f"{folder} is not an index version ({error}). Index its files again.") from error
    if values.get("format_version") != FORMAT_VERSION:
        raise IncompatibleIndex(
            f"{folder} has index format {values.get('format_version')}; this Viscite reads format {FORMAT_VERSION}. "
            "Index the files into a new collection."
        )
    return Manifest(**{**values, "state": VersionState(values.get("state", VersionState.COMPLETE))})


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Put the manifest in place in one step, so that a reader sees the old one or the new one."""
    write_atomically(folder / FILE_NAME, json.dumps(asdict(manifest), indent=2, sort_keys=True) + "\n")


def write_atomically(path: Path, text: str) -> None:
    """Write beside `path`, flush to disk, then rename over it."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    with temporary.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
