"""Fusion as plain functions, on rankings small enough to add up by hand."""

from __future__ import annotations

import pytest

from retriever.fusion import RANK_CONSTANT, SURE_EVIDENCE, WEIGHTS, fold_pages, promote, reciprocal_ranks
from store.records import Kind

IMAGES = [Kind.IMAGE] * 3
IDS = ["a", "b", "c"]


def test_scores_are_weighted_reciprocal_ranks() -> None:
    fused = dict(reciprocal_ranks({"visual": [(0, 0.9), (1, 0.8)], "lexical": [(1, 3.0)]}, {}, IMAGES, IDS))
    assert fused[0] == pytest.approx(1 / (RANK_CONSTANT + 1))
    assert fused[1] == pytest.approx(1 / (RANK_CONSTANT + 2) + WEIGHTS["lexical"][Kind.IMAGE] / (RANK_CONSTANT + 1))
    assert 2 not in fused


def test_sight_decides_on_pictures_and_words_on_passages() -> None:
    rankings = {"visual": [(0, 0.9), (1, 0.8)], "semantic": [(1, 0.7), (0, 0.6)]}
    assert [row for row, _ in reciprocal_ranks(rankings, {}, IMAGES, IDS)] == [0, 1]
    assert [row for row, _ in reciprocal_ranks(rankings, {}, [Kind.PASSAGE] * 2, IDS)] == [1, 0]


def test_a_sure_word_lifts_a_picture_that_sight_does_not_know() -> None:
    rankings = {"visual": [(0, 0.9), (1, 0.8)], "lexical": [(2, 9.0)]}
    unsure = reciprocal_ranks(rankings, {}, IMAGES, IDS)
    sure = reciprocal_ranks(rankings, {2: SURE_EVIDENCE}, IMAGES, IDS)
    assert [row for row, _ in unsure] == [0, 1, 2]
    assert [row for row, _ in sure] == [0, 2, 1]


def test_more_words_found_beat_fewer_that_sight_prefers() -> None:
    rankings = {"visual": [(0, 0.9), (1, 0.8)], "lexical": [(1, 9.0), (0, 8.0)]}
    fused = reciprocal_ranks(rankings, {0: SURE_EVIDENCE, 1: 2 * SURE_EVIDENCE}, IMAGES, IDS)
    assert [row for row, _ in fused] == [1, 0]


def test_ties_break_by_id() -> None:
    fused = reciprocal_ranks({"visual": [(0, 0.9)], "lexical": [(1, 9.0)]}, {1: SURE_EVIDENCE}, IMAGES, ["z", "y", "x"])
    assert [row for row, _ in fused] == [1, 0]


def test_a_page_is_shown_once_as_its_best_passage() -> None:
    kinds = [Kind.PAGE, Kind.PASSAGE, Kind.PASSAGE, Kind.IMAGE]
    pages = [("s", 1), ("s", 1), ("s", 1), ("t", None)]
    ranking = [(0, 0.9), (3, 0.8), (2, 0.7), (1, 0.6)]
    assert fold_pages(ranking, kinds, pages) == [(2, 0.9), (3, 0.8), (1, 0.6)]
    assert fold_pages([(0, 0.9), (3, 0.8)], kinds, pages) == [(0, 0.9), (3, 0.8)]


def test_confidence_lifts_a_hit_over_one_that_is_ranked_a_little_better() -> None:
    ranking = [(0, 0.20), (1, 0.18), (2, 0.05)]
    assert [row for row, _ in promote(ranking, [0.1, 0.9], ["a", "b", "c"])] == [1, 0, 2]
    assert promote(ranking, [0.1, 0.1], ["a", "b", "c"]) == [
        (0, pytest.approx(0.21)),
        (1, pytest.approx(0.19)),
        (2, 0.05),
    ]
