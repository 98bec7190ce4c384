"""Bytes in, bounded upright pixels out. Runs in a worker process with memory and time limits."""

from __future__ import annotations

import io
import math
import warnings
from dataclasses import dataclass

import numpy as np
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from indexer.limits import FileLimits
from models.protocols import Pixels
from store.errors import InvalidInput
from store.tables import HASH_BYTES

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "PPM", "AVIF", "HEIF")
"""Every format that is opened. Pillow knows many more, with a larger surface for attacks."""

# Bounded by ourselves, from the header, before anything is decoded.
Image.MAX_IMAGE_PIXELS = None

WORKING_SIDE = 448
"""Pixels of the short side that models are given: the largest input of the encoders we know."""

READING_SIDE = 1280
"""Pixels of the short side in which text is read."""

HASH_SIDE = math.isqrt(8 * HASH_BYTES)
"""Frequencies along each side of a picture that its hash tells of."""

WIDEST = 4
"""A picture longer than this many times its short side is bounded by its long side instead."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A decoded picture: bounded `pixels`, the size of the upright original in pixels, when it was taken, and its
    perceptual hash."""

    pixels: Pixels
    width: int
    height: int
    media_type: str
    captured_at: str | None
    picture_hash: bytes

    @property
    def is_reduced(self) -> bool:
        """Whether the original has more pixels than these."""
        return bool(self.width > self.pixels.shape[1])


def decode_picture(data: bytes, limits: FileLimits, side: int = WORKING_SIDE) -> Picture:
    """Decode the first frame wholly, upright, as RGB with a short side of at most `side` pixels.

    Raises `InvalidInput`, saying why, for what is no picture, is damaged, or is beyond `limits`.
    """
    _know_heif()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data), formats=FORMATS) as image:
                _bound(image, limits)
                media_type = Image.MIME.get(image.format or "", "application/octet-stream")
                captured_at = _captured_at(image)
                # For JPEG this decodes at a half, a quarter or an eighth: 10 ms instead of 23 at 1600x1200.
                image.draft("RGB", (2 * side, 2 * side))
                reduction = max(1, round(_original_width(image, data) / image.width))
                image.load()
                upright = ImageOps.exif_transpose(image)
                pixels = _fit(_rgb(upright), side)
                width, height = _full_size(upright, image, data, reduction)
    except UnidentifiedImageError as error:
        raise InvalidInput("not a picture of a known format, whatever its name says") from error
    except InvalidInput:
        raise
    except MemoryError as error:
        raise InvalidInput("needs more memory than one file may use") from error
    # Pillow's decoders raise nearly anything on damaged files: struct.error, SyntaxError, EOFError, KeyError...
    except Exception as error:
        raise InvalidInput(f"damaged picture ({_first_line(error)})") from error
    return Picture(pixels, width, height, media_type, captured_at, perceptual_hash(pixels))


def perceptual_hash(pixels: Pixels) -> bytes:
    """`HASH_BYTES` bytes: for each of the coarsest frequencies of the picture in grey whether it is above their median.

    Pictures that look the same differ in few bits, and others in about half ("pHash", by the discrete cosine
    transform).
    """
    from imagehash import phash

    bits = phash(Image.fromarray(pixels), hash_size=HASH_SIDE).hash
    return np.packbits(bits).tobytes()


def as_jpeg(pixels: Pixels, side: int) -> bytes:
    """A JPEG of the pixels, at most `side` long, and nothing else: no EXIF, no place, no profile."""
    image = Image.fromarray(pixels)
    image.thumbnail((side, side))
    output = io.BytesIO()
    image.save(output, "JPEG", quality=85)
    return output.getvalue()


def _know_heif() -> None:
    from pillow_heif import register_heif_opener

    register_heif_opener(thumbnails=False)


def _bound(image: Image.Image, limits: FileLimits) -> None:
    pixels = image.width * image.height
    if pixels > limits.pixels:
        raise InvalidInput(
            f"{image.width} x {image.height} pixels, more than the {limits.pixels:,} that are read "
            "(VISCITE_MAX_PIXELS raises that)"
        )
    frames = getattr(image, "n_frames", 1)
    if frames > limits.frames:
        raise InvalidInput(
            f"{frames} frames, more than the {limits.frames} that are read (VISCITE_MAX_FRAMES raises that)"
        )


def _original_width(image: Image.Image, data: bytes) -> int:
    with Image.open(io.BytesIO(data), formats=FORMATS) as original:
        return original.width


def _full_size(upright: Image.Image, drafted: Image.Image, data: bytes, reduction: int) -> tuple[int, int]:
    if reduction == 1:
        return upright.size
    with Image.open(io.BytesIO(data), formats=FORMATS) as original:
        width, height = original.size
    return (height, width) if upright.size != drafted.size else (width, height)


def _captured_at(image: Image.Image) -> str | None:
    exif = image.getexif()
    taken = exif.get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.DateTimeOriginal) or exif.get(ExifTags.Base.DateTime)
    if not isinstance(taken, str) or len(taken) < 19:
        return None
    date, time = taken[:10].replace(":", "-"), taken[11:19]
    return f"{date}T{time}" if date[:4].isdigit() and date != "0000-00-00" else None


def _rgb(image: Image.Image) -> Image.Image:
    if image.mode in ("I;16", "I;16L", "I;16B", "I", "F"):
        return _scaled_to_bytes(image)
    if image.has_transparency_data:
        with_alpha = image.convert("RGBA")
        paper = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(paper, with_alpha).convert("RGB")
    return image.convert("RGB")


def _scaled_to_bytes(image: Image.Image) -> Image.Image:
    """Pictures of more than 8 bits a channel: the range that is used becomes 0..255, where Pillow would clip."""
    values = np.asarray(image, dtype=np.float32)
    values = np.nan_to_num(values, posinf=0, neginf=0)
    low, high = float(values.min()), float(values.max())
    scaled = (values - low) * (255 / (high - low)) if high > low else np.zeros_like(values)
    return Image.fromarray(scaled.astype(np.uint8)).convert("RGB")


def _fit(image: Image.Image, side: int) -> Pixels:
    short, long = sorted(image.size)
    scale = min(1.0, max(side / short, 1 / short), WIDEST * side / long)
    if scale < 1:
        size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
        image = image.resize(size, Image.Resampling.BICUBIC, reducing_gap=2.0)
    return np.asarray(image, dtype=np.uint8)


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:120]
