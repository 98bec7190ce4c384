"""Writes what `viscite eval` reads."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any


def write_queries(folder: Path, queries: Iterable[tuple[str, str, str]]) -> int:
    """`queries.jsonl` and `qrels.tsv` of ids, texts and the one document each expects; returns how many."""
    asked = [({"_id": identity, "text": text}, [document]) for identity, text, document in queries]
    write_judged(folder, asked)
    return len(asked)


def write_judged(folder: Path, queries: Sequence[tuple[Mapping[str, Any], Sequence[str]]]) -> None:
    """`queries.jsonl` and `qrels.tsv` of queries as they stand in the file, with the documents that each expects."""
    folder.mkdir(parents=True, exist_ok=True)
    asked = [json.dumps(query) for query, _ in queries]
    expected = [f"{query['_id']}\t{document}\t1" for query, documents in queries for document in documents]
    (folder / "queries.jsonl").write_text("\n".join(asked) + "\n", encoding="utf-8")
    (folder / "qrels.tsv").write_text("\n".join(["query-id\tcorpus-id\tscore", *expected]) + "\n", encoding="utf-8")
