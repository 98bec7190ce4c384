"""Files that are pictures by name and no photos by nature: from bytes to description, nothing is invented of them."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from api.settings import Settings
from indexer.pictures import decode_picture
from models.builtin.backbone import Backbone
from models.builtin.caption_trust import TrustedCaptioner
from models.builtin.captioner import Captioner
from models.builtin.describer import LIKELY_CAPTION, BuiltinDescriber
from models.builtin.encoder import BuiltinEncoder
from models.builtin.minilm import MiniLM
from models.protocols import DescribeContext


def stored(image: Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def gradient(mode: str, width: int = 300, height: int = 200) -> Image.Image:
    return Image.linear_gradient("L").resize((width, height)).convert(mode)


def sixteen_bits() -> bytes:
    values = np.linspace(0, 65535, 300 * 200).reshape(200, 300).astype(np.uint16)
    return stored(Image.fromarray(values), "PNG")


def palette_with_transparency() -> bytes:
    image = gradient("RGB").quantize(16)
    return stored(image, "PNG", transparency=3)


def animated() -> bytes:
    frames = [Image.new("RGB", (120, 90), color) for color in ("red", "green", "blue")]
    return stored(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=100)


ODD: dict[str, Callable[[], bytes]] = {
    "one colour": lambda: stored(Image.new("RGB", (640, 480), (30, 90, 200)), "JPEG"),
    "1x1": lambda: stored(Image.new("RGB", (1, 1), "red"), "PNG"),
    "1x4000": lambda: stored(gradient("RGB", 1, 4000), "PNG"),
    "CMYK": lambda: stored(gradient("CMYK"), "JPEG"),
    "16 bits": sixteen_bits,
    "palette with transparency": palette_with_transparency,
    "animated": animated,
    "grey with alpha": lambda: stored(gradient("LA"), "PNG"),
}


@pytest.mark.parametrize("name", ODD)
def test_nothing_is_invented_of_odd_pictures(
    name: str, backbone: Backbone, captioner: Captioner, encoder: BuiltinEncoder, minilm: MiniLM
) -> None:
    picture = decode_picture(ODD[name](), Settings().file_limits())
    describer = BuiltinDescriber(backbone, TrustedCaptioner(captioner, encoder, minilm))
    (said,) = describer.describe([picture.pixels], [DescribeContext()])
    assert said.sentence.startswith(("Mostly ", "Probably "))
    assert (said.caption_probability or 0) < LIKELY_CAPTION
