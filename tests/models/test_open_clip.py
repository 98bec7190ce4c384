"""The open_clip adapter, on a tiny network with random weights that the test saves through open_clip itself."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.errors import ModelUnavailable
from models.open_clip import OpenClipEncoder, published_preprocessing
from models.protocols import ImageTextEncoder, Pixels
from models.torchvision_cure import cure_torchvision

TINY = {
    "embed_dim": 24,
    "vision_cfg": {"image_size": 32, "layers": 1, "width": 64, "patch_size": 16, "head_width": 32},
    "text_cfg": {"context_length": 16, "vocab_size": 49408, "width": 32, "heads": 2, "layers": 1},
}
PREPROCESSING = {"mean": [0.1, 0.2, 0.3], "std": [0.5, 0.6, 0.7], "interpolation": "bilinear", "resize_mode": "squash"}

TEXTS = ["a red boat", "two dogs on the beach", "", "word " * 100]


@pytest.fixture(scope="module")
def open_clip(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The library, with the architectures `tiny-test` and `tiny-other` added to those it knows."""
    cure_torchvision()
    import open_clip  # type: ignore[import-untyped]

    configs = tmp_path_factory.mktemp("configs")
    (configs / "tiny-test.json").write_text(json.dumps(TINY))
    (configs / "tiny-other.json").write_text(json.dumps(TINY | {"embed_dim": 25}))
    open_clip.add_model_config(configs)
    return open_clip


def save(open_clip: Any, folder: Path, seed: int) -> Path:
    """A folder as `local-dir:` wants it, and beside it the same weights as a bare checkpoint."""
    import torch
    from safetensors.torch import save_file

    torch.manual_seed(seed)
    weights = open_clip.create_model("tiny-test").state_dict()
    folder.mkdir()
    (folder / "open_clip_config.json").write_text(json.dumps({"model_cfg": TINY, "preprocess_cfg": PREPROCESSING}))
    save_file({name: tensor.contiguous() for name, tensor in weights.items()}, folder / "open_clip_model.safetensors")
    torch.save(weights, folder.with_suffix(".pt"))
    return folder


@pytest.fixture(scope="module")
def folder(open_clip: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save(open_clip, tmp_path_factory.mktemp("weights") / "tiny", seed=1)


@pytest.fixture(scope="module")
def encoder(folder: Path) -> OpenClipEncoder:
    return OpenClipEncoder.load(f"local-dir:{folder}", device="cpu", batch_size=2)


@pytest.fixture(scope="module")
def images() -> list[Pixels]:
    random = np.random.default_rng(0)
    return [random.integers(0, 256, (height, 40, 3), np.uint8) for height in (20, 32, 70)]


def direct(open_clip: Any, architecture: str, images: list[Pixels], **options: Any) -> np.ndarray[Any, Any]:
    """The pictures' vectors from the library itself, one picture at a time."""
    import torch
    from PIL import Image

    model, preprocess = open_clip.create_model_from_pretrained(architecture, **options)
    with torch.inference_mode():
        rows = [model.eval().encode_image(preprocess(Image.fromarray(image))[None]) for image in images]
        return torch.nn.functional.normalize(torch.cat(rows), dim=-1).numpy()


def test_picture_vectors_equal_those_of_the_library(
    open_clip: Any, folder: Path, encoder: OpenClipEncoder, images: list[Pixels]
) -> None:
    vectors = encoder.encode_images(images)
    assert vectors.shape == (3, 24)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(vectors, direct(open_clip, f"local-dir:{folder}", images), atol=1e-5)


def test_text_vectors_equal_those_of_the_library(open_clip: Any, folder: Path, encoder: OpenClipEncoder) -> None:
    import torch

    model = open_clip.create_model(f"local-dir:{folder}").eval()
    with torch.inference_mode():
        expected = model.encode_text(open_clip.get_tokenizer(f"local-dir:{folder}")(TEXTS), normalize=True).numpy()
    vectors = encoder.encode_texts(TEXTS)
    np.testing.assert_allclose(vectors, expected, atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, rtol=1e-5)


def test_a_bare_checkpoint_takes_the_preprocessing_of_open_clip(
    open_clip: Any, folder: Path, images: list[Pixels]
) -> None:
    checkpoint = str(folder.with_suffix(".pt"))
    vectors = OpenClipEncoder.load("tiny-test", checkpoint, device="cpu").encode_images(images)
    np.testing.assert_allclose(vectors, direct(open_clip, "tiny-test", images, pretrained=checkpoint), atol=1e-5)
    other = direct(open_clip, f"local-dir:{folder}", images)  # the same weights, prepared as the folder says
    assert np.abs(vectors - other).max() > 1e-3


def test_a_bare_checkpoint_is_prepared_as_its_published_weights_are(open_clip: Any) -> None:
    assert published_preprocessing("MobileCLIP2-S0") == {
        "mean": (0.0, 0.0, 0.0),
        "std": (1.0, 1.0, 1.0),
        "interpolation": "bilinear",
        "resize_mode": "shortest",
    }
    assert published_preprocessing("tiny-test") == {}
    with pytest.raises(ValueError, match="ViT-L-14 are published with several kinds of preprocessing"):
        published_preprocessing("ViT-L-14")


def test_no_input_gives_no_rows(encoder: OpenClipEncoder) -> None:
    assert isinstance(encoder, ImageTextEncoder)
    assert encoder.encode_images([]).shape == encoder.encode_texts([]).shape == (0, 24)


def test_the_fingerprint_says_what_the_vectors_depend_on(
    open_clip: Any, folder: Path, encoder: OpenClipEncoder, tmp_path: Path
) -> None:
    fingerprint = encoder.fingerprint
    assert (fingerprint.name, fingerprint.dimension) == ("open_clip/local-dir", 24)
    assert json.loads(fingerprint.preprocessing) == {"size": [32, 32], **PREPROCESSING}
    moved = save(open_clip, tmp_path / "moved", seed=1)
    assert OpenClipEncoder.load(f"local-dir:{moved}", device="cpu").fingerprint == fingerprint
    others = save(open_clip, tmp_path / "others", seed=2)
    assert OpenClipEncoder.load(f"local-dir:{others}", device="cpu").fingerprint.weights != fingerprint.weights


def test_weights_that_are_not_here_are_named_with_the_command_that_gets_them(open_clip: Any) -> None:
    started = time.monotonic()
    with pytest.raises(ModelUnavailable, match="open_clip ViT-B-32 laion2b_s34b_b79k are not on this machine") as error:
        OpenClipEncoder.load("ViT-B-32", "laion2b_s34b_b79k")
    command = """-c 'from models.open_clip import download; download("ViT-B-32", "laion2b_s34b_b79k")'"""
    assert str(error.value).endswith(command)
    with pytest.raises(ModelUnavailable, match="open_clip hf-hub:nobody/nothing are not on this machine"):
        OpenClipEncoder.load("hf-hub:nobody/nothing")
    assert time.monotonic() - started < 15  # and no hub was waited for: that takes 23 s a file


@pytest.mark.parametrize(
    ("architecture", "weights", "message"),
    [
        ("ViT-B-23", "openai", "no architecture 'ViT-B-23'; there are ViT-B-32"),
        ("ViT-B-32", "", "Say which weights of ViT-B-32 to use: a file, or one of the tags: openai"),
        ("ViT-L-14", __file__, "several kinds of preprocessing"),
        ("local-dir:anything", "openai", "brings its own weights: leave out 'openai'"),
    ],
)
def test_a_wrong_name_is_refused(open_clip: Any, architecture: str, weights: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        OpenClipEncoder.load(architecture, weights)


def test_a_folder_or_file_without_weights_is_refused(open_clip: Any, tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match=r"has no open_clip_config.json"):
        OpenClipEncoder.load(f"local-dir:{tmp_path / 'missing'}")
    (tmp_path / "open_clip_config.json").write_text(json.dumps({"model_cfg": TINY}))
    with pytest.raises(ModelUnavailable, match=r"holds no weights: put open_clip_model.safetensors into it"):
        OpenClipEncoder.load(f"local-dir:{tmp_path}")
    with pytest.raises(ModelUnavailable, match="neither a file nor a tag of tiny-test; its tags are: none"):
        OpenClipEncoder.load("tiny-test", str(tmp_path / "missing.pt"))


@pytest.mark.parametrize("name", ["weights.pt", "weights.safetensors"])
def test_a_file_that_holds_no_weights_is_refused(open_clip: Any, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"no weights at all")
    with pytest.raises(ModelUnavailable, match=f"{name} does not hold weights for open_clip tiny-test"):
        OpenClipEncoder.load("tiny-test", str(tmp_path / name))


def test_weights_of_another_architecture_are_refused(folder: Path) -> None:
    with pytest.raises(ModelUnavailable, match="does not hold weights for open_clip tiny-other"):
        OpenClipEncoder.load("tiny-other", str(folder.with_suffix(".pt")), device="cpu")
