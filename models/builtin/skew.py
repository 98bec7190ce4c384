"""How far a scanned page is askew, and the page put straight.

The angle at which rows of letters and the gaps between them differ most (the projection profile of Postl 1986), looked
for on a small copy.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from models.protocols import Pixels

MOST_SKEW = 6.0
"""Degrees to either side that are tried."""
COARSE, FINE = 0.5, 0.1
LEAST_SKEW = 0.15
"""Degrees below which a page is left as it is."""
SMALL_SIDE = 700
"""Pixels of the longer side of the copy."""

Matrix = npt.NDArray[np.float64]
"""float64[2, 3], an affine map of pixels."""


def skew_of(pixels: Pixels) -> float:
    """Degrees by which lines of text fall to the right, -6 to 6; 0 for a page without any."""
    import cv2

    scale = min(1.0, SMALL_SIDE / max(pixels.shape[:2]))
    gray = cv2.cvtColor(cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY)
    # Ink against its surroundings, so that shadows and grey paper do not count.
    ink = cv2.blur(gray, (31, 31)).astype(np.float32) - gray
    ink[ink < 25] = 0
    if not ink.any():
        return 0.0
    ink = ink.clip(0, 80)

    def contrast(degrees: float) -> float:
        rows = cv2.warpAffine(ink, _turning(ink, degrees), ink.shape[::-1]).sum(1)
        return float(np.square(np.diff(rows)).sum())

    best = max(np.arange(-MOST_SKEW, MOST_SKEW + COARSE, COARSE), key=contrast)
    best = max(np.arange(best - COARSE, best + COARSE + FINE / 2, FINE), key=contrast)
    return 0.0 if contrast(best) < 1.05 * contrast(0.0) else float(best)


def straightened(pixels: Pixels) -> tuple[Pixels, Matrix | None, float]:
    """The page with its lines level, the map from its pixels back to the given ones, and how far it was askew.

    The map is None where nothing changed; degrees are those by which lines fell to the right.
    """
    import cv2

    degrees = skew_of(pixels)
    if abs(degrees) < LEAST_SKEW:
        return pixels, None, 0.0
    matrix = _turning(pixels, degrees)
    height, width = pixels.shape[:2]
    level = cv2.warpAffine(pixels, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(level, np.uint8), np.asarray(cv2.invertAffineTransform(matrix), np.float64), degrees


def _turning(pixels: npt.NDArray[np.generic], degrees: float) -> Matrix:
    import cv2

    height, width = pixels.shape[:2]
    return np.asarray(cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0), np.float64)
