"""Writes what `viscite eval` reads."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path


def write_queries(folder: Path, queries: Iterable[tuple[str, str, str]]) -> int:
    """`queries.jsonl` and `qrels.tsv` of ids, texts and the one document each expects; returns how many."""
    asked, expected = [], ["query-id\tcorpus-id\tscore"]
    for identity, text, document in queries:
        asked.append(json.dumps({"_id": identity, "text": text}))
        expected.append(f"{identity}\t{document}\t1")
    (folder / "queries.jsonl").write_text("\n".join(asked) + "\n", encoding="utf-8")
    (folder / "qrels.tsv").write_text("\n".join(expected) + "\n", encoding="utf-8")
    return len(asked)
