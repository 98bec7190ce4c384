"""Words held in memory against the full-text index on disk: the same rows with the same scores."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image

from api.service import Viscite
from store.collections import Collection
from store.held_words import HeldWords
from store.reader import FIRST_SEARCHES, Reader
from store.records import Filters, Kind, Weighted
from store.vector_views import Scored

TEXT = (
    "harbour boats Boat boating the ferry night-ferry ice-cream cream's Straße STRASSE naïve 2023 1,240 lamp; lamps "
    "running run and of a café Hafen (quay) e-mail don't zq"
)
TEXTS = 80
NONE = Filters()


@pytest.fixture
def readers(viscite: Viscite, tmp_path: Path) -> tuple[Reader, Reader]:
    """One version read by two: the first has been asked nothing, the second holds the words."""
    chance = random.Random(5)
    (tmp_path / "notes").mkdir()
    for number in range(TEXTS):
        words = chance.choices(TEXT.split(), k=chance.randint(1, 40))
        (tmp_path / "notes" / f"{number}.txt").write_text(" ".join(words), encoding="utf-8")
    (tmp_path / "notes" / "empty.txt").write_text("the of and", encoding="utf-8")
    viscite.index([tmp_path / "notes"], "default")
    collection = viscite.home.collection("default")
    return Reader.open(collection), holding_words(collection)


def holding_words(collection: Collection) -> Reader:
    """A reader that holds the words."""
    reader = Reader.open(collection)
    for _ in range(FIRST_SEARCHES + 1):
        reader.matching([Weighted("harbour")], 1, NONE)
    for thread in threading.enumerate():
        if thread.name == "words":
            thread.join()
    return reader


@pytest.mark.parametrize(
    "texts",
    [
        [Weighted("harbour")],
        [Weighted("the night ferry to the quay"), Weighted("boats", 0.5)],
        [Weighted("boat boat boat"), Weighted("ferry", -0.5)],
        [Weighted("ice cream", 3.0), Weighted("lamps running", 1.5), Weighted("2023", -1.0)],
        [Weighted("strasse naive cafe don't")],
        [Weighted("the of and")],
        [Weighted("unheard-of")],
        [Weighted("boat", -1.0)],
        [],
    ],
)
def test_the_scores_are_those_of_the_index(readers: tuple[Reader, Reader], texts: Sequence[Weighted[str]]) -> None:
    fresh, held = readers
    on_disk, in_memory = fresh.matching(texts, TEXTS, NONE), held.matching(texts, TEXTS, NONE)
    assert dict(in_memory) == pytest.approx(dict(on_disk), abs=1e-3)
    assert in_memory == sorted(in_memory, key=lambda one: -one[1])


def test_filters_and_depth_hold(readers: tuple[Reader, Reader]) -> None:
    fresh, held = readers
    asked, kinds = [Weighted("harbour lamp")], Filters(kinds=(Kind.IMAGE,))
    assert not held.matching(asked, 10, kinds)
    some = Filters(under=(fresh.catalogue.path(0, ()),))
    fresh_some, held_some = fresh.matching(asked, 10, some), held.matching(asked, 10, some)
    assert rows(held_some) == rows(fresh_some)
    assert rows(held.matching(asked, 5, NONE)) == rows(held.matching(asked, TEXTS, NONE))[:5]


def rows(found: Scored) -> list[int]:
    return [row for row, _ in found]


def test_which_words_a_row_holds(readers: tuple[Reader, Reader]) -> None:
    fresh, held = readers
    every = range(len(fresh))
    words = [{"boat"}, {"ice", "lamp"}, {"unheard"}, set[str]()]
    assert fresh.holding(words, every) is None
    said = [" ".join(fresh.said(item, fresh.catalogue.path(row, ()))) for row, item in enumerate(fresh.items(every))]
    in_memory = held.holding(words, every)
    assert in_memory is not None
    holds, states = in_memory
    assert (holds == [[bool(word & there) for there in fresh.stems(said)] for word in words]).all()
    assert (states == holds).all()
    assert holds[0].any()
    assert not holds[0].all()
    assert not holds[2:].any()
    none = held.holding(words, [])
    assert none is not None
    assert [flags.shape for flags in none] == [(4, 0), (4, 0)]


def test_what_a_picture_shows_is_held_and_what_it_is_called_is_stated(viscite: Viscite, tmp_path: Path) -> None:
    for name, color in (("boat.png", "red"), ("other.png", "blue")):
        Image.new("RGB", (64, 48), color).save(tmp_path / name)
    viscite.index([tmp_path / "boat.png", tmp_path / "other.png"], "default")
    reader = holding_words(viscite.home.collection("default"))
    found = reader.holding([{"boat"}, {"red"}, {"blue"}], range(2))
    assert found is not None
    names = [Path(reader.catalogue.path(row, ())).name for row in range(2)]
    boat = names.index("boat.png")
    holds, states = (flags[:, boat].tolist() for flags in found)
    assert (holds, states) == ([True, True, False], [True, False, False])


@pytest.mark.parametrize("texts", [[], ["", None], ["the"]])
def test_where_there_are_no_words_nothing_is_found(texts: list[str | None]) -> None:
    held = HeldWords.of(pa.chunked_array([pa.array(texts, pa.string())]), lambda words: dict.fromkeys(words, ()))
    assert held.scores([("boat", 1.0)]).tolist() == [0.0] * len(texts)
    assert not held.holding(["boat"], np.arange(len(texts))).any()


ENDS_AT_ONCE = """
import sys, time
from pathlib import Path
from store.collections import Home
from store.held_words import HeldWords
from store.reader import FIRST_SEARCHES, Reader
from store.records import Filters, Weighted

of = HeldWords.of

def slow(*arguments):
    time.sleep(0.2)
    print("held", flush=True)
    return of(*arguments)

HeldWords.of = slow
reader = Reader.open(Home(Path(sys.argv[1])).collection("default"))
for _ in range(FIRST_SEARCHES + 1):
    reader.matching([Weighted("harbour")], 1, Filters())
"""


def test_a_process_that_ends_while_words_are_read_ends_well(viscite: Viscite, tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("the harbour", encoding="utf-8")
    viscite.index([tmp_path / "note.txt"], "default")
    command = [sys.executable, "-c", ENDS_AT_ONCE, str(viscite.home.folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.split()) == (0, ["held", "held", "held"]), done.stderr
