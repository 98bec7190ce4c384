"""A large collection for measurements: real texts, and in both columns vectors that lie in clusters as real ones do.

Each centre is what the built-in models make of one of the texts, so that a real query lands where its neighbours are.
Vectors scatter about a centre as far as two captions of one photo lie apart.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator, Sequence
from itertools import cycle, islice
from pathlib import Path

import numpy as np
import numpy.typing as npt

from api.service import Viscite
from store.collections import Collection
from store.manifest import Manifest
from store.records import Item, Kind, Source, item_id
from store.tables import HASH_BYTES
from store.writer import Writer, lock

Matrix = npt.NDArray[np.float32]

SEED = 7
CENTRES = 2000
SCATTER = 0.9
"""Length of what is added to a centre of length 1: two vectors of one centre have a cosine of about 0.55."""

BATCH = 1000
IN_A_FOLDER = 100
FIGURE_EVERY = 10


def texts(captions: Path | None) -> list[str]:
    """Captions of a `captions.jsonl`, or the docstrings of numpy, which is always there. No two are the same."""
    found = _captions(captions) if captions is not None else _docstrings()
    return list(dict.fromkeys(" ".join(text.split())[:500] for text in found))


def _captions(path: Path) -> Iterator[str]:
    for line in path.read_text(encoding="utf-8").splitlines():
        yield from json.loads(line)["captions"]


def _docstrings() -> Iterator[str]:
    for path in sorted(Path(np.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Module) and (text := ast.get_docstring(node)):
                yield from (part for part in text.split("\n\n") if len(part.split()) > 3)


def scattered(centres: Matrix, count: int, generator: np.random.Generator) -> Matrix:
    """float32[count, d], unit length: each near a centre drawn at random."""
    drawn = centres[generator.integers(0, len(centres), count)]
    noise = generator.normal(size=drawn.shape) * SCATTER / np.sqrt(drawn.shape[1])
    moved = drawn + noise
    return np.asarray(moved / np.linalg.norm(moved, axis=1, keepdims=True), np.float32)


def fill(viscite: Viscite, target: Collection, items: int, known: Sequence[str], first: int = 0) -> None:
    """Write `items` items, numbered from `first`, and let them answer; `known` texts serve in turn."""
    models = viscite.models("builtin")
    generator = np.random.default_rng([SEED, first])
    some = [known[place] for place in np.random.default_rng(SEED).permutation(len(known))[:CENTRES]]
    centres = models.encoder.encode_texts(some), models.embedder.encode(some)
    words = islice(cycle(known), first, first + items)
    with lock(target):
        manifest = Manifest(1, "builtin", models.index_fingerprints())
        writer = Writer.open(target, manifest, models.indexing.dimensions())
        for start in range(first, first + items, BATCH):
            count = min(BATCH, first + items - start)
            images, meanings = (scattered(one, count, generator) for one in centres)
            texts = list(islice(words, count))
            hashes = generator.integers(0, 256, (count, HASH_BYTES), np.uint8)
            batch = [
                _item(start + row, text, images[row], meanings[row], hashes[row].tobytes())
                for row, text in enumerate(texts)
            ]
            writer.add(batch, texts)
            writer.mark_done([_source(start + row, item.sha256) for row, item in enumerate(batch)])
        writer.finish()
        target.switch(1)


def _item(number: int, text: str, image: Matrix, meaning: Matrix, picture_hash: bytes) -> Item:
    kind = Kind.IMAGE if number % FIGURE_EVERY else Kind.FIGURE
    sha256 = f"{number:064x}"
    return Item(
        item_id(sha256, kind), kind, sha256, description=text, image_vector=image, text_vector=meaning, width=640,
        height=480, picture_hash=picture_hash,
    )  # fmt: skip


def _source(number: int, sha256: str) -> Source:
    return Source(f"{folder(number)}/{number:06}.jpg", sha256, 1, 1, "image/jpeg")


def folder(number: int) -> str:
    """The folder of an item of that number: one for each hundred, so 0.1 % of 100,000."""
    return f"/nowhere/{number // IN_A_FOLDER:04}"
