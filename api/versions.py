"""The versions of the collections of a home: opened for searches, measured, migrated between, and gone back to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from pathlib import Path
from typing import Any

from api.migration import Builder, Migrated, version_before, version_named
from api.open_versions import OpenVersions
from api.settings import Settings
from api.wiring import Models
from evaluation.collection import Evaluation, evaluate_retriever
from evaluation.comparison import compare
from evaluation.dataset import load_dataset
from indexer.run import Progress
from models.errors import ModelUnavailable
from retriever.calibration import open_calibration
from retriever.search import Retriever
from store.collections import Collection, Home
from store.errors import IncompatibleIndex, InvalidInput
from store.manifest import Manifest, read_manifest
from store.reader import Reader
from store.upgrade import bring_up_to_date
from store.writer import lock

Compared = Callable[[Mapping[str, Any]], None]
"""Called with the comparison of two versions."""


class Versions:
    """Thread-safe. `models` gives the models of a profile; `let_go` hears which profiles are still in use."""

    def __init__(
        self, home: Home, settings: Settings, models: Callable[[str], Models], let_go: Callable[[Set[str]], None]
    ) -> None:
        self._home = home
        self._settings = settings
        self._models = models
        self._open = OpenVersions(self._open_version, let_go)

    def close(self) -> None:
        """Open nothing more."""
        self._open.close()

    def retriever(self, collection: str) -> Retriever:
        """The retriever of a collection as it is now. Raises `IncompatibleIndex` if its models have changed."""
        return self._open.get(self._home.collection(collection))

    def warm(self) -> None:
        """Open every collection. Raises what is wrong with the version that should answer."""
        for collection in self._home.collections():
            self._open.get(collection)
            error = self._open.failure(collection)
            if error is not None:
                raise error

    def drop(self, collection: str) -> None:
        """Hold a collection open no longer."""
        self._open.drop(collection)

    def calibrate(self, target: Collection, version: int) -> None:
        """Measure what scores are worth in a version, where it has changed much since that was measured."""
        # What is in memory of a version must not grow with it here: its vectors are read in pieces.
        reader = Reader.open(target, version=version)
        models = self._models_of(target, reader.manifest)
        open_calibration(reader, models.encoder, models.embedder)

    def migrate(
        self,
        collection: str,
        builder: Builder,
        progress: Progress | None = None,
        evaluation: Path | None = None,
        compared: Compared | None = None,
    ) -> Migrated:
        """Build a version with other models from the same sources, then let it answer; the old one stays.

        With an `evaluation` folder both are measured, and `compared` is called with the comparison before the switch.
        """
        target = self._home.collection(collection)
        with lock(target, "is migrating"):
            old = target.current()
            # What is wrong with the folder is said before the long work.
            before = None if evaluation is None else self._measure(evaluation, target, old)
            new, report = builder.build(target, progress)
            # Before it answers, so that no search waits for it or is answered without it.
            self.calibrate(target, new)
            comparison = None
            if evaluation is not None and before is not None:
                comparison = compare(before, self._measure(evaluation, target, new, allow_missing=True))
                if compared is not None:
                    compared(comparison)
            self._open.switch(target, new)
        return Migrated(old, new, report, comparison)

    def rollback(self, collection: str) -> tuple[int, int]:
        """Let the version that answered before the current one answer again.

        Raises `InvalidInput` if there is none, and what is wrong with its models if they are not as they were.
        """
        target = self._home.collection(collection)
        target.current()
        with lock(target, "is rolling back"):
            old, before = target.current(), version_before(target)
            self._models_of(target, read_manifest(target.version_folder(before)))
            self._open.switch(target, before)
        return old, before

    def evaluate(self, folder: Path, collection: str, against: str | None = None) -> dict[str, Any]:
        """The metrics of an evaluation folder on a collection by channel, and what its search says of itself.

        With `against`, the number or profile of another version, that is measured too, and the two are compared.
        """
        target = self._home.collection(collection)
        current = target.current()
        baseline = None if against is None else version_named(target, against)
        after = self._measure(folder, target, current)
        result = after.as_json()
        if baseline is not None:
            before = self._measure(folder, target, baseline, allow_missing=True)
            result |= {"against": before.as_json(), "comparison": compare(before, after)}
        return result

    def _measure(self, folder: Path, target: Collection, version: int, *, allow_missing: bool = False) -> Evaluation:
        try:
            dataset = load_dataset(folder)
            return evaluate_retriever(dataset, self._open_version(target, version), allow_missing=allow_missing)
        except ValueError as error:
            raise InvalidInput(f"{error}.") from error

    def _open_version(self, target: Collection, version: int) -> Retriever:
        bring_up_to_date(target)
        reader = Reader.open(target, view=self._settings.vector_view, version=version)
        models = self._models_of(target, reader.manifest)
        calibration = open_calibration(reader, models.encoder, models.embedder)
        return Retriever(reader, models.encoder, models.embedder, calibration, models.reranker, models.vocabulary)

    def _models_of(self, target: Collection, manifest: Manifest) -> Models:
        """The models that a version was built with. Raises `IncompatibleIndex` if they are not here any more."""
        try:
            models = self._models(manifest.profile)
            fingerprints = models.search_fingerprints()
        except (InvalidInput, ModelUnavailable) as error:
            raise IncompatibleIndex(
                f"Version {manifest.version} of collection '{target.name}' was built with the models of profile "
                f"'{manifest.profile}', which are gone: {error} Bring them back; or let the version before answer: "
                f"viscite rollback --collection {target.name}; or build one with other models: "
                f"viscite migrate --profile PROFILE --collection {target.name}"
            ) from error
        manifest.require(fingerprints, target.name, models.name)
        return models
