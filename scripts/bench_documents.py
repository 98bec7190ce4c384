"""What documents cost: pages/s by stage, and memory over one long document. `scripts/bench.py` runs it.

The stages of a whole run overlap: worker processes read, the main process encodes and writes, and `read` is only what
it waited for them. So what reading costs is also measured stage by stage, in one process, on the same pages.
"""

# PyMuPDF is only partly typed.
# mypy: allow-untyped-calls

from __future__ import annotations

import time
from pathlib import Path

import pymupdf

from api.service import Viscite
from api.settings import Settings
from scripts.document_stages import reading_stages
from scripts.documents_corpus import draw, load_recipe
from scripts.memory_watch import MemoryWatch

EDITIONS = 4
"""Editions of the 24 documents: enough pages, 280, that starting the worker processes does not count."""
SETTLED = 0.3
"""The share of a run after which memory is looked at: by then models and worker processes are loaded."""


def digital_documents(folder: Path, editions: int = EDITIONS) -> Path:
    """A folder with so many editions of those of the thirty documents that are no scans."""
    target = folder / "digital"
    target.mkdir(parents=True, exist_ok=True)
    for edition in range(editions):
        for entry in load_recipe():
            if "scan" not in entry:
                (target / f"{edition}-{entry['name']}").write_bytes(draw(entry, str(edition)).data)
    return target


def long_document(folder: Path, pages: int) -> Path:
    """A folder with one PDF of so many pages, each with its number on it: the digital documents over and over."""
    sources = [pymupdf.open(path) for path in sorted(digital_documents(folder, 1).glob("*.pdf"))]
    document = pymupdf.open()
    while document.page_count < pages:
        for source in sources:
            document.insert_pdf(source, links=False, widgets=False)
    if document.page_count > pages:
        document.delete_pages(range(pages, document.page_count))
    for number in range(document.page_count):
        document[number].insert_text((30, 20), f"Sheet {number + 1} of the bound volume", fontsize=6)
    target = folder / "long"
    target.mkdir(parents=True, exist_ok=True)
    document.save(target / "long.pdf", garbage=3, deflate=True)
    return target


def bench_documents(folder: Path, home: Path) -> None:
    """Index a folder with warm models; print pages/s in all and by stage, and what of reading costs how much."""
    viscite = Viscite(Settings(home=home))
    viscite.models("builtin").index_fingerprints()
    _, report = viscite.index([folder], "bench")
    viscite.close()
    pages = report.items["page"]
    print(f"{pages} pages in {report.first_pass:.2f} s: {pages / report.first_pass:.1f} pages/s, file to committed row")
    print(
        f"{dict(report.items)}; {report.seconds - report.first_pass:.2f} s more in the second pass. Seconds by stage:"
    )
    for stage, spent in report.stages.items():
        print(f"  {stage:11} {spent:7.2f} s  {pages / max(spent, 1e-9):9.1f} pages/s")
    print("Reading alone, in one process:")
    limits = Settings(home=home).file_limits()
    for stage, spent in reading_stages(sorted(folder.glob("*.pdf")), limits).items():
        print(f"  {stage:11} {spent:7.2f} s  {pages / max(spent, 1e-9):9.1f} pages/s")


def bench_long(folder: Path, home: Path) -> None:
    """Index one long document; print the peak of memory, and how it grew once all was loaded."""
    viscite = Viscite(Settings(home=home))
    viscite.models("builtin").index_fingerprints()
    with MemoryWatch() as memory:
        start = time.perf_counter()
        _, report = viscite.index([folder], "bench")
    viscite.close()
    pages, end = report.items["page"], start + report.first_pass
    print(f"{pages} pages in {report.first_pass:.1f} s, {pages / report.first_pass:.1f} pages/s")
    for what in ("main", "all"):
        slope = memory.slope(what, start + SETTLED * report.first_pass, end) * report.first_pass / pages * 1000
        print(f"  {what:5} peak {memory.peak(what):6.0f} MiB, growing by {slope:+.1f} MiB for each 1,000 pages")
