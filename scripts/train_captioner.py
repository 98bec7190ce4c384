"""Trains the caption decoder: `train_captioner.py DATA --work DIR`.

DATA is as for train_builtin.py. The backbone's feature maps are computed once into DIR (2.6 GB). The `train` split
trains, by cross-entropy with smoothed labels; the `val` split chooses the epoch. `train_caption_trust.py` comes next.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from tokenizers import Tokenizer
from torch.nn.functional import cross_entropy, log_softmax

from models.builtin.backbone import POOLED, Backbone
from models.builtin.captioner import END, LOOK, MAX_TOKENS, PAD, START, STEP, TOKENIZER
from models.builtin.onnx_files import export
from scripts.caption_network import CHANNELS, HEADS, LAYERS, PLACES, WIDTH, Cache, CaptionNetwork
from scripts.caption_words import train_tokenizer, words_of
from scripts.captioned_photos import batches, read_captions
from scripts.cider import Cider
from scripts.onnx_weights import halve

VIEWS = 4
"""The photo, its mirror image, and two random crops of it."""
EPOCHS, BATCH = 10, 16
LEARNING_RATE, WEIGHT_DECAY, WARM_UP = 6e-4, 0.02, 0.1
DROPOUT, SMOOTHING = 0.2, 0.1

Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Photos:
    """`maps` is uint8[n, 81, 1280] in steps of `step`, `pooled` float16[n, 2048], `captions` five texts a photo."""

    maps: Bytes
    pooled: npt.NDArray[np.float16]
    step: float
    captions: list[list[str]]

    def pictures(self, rows: npt.NDArray[np.int64]) -> tuple[torch.Tensor, torch.Tensor]:
        """float32[m, 81, 1280] and float32[m, 2048]."""
        maps = torch.from_numpy(self.maps[rows]).float() * self.step
        return maps, torch.from_numpy(self.pooled[rows]).float()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--work", type=Path, required=True, help="where feature maps and checkpoints are kept")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    torch.manual_seed(arguments.seed)
    torch.set_num_threads(2)
    arguments.work.mkdir(parents=True, exist_ok=True)
    views = [read_photos(arguments.data, arguments.work, "train", view) for view in range(VIEWS)]
    val = read_photos(arguments.data, arguments.work, "val", 0)
    tokenizer = train_tokenizer([text for texts in views[0].captions for text in texts])
    tokenizer.save(str(TOKENIZER))
    trainer = Trainer(views, val, tokenizer, arguments.work, arguments.seed)
    trainer.train()
    export_network(trainer.network, LOOK, STEP)


def read_photos(data: Path, work: Path, split: str, view: int) -> Photos:
    """A view of the photos of a split, from `work` or computed into it."""
    photos = read_captions(data, split)
    stem = work / f"{split}-{view}"
    maps_path, pooled_path = stem.with_suffix(".maps.npy"), stem.with_suffix(".pooled.npy")
    # The map is the output of a layer in eight bits that is cut at 6: so eight bits hold it.
    step = 6 / 255
    if not pooled_path.exists():
        backbone, started, first = Backbone.load(), time.perf_counter(), 0
        maps = np.lib.format.open_memmap(maps_path, "w+", np.uint8, (len(photos), PLACES, CHANNELS))
        pooled = np.empty((len(photos), POOLED), np.float16)
        for batch in batches(data, {photo.image for photo in photos}, view):
            features = backbone.run(batch)
            rows = slice(first, first + len(batch))
            maps[rows] = np.round(features.map.reshape(len(batch), CHANNELS, PLACES) / step).transpose(0, 2, 1)
            pooled[rows] = features.pooled
            first += len(batch)
        maps.flush()
        np.save(pooled_path, pooled)
        print(f"{stem.name}: {len(photos) / (time.perf_counter() - started):.0f} photos/s", flush=True)
    return Photos(np.load(maps_path), np.load(pooled_path), step, [photo.captions for photo in photos])


class Trainer:
    """The network, and what it is trained on and measured by."""

    def __init__(self, views: Sequence[Photos], val: Photos, tokenizer: Tokenizer, work: Path, seed: int) -> None:
        self.network = CaptionNetwork(tokenizer.get_vocab_size(), DROPOUT)
        self._views, self._val, self._tokenizer, self._work = views, val, tokenizer, work
        self._random = np.random.default_rng(seed)
        self._judge = Cider([[words_of(text) for text in texts] for texts in val.captions])

    def train(self) -> None:
        """Teacher forcing on all five captions of a photo at once: what the photo gives is computed once for them."""
        targets = torch.from_numpy(padded(self._tokenizer, self._views[0].captions))
        steps = EPOCHS * (len(targets) // BATCH)
        optimizer = torch.optim.AdamW(
            self.network.parameters(), lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY, fused=True
        )
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, LEARNING_RATE, steps, pct_start=WARM_UP)
        best = 0.0
        for epoch in range(EPOCHS):
            started, losses = time.perf_counter(), []
            for rows in self._rows():
                tokens = targets[rows].flatten(0, 1)
                tokens = tokens[:, : int((tokens != PAD).sum(1).max())]
                logits = self.network(tokens[:, :-1], self._look(rows))
                loss = cross_entropy(
                    logits.flatten(0, 1), tokens[:, 1:].flatten(), ignore_index=PAD, label_smoothing=SMOOTHING
                )
                self._step(optimizer, loss)
                schedule.step()
                losses.append(float(loss.detach()))
            best = self._keep_if_better(best, f"epoch {epoch + 1}: loss {np.mean(losses):.3f}", started)
        self._load_best()

    def _rows(self) -> Iterator[npt.NDArray[np.int64]]:
        self.network.train()
        order = self._random.permutation(len(self._views[0].maps))
        for start in range(0, len(order) - BATCH + 1, BATCH):
            yield np.sort(order[start : start + BATCH])

    def _look(self, rows: npt.NDArray[np.int64]) -> tuple[torch.Tensor, torch.Tensor]:
        view = self._views[int(self._random.integers(len(self._views)))]
        return self.network.look(*view.pictures(rows))

    def _step(self, optimizer: torch.optim.Optimizer, loss: torch.Tensor) -> None:
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        optimizer.step()

    def _keep_if_better(self, best: float, what: str, started: float) -> float:
        """Measures greedy captions on `val`, prints and saves."""
        self.network.eval()
        scores = []
        with torch.inference_mode():
            for start in range(0, len(self._val.maps), BATCH):
                rows = np.arange(start, min(start + BATCH, len(self._val.maps)))
                texts = self._decode(write(self.network, self.network.look(*self._val.pictures(rows))))
                scores += [self._judge.score(int(row), words_of(text)) for row, text in zip(rows, texts, strict=True)]
        score = float(np.mean(scores))
        print(f"{what}, CIDEr-D on val {score:.3f}, {time.perf_counter() - started:.0f} s: {texts[0]}", flush=True)
        if score > best:
            torch.save(self.network.state_dict(), self._work / "best.pt")
        return max(best, score)

    def _load_best(self) -> None:
        self.network.load_state_dict(torch.load(self._work / "best.pt", weights_only=True))

    def _decode(self, tokens: torch.Tensor) -> list[str]:
        return self._tokenizer.decode_batch(tokens.tolist())


def padded(tokenizer: Tokenizer, captions: list[list[str]]) -> npt.NDArray[np.int64]:
    """int64[n, 5, t]: start, the tokens, end, padding."""
    rows = np.full((len(captions), 5, MAX_TOKENS + 1), PAD, np.int64)
    for photo, texts in enumerate(captions):
        for number, encoding in enumerate(tokenizer.encode_batch([" ".join(words_of(text)) for text in texts])):
            ids = [START, *encoding.ids[: MAX_TOKENS - 1], END][: MAX_TOKENS + 1]
            rows[photo, number, : len(ids)] = ids
    return rows


def write(network: CaptionNetwork, pictures: Cache) -> torch.Tensor:
    """int64[n, t] with start and end: the likeliest token of each step."""
    count = pictures[0].shape[1]
    tokens = torch.full((count,), START)
    past = torch.empty(LAYERS, count, HEADS, 0, WIDTH // HEADS), torch.empty(LAYERS, count, HEADS, 0, WIDTH // HEADS)
    ended, found = torch.zeros(count, dtype=torch.bool), [tokens]
    for position in range(MAX_TOKENS):
        logits, past = network.step(tokens, torch.tensor(position), past, pictures)
        logits[:, [PAD, START]] = -torch.inf
        tokens = torch.where(ended, PAD, logits.argmax(1))
        ended |= tokens == END
        found.append(tokens)
        if bool(ended.all()):
            break
    return torch.stack(found, 1)


class Look(torch.nn.Module):
    """`CaptionNetwork.look` of feature maps float32[n, 1280, 9, 9] as the backbone gives them."""

    def __init__(self, network: CaptionNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, maps: torch.Tensor, pooled: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return self.network.look(maps.flatten(2).transpose(1, 2), pooled)


class Step(torch.nn.Module):
    """`CaptionNetwork.step`, with the logarithms of probabilities for logits."""

    def __init__(self, network: CaptionNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(
        self,
        tokens: torch.Tensor,
        position: torch.Tensor,
        keys: torch.Tensor,
        values: torch.Tensor,
        seen_keys: torch.Tensor,
        seen_values: torch.Tensor,
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        logits, cache = self.network.step(tokens, position, (keys, values), (seen_keys, seen_values))
        return log_softmax(logits, -1), *cache


def export_network(network: CaptionNetwork, look_path: Path, step_path: Path) -> None:
    """Writes the two graphs that `models.builtin.captioner` runs, with weights of 16 bits."""
    network.eval()
    maps, pooled = torch.rand(2, CHANNELS, 9, 9), torch.rand(2, POOLED)
    seen_axes = {"seen_keys": {1: "n"}, "seen_values": {1: "n"}}
    inputs, outputs = ["map", "pooled"], list(seen_axes)
    export(Look(network), (maps, pooled), inputs, outputs, {name: {0: "n"} for name in inputs} | seen_axes, look_path)
    past = torch.zeros(2, LAYERS, 2, HEADS, 3, WIDTH // HEADS)
    with torch.inference_mode():
        seen = Look(network)(maps, pooled)
    cache_axes = {name: {1: "n", 3: "t"} for name in ("keys", "values")}
    new_axes = {f"new_{name}": {1: "n", 3: "t1"} for name in ("keys", "values")}
    export(
        Step(network),
        (torch.tensor([START, START]), torch.tensor(3), past[0], past[1], *seen),
        ["tokens", "position", *cache_axes, *seen_axes],
        ["likelihoods", *new_axes],
        {"tokens": {0: "n"}, "likelihoods": {0: "n"}} | cache_axes | new_axes | seen_axes,
        step_path,
    )
    for path in (look_path, step_path):
        halve(path)


if __name__ == "__main__":
    main()
