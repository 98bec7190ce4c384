"""The dominant colours of a picture, in the basic words that people search with."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
from PIL import Image

from models.protocols import Pixels

SIDE = 48
"""Colours are counted on a picture of this side: enough for shares, and takes well under a millisecond."""
LEVELS = 32
"""Steps of each channel that are told apart."""
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

NAMES = tuple(dict.fromkeys(name for name, _ in _PALETTE))


@dataclass(frozen=True, slots=True)
class Colors:
    """The dominant colours of a picture, and whether it is of one colour and so shows no thing."""

    names: tuple[str, ...]
    plain: bool


def look_at_colors(pixels: Pixels) -> Colors:
    """Up to three basic colour names, each of at least 15 % of the picture, the largest first."""
    small = np.asarray(Image.fromarray(pixels).resize((SIDE, SIDE), Image.Resampling.BOX))
    red, green, blue = np.moveaxis(small // (256 // LEVELS), -1, 0)
    shares = np.bincount(_names_by_level()[red, green, blue].ravel(), minlength=len(NAMES)) / SIDE**2
    largest = [int(row) for row in np.argsort(-shares, kind="stable")[:MOST_COLORS] if shares[row] >= LEAST_SHARE]
    plain = bool(small.std(axis=(0, 1)).max() < PLAIN_SPREAD)
    return Colors(tuple(NAMES[row] for row in largest), plain)


@cache
def _names_by_level() -> npt.NDArray[np.uint8]:
    """uint8[32, 32, 32]: for each RGB colour the row in `NAMES` of its basic name.

    That of the nearest sample in CIELAB, where distance is likeness to the eye.
    """
    step = 256 / LEVELS
    middles = np.stack(np.meshgrid(*[np.arange(LEVELS) * step + step / 2] * 3, indexing="ij"), axis=-1)
    samples = _lab(np.array([sample for _, sample in _PALETTE], np.float64))
    distances = np.linalg.norm(_lab(middles)[..., None, :] - samples, axis=-1)
    rows = np.array([NAMES.index(name) for name, _ in _PALETTE], np.uint8)
    names: npt.NDArray[np.uint8] = rows[distances.argmin(-1)]
    return names


def _lab(rgb: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """CIELAB under D65 of sRGB levels 0 to 255."""
    levels = rgb / 255
    linear = np.where(levels <= 0.04045, levels / 12.92, ((levels + 0.055) / 1.055) ** 2.4)
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    xyz = linear @ to_xyz.T / np.array([0.9505, 1.0, 1.089])
    curved = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    x, y, z = np.moveaxis(curved, -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)
