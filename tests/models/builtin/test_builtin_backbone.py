"""One run gives features, class probabilities and the map."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from models.builtin.backbone import BATCH, POOLED, Backbone
from models.builtin.minilm import MiniLM
from models.builtin.names import read_classes
from models.builtin.onnx_files import exported
from models.protocols import Pixels


def test_knows_what_a_photo_shows(backbone: Backbone, photos: dict[str, Pixels]) -> None:
    features = backbone.run([photos["portrait"], photos["flower"]])
    likeliest = [read_classes()[index] for index in features.probabilities.argmax(axis=1)]
    assert likeliest[0] == "military uniform"
    assert features.pooled.shape == (2, POOLED)
    np.testing.assert_allclose(features.probabilities.sum(axis=1), 1, atol=1e-5)


def test_the_pooled_features_begin_with_the_mean_of_the_map(backbone: Backbone, photos: dict[str, Pixels]) -> None:
    features = backbone.run([photos["temple"]])
    assert features.map.shape == (1, 1280, 9, 9)
    np.testing.assert_allclose(features.map.mean((2, 3)), features.pooled[:, :1280], atol=1e-5)


def test_a_picture_has_the_same_features_in_any_batch(backbone: Backbone) -> None:
    random = np.random.default_rng(0)
    pictures = [random.integers(0, 256, (40, 60, 3), np.uint8) for _ in range(BATCH + 1)]
    together = backbone.run(pictures).pooled
    alone = backbone.run([pictures[-1].copy()]).pooled
    np.testing.assert_allclose(together[-1:], alone, atol=1e-4)


def test_the_same_arrays_are_not_run_twice_but_equal_ones_are(backbone: Backbone) -> None:
    picture = np.zeros((8, 8, 3), np.uint8)
    first = backbone.run([picture]).pooled
    picture[:] = 255  # a caller that breaks the promise gets the old features: proof that nothing ran
    np.testing.assert_array_equal(backbone.run([picture]).pooled, first)
    assert not np.allclose(backbone.run([picture.copy()]).pooled, first)


def test_no_pictures_give_no_features(backbone: Backbone) -> None:
    features = backbone.run([])
    assert features.pooled.shape == (0, POOLED)
    assert features.probabilities.shape == (0, 1000)


@pytest.mark.parametrize(
    "pixels",
    [np.zeros((8, 8), np.uint8), np.zeros((8, 8, 4), np.uint8), np.zeros((8, 8, 3), np.float32)],
)
def test_what_is_no_rgb_picture_is_refused(backbone: Backbone, pixels: Pixels) -> None:
    with pytest.raises(ValueError, match=r"a picture must be uint8\[height, width, 3\]"):
        backbone.run([pixels])


def test_a_later_start_needs_no_torch(backbone: Backbone, minilm: MiniLM, model_cache: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from models.builtin.backbone import Backbone; "
        "from models.builtin.minilm import MiniLM; from models.builtin.encoder import BuiltinEncoder; "
        "from models.builtin.heads import Heads; "
        f"cache = Path({str(model_cache)!r}); BuiltinEncoder(Backbone.load(), MiniLM.load(cache), Heads.load()); "
        "print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_a_second_load_reads_the_file_of_the_first(minilm: MiniLM, model_cache: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in model_cache.glob("*.onnx")}
    MiniLM.load(model_cache)
    assert {path: path.stat().st_mtime_ns for path in model_cache.glob("*.onnx")} == before
    assert any("minilm" in path.name for path in before)


def test_two_exports_at_once_leave_one_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "new" / "network.onnx"
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda text: exported(path, lambda part: _write(part, text)), ["whole"] * 8))
    assert [file.name for file in path.parent.iterdir()] == ["network.onnx"]
    assert path.read_text() == "whole"


def test_a_failed_export_leaves_nothing(tmp_path: Path) -> None:
    def fail(part: Path) -> None:
        part.write_text("half")
        raise RuntimeError("no space")

    with pytest.raises(RuntimeError, match="no space"):
        exported(tmp_path / "network.onnx", fail)
    assert list(tmp_path.iterdir()) == []


def _write(part: Path, text: str) -> None:
    part.write_text(text)
