"""Where collections lie: `<home>/collections/<name>/versions/<n>/`, and `current`, which names the one that answers."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from store.errors import InvalidInput, NotFound
from store.manifest import write_atomically

NAME_PATTERN = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


@dataclass(frozen=True, slots=True)
class Collection:
    """The folder of one collection. It may not exist yet."""

    name: str
    folder: Path

    def exists(self) -> bool:
        """Whether a version of it answers."""
        return (self.folder / "current").is_file()

    def version_folder(self, version: int) -> Path:
        """Where the tables of a version lie."""
        return self.folder / "versions" / str(version)

    def versions(self) -> list[int]:
        """The versions on disk, oldest first."""
        folder = self.folder / "versions"
        if not folder.is_dir():
            return []
        return sorted(int(entry.name) for entry in folder.iterdir() if entry.name.isdigit())

    def current(self) -> int:
        """The version that answers. Raises `NotFound` if there is none."""
        try:
            return int((self.folder / "current").read_text(encoding="ascii"))
        except FileNotFoundError as error:
            raise NotFound(
                f"There is no collection '{self.name}'. Make it: viscite index PATH --collection {self.name}"
            ) from error

    def discard(self, version: int) -> None:
        """Delete a version that does not answer."""
        shutil.rmtree(self.version_folder(version))

    def switch(self, version: int) -> None:
        """Let `version` answer from now on."""
        write_atomically(self.folder / "current", str(version))

    def bytes_on_disk(self) -> int:
        """The size of all its versions together."""
        return sum(entry.stat().st_size for entry in self.folder.rglob("*") if entry.is_file())


@dataclass(frozen=True, slots=True)
class Home:
    """The folder in which everything is kept."""

    folder: Path

    def collection(self, name: str) -> Collection:
        """The collection of that name, there or not. Raises `InvalidInput` for a name that cannot be a folder's."""
        if not NAME_PATTERN.fullmatch(name):
            raise InvalidInput(
                f"'{name[:80]}' cannot be the name of a collection: use up to 64 of a-z, 0-9, '-' and '_', "
                "beginning with a letter or digit."
            )
        return Collection(name, self.folder / "collections" / name)

    def collections(self) -> list[Collection]:
        """All collections that answer, by name."""
        folder = self.folder / "collections"
        if not folder.is_dir():
            return []
        found = [self.collection(entry.name) for entry in folder.iterdir() if NAME_PATTERN.fullmatch(entry.name)]
        return sorted((one for one in found if one.exists()), key=lambda one: one.name)

    def delete(self, name: str) -> None:
        """Forget a collection and its versions. The files that it indexed are untouched."""
        collection = self.collection(name)
        collection.current()
        # All at once out of the way: half a collection would be in the way of a list of all.
        gone = collection.folder.with_name(f".{name}.deleted")
        shutil.rmtree(gone, ignore_errors=True)
        collection.folder.rename(gone)
        shutil.rmtree(gone)
