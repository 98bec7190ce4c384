"""What reading one file in a worker process gives when the file, or the process, is bad."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from api.settings import Settings
from indexer.workers import Workers, result_of
from store.errors import InvalidInput, VisciteError

LIMITS = Settings().file_limits()


def pdf_without_pages() -> bytes:
    """A whole PDF of a catalogue and an empty page tree, which no library writes."""
    objects = (b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [] /Count 0 >>")
    data, places = b"%PDF-1.4\n", []
    for number, text in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, text)
    table = b"0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    trailer = b"trailer << /Size 3 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(data)
    return data + b"xref\n0 3\n" + table + trailer


def test_a_pdf_with_no_page_is_named(tmp_path: Path) -> None:
    path = tmp_path / "empty.pdf"
    path.write_bytes(pdf_without_pages())
    with Workers(LIMITS, count=1) as workers:
        contents = result_of(workers.read_file(path, None), LIMITS)
    assert contents.failure == "a PDF with no page"


def test_a_file_that_needs_more_memory_than_one_may_use_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "file.pdf"
    path.write_bytes(pdf_without_pages())
    narrow = replace(LIMITS, worker_bytes=1 << 20)
    with Workers(narrow, count=1) as workers, pytest.raises(InvalidInput, match="more memory than one file may use"):
        result_of(workers.read_file(path, None), narrow)


def test_workers_that_cannot_start_say_what_to_do(tmp_path: Path) -> None:
    impossible = replace(LIMITS, worker_bytes=1 << 70)
    with Workers(impossible, count=1) as workers, pytest.raises(VisciteError, match="VISCITE_WORKER_BYTES"):
        result_of(workers.read_file(tmp_path / "any.jpg", None), impossible)
