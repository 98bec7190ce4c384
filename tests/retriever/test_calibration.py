"""Null distributions: what they are fitted to, and what they make of a score."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from api.service import SearchRequest, Viscite
from retriever.calibration import Calibration, Null, bank


def test_the_fit_finds_a_gumbel_distribution_again() -> None:
    generator = random.Random(1)
    sample = np.array([0.3 - 0.05 * math.log(-math.log(generator.random())) for _ in range(20_000)])
    null = Null.fit(sample, 0.01)
    assert null.location == pytest.approx(0.3, abs=0.005)
    assert null.scale == pytest.approx(0.05, abs=0.003)
    assert null.probability(float(np.median(sample))) == pytest.approx(0.5, abs=0.01)


def test_a_few_null_queries_that_do_match_change_little() -> None:
    sample = np.arange(0.3, 0.4, 0.001)
    assert Null.fit(np.append(sample, [0.9, 0.95]), 0.01).location == pytest.approx(
        Null.fit(sample, 0.01).location, abs=0.005
    )


def test_one_lucky_channel_of_several_is_not_enough() -> None:
    null = Null(0.3, 0.05)
    alone = Calibration(10, 0, {"visual": {"image": null}})
    among = Calibration(10, 0, {channel: {"image": null} for channel in ("visual", "semantic", "lexical")})
    score = {"visual": 0.4}
    assert alone.confidence("image", score) == pytest.approx(null.probability(0.4))
    assert among.confidence("image", score) < alone.confidence("image", score)
    assert among.confidence("page", score) == 0.0


def test_the_bank_has_many_different_queries() -> None:
    assert len(set(bank())) == len(bank()) >= 150


def test_filters_do_not_lower_the_bar(viscite: Viscite, photo: Callable[..., Path]) -> None:
    for color in ("red", "green", "blue", "white"):
        photo(f"{color}.png", color)
    other = photo("orange.png", "orange", folder="other")
    viscite.index([other.parent.parent], "default")
    everywhere = viscite.search(SearchRequest(text="blue"), "default").hits
    within = viscite.search(SearchRequest(text="blue", under=(str(other.parent),)), "default").hits
    assert [Path(hit.path).name for hit in within] == ["orange.png"]
    same = next(hit for hit in everywhere if hit.item.id == within[0].item.id)
    assert within[0].confidence == pytest.approx(same.confidence)


def test_evidence_is_the_surprise_of_a_score() -> None:
    null = Null(2.0, 0.5)
    for score in (1.0, 2.0, 4.0):
        assert null.evidence(score) == pytest.approx(-math.log(1 - null.probability(score)))
    # where the probability is 1 to the last digit, evidence still tells scores apart
    assert null.probability(22.0) == null.probability(21.0) == 1
    assert null.evidence(22.0) - null.evidence(21.0) == pytest.approx(2.0)
    assert null.evidence(-1000.0) == 0
