"""Damaged PDFs stop no run, and each is indexed or named. `scripts/mutated_pdfs.py` does the same with 500."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.service import Viscite
from scripts.documents_corpus import draw, load_recipe
from scripts.mutated_pdfs import MUTATIONS, mutated, unnamed
from tests.conftest import write_pdf

COUNT = 5 * len(MUTATIONS)
DRAWN = ("membership-choir.pdf", "facture-rivemont.pdf", "strategy-review.pdf")


@pytest.fixture(scope="module")
def whole() -> list[bytes]:
    return [draw(entry).data for entry in load_recipe() if entry["name"] in DRAWN]


def test_damaged_documents_are_indexed_or_named(viscite: Viscite, whole: list[bytes], tmp_path: Path) -> None:
    files = []
    for name, data in mutated(whole, COUNT):
        files.append(tmp_path / "damaged" / name)
        files[-1].parent.mkdir(exist_ok=True)
        files[-1].write_bytes(data)
    sound = write_pdf(tmp_path / "damaged" / "sound.pdf", "The lighthouse keeper was Ann Bell.")
    _, report = viscite.index([tmp_path / "damaged"], "default")
    assert report.seen == COUNT + 1
    assert unnamed(viscite, "default", [*files, sound], report.skipped) == []
    assert str(sound) not in {path for path, _ in report.skipped}
    # Most damage is none to a reader that repairs; some must be refused, or nothing was damaged.
    assert len({path for path, _ in report.skipped}) > 0
    assert all(reason for _, reason in report.skipped)


def test_every_way_of_damaging_changes_the_bytes_the_same_way_again(whole: list[bytes]) -> None:
    once, again = list(mutated(whole, len(MUTATIONS))), list(mutated(whole, len(MUTATIONS)))
    assert once == again
    assert all(data not in whole for _, data in once)
