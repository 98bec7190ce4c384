"""The two Lance tables of a version, `items` and `sources`, and how records become rows and back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from store.filters import tags_column
from store.records import Box, Item, Kind, Source, SourceState, Vector

if TYPE_CHECKING:
    from lancedb.table import Table

ITEMS = "items"
SOURCES = "sources"

HASH_BYTES = 32
"""The length of a perceptual hash."""

SOURCE_SCHEMA = pa.schema(
    [
        pa.field("path", pa.string(), nullable=False),
        pa.field("sha256", pa.string(), nullable=False),
        pa.field("size", pa.int64()),
        pa.field("mtime_ns", pa.int64()),
        pa.field("media_type", pa.string()),
        pa.field("state", pa.string()),
    ]
)

ADDED_COLUMNS = (pa.field("tags", pa.string()), pa.field("picture_hash", pa.binary(HASH_BYTES)))
"""The columns of `items` that format 1 lacked: the tags as `store.filters` compares them, and the perceptual hash."""

READ_COLUMNS = ["id", "box", "description", "text", "attributes"]
"""What of an item is read when it is shown; the rest but its vectors is in the catalogue."""


def item_schema(image_dimension: int, text_dimension: int) -> pa.Schema:
    """The columns of `items`; `words` is what the full-text index reads."""
    return pa.schema(
        [
            pa.field("id", pa.string(), nullable=False),
            pa.field("kind", pa.string(), nullable=False),
            pa.field("sha256", pa.string(), nullable=False),
            pa.field("page", pa.int32()),
            pa.field("box", pa.list_(pa.float32())),
            pa.field("description", pa.string()),
            pa.field("text", pa.string()),
            pa.field("words", pa.string()),
            pa.field("image_vector", pa.list_(pa.float32(), image_dimension)),
            pa.field("text_vector", pa.list_(pa.float32(), text_dimension)),
            pa.field("width", pa.float32()),
            pa.field("height", pa.float32()),
            pa.field("captured_at", pa.string()),
            pa.field("attributes", pa.string()),
            *ADDED_COLUMNS,
        ]
    )


def open_tables(folder: Path) -> tuple[Table, Table]:
    """The items and the sources of a version folder."""
    import lancedb

    connection = lancedb.connect(folder)
    return connection.open_table(ITEMS), connection.open_table(SOURCES)


def create_tables(folder: Path, image_dimension: int, text_dimension: int) -> None:
    """Make both tables empty, or leave them as they are."""
    import lancedb

    connection = lancedb.connect(folder)
    connection.create_table(ITEMS, schema=item_schema(image_dimension, text_dimension), exist_ok=True)
    connection.create_table(SOURCES, schema=SOURCE_SCHEMA, exist_ok=True)


def item_rows(items: Sequence[Item], words: Sequence[str], schema: pa.Schema) -> pa.Table:
    """Items as an Arrow table of `schema`; `words[i]` is what the full-text index is to read of `items[i]`."""
    columns: dict[str, list[Any]] = {
        "id": [item.id for item in items],
        "kind": [str(item.kind) for item in items],
        "sha256": [item.sha256 for item in items],
        "page": [item.page for item in items],
        "box": [item.box for item in items],
        "description": [item.description for item in items],
        "text": [item.text for item in items],
        "words": list(words),
        "width": [item.width for item in items],
        "height": [item.height for item in items],
        "captured_at": [item.captured_at for item in items],
        "attributes": [json.dumps(item.attributes, ensure_ascii=False, sort_keys=True) for item in items],
        "tags": [tags_of(item.attributes) for item in items],
        "picture_hash": [item.picture_hash for item in items],
    }
    arrays = {name: pa.array(values, schema.field(name).type) for name, values in columns.items()}
    for name, vectors in (
        ("image_vector", [item.image_vector for item in items]),
        ("text_vector", [item.text_vector for item in items]),
    ):
        arrays[name] = vector_column(vectors, schema.field(name).type)
    return pa.table([arrays[name] for name in schema.names], schema=schema)


def tags_of(attributes: Mapping[str, Any]) -> str | None:
    """The column `tags` of an item with these attributes."""
    return tags_column([tag["name"] for tag in attributes.get("tags", ())])


def fitted_rows(rows: pa.Table, schema: pa.Schema) -> pa.Table:
    """Rows of another version as rows of `schema`; null in columns that it lacks, and for vectors of another length."""
    columns = []
    for field in schema:
        fits = field.name in rows.column_names and rows.schema.field(field.name).type == field.type
        columns.append(rows[field.name] if fits else pa.nulls(len(rows), field.type))
    return pa.table(columns, schema=schema)


def image_vectors(items: Table, ids: Sequence[str]) -> dict[str, Vector]:
    """The image vectors of those of `ids` that are there and have one, by id."""
    from lancedb.expr import col

    found = items.search().where(col("id").isin(list(ids))).select(["id", "image_vector"]).limit(len(ids))
    rows = found.to_arrow()
    vectors = zip(rows["id"].to_pylist(), rows["image_vector"].to_pylist(), strict=True)
    return {identity: np.array(vector, np.float32) for identity, vector in vectors if vector is not None}


def vector_column(vectors: Sequence[Vector | None], kind: pa.DataType) -> pa.Array:
    """Vectors as an Arrow array of fixed-size lists, null where there is none."""
    dimension = kind.list_size
    flat = np.zeros((len(vectors), dimension), dtype=np.float32)
    missing = np.ones(len(vectors), dtype=bool)
    for row, vector in enumerate(vectors):
        if vector is not None:
            flat[row], missing[row] = vector, False
    return pa.FixedSizeListArray.from_arrays(pa.array(flat.reshape(-1)), type=kind, mask=pa.array(missing))


def read_items(rows: Iterable[Mapping[str, Any]]) -> list[Item]:
    """Items, without their vectors, from rows with the other columns of `item_schema`."""
    return [
        Item(
            id=row["id"],
            kind=Kind(row["kind"]),
            sha256=row["sha256"],
            page=row["page"],
            box=_box(row["box"]),
            description=row["description"],
            text=row["text"],
            width=row["width"],
            height=row["height"],
            captured_at=row["captured_at"],
            attributes=json.loads(row["attributes"]),
            picture_hash=row["picture_hash"],
        )
        for row in rows
    ]


def _box(values: Sequence[float] | None) -> Box | None:
    if values is None:
        return None
    x0, y0, x1, y1 = (round(float(value), 2) for value in values)
    return x0, y0, x1, y1


def source_rows(sources: Sequence[Source]) -> pa.Table:
    """Sources as an Arrow table."""
    return pa.table(
        {
            "path": [source.path for source in sources],
            "sha256": [source.sha256 for source in sources],
            "size": [source.size for source in sources],
            "mtime_ns": [source.mtime_ns for source in sources],
            "media_type": [source.media_type for source in sources],
            "state": [str(source.state) for source in sources],
        },
        schema=SOURCE_SCHEMA,
    )


def read_sources(table: pa.Table) -> list[Source]:
    """Sources from an Arrow table."""
    return [Source(**{**row, "state": SourceState(row["state"])}) for row in table.to_pylist()]
