"""Descriptions kept by the content that they describe and the describer that wrote them, so that none is made twice.

They outlive versions: a migration to another encoder, or a file that comes back, finds its description here.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict
from pathlib import Path

from store.errors import storage
from store.records import Description, ReadLine, Tag

MOST = 500_000
"""Descriptions that are kept, about 0.5 GB; of more the oldest go."""

ASKED_AT_ONCE = 500
"""Contents that one query asks for; SQLite bounds the number of its parameters."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS descriptions (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    sha256 TEXT NOT NULL,
    describer TEXT NOT NULL,
    description TEXT NOT NULL,
    UNIQUE (sha256, describer) ON CONFLICT REPLACE
)
"""


class Descriptions:
    """The file of descriptions of one home. Several processes may use it at once."""

    def __init__(self, path: Path, most: int = MOST) -> None:
        self._path = path
        self._most = most

    def find(self, describer: str, contents: Sequence[str]) -> dict[str, Description]:
        """Those of `contents` (sha256) that `describer` has described."""
        if not self._path.exists():
            return {}
        found: dict[str, Description] = {}
        with self._open() as connection:
            for start in range(0, len(contents), ASKED_AT_ONCE):
                asked = contents[start : start + ASKED_AT_ONCE]
                marks = ", ".join("?" * len(asked))
                rows = connection.execute(
                    f"SELECT sha256, description FROM descriptions WHERE describer = ? AND sha256 IN ({marks})",
                    (describer, *asked),
                )
                found |= {sha256: _read(text) for sha256, text in rows}
        return found

    def keep(self, describer: str, described: Mapping[str, Description]) -> None:
        """Remember descriptions by content; the oldest make room."""
        rows = [
            (sha256, describer, json.dumps(asdict(description), ensure_ascii=False))
            for sha256, description in described.items()
        ]
        with self._open() as connection:
            connection.executemany("INSERT INTO descriptions (sha256, describer, description) VALUES (?, ?, ?)", rows)
            connection.execute(
                "DELETE FROM descriptions WHERE number <= (SELECT MAX(number) FROM descriptions) - ?", (self._most,)
            )

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with storage(self._path):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self._path, timeout=30)) as connection, connection:
                connection.execute(_SCHEMA)
                yield connection


def _read(text: str) -> Description:
    values = json.loads(text)
    return Description(
        values["sentence"],
        caption=values["caption"],
        caption_probability=values["caption_probability"],
        tags=tuple(Tag(**tag) for tag in values["tags"]),
        lines=tuple(
            ReadLine(line["text"], tuple(line["box"]), line["probability"], line.get("turn", 0.0))
            for line in values["lines"]
        ),
        colors=tuple(values["colors"]),
        is_quick=values["is_quick"],
        may_hold_text=values["may_hold_text"],
    )
