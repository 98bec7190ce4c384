"""What the caption decoder adds as a judge of the first pictures: `caption_reranking.py DATA --work DIR`.

DATA and DIR are as for train_captioner.py, which runs first. For queries drawn from the captions of `val`, the first 20
photos by likeness are ordered anew by likeness + 0.02 log P(decoder writes the query | photo), with all that the
decoder sees of a photo, and with its 81 places pooled to fewer and kept in eight bits. The same for the queries of the
demo corpus, whose photos are of other things than the decoder was trained on. Prints recall before and after, with the
standard error of the difference.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from tokenizers import Tokenizer
from torch.nn.functional import adaptive_avg_pool2d, log_softmax

from api.settings import Settings
from api.wiring import Builtin
from models.builtin.captioner import END, MAX_TOKENS, START, TOKENIZER
from models.builtin.encoder import BuiltinEncoder
from scripts.caption_network import CHANNELS, PLACES, Cache, CaptionNetwork
from scripts.caption_words import words_of
from scripts.captioned_photos import batches, read_captions
from scripts.demo_corpus import load_recipe
from scripts.train_caption_trust import demo_photos

JUDGED, WEIGHT = 20, 0.02
SIDES: Sequence[int | None] = (None, 5, 4, 3, 2)
"""Places of a side of the map that are kept, of 9; None for all, as they are."""
DEPTHS = (1, 5, 10)
QUERIES = Path(__file__).resolve().parent.parent / "corpora" / "eval" / "demo"

Floats = npt.NDArray[np.float32]


class Judge:
    """The decoder over pictures of which `side` x `side` places are kept."""

    def __init__(self, network: CaptionNetwork, tokenizer: Tokenizer, rows: torch.Tensor, side: int | None) -> None:
        self._network, self._tokenizer = network, tokenizer
        kept = rows if side is None else in_eight_bits(pooled(rows, side))
        self.bytes = kept.shape[1] * kept.shape[2] * (4 if side is None else 1)
        pairs = [layer.look(kept) for layer in network.layers]
        self._seen: Cache = torch.stack([keys for keys, _ in pairs]), torch.stack([values for _, values in pairs])

    def score(self, text: str, pictures: npt.NDArray[np.int64]) -> Floats:
        """float32[n]: the logarithm of the probability that the decoder writes the text of each picture."""
        ids = self._tokenizer.encode(" ".join(words_of(text))).ids[: MAX_TOKENS - 1]
        tokens = torch.tensor([START, *ids, END]).expand(len(pictures), -1)
        chosen = torch.from_numpy(pictures)
        likely = log_softmax(self._network(tokens[:, :-1], (self._seen[0][:, chosen], self._seen[1][:, chosen])), -1)
        scores: Floats = likely.gather(2, tokens[:, 1:, None])[..., 0].sum(1).numpy()
        return scores


def pooled(rows: torch.Tensor, side: int) -> torch.Tensor:
    """float32[n, side * side + 1, width] of float32[n, 82, width]: means of neighbouring places, and the last row."""
    grid = rows[:, :PLACES].transpose(1, 2).unflatten(2, (9, 9))
    return torch.cat([adaptive_avg_pool2d(grid, side).flatten(2).transpose(1, 2), rows[:, PLACES:]], 1)


def in_eight_bits(rows: torch.Tensor) -> torch.Tensor:
    """The rows as they come back from eight bits and a scale each."""
    step = rows.abs().amax(-1, keepdim=True) / 127
    return (rows / step).round() * step


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--work", type=Path, required=True, help="where train_captioner.py keeps its checkpoint")
    parser.add_argument("--queries", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(2)
    tokenizer = Tokenizer.from_file(str(TOKENIZER))
    network = CaptionNetwork(tokenizer.get_vocab_size(), 0.0).eval()
    network.load_state_dict(torch.load(arguments.work / "best.pt", weights_only=True))
    builtin = Builtin(Settings().model_cache)

    photos = read_captions(arguments.data, "val")
    captions = [(text, {place}) for place, photo in enumerate(photos) for text in photo.captions]
    chosen = np.random.default_rng(arguments.seed).permutation(len(captions))[: arguments.queries]
    val = look(builtin, network, [*batches(arguments.data, {photo.image for photo in photos}, 0)])
    demo = look(builtin, network, [demo_photos()[0]])
    print(f"| queries | kept of a photo | ms a query | {' | '.join(f'recall@{depth}' for depth in DEPTHS)} |")
    print(f"|---|---|---|{'---|' * len(DEPTHS)}")
    with torch.inference_mode():
        for side in SIDES:
            for name, (vectors, rows), queries in (
                ("val", val, [captions[place] for place in chosen]),
                ("demo", demo, demo_queries()),
            ):
                report(name, Judge(network, tokenizer, rows, side), builtin.encoder, vectors, queries)


def look(
    builtin: Builtin, network: CaptionNetwork, batched: Sequence[Sequence[npt.NDArray[np.uint8]]]
) -> tuple[Floats, torch.Tensor]:
    """Image vectors, float32[n, d], and what the decoder sees of the pictures, float32[n, 82, width]."""
    vectors, rows = [], []
    with torch.inference_mode():
        for pictures in batched:
            features = builtin.backbone.run(pictures)
            vectors.append(builtin.encoder.place_images(features))
            maps = torch.from_numpy(features.map).reshape(-1, CHANNELS, PLACES).transpose(1, 2)
            rows.append(network.rows(maps, torch.from_numpy(features.pooled)))
    return np.concatenate(vectors), torch.cat(rows)


def demo_queries() -> list[tuple[str, set[int]]]:
    """The queries of the demo corpus that photos answer, and the places of these among `demo_photos`."""
    place = {f"photos/{photo.name}": number for number, photo in enumerate(load_recipe().photos)}
    right: dict[str, set[int]] = {}
    for line in (QUERIES / "qrels.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        query, document, _ = line.split("\t")
        if document in place:
            right.setdefault(query, set()).add(place[document])
    lines = [json.loads(line) for line in (QUERIES / "queries.jsonl").read_text(encoding="utf-8").splitlines()]
    return [(line["text"], right[line["_id"]]) for line in lines if line["_id"] in right]


def report(
    name: str, judge: Judge, encoder: BuiltinEncoder, vectors: Floats, queries: Sequence[tuple[str, set[int]]]
) -> None:
    """Print recall before and after of one way to keep photos."""
    before: Mapping[int, list[float]] = {depth: [] for depth in DEPTHS}
    after: Mapping[int, list[float]] = {depth: [] for depth in DEPTHS}
    seconds = 0.0
    likenesses = encoder.encode_texts([text for text, _ in queries]) @ vectors.T
    for (text, right), likeness in zip(queries, likenesses, strict=True):
        first = np.argsort(-likeness, kind="stable")[:JUDGED]
        started = time.perf_counter()
        scores = judge.score(text, first)
        seconds += time.perf_counter() - started
        again = first[np.argsort(-(likeness[first] + WEIGHT * scores), kind="stable")]
        for depth in DEPTHS:
            before[depth].append(len(right & set(first[:depth].tolist())) / len(right))
            after[depth].append(len(right & set(again[:depth].tolist())) / len(right))
    cells = []
    for depth in DEPTHS:
        gain = np.subtract(after[depth], before[depth])
        change = f"{100 * gain.mean():+.1f} ± {100 * gain.std() / np.sqrt(len(gain)):.1f}"
        cells.append(f"{np.mean(before[depth]):.1%} to {np.mean(after[depth]):.1%} ({change})")
    print(
        f"| {len(queries)} of {name} | {judge.bytes:,} B | {1000 * seconds / len(queries):.0f} | {' | '.join(cells)} |",
        flush=True,
    )


if __name__ == "__main__":
    main()
