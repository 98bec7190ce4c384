"""CIDEr-D (Vedantam et al. 2015) of one caption against the references of its photo, fast enough for every epoch."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

ORDERS = 4
SIGMA = 6.0
SCALE = 10.0

Weights = list[dict[tuple[str, ...], float]]


class Cider:
    """Document frequencies and weighted references of a set of photos, made once."""

    def __init__(self, references: Sequence[Sequence[Sequence[str]]]) -> None:
        counted = [[_counts(words) for words in texts] for texts in references]
        self._frequency: Counter[tuple[str, ...]] = Counter()
        for texts in counted:
            self._frequency.update({gram for counts in texts for gram in counts})
        self._log_photos = math.log(len(references))
        self._references = [
            [(self._weigh(counts), len(words)) for counts, words in zip(counted[photo], texts, strict=True)]
            for photo, texts in enumerate(references)
        ]

    def score(self, photo: int, words: Sequence[str]) -> float:
        """The mean over the photo's references and the orders 1 to 4, as the standard scorer scales it (0 to 10)."""
        weights, length = self._weigh(_counts(words)), len(words)
        total = 0.0
        for (reference, norms), reference_length in self._references[photo]:
            penalty = math.exp(-((length - reference_length) ** 2) / (2 * SIGMA**2))
            for order in range(ORDERS):
                norm = weights[1][order] * norms[order]
                if norm:
                    own, other = weights[0][order], reference[order]
                    shared = sum(
                        min(weight, other[gram]) * other[gram] for gram, weight in own.items() if gram in other
                    )
                    total += penalty * shared / norm
        return SCALE * total / ORDERS / len(self._references[photo])

    def _weigh(self, counts: Counter[tuple[str, ...]]) -> tuple[Weights, list[float]]:
        weights: Weights = [{} for _ in range(ORDERS)]
        for gram, count in counts.items():
            weights[len(gram) - 1][gram] = count * (self._log_photos - math.log(max(1, self._frequency[gram])))
        return weights, [math.sqrt(sum(weight**2 for weight in order.values())) for order in weights]


def _counts(words: Sequence[str]) -> Counter[tuple[str, ...]]:
    return Counter(
        tuple(words[start : start + order]) for order in range(1, ORDERS + 1) for start in range(len(words) - order + 1)
    )
