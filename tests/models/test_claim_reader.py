"""The claim reader: what it gives, and that claims about one text do not see each other."""

from __future__ import annotations

import numpy as np
import pytest

from models.builtin.claim_reader import ClaimReader, packed
from scripts.pairs_corpus import OUTCOMES, read_told

TEXT = (
    "The museum is closed on Mondays. A ticket costs 8 euros. Anna Berg leads the tours, and Paul Lind runs the shop."
)
CLAIMS = [
    "Tours are led by Anna Berg.",
    "The museum was founded in 1920.",
    "The museum is closed on Mondays and was designed by a famous architect.",
    "Paul Lind leads the tours.",
]


@pytest.fixture(scope="module")
def reader() -> ClaimReader:
    return ClaimReader.load()


def test_claims_stand_side_by_side() -> None:
    read = packed([101, 7, 102], [[101, 8, 9, 102], [101, 102]])
    assert read.ids.tolist() == [101, 7, 102, 101, 8, 9, 102, 101, 102]
    assert read.places.tolist() == [0, 1, 2, 3, 4, 5, 6, 3, 4]
    assert read.text.tolist() == [1, 1, 1, 0, 0, 0, 0, 0, 0]
    assert read.claims.tolist() == [[0, 0, 0, 1, 1, 1, 1, 0, 0], [0, 0, 0, 0, 0, 0, 0, 1, 1]]


def test_what_is_said_of_a_claim_does_not_depend_on_others(reader: ClaimReader) -> None:
    together = reader.read([(TEXT, claim) for claim in CLAIMS * 4])
    assert together.dtype == np.float32
    assert together.shape == (16, 4)
    assert together.sum(axis=1) == pytest.approx(np.ones(len(together)), abs=1e-5)
    alone = np.concatenate([reader.read([(TEXT, claim)]) for claim in CLAIMS])
    assert (together[:4] == alone).all()
    assert reader.read([]).shape == (0, 4)


def test_claims_that_it_was_not_trained_on_are_mostly_read_rightly(reader: ClaimReader) -> None:
    told = read_told(held_out=True, task="plain")[:16]
    right = np.array([outcome for one in told for _, outcome in one.claims])
    said = reader.read([(one.text, claim) for one in told for claim, _ in one.claims]).argmax(1)
    commonest = np.bincount(right).max() / len(right)
    assert np.mean(said == right) > commonest + 0.15
    for outcome in OUTCOMES.values():
        assert np.mean(said[right == outcome] == outcome) > 0.4


@pytest.mark.parametrize("text", ["", "\ud800 half", "long " * 5000, "\x00\u202e"])
def test_any_text_is_taken(reader: ClaimReader, text: str) -> None:
    assert np.isfinite(reader.read([(text, "a claim"), ("a text", text), (text, text)])).all()
