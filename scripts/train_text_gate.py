"""Trains the gate that says which pictures may hold text: `train_text_gate.py DATA --work DIR`.

DATA holds `photos.tar` and `captions.jsonl`. Features are computed once into DIR. Photos of the `train` split are the
negatives; the same photos and plain backgrounds with text drawn on them the positives. The threshold lets a given share
of the photos of `val` pass. Prints that share, and how many pass of the pictures drawn with fonts, words and partly
layouts that training has not seen.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression

from models.builtin import text_gate
from models.builtin.backbone import Backbone
from models.builtin.heads import compressed
from models.protocols import Pixels
from scripts.captioned_photos import batches, read_captions
from scripts.drawn_text import (
    HELD_OUT_FONTS,
    HELD_OUT_LAYOUTS,
    SPARSE_LAYOUTS,
    TRAINING_FONTS,
    TRAINING_LAYOUTS,
    Layout,
    Writer,
    drawn,
    read_fonts,
    vocabularies,
    without_text,
)

Floats = npt.NDArray[np.float32]

PHOTOS = 2500
"""Photos to train on, each as it is, as a random crop, and with text drawn on it."""
SPARSE = 1000
"""Photos that get a few letters on top of that."""
PLAIN = 480
"""Pictures without text that are no photo."""
BATCH = 32
HELD_OUT = 80
"""Pictures of each layout to measure with."""
PASSING_PHOTOS = 0.03
"""Share of the photos of `val` that may pass."""
REGULARIZATION = 0.003
"""Inverse strength, as scikit-learn counts; 0.001 is as good on the held-out pictures, 0.01 and 0.03 are worse."""


def features(backbone: Backbone, pictures: Iterator[list[Pixels]]) -> Floats:
    """float32[n, 2048], pooled and compressed."""
    return compressed(np.concatenate([backbone.run(batch).pooled for batch in pictures]))


def fit(negatives: Floats, positives: Floats) -> tuple[Floats, float]:
    """Weight and bias for compressed features. Photos that do show some text stay in: without them more is missed."""
    rows = np.concatenate([negatives, positives])
    mean, scale = rows.mean(0), 1 / (rows.std(0) + 1e-2)
    labels = np.repeat([0, 1], [len(negatives), len(positives)])
    model = LogisticRegression(C=REGULARIZATION, max_iter=500).fit((rows - mean) * scale, labels)
    weight: Floats = (model.coef_[0] * scale).astype(np.float32)
    return weight, float(model.intercept_[0] - mean @ weight)


@dataclass(frozen=True, slots=True)
class Examples:
    """Computes features of photos and drawn pictures, and keeps them in files of `work`."""

    data: Path
    work: Path
    backbone: Backbone

    def photos(self, name: str, images: Set[str], view: int) -> Floats:
        """Photos as they are, or views of them."""
        return self._kept(name, lambda: batches(self.data, images, view))

    def drawn(self, name: str, images: Set[str], writer: Writer, layouts: Sequence[Layout]) -> Floats:
        """The photos with text."""
        photos = batches(self.data, images, 0)
        return self._kept(name, lambda: ([drawn(photo, writer, layouts) for photo in batch] for batch in photos))

    def without_text(self, name: str, count: int, writer: Writer) -> Floats:
        """Plain backgrounds."""
        return self._kept(name, lambda: ([without_text(writer) for _ in range(BATCH)] for _ in range(count // BATCH)))

    def _kept(self, name: str, pictures: Callable[[], Iterator[list[Pixels]]]) -> Floats:
        path = self.work / f"{name}.npy"
        if not path.exists():
            np.save(path, features(self.backbone, pictures()))
        kept: Floats = np.load(path)
        return kept


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--work", type=Path, required=True, help="where features are kept")
    parser.add_argument("--out", type=Path, default=text_gate.PATH)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    train, val = read_captions(arguments.data, "train"), read_captions(arguments.data, "val")
    random = np.random.default_rng(arguments.seed)
    chosen = {train[row].image for row in random.choice(len(train), PHOTOS, replace=False)}
    words, held_words = vocabularies(train)
    # One for each set of pictures that training uses, so that a set is the same whether another was kept or not.
    writer, sparse_writer = (
        Writer(read_fonts(TRAINING_FONTS), words, np.random.default_rng(arguments.seed + 1)) for _ in range(2)
    )
    held_writer = Writer(read_fonts(HELD_OUT_FONTS), held_words, np.random.default_rng(arguments.seed + 2))
    examples = Examples(arguments.data, arguments.work, Backbone.load())
    negatives = [
        examples.photos("photos", chosen, 0),
        examples.photos("crops", chosen, 2),
        examples.without_text("plain", PLAIN, writer),
    ]
    positives = [
        examples.drawn("drawn", chosen, writer, TRAINING_LAYOUTS),
        examples.drawn("sparse", set(sorted(chosen)[:SPARSE]), sparse_writer, SPARSE_LAYOUTS),
    ]
    weight, bias = fit(np.concatenate(negatives), np.concatenate(positives))
    val_scores = examples.photos("val", {photo.image for photo in val}, 0) @ weight + bias
    threshold = float(np.quantile(val_scores, 1 - PASSING_PHOTOS))
    write(weight, bias - threshold, arguments.out)
    print(f"{np.mean(val_scores > threshold):.1%} of {len(val)} photos of val pass")
    some = {photo.image for photo in val[:HELD_OUT]}
    for layout in dict.fromkeys((*TRAINING_LAYOUTS, *SPARSE_LAYOUTS, *HELD_OUT_LAYOUTS)):
        scores = examples.drawn(f"held-{layout.__name__}", some, held_writer, [layout]) @ weight + bias
        unseen = " (a layout not trained on)" if layout in HELD_OUT_LAYOUTS else ""
        print(f"{np.mean(scores > threshold):.1%} of {len(scores)} drawn pass: {layout.__name__}{unseen}")


def write(weight: Floats, bias: float, path: Path) -> None:
    from safetensors.numpy import save_file

    save_file({"weight": weight, "bias": np.array([bias], np.float32)}, path)
    # The library leaves the file to its owner alone, but it ships.
    path.chmod(0o644)


if __name__ == "__main__":
    main()
