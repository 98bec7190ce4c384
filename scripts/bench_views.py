"""Times fused searches of a large collection by each view of its vectors, and compares what they find with all.

Called by `scripts/bench.py search`, which measures each view in a process of its own.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import psutil  # type: ignore[import-untyped]

from api.search_request import SearchRequest
from api.service import Viscite
from api.settings import Settings
from retriever import channels
from retriever.search import DEPTH
from scripts.large_collection import SEED, fill, folder, texts
from store.manifest import read_manifest
from store.reader import Reader
from store.records import Filters, Kind, Query
from store.vector_views import Matrix, VectorColumn, ViewName
from store.writer import Writer, lock

COLLECTION = "bench"
WARM, TIMED = 100, 100
COMPARED = 100
ASKED_WORDS = 8
NEAREST = 10


@dataclass(frozen=True, slots=True)
class Timing:
    """What one view took. Milliseconds, but for `open_seconds`; MiB; recall@10 by column."""

    open_seconds: float
    p50: float
    p95: float
    p95_tenth: float
    """With a filter that keeps a tenth."""
    p95_thousandth: float
    """With a filter that keeps a thousandth."""
    recall_image: float
    recall_text: float
    memory: float
    """Of which some is mapped from files, and can be given back."""
    anonymous: float
    """Held by the process itself."""


def bench_search(items: int, home: Path, captions: Path | None) -> None:
    """Fill a collection, build what each view searches by, and print a table of what each takes and finds."""
    viscite = Viscite(Settings(home=home))
    target = viscite.home.collection(COLLECTION)
    if not target.exists():
        start = time.perf_counter()
        fill(viscite, target, items, texts(captions))
        print(f"{items:,} items written in {time.perf_counter() - start:.0f} s", flush=True)
    print(
        "view             build s   open s   p50 ms   p95 ms  p95 1/10  p95 1/1000  recall@10 image, text    MiB  held"
    )
    # By scan before any index is built.
    for view in (ViewName.LANCEDB_FLAT, ViewName.LANCEDB_INDEXED, ViewName.FAISS_FLAT, ViewName.FAISS_HNSW):
        with lock(target):
            start = time.perf_counter()
            Writer.open(target, read_manifest(target.version_folder(1)), (0, 0)).prepare(view)
            built = time.perf_counter() - start
        one = _in_a_process(view, home, captions)
        print(
            f"{view:16} {built:7.0f} {one.open_seconds:8.2f} {one.p50:8.1f} {one.p95:8.1f} {one.p95_tenth:9.1f} "
            f"{one.p95_thousandth:11.1f} {one.recall_image:16.3f}, {one.recall_text:.3f} {one.memory:6.0f} "
            f"{one.anonymous:5.0f}",
            flush=True,
        )


def _in_a_process(view: ViewName, home: Path, captions: Path | None) -> Timing:
    command = [sys.executable, str(Path(__file__).with_name("bench.py")), "view", "--view", view, "--home", str(home)]
    given = [] if captions is None else ["--captions", str(captions)]
    output = subprocess.run([*command, *given], check=True, capture_output=True, text=True).stdout
    return Timing(**json.loads(output.splitlines()[0]))


def bench_view(view: ViewName, home: Path, captions: Path | None) -> None:
    """Measure one view of the collection in `home`, and print the `Timing` as JSON."""
    viscite = Viscite(Settings(home=home, vector_view=view))
    models = viscite.models("builtin")
    models.index_fingerprints()
    start = time.perf_counter()
    reader = Reader.open(viscite.home.collection(COLLECTION), view=view)
    opened = time.perf_counter() - start
    known = texts(captions)
    # The first words of texts that are in the collection, so that each has words and neighbours there and none is kept.
    asked = [
        " ".join(known[place].split()[:ASKED_WORDS])
        for place in np.random.default_rng(SEED + 1).permutation(len(known))
    ]
    spent = _spent(viscite, asked[: WARM + TIMED], {})
    memory = psutil.Process().memory_info()
    tenth = _spent(viscite, asked[TIMED : WARM + 2 * TIMED], {"kinds": (Kind.FIGURE,)})
    thousandth = _spent(viscite, asked[2 * TIMED : WARM + 3 * TIMED], {"under": (folder(7),)})
    queries = asked[-COMPARED:]
    images = [channels.visual_vector(Query(text), models.encoder) for text in queries]
    meanings = models.embedder.encode(queries)
    timing = Timing(
        opened,
        float(np.percentile(spent, 50)),
        float(np.percentile(spent, 95)),
        float(np.percentile(tenth, 95)),
        float(np.percentile(thousandth, 95)),
        _recall(reader, "image_vector", np.array(images)),
        _recall(reader, "text_vector", meanings),
        memory.rss / 2**20,
        (memory.rss - memory.shared) / 2**20,
    )
    print(json.dumps(asdict(timing)))


def _spent(viscite: Viscite, asked: list[str], filters: dict[str, Any]) -> list[float]:
    """Milliseconds of each search but the first ones, during which texts and words come to be held in memory."""
    spent = []
    for text in asked:
        start = time.perf_counter()
        viscite.search(SearchRequest(text=text, **filters), COLLECTION)
        spent.append(1000 * (time.perf_counter() - start))
    return spent[WARM:]


def _recall(reader: Reader, column: VectorColumn, queries: Matrix) -> float:
    """The share of the 10 nearest rows by plain inner products that the view has among a search's first 10."""
    rows, vectors = zip(*reader.vector_batches(column), strict=True)
    scores = queries @ np.concatenate(vectors).T
    exact = np.concatenate(rows)[np.argpartition(-scores, NEAREST, axis=1)[:, :NEAREST]]
    everything = reader.allowed(Filters())
    found = [{row for row, _ in reader.nearest(column, query, DEPTH, everything)[:NEAREST]} for query in queries]
    return float(np.mean([len(one & set(best.tolist())) / NEAREST for one, best in zip(found, exact, strict=True)]))
