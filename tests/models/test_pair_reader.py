"""The pair reader: what it gives, and that it reads pairs rather than words."""

from __future__ import annotations

import numpy as np
import pytest

from models.builtin.pair_reader import PairReader

TIMES = [
    "Visitors may bring small dogs on a lead, but not into the tea room.",
    "Stop: Tarvie Cross; 101: 06:45; 103: 07:41",
    "Stop: Balloch Mill; 101: 07:06; 103: 08:02",
    "Weight: 15.1 kg",
]


@pytest.fixture(scope="module")
def reader() -> PairReader:
    return PairReader.load()


def test_chances_do_not_depend_on_what_else_is_asked(reader: PairReader) -> None:
    together = reader.answering("How heavy is it?", TIMES)
    assert together.dtype == np.float32
    assert together.shape == (4,)
    assert ((together >= 0) & (together <= 1)).all()
    alone = [float(reader.answering("How heavy is it?", [line])[0]) for line in TIMES]
    assert together == pytest.approx(alone, abs=0.02)
    assert reader.answering("How heavy is it?", []).shape == (0,)


def test_lines_are_chosen_without_a_word_in_common(reader: PairReader) -> None:
    assert reader.answering("How heavy is it?", TIMES).argmax() == 3
    assert reader.answering("Are pets allowed?", TIMES).argmax() == 0
    assert reader.answering("When does the 103 get to Balloch Mill?", TIMES).argmax() == 2


@pytest.mark.parametrize("text", ["", "\ud800 half", "long " * 5000, "\x00\u202e"])
def test_any_text_is_taken(reader: PairReader, text: str) -> None:
    assert np.isfinite(reader.answering(text, [text, "a line"])).all()
    assert np.isfinite(reader.answering("a question?", [text])).all()
