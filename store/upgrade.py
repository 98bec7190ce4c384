"""Brings versions that an earlier Viscite wrote to the format of this one, in place."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from store.collections import Collection
from store.errors import storage
from store.manifest import FILE_NAME, FORMAT_VERSION, Manifest, write_manifest
from store.tables import ADDED_COLUMNS, open_tables, tags_of
from store.writer import lock

if TYPE_CHECKING:
    from lancedb.table import Table

WAIT_SECONDS = 60.0
"""How long to wait for another process that is doing the same."""

BATCH = 4096
"""Items that are written at once."""


def bring_up_to_date(collection: Collection) -> None:
    """Upgrade every version of format 1. Others are left as they are.

    Its pictures get their tags; what only their pixels tell, they get when they are indexed again. Killed at any
    moment, the next call does it again. Raises `CollectionLocked` while another process writes, and `StorageFailed`.
    """
    if not any(map(_is_old, map(collection.version_folder, collection.versions()))):
        return
    with lock(collection, "is upgrading", WAIT_SECONDS):
        for folder in filter(_is_old, map(collection.version_folder, collection.versions())):
            with storage(folder):
                _upgrade(folder)


def _is_old(folder: Path) -> bool:
    return _manifest(folder).get("format_version") == FORMAT_VERSION - 1


def _manifest(folder: Path) -> dict[str, object]:
    try:
        values = json.loads((folder / FILE_NAME).read_text(encoding="utf-8"))
    # A version that was never finished, or is damaged: who opens it says so.
    except (OSError, ValueError):
        return {}
    return values if isinstance(values, dict) else {}


def _upgrade(folder: Path) -> None:
    items, _ = open_tables(folder)
    missing = [field for field in ADDED_COLUMNS if field.name not in items.schema.names]
    if missing:
        items.add_columns(pa.schema(missing))
    _add_tags(items)
    manifest = Manifest(**_manifest(folder))  # type: ignore[arg-type]
    write_manifest(folder, replace(manifest, format_version=FORMAT_VERSION))


def _add_tags(items: Table) -> None:
    for batch in items.search().select(["id", "attributes"]).to_batches(BATCH):
        tags = [tags_of(json.loads(attributes)) for attributes in batch["attributes"].to_pylist()]
        rows = pa.table({"id": batch["id"], "tags": pa.array(tags, pa.string())})
        items.merge_insert("id").when_matched_update_all().execute(rows)
