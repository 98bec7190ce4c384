"""Compares models of chance: `null_study.py COLLECTION...` of indexed collections.

For each channel the highest score of every query of retriever/null_queries.txt is a maximum of chance.
Models of these maxima are fitted on half of them and asked how often the other half lies above their 50, 75, 90, 95 and
99 % points; printed is the mean share beside the one that ought to, for raw and for standard scores.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt
from scipy import stats

from api.service import Viscite
from api.settings import Settings
from retriever.background import Background, Usual
from retriever.calibration import Null

Floats = npt.NDArray[np.floating]
Tail = Callable[[Floats], Floats]
"""The share of chance maxima above each score."""

SHARES = (0.5, 0.25, 0.1, 0.05, 0.01)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("collections", nargs="+")
    arguments = parser.parse_args()
    viscite = Viscite(Settings.load())
    found: dict[tuple[str, str], list[list[float]]] = {}
    try:
        for collection in arguments.collections:
            for scale, maxima in every_maxima(viscite, collection):
                mixed = np.random.default_rng(0).permutation(maxima)
                half = len(mixed) // 2
                for name, above in tails(mixed[:half]).items():
                    shares = [float(np.mean(above(mixed[half:]) < share)) for share in SHARES]
                    found.setdefault((scale, name), []).append(shares)
    finally:
        viscite.close()
    print("share of unseen maxima above the points that", SHARES, "ought to lie above; mean error")
    for (scale, name), rows in sorted(found.items()):
        error = np.abs(np.array(rows) - SHARES).mean()
        print(f"{scale:9} {name:26} {np.round(np.mean(rows, axis=0), 3)} {error:.3f}")


def every_maxima(viscite: Viscite, collection: str) -> Iterator[tuple[str, Floats]]:
    """The chance maxima of a collection by channel, raw and standard."""
    reader = viscite.retriever(collection).reader
    background = Background.open(reader)
    if background is None:
        raise SystemExit(f"{collection} has not been calibrated: index it again")
    flat = {channel: Usual(0 * usual.mean, 0 * usual.deviation + 1) for channel, usual in background.usual.items()}
    for scale, usual in (("standard", background.usual), ("raw", flat)):
        for channel, maxima in Background(background.banks, usual).maxima(reader):
            if channel != "picture":
                yield scale, maxima


def tails(maxima: Floats) -> dict[str, Tail]:
    """The models, fitted."""
    low, middle, high = np.quantile(maxima, [0.25, 0.5, 0.75])
    null = Null.fit(np.asarray(maxima, np.float32), 1e-6)
    location, scale = stats.gumbel_r.fit(maxima)
    ordered, excess = np.sort(maxima), maxima[maxima > high] - high
    shape, _, width = stats.genpareto.fit(excess, floc=0)

    def empirical(scores: Floats) -> Floats:
        return (len(ordered) - np.searchsorted(ordered, scores) + 1) / (len(ordered) + 1)

    def pareto(scores: Floats) -> Floats:
        tail = 0.25 * stats.genpareto.sf(scores - high, shape, 0, width)
        return np.asarray(np.where(scores > high, tail, empirical(scores)))

    return {
        "Gumbel, by quartiles": lambda scores: stats.gumbel_r.sf(scores, null.location, null.scale),
        "Gumbel, by likelihood": lambda scores: stats.gumbel_r.sf(scores, location, scale),
        "Gaussian, by moments": lambda scores: stats.norm.sf(scores, maxima.mean(), maxima.std()),
        "Gaussian, by quartiles": lambda scores: stats.norm.sf(scores, middle, (high - low) / 1.349),
        "empirical": empirical,
        "generalised Pareto over 75 %": pareto,
    }


if __name__ == "__main__":
    main()
