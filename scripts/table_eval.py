"""Measures table finding on drawn pages: `python scripts/table_eval.py [--pages N] [--library] [--scans]`.

For each kind of page: how many tables are found (IoU of boxes 0.5), and how many cells are found as a person would
quote them: with the names of their column and row in one line. `--library` measures PyMuPDF's `find_tables` instead,
`--scans` the alignment alone, on words as OCR gives them: whole cells with boxes a point or so off.
"""

# PyMuPDF is only partly typed.
# mypy: allow-untyped-calls

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable, Sequence
from typing import Any

import pymupdf

from indexer.documents.page_text import lines_of
from indexer.documents.records import TextLine
from indexer.documents.regions import tables_of, tables_read
from indexer.page_marks import Word, read_marks, read_words
from indexer.table_lines import read_lines
from scripts.table_pages import OTHERS, TABLES, Drawn, Truth, with_table, without_table
from store.records import Box

Found = tuple[Box, list[str]]
"""The box of a table that was found, and its rows as lines of text."""


def ours(page: Any) -> list[Found]:
    """The tables that the indexer finds."""
    size = float(page.rect.width), float(page.rect.height)
    tables = tables_of(read_words(page), read_marks(page), lines_of(page), size)
    return [(table.box, table.lines) for table in tables]


def of_scan(page: Any) -> list[Found]:
    """Those that it finds by the runs of words alone."""
    shaken = random.Random(0)
    runs = [Word(run.text, _shaken(run.box, shaken)) for line in read_lines(read_words(page)) for run in line.runs]
    return [(table.box, table.lines) for table in tables_read([TextLine(run.text, run.box) for run in runs])]


def _shaken(box: Box, random_: random.Random) -> Box:
    x0, y0, x1, y1 = (edge + random_.uniform(-1, 1) for edge in box)
    return x0, y0, x1, y1


def of_library(page: Any) -> list[Found]:
    """Those that PyMuPDF finds by lines, and where it finds none by text."""
    tables = page.find_tables().tables or page.find_tables(strategy="text").tables
    found = []
    for table in tables:
        names = [name or "" for name in table.header.names]
        rows = table.extract()[0 if table.header.external else 1 :]
        lines = ["; ".join(f"{n}: {c}" for n, c in zip(names, row, strict=False) if c) for row in rows]
        found.append((tuple(table.bbox), [" ".join(line.split()) for line in lines]))
    return found


def overlap(a: Box, b: Box) -> float:
    """Intersection over union."""
    width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    shared = max(0.0, width) * max(0.0, height)
    return shared / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared or 1.0)


def quoted(truth: Truth, lines: Sequence[str]) -> tuple[int, int]:
    """Cells that stand behind the names of their column, in a line with the name of their row; and all."""
    right = total = 0
    for row in truth.rows:
        for name, cell in zip(truth.header[1:], row[1:], strict=True):
            total += 1
            wanted = f"{name}: {cell}" if name else cell
            right += any(row[0] in line and wanted in line.split("; ") for line in lines)
    return right, total


def measure(kind: str, pages: Sequence[Drawn], find: Callable[[Any], list[Found]]) -> tuple[int, int, int, int, float]:
    """Tables found, tables found too much, cells right and all, and seconds; one line is printed of it."""
    hit = extra = right = total = 0
    seconds = 0.0
    for drawn in pages:
        page = pymupdf.open(stream=drawn.document.tobytes())[0]
        start = time.perf_counter()
        found = find(page)
        seconds += time.perf_counter() - start
        for truth in drawn.tables:
            best = max(found, key=lambda table: overlap(table[0], truth.box), default=None)
            good = best is not None and overlap(best[0], truth.box) >= 0.5
            hit += good
            extra += len(found) - good
            counts = quoted(truth, best[1] if best and good else ())
            right, total = right + counts[0], total + counts[1]
        extra += len(found) if not drawn.tables else 0
    tables = sum(len(drawn.tables) for drawn in pages)
    cells = f"{right / total:7.3f}" if total else "      -"
    print(f"{kind:22} {hit:4}/{tables:<4} {extra:6} {cells} {1000 * seconds / len(pages):8.1f}")
    return hit, extra, right, total, seconds


def main() -> None:
    """Print a table of figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=20, help="of each kind")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--library", action="store_true")
    parser.add_argument("--scans", action="store_true")
    arguments = parser.parse_args()
    find = of_library if arguments.library else of_scan if arguments.scans else ours
    seeds = range(arguments.seed, arguments.seed + arguments.pages)
    print(f"{'kind':22} {'found':>9} {'extra':>6} {'cells':>7} {'ms/page':>8}")
    results = [measure(kind, [with_table(kind, seed) for seed in seeds], find) for kind in TABLES]
    results += [measure(kind, [without_table(kind, seed) for seed in seeds], find) for kind in OTHERS]
    hit, extra, right, total, seconds = (sum(column) for column in zip(*results, strict=True))
    pages = len(seeds) * len(results)
    tables = len(seeds) * len(TABLES)
    print(f"{'all':22} {hit:4}/{tables:<4} {extra:6} {right / total:7.3f} {1000 * seconds / pages:8.1f}")


if __name__ == "__main__":
    main()
