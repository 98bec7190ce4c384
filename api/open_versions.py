"""The version of each collection that is held open for searches, and its replacement while searches go on."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Set
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from dataclasses import dataclass, field
from pathlib import Path

from retriever.search import Retriever
from store.collections import Collection

SWITCH_SECONDS = 0.5
"""How long after a switch searches wait for the new version to be open. A small one is by then, and searches that
follow the switch see it; a large one, or one whose models must be loaded, opens while the old one still answers."""

RETRY_SECONDS = 30.0
"""How long after a version failed to open it is tried again, where the old one still answers."""

log = logging.getLogger("viscite")


@dataclass(frozen=True, slots=True)
class _Opening:
    """A version on its way."""

    folder: Path
    future: Future[Retriever]
    since: float = field(default_factory=time.monotonic)

    def waits_to_retry(self) -> bool:
        return self.future.done() and time.monotonic() - self.since < RETRY_SECONDS


class OpenVersions:
    """Gives each search one open version. Thread-safe.

    A version that was written to is opened anew before the next search, so that what was removed is gone at once. When
    another version answers, it is opened beside the one that is held, which answers until then, and is let go of after;
    then `let_go` is called with the profiles of the versions that are still held.
    """

    def __init__(
        self, open_version: Callable[[Collection, int], Retriever], let_go: Callable[[Set[str]], None]
    ) -> None:
        self._open_version = open_version
        self._let_go = let_go
        self._held: dict[str, Retriever] = {}
        self._openings: dict[str, _Opening] = {}
        self._guard = threading.Lock()
        # One at a time: two at once would load the same models twice.
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="open-version")

    def get(self, collection: Collection) -> Retriever:
        """The retriever of the version that answers now, or for a moment after a switch of the one that did.

        Raises what is wrong with the version that answers, unless another one is held that still can.
        """
        while True:
            version = collection.current()
            folder = collection.version_folder(version)
            with self._guard:
                held = self._held.get(collection.name)
                if held is not None and held.reader.folder == folder and not held.reader.is_stale():
                    return held
                opening = self._opening(collection, version, folder, retry=held is None or held.reader.folder == folder)
            if held is None or held.reader.folder == folder:
                opening.future.result()
            elif not self._arrives(opening):
                return held

    def switch(self, collection: Collection, version: int) -> None:
        """Let `version` answer from now on; where the collection is held open, it is opened before."""
        with self._guard:
            is_held = collection.name in self._held
        if not is_held:
            collection.switch(version)
            return
        retriever = self._pool.submit(self._open_version, collection, version).result()
        with self._guard:
            collection.switch(version)
            self._held[collection.name] = retriever
        self._tell()

    def drop(self, name: str) -> None:
        """Hold the collection of that name no longer."""
        with self._guard:
            self._held.pop(name, None)
            self._openings.pop(name, None)

    def failure(self, collection: Collection) -> BaseException | None:
        """Why the version that should answer does not, where another one still answers in its place."""
        with self._guard:
            opening = self._openings.get(collection.name)
        folder = collection.version_folder(collection.current())
        if opening is None or opening.folder != folder or not opening.future.done():
            return None
        return opening.future.exception()

    def close(self) -> None:
        """Open nothing more."""
        self._pool.shutdown(cancel_futures=True)

    def _opening(self, collection: Collection, version: int, folder: Path, *, retry: bool) -> _Opening:
        """The opening of a version that is under way or failed of late, else a new one. Under the guard."""
        opening = self._openings.get(collection.name)
        is_fresh = opening is not None and (not opening.future.done() or (not retry and opening.waits_to_retry()))
        if opening is None or opening.folder != folder or not is_fresh:
            opening = _Opening(folder, self._pool.submit(self._hold, collection, version))
            self._openings[collection.name] = opening
        return opening

    def _hold(self, collection: Collection, version: int) -> Retriever:
        retriever = self._open_version(collection, version)
        with self._guard:
            self._held[collection.name] = retriever
            opening = self._openings.get(collection.name)
            if opening is not None and opening.folder == retriever.reader.folder:
                del self._openings[collection.name]
        self._tell()
        return retriever

    def _tell(self) -> None:
        with self._guard:
            profiles = {one.reader.manifest.profile for one in self._held.values()}
        self._let_go(profiles)

    @staticmethod
    def _arrives(opening: _Opening) -> bool:
        """Whether a version opens within the time that searches wait for it. A failure is logged when it is met."""
        left = opening.since + SWITCH_SECONDS - time.monotonic()
        wait_for([opening.future], timeout=max(0.0, left))
        if not opening.future.done():
            return False
        error = opening.future.exception()
        if error is not None:
            log.warning("%s cannot be opened, the version before still answers: %s", opening.folder, error)
        return error is None
