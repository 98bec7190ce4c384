"""Scores the captions of `val` with the standard scorer: `caption_scores.py DATA`.

DATA is as for train_captioner.py. Prints BLEU-1 to 4, ROUGE-L and CIDEr of pycocoevalcap, over all captions as they are
written and, since an unsure one is not kept, over those that are; then the time that each part takes. It needs Java and
`pip install -e '.[scores]'`.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from pycocoevalcap.bleu.bleu import Bleu
from pycocoevalcap.cider.cider import Cider
from pycocoevalcap.rouge.rouge import Rouge
from pycocoevalcap.tokenizer.ptbtokenizer import PTBTokenizer

from api.settings import Settings
from api.wiring import Builtin
from models.protocols import DescribeContext, Pixels
from scripts.captioned_photos import batches, read_captions

BATCH = 16


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    arguments = parser.parse_args()
    photos = read_captions(arguments.data, "val")
    references = [photo.captions for photo in photos]
    builtin = Builtin(Settings().model_cache)
    pictures = [pixels for batch in batches(arguments.data, {photo.image for photo in photos}, 0) for pixels in batch]
    pieces = [pictures[start : start + BATCH] for start in range(0, len(pictures), BATCH)]
    written = [caption.text for piece in pieces for caption in builtin.captioner.write(builtin.backbone.run(piece))]
    print(
        "| captions | share | BLEU-1 | BLEU-2 | BLEU-3 | BLEU-4 | ROUGE-L | CIDEr |\n|---|---|---|---|---|---|---|---|"
    )
    print_scores("all that are written", written, references)
    shown = [one.caption for piece in pieces for one in builtin.describer.describe(piece, _contexts(piece))]
    rows = [row for row, caption in enumerate(shown) if caption]
    print_scores(
        "those that are kept", [shown[row] or "" for row in rows], [references[row] for row in rows], len(shown)
    )
    print_scores("as kept, none for the rest", [caption or "" for caption in shown], references)
    print_times(builtin, pieces)


def print_scores(
    name: str, captions: Sequence[str], references: Sequence[Sequence[str]], of: int | None = None
) -> None:
    """A row of the table."""
    tokenizer = PTBTokenizer()
    truths = tokenizer.tokenize({i: [{"caption": text} for text in texts] for i, texts in enumerate(references)})
    results = tokenizer.tokenize({i: [{"caption": text}] for i, text in enumerate(captions)})
    bleu, _ = Bleu(4).compute_score(truths, results, verbose=0)
    rouge, _ = Rouge().compute_score(truths, results)
    cider, _ = Cider().compute_score(truths, results)
    figures = " | ".join(f"{value:.3f}" for value in (*bleu, rouge, cider))
    print(f"| {name} | {len(captions) / (of or len(captions)):.1%} | {figures} |", flush=True)


def print_times(builtin: Builtin, pieces: Sequence[Sequence[Pixels]]) -> None:
    """Milliseconds a picture by part, in batches of 16."""
    seconds = np.zeros(3)
    for piece in pieces:
        start = time.perf_counter()
        features = builtin.backbone.run(piece)
        looked = time.perf_counter()
        builtin.captioner.write(features)
        captioned = time.perf_counter()
        # The backbone knows the pictures by now: what remains are tags, colours, the caption again and its check.
        builtin.describer.describe(piece, _contexts(piece))
        seconds += looked - start, captioned - looked, time.perf_counter() - looked
    look, caption, describe = 1000 * seconds / sum(len(piece) for piece in pieces)
    print(
        f"\nA picture, in batches of {BATCH}: {look + describe:.1f} ms in all, of that backbone {look:.1f}, "
        f"caption {caption:.1f}, its check with tags and colours {describe - caption:.1f}"
    )


def _contexts(piece: Sequence[Pixels]) -> list[DescribeContext]:
    return [DescribeContext() for _ in piece]


if __name__ == "__main__":
    main()
