"""How long each stage of reading documents takes, in one process, without encoding or writing."""

# PyMuPDF is only partly typed.
# mypy: allow-untyped-calls

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from indexer.documents.opening import open_document
from indexer.documents.reading import read_pages
from indexer.documents.rendering import render
from indexer.limits import FileLimits


def reading_stages(paths: Sequence[Path], limits: FileLimits) -> Mapping[str, float]:
    """Seconds by stage: `text` is the text layer, `render` the page as a picture, `reading` all that a worker does."""
    seconds: defaultdict[str, float] = defaultdict(float)

    @contextmanager
    def timed(stage: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        seconds[stage] += time.perf_counter() - start

    for path in paths:
        data = path.read_bytes()
        document = open_document(data, limits)
        for number in range(document.page_count):
            page = document[number]
            with timed("text"):
                page.get_text("dict")
            with timed("render"):
                render(page)
        with timed("reading"):
            read_pages(data, 1, document.page_count, limits)
    return seconds
