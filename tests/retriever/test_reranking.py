"""The step after fusion: what it reads, what it reorders, and what it leaves alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from api.search_request import SearchRequest
from api.service import Viscite
from api.settings import Profile, RerankerChoice
from models.errors import ModelUnavailable
from models.protocols import Fingerprint, Scores
from retriever.reranking import RERANKED, exchanged, ordered, rerank
from retriever.search import Retriever
from store.records import Item, Query, Weighted
from tests.models.test_cross_encoder import save

COLORS = ("red", "orange", "yellow", "green", "cyan", "blue", "purple", "pink", "brown", "black")


class Lengths:
    """Prefers items with a longer description, whatever is asked."""

    fingerprint = Fingerprint("lengths", "", "", 0)

    def score(self, query: str, items: Sequence[Item]) -> Scores:
        return np.array([len(item.description) for item in items], np.float32)


class Broken(Lengths):
    """Gives no number."""

    def score(self, query: str, items: Sequence[Item]) -> Scores:
        return np.full(len(items), np.nan, np.float32)


@pytest.fixture
def retriever(viscite: Viscite, tmp_path: Path) -> Retriever:
    """Over photos of ten colours, two more than are read, some with a stripe of white."""
    (tmp_path / "photos").mkdir()
    for number in range(RERANKED + 2):
        image = Image.new("RGB", (64, 48), COLORS[number % len(COLORS)])
        image.paste("white", (0, 0, 5 * (number // len(COLORS)), 48))
        image.save(tmp_path / "photos" / f"{number}.png")
    viscite.index([tmp_path / "photos"], "default")
    return viscite.retriever("default")


def test_the_better_scored_come_first_with_the_scores_of_the_places() -> None:
    head = [(7, 0.9), (4, 0.5), (5, 0.5), (1, 0.2)]
    reread = ordered(head, np.array([0.1, 3.0, -2.0, 3.0], np.float32))
    assert [row for row, _ in reread] == [4, 1, 7, 5]
    assert exchanged(head, reread) == [(4, 0.9), (1, 0.5), (7, 0.5), (5, 0.2)]


def test_what_lies_below_is_not_read_and_keeps_its_place(retriever: Retriever) -> None:
    ranking = [(row, 1 / (row + 1)) for row in range(RERANKED + 2)]
    reranked, reread = rerank(retriever.reader, Lengths(), "red", ranking)
    assert len(reread) == RERANKED
    assert reranked[RERANKED:] == ranking[RERANKED:]
    assert sorted(row for row, _ in reranked) == sorted(row for row, _ in ranking)
    assert all(above >= below for (_, above), (_, below) in pairwise(reranked))
    lengths = [len(item.description) for item in retriever.reader.items([row for row, _ in reranked[:RERANKED]])]
    assert lengths == sorted(lengths, reverse=True)
    assert lengths[0] > lengths[-1]


def test_hits_say_how_the_reranker_placed_them(retriever: Retriever, viscite: Viscite) -> None:
    models = viscite.models("builtin")
    calibration, vocabulary = retriever._calibration, models.vocabulary
    reranking = Retriever(retriever.reader, models.encoder, models.embedder, calibration, Lengths(), vocabulary)
    plain, found = retriever.search(Query("red", fold=False)), reranking.search(Query("red", fold=False))
    assert [hit.item.id for hit in plain.hits] != [hit.item.id for hit in found.hits]
    assert [hit.score for hit in plain.hits] == [hit.score for hit in found.hits]
    signals = [next(signal for signal in hit.signals if signal.channel == "reranker") for hit in found.hits]
    assert [signal.rank for signal in signals] == list(range(1, 11))
    assert [signal.score for signal in signals] == [len(hit.item.description) for hit in found.hits]
    assert {signal.probability for signal in signals} == {None}
    by_picture = reranking.search(Query(images=(Weighted(models.encoder.encode_texts(["red"])[0]),)))
    assert all(signal.channel != "reranker" for hit in by_picture.hits for signal in hit.signals)


def test_scores_that_are_no_numbers_are_refused(retriever: Retriever) -> None:
    with pytest.raises(ModelUnavailable, match="lengths gave no finite score for each of 2 hits"):
        rerank(retriever.reader, Broken(), "red", [(0, 1.0), (1, 0.5)])


def test_a_profile_names_a_cross_encoder(viscite: Viscite, tmp_path: Path, photo: Callable[..., Path]) -> None:
    photo("red.png", "red")
    photo("blue.png", "blue")
    choice = RerankerChoice(library="sentence_transformers", model=str(save(tmp_path / "tiny")))
    viscite.settings.profiles["builtin"] = Profile(reranker=choice)
    viscite.index([tmp_path / "photos"], "default")
    found = viscite.search(SearchRequest(text="a boat"), "default")
    scores = [signal.score for hit in found.hits for signal in hit.signals if signal.channel == "reranker"]
    assert len(scores) == 2
    assert scores == sorted(scores, reverse=True)
    models = viscite.models("builtin")
    expected = models.reranker.score("a boat", [hit.item for hit in found.hits]) if models.reranker else None
    assert scores == pytest.approx(expected)


def test_a_reranker_without_a_model_is_refused() -> None:
    with pytest.raises(ValueError, match="as model a folder or a hub name"):
        RerankerChoice(library="sentence_transformers")
    with pytest.raises(ValueError, match="a reranker needs both"):
        RerankerChoice(model="cross-encoder/ms-marco-MiniLM-L6-v2")
