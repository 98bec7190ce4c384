"""Whether tiles of a page, encoded as pictures, find it better than the whole page: `python scripts/tiles_eval.py OUT`.

Draws the thirty documents of `corpora/documents` into OUT and asks the 200 questions of `corpora/eval/documents` of
their pages by sight alone: by the vector of the whole page, by the best of its overlapping tiles, and by the best of
all of them. Prints the share of questions whose page comes first and among the first five, and what each picture
costs, for all questions and for those about figures.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from api.settings import Settings
from api.wiring import Builtin
from indexer.documents.opening import open_document
from indexer.documents.rendering import render
from models.protocols import ImageTextEncoder, Pixels
from scripts.documents_corpus import build
from scripts.documents_eval import EVAL, read_records
from store.records import Box

GRIDS = ((2, 2), (2, 3), (3, 4))
"""Columns and rows of tiles."""
TILE_OVERLAP = 0.25
"""Of a tile's side that lies in its neighbour too."""
BATCH = 16

Floats = npt.NDArray[np.float32]


def tiles(width: float, height: float, columns: int, rows: int) -> list[Box]:
    """The boxes of overlapping tiles that cover a page of that size in points."""

    def spans(length: float, count: int) -> list[tuple[float, float]]:
        side = length / (count - (count - 1) * TILE_OVERLAP)
        return [(place * side * (1 - TILE_OVERLAP), place * side * (1 - TILE_OVERLAP) + side) for place in range(count)]

    return [(x0, y0, x1, y1) for y0, y1 in spans(height, rows) for x0, x1 in spans(width, columns)]


def pictures(folder: Path, grid: tuple[int, int] | None) -> tuple[list[str], list[Pixels]]:
    """The pages of all documents in a folder as pictures, or their tiles, each with the name of its page."""
    limits = Settings().file_limits()
    names, found = [], []
    for path in sorted(folder.glob("*.pdf")):
        document = open_document(path.read_bytes(), limits)
        for number in range(document.page_count):
            page = document[number]
            boxes = [None] if grid is None else tiles(page.rect.width, page.rect.height, *grid)
            for box in boxes:
                names.append(f"{path.name}#page={number + 1}")
                found.append(render(page, clip=box))
    return names, found


def encoded(encoder: ImageTextEncoder, images: Sequence[Pixels]) -> Floats:
    """float32[n, d]"""
    parts = [encoder.encode_images(images[start : start + BATCH]) for start in range(0, len(images), BATCH)]
    return np.concatenate(parts)


def best_by_page(scores: Floats, names: Sequence[str], pages: Sequence[str]) -> Floats:
    """float32[q, pages]: for scores float32[q, pictures], the best of each page's pictures."""
    rows = np.array(names)
    return np.stack([scores[:, rows == page].max(axis=1) for page in pages], axis=1)


def show(name: str, scores: Floats, right: Sequence[int]) -> None:
    """One line: the shares of questions whose page comes first, and among the first five."""
    ranks = np.array([int((row > row[place]).sum()) + 1 for row, place in zip(scores, right, strict=True)])
    print(f"  {name:28}{100 * (ranks == 1).mean():8.1f}{100 * (ranks <= 5).mean():8.1f}")


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path, metavar="OUT")
    out = parser.parse_args().out.absolute()
    build(out)
    encoder = Builtin(Settings().home).encoder
    records = read_records(EVAL)
    queries = encoder.encode_texts([record["question"] for record in records])
    pages, whole = pictures(out / "documents", None)
    right = [pages.index(record["source"]) for record in records]
    by_sight = {"whole page": queries @ encoded(encoder, whole).T}
    for columns, rows in GRIDS:
        names, images = pictures(out / "documents", (columns, rows))
        start = time.perf_counter()
        scores = best_by_page(queries @ encoded(encoder, images).T, names, pages)
        seconds = time.perf_counter() - start
        title = f"{columns} x {rows} tiles"
        print(f"{title}: {len(images) / len(pages):.0f} pictures a page, {1000 * seconds / len(pages):.0f} ms a page")
        by_sight[title] = scores
        by_sight[f"whole and {title}"] = np.maximum(scores, by_sight["whole page"])
    figures = [number for number, record in enumerate(records) if record["asks"] == "figure"]
    for title, asked in (("all", list(range(len(records)))), ("figure", figures)):
        print(f"{title}: {len(asked)} questions, {len(pages)} pages, per cent of pages first and among the first five")
        for name, scores in by_sight.items():
            show(name, scores[asked], [right[number] for number in asked])


if __name__ == "__main__":
    main()
