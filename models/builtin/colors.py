"""The dominant colours of a picture, in the basic words that people search with."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt
from PIL import Image

from models.protocols import Pixels

SIDE = 48
"""Colours are counted on a picture of this side: enough for shares, and takes well under a millisecond."""
BINS = 8
LEAST_SHARE = 0.15
MOST_COLORS = 3
PLAIN_SPREAD = 6.0
"""Largest standard deviation of a channel, in levels of 256, of a picture that shows nothing."""

_PALETTE: tuple[tuple[str, tuple[int, int, int]], ...] = (
    ("black", (15, 15, 15)),
    ("grey", (80, 80, 80)),
    ("grey", (130, 130, 130)),
    ("grey", (180, 180, 180)),
    ("white", (240, 240, 240)),
    ("red", (190, 30, 30)),
    ("red", (110, 20, 20)),
    ("orange", (240, 130, 30)),
    ("yellow", (240, 215, 60)),
    ("yellow", (245, 235, 140)),
    ("green", (40, 120, 40)),
    ("green", (110, 160, 60)),
    ("green", (30, 60, 30)),
    ("green", (70, 85, 40)),
    ("turquoise", (50, 180, 180)),
    ("blue", (30, 60, 180)),
    ("blue", (20, 30, 80)),
    ("blue", (90, 150, 220)),
    ("blue", (165, 200, 235)),
    ("purple", (120, 50, 150)),
    ("pink", (240, 150, 180)),
    ("pink", (220, 60, 140)),
    ("brown", (100, 65, 35)),
    ("brown", (55, 38, 25)),
    ("brown", (150, 105, 70)),
    ("beige", (215, 190, 155)),
)


def dominant_colors(pixels: Pixels) -> tuple[str, ...]:
    """Up to three basic colour names, each of at least 15 % of the picture, the largest first."""
    small = Image.fromarray(pixels).resize((SIDE, SIDE), Image.Resampling.BOX)
    quantised = small.quantize(BINS, method=Image.Quantize.MEDIANCUT)
    levels = np.asarray(quantised.getpalette(), np.uint8).reshape(-1, 3)
    shares: dict[str, float] = {}
    names = nearest_names(levels)
    for count, index in quantised.getcolors() or ():
        assert isinstance(index, int)
        name = names[index]
        shares[name] = shares.get(name, 0) + count / SIDE**2
    ordered = sorted((name for name in shares if shares[name] >= LEAST_SHARE), key=lambda name: -shares[name])
    return tuple(ordered[:MOST_COLORS])


def nearest_names(levels: npt.NDArray[np.uint8]) -> list[str]:
    """The basic names of RGB colours: the nearest samples in CIELAB, where distance is likeness to the eye."""
    distances = np.linalg.norm(_samples()[None] - _lab(levels.astype(np.float64))[:, None], axis=-1)
    return [_PALETTE[place][0] for place in distances.argmin(1)]


@cache
def _samples() -> npt.NDArray[np.float64]:
    return _lab(np.array([sample for _, sample in _PALETTE], np.float64))


def is_plain(pixels: Pixels) -> bool:
    """Whether the picture is of one colour, and so shows no thing."""
    small = np.asarray(Image.fromarray(pixels).resize((SIDE, SIDE), Image.Resampling.BOX), np.float32)
    return bool(small.std(axis=(0, 1)).max() < PLAIN_SPREAD)


def _lab(rgb: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """CIELAB under D65 of sRGB levels 0 to 255."""
    levels = rgb / 255
    linear = np.where(levels <= 0.04045, levels / 12.92, ((levels + 0.055) / 1.055) ** 2.4)
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    xyz = linear @ to_xyz.T / np.array([0.9505, 1.0, 1.089])
    curved = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    x, y, z = np.moveaxis(curved, -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)
