"""Trains the pair reader: `python scripts/train_pairs.py --minutes 60 [--init FILE] [--out scripts]`.

It reads a question and a line of a page together and says whether the line answers (`corpora/pairs/answers`). It starts
from all-MiniLM-L6-v2, whose word vectors and lowest layers stay as they are. A sixteenth of the pages is held out, and
what is printed of each epoch is measured on these. The weights go to `pair_reader.pt` in OUT;
`scripts/export_pairs.py` makes the network that ships of them.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import nn

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from models.builtin.batches import MODEL, minilm_tokenizer
from models.builtin.bert import PairNetwork
from models.builtin.pair_reader import MAX_TOKENS
from scripts.pairs_corpus import Asked, read_questions

FROZEN = 2
"""Layers that stay as they are, with the word vectors."""
QUESTIONS = 4
"""Questions in a batch; each comes with all lines of its page."""
ALIKE = 12
"""Pairs that are padded to one length."""
RATE = 1.5e-4
WARM_UP = 40


class Trainer:
    """The network, its optimiser, and the clock by which the rate falls to nothing."""

    def __init__(self, network: PairNetwork, seconds: float) -> None:
        self.network = network
        self.tokenizer = minilm_tokenizer(MAX_TOKENS)
        self.parameters = network.thaw(FROZEN)
        self.optimizer = torch.optim.AdamW(self.parameters, lr=RATE, weight_decay=0.01, fused=True)
        self.start, self.seconds, self.steps = time.monotonic(), seconds, 0

    @property
    def spent(self) -> float:
        """The share of the time that has passed."""
        return (time.monotonic() - self.start) / self.seconds

    def read(self, asked: Sequence[Asked]) -> list[torch.Tensor]:
        """float[lines] for each question: the logits that the lines answer it.

        Lines of like length are read together: a short one costs as much as the longest beside it.
        """
        pairs = [(line, one.question) for one in asked for line in one.lines]
        order = sorted(range(len(pairs)), key=lambda place: sum(map(len, pairs[place])))
        read = [self._read([pairs[place] for place in order[at : at + ALIKE]]) for at in range(0, len(order), ALIKE)]
        return list(torch.cat(read)[torch.tensor(order).argsort()].split([len(one.lines) for one in asked]))

    def _read(self, pairs: Sequence[tuple[str, str]]) -> torch.Tensor:
        encoded = self.tokenizer.encode_batch(pairs)
        ids, mask, types = (
            torch.tensor([getattr(one, name) for one in encoded]) for name in ("ids", "attention_mask", "type_ids")
        )
        logits: torch.Tensor = self.network(self.network.bert.words(ids), mask, types)
        return logits

    def step(self, loss: torch.Tensor) -> float:
        """One step down the loss."""
        self.steps += 1
        for group in self.optimizer.param_groups:
            group["lr"] = RATE * min(1.0, self.steps / WARM_UP) * max(0.0, 1 - self.spent)
        loss.backward()
        nn.utils.clip_grad_norm_(self.parameters, 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad()
        return float(loss.detach())

    def loss(self, asked: Sequence[Asked]) -> torch.Tensor:
        """Of the choice among the lines of each page, one of which is that none answers."""
        losses = []
        for one, scores in zip(asked, self.read(asked), strict=True):
            choice = torch.cat([scores, torch.zeros(1)]).log_softmax(0)
            right = list(one.answers) or [len(one.lines)]
            losses.append(-choice[right].logsumexp(0))
        return torch.stack(losses).mean()


def report(trainer: Trainer, asked: Sequence[Asked]) -> None:
    """How the held-out questions are answered now."""
    trainer.network.eval()
    first, quiet, unanswerable = 0, 0, 0
    with torch.no_grad():
        for one in asked:
            [scores] = trainer.read([one])
            first += bool(one.answers) and int(scores.argmax()) in one.answers
            unanswerable += not one.answers
            quiet += not one.answers and float(scores.max()) < 0
    trainer.network.train()
    print(
        f"{first}/{len(asked) - unanswerable} answered by the right line, {quiet}/{unanswerable} without one by none",
        flush=True,
    )


def main() -> None:
    """Train for the time given, and save after each epoch."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, required=True)
    parser.add_argument("--init", type=Path)
    parser.add_argument("--out", type=Path, default=Path(__file__).resolve().parent)
    arguments = parser.parse_args()
    torch.manual_seed(0)
    chance = random.Random(0)
    network = PairNetwork.fresh(MODEL / "model.safetensors")
    if arguments.init:
        network.load_state_dict(torch.load(arguments.init))
    questions, held_out = read_questions(held_out=False), read_questions(held_out=True)
    print(f"{len(questions)} questions", flush=True)
    trainer = Trainer(network.train(), 60 * arguments.minutes)
    losses: list[float] = []
    while trainer.spent < 1:
        mixed = chance.sample(questions, len(questions))
        for at in range(0, len(mixed), QUESTIONS):
            losses.append(trainer.step(trainer.loss(mixed[at : at + QUESTIONS])))
            if trainer.steps % 100 == 0:
                print(f"{trainer.spent:.2f} spent, loss {sum(losses[-50:]) / len(losses[-50:]):.3f}", flush=True)
            if trainer.spent >= 1:
                break
        report(trainer, held_out)
        torch.save(network.state_dict(), arguments.out / "pair_reader.pt")


if __name__ == "__main__":
    main()
