"""Whether two rankings of the same queries differ by more than chance: paired tests by scipy."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Figures = npt.NDArray[np.float64]

RESAMPLES = 1999
"""Random assignments that a test looks at; up to ten queries it looks at all there are. The smallest p is 1 / 2000."""

SEED = 20_000
"""So that the same two rankings always get the same p."""


def of_means(before: Figures, after: Figures) -> Figures:
    """float64[m]: the two-sided p of each column of two float64[n, m], which hold a row for each query.

    The paired randomisation test of Fisher: if the two did not differ, each difference would have either sign as
    easily. Smucker, Allan and Carterette ("A Comparison of Statistical Significance Tests for Information Retrieval
    Evaluation", 2007) recommend it for means over queries.
    """
    from scipy.stats import permutation_test

    differences = after - before
    changed = differences.any(axis=1)
    if changed.sum() < 2:
        # scipy asks for two at least; of one or no difference nothing can be said.
        return np.ones(differences.shape[1])
    # A query without any difference adds nothing to any sum, whatever its sign.
    outcome = permutation_test(
        (differences[changed],),
        lambda values, axis: values.sum(axis=axis),
        permutation_type="samples",
        n_resamples=RESAMPLES,
        batch=100,
        axis=0,
        rng=np.random.default_rng(SEED),
    )
    return np.asarray(outcome.pvalue, np.float64)


def of_ranks(before: Figures, after: Figures) -> float:
    """The two-sided p of two float64[n] of ranks: the signed-rank test of Wilcoxon (1945), for medians have no sums."""
    from scipy.stats import wilcoxon

    if np.array_equal(before, after):
        return 1.0
    return float(wilcoxon(after, before).pvalue)
