"""The paired tests by hand on few queries, by enumeration, and where there is nothing to tell apart."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from evaluation.significance import of_means, of_ranks


def by_enumeration(differences: np.ndarray) -> float:
    """The share of all assignments of signs whose sum lies as far from 0 as that of the differences."""
    sums = [abs(sum(sign * one for sign, one in zip(signs, differences, strict=True))) for signs in signs_of(5)]
    return float(np.mean(np.array(sums) >= abs(differences.sum()) - 1e-12))


def signs_of(count: int) -> list[tuple[int, ...]]:
    return list(product((1, -1), repeat=count))


def test_five_queries_that_all_rose() -> None:
    before, after = np.zeros((5, 1)), np.full((5, 1), 0.5)
    # Two of the 32 assignments of signs lie as far from 0: all up and all down.
    assert of_means(before, after) == pytest.approx([2 / 32])


def test_few_queries_are_enumerated() -> None:
    differences = np.array([0.5, -0.2, 0.3, 0.1, 0.4])
    after = np.stack([differences, -differences], axis=1)
    expected = by_enumeration(differences)
    assert of_means(np.zeros((5, 2)), after) == pytest.approx([expected, expected])


def test_queries_that_did_not_change_change_nothing() -> None:
    rose = np.concatenate([np.full(5, 0.5), np.zeros(100)]).reshape(-1, 1)
    assert of_means(np.zeros((105, 1)), rose) == pytest.approx([2 / 32])


def test_many_queries_that_rose_are_told_from_chance_and_noise_is_not() -> None:
    generator = np.random.default_rng(3)
    before = generator.uniform(size=(300, 2))
    noise = generator.normal(scale=0.2, size=300)
    after = before + np.stack([noise + 0.1, noise - noise.mean() + 0.001], axis=1)
    sure, unsure = of_means(before, after)
    assert sure == pytest.approx(1 / 2000, abs=1e-3)
    assert unsure > 0.5
    assert list(of_means(before, after)) == [sure, unsure]


def test_rankings_that_are_the_same() -> None:
    same = np.ones((4, 3))
    assert list(of_means(same, same)) == [1, 1, 1]
    assert of_ranks(same[:, 0], same[:, 0]) == 1
    assert list(of_means(np.zeros((1, 1)), np.ones((1, 1)))) == [1]


def test_ranks_by_the_table_of_wilcoxon() -> None:
    before = np.array([10.0, 20, 30, 40, 50, 60])
    # All six rose by different amounts: the least of 2^6 sums of ranks, and its mirror.
    assert of_ranks(before, before - np.arange(1, 7)) == pytest.approx(2 / 64)
