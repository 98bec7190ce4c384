"""An index of format 1 is brought to the format of today, with what it holds."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from api.search_request import SearchRequest
from api.service import Viscite
from store.errors import CollectionLocked, IncompatibleIndex
from store.manifest import FORMAT_VERSION
from store.tables import ADDED_COLUMNS, open_tables
from store.upgrade import bring_up_to_date
from store.writer import lock

Make = Callable[..., Path]


def make_old(folder: Path) -> None:
    """What the version was in format 1: the same without the columns that came later."""
    items, _ = open_tables(folder)
    items.drop_columns([field.name for field in ADDED_COLUMNS])
    set_format(folder, FORMAT_VERSION - 1)


def set_format(folder: Path, number: int) -> None:
    path = folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"format_version": number}))


@pytest.fixture
def old(viscite: Viscite, photo: Make, tmp_path: Path) -> Path:
    photo("a.png", "red")
    photo("b.png", "blue")
    viscite.index([tmp_path / "photos"], "default")
    folder = viscite.home.collection("default").version_folder(1)
    make_old(folder)
    return folder


def test_an_old_index_is_searched_by_tag_and_hashed_by_the_next_run(
    viscite: Viscite, old: Path, tmp_path: Path
) -> None:
    hits = viscite.search(SearchRequest(text="red", tags=("blue",)), "default").hits
    assert [Path(hit.path).name for hit in hits] == ["b.png"]
    assert hits[0].item.picture_hash is None
    assert json.loads((old / "manifest.json").read_text())["format_version"] == FORMAT_VERSION
    before = viscite._builtin.encoder.images_encoded  # type: ignore[attr-defined]
    _, report = viscite.index([tmp_path / "photos"], "default")
    assert (report.added, report.unchanged) == (0, 2)
    assert viscite._builtin.encoder.images_encoded == before  # type: ignore[attr-defined]
    hits = viscite.search(SearchRequest(text="red"), "default").hits
    assert len(hits) == 2
    assert all(hit.item.picture_hash for hit in hits)
    assert {signal.channel for signal in hits[0].signals} == {"visual", "semantic", "lexical"}


def test_an_upgrade_that_was_killed_is_done_again(viscite: Viscite, old: Path) -> None:
    items, _ = open_tables(old)
    items.add_columns(pa.schema([ADDED_COLUMNS[0]]))
    assert viscite.status("default")[0][1].format_version == FORMAT_VERSION
    assert viscite.search(SearchRequest(text="red", tags=("red",)), "default").hits


def test_an_upgrade_waits_for_no_writer_forever(viscite: Viscite, old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    collection = viscite.home.collection("default")
    monkeypatch.setattr("store.upgrade.WAIT_SECONDS", 0.1)
    with lock(collection), pytest.raises(CollectionLocked, match="is writing"):
        bring_up_to_date(collection)


def test_a_later_format_is_refused(viscite: Viscite, old: Path) -> None:
    set_format(old, FORMAT_VERSION + 1)
    with pytest.raises(IncompatibleIndex, match=f"has index format {FORMAT_VERSION + 1}"):
        viscite.search(SearchRequest(text="red"), "default")
