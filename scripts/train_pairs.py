"""Trains the pair reader: `python scripts/train_pairs.py --minutes 60 [--init FILE] [--out scripts]`.

It reads a question and a line of a page together and says whether the line answers (`corpora/pairs/answers`, and the
questions of `corpora/pairs/searches`). It starts from a cross-encoder for searches
(`scripts/cross_encoder_weights.py`), or from the weights in FILE; word vectors, those of all-MiniLM-L6-v2, and the
lowest layers stay as they are. What the reader that ships finds hard is trained on most: it reads all questions first,
which takes half an hour more. A sixteenth of the pages is held out, and what is printed of each epoch is measured on
these. The weights go to `pair_reader.pt` in OUT; `scripts/export_pairs.py` makes the network that ships of them.
Computed in 16 bits (bfloat16), which is quick on a processor with AMX.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import torch
from torch import nn

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from models.builtin.batches import minilm_tokenizer, word_vectors
from models.builtin.bert import PairNetwork
from models.builtin.pair_reader import MAX_TOKENS, PairReader
from scripts.cross_encoder_weights import read_cross_encoder
from scripts.pairs_corpus import Asked, read_questions

FROZEN = 2
"""Layers that stay as they are, with the word vectors."""
PAIRS = 48
"""In a batch, at least."""
LINES = 4
"""Of its page that a question is read with: what answers it, and those likeliest to be taken for it."""
DULL = 0.04
"""The loss under which a question teaches little."""
DULL_KEPT = 0.25
"""Of such questions."""
ALIKE = 24
"""Pairs that are padded to one length."""
TITLED = 0.5
"""Of the questions to pages with a title: those whose lines stand behind it."""
RATE = 1e-4
WARM_UP = 40
SURE = 1e-6
"""The chance, and 1 less it, beyond which a reader is as sure as can be."""


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

    def read(self, asked: Sequence[Asked], titled: Sequence[bool]) -> list[torch.Tensor]:
        """float[lines] for each question: the logits that the lines, some behind their titles, answer it.

        Lines of like length are read together: a short one costs as much as the longest beside it.
        """
        pairs = [
            (one.question, line) for one, behind in zip(asked, titled, strict=True) for line in one.readings(behind)
        ]
        order = sorted(range(len(pairs)), key=lambda place: sum(map(len, pairs[place])))
        # In one context, which keeps the weights that it has cut to 16 bits.
        with torch.autocast("cpu", torch.bfloat16):
            read = [
                self._read([pairs[place] for place in order[at : at + ALIKE]]) for at in range(0, len(order), ALIKE)
            ]
        return list(torch.cat(read)[torch.tensor(order).argsort()].split([len(one.lines) for one in asked]))

    def _read(self, pairs: Sequence[tuple[str, str]]) -> torch.Tensor:
        encoded = self.tokenizer.encode_batch(pairs)
        ids, mask, types = (
            torch.tensor([getattr(one, name) for one in encoded]) for name in ("ids", "attention_mask", "type_ids")
        )
        logits: torch.Tensor = self.network(self.network.bert.words(ids), mask, types)
        return logits.float()

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

    def loss(self, asked: Sequence[Asked], chance: random.Random) -> torch.Tensor:
        """Of the choice among the lines of each page, one of which is that none answers; and, of a question that has an
        answer, of the same choice without it: or what is asked would tell by itself whether there is one.
        """
        titled = [one.named or chance.random() < TITLED for one in asked]
        read = zip(asked, self.read(asked, titled), strict=True)
        return torch.cat([losses(one, scores) for one, scores in read]).mean()


def losses(one: Asked, scores: torch.Tensor) -> torch.Tensor:
    """float[1 or 2] from float[lines]: of the choice among the lines and that none answers; and of the same without
    the answer, if there is one.
    """
    choice = torch.cat([scores, torch.zeros(1)]).log_softmax(0)
    right = list(one.answers) or [len(one.lines)]
    wrong = [place for place in range(len(one.lines)) if place not in one.answers]
    chosen = -choice[right].logsumexp(0)
    if not one.answers or not wrong:
        return chosen[None]
    return torch.stack([chosen, torch.cat([scores[wrong], torch.zeros(1)]).logsumexp(0)])


def batches(asked: Sequence[Asked], chance: random.Random) -> Iterator[list[Asked]]:
    """All questions once, mixed, as many at a time as make `PAIRS` pairs."""
    batch: list[Asked] = []
    for one in chance.sample(asked, len(asked)):
        batch.append(one)
        if sum(len(other.lines) for other in batch) >= PAIRS:
            yield batch
            batch = []


def hard(asked: Sequence[Asked], reader: PairReader, chance: random.Random) -> list[Asked]:
    """Those that the reader has yet to learn and some of the others, each with the lines that mislead it most."""
    read = ((one, torch.from_numpy(reader.answering(one.question, one.readings(True)))) for one in asked)
    scored = ((one, scores.logit(SURE)) for one, scores in read)
    return [
        _narrowed(one, scores)
        for one, scores in scored
        if float(losses(one, scores).mean()) > DULL or chance.random() < DULL_KEPT
    ]


def _narrowed(one: Asked, scores: torch.Tensor) -> Asked:
    """The same with fewer lines: what answers it, and the likeliest of the others."""
    others = [place for place in scores.argsort(descending=True).tolist() if place not in one.answers]
    kept = (*one.answers, *others)[: max(LINES, len(one.answers) + 1)]
    return replace(one, lines=tuple(one.lines[place] for place in kept), answers=tuple(range(len(one.answers))))


def report(trainer: Trainer, asked: Sequence[Asked]) -> None:
    """How held-out questions are answered now, by lines behind their titles."""
    trainer.network.eval()
    first, answered, quiet, unanswerable = 0, 0, 0, 0
    with torch.no_grad():
        for one in asked:
            [scores] = trainer.read([one], [True])
            first += bool(one.answers) and int(scores.argmax()) in one.answers
            answered += bool(one.answers) and float(scores.max()) >= 0
            unanswerable += not one.answers
            quiet += not one.answers and float(scores.max()) < 0
    trainer.network.train()
    answerable = len(asked) - unanswerable
    print(
        f"{first}/{answerable} answered best by a right line, {answered}/{answerable} at all, "
        f"{quiet}/{unanswerable} without an answer by none",
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
    network = PairNetwork()
    if arguments.init:
        network.load_state_dict(torch.load(arguments.init))
    else:
        network.load(read_cross_encoder(), torch.from_numpy(word_vectors()))
    held_out = read_questions(held_out=True)
    questions = hard(read_questions(held_out=False), PairReader.load(), chance)
    print(f"{len(questions)} questions", flush=True)
    trainer = Trainer(network.train(), 60 * arguments.minutes)
    lost: list[float] = []
    while trainer.spent < 1:
        for batch in batches(questions, chance):
            lost.append(trainer.step(trainer.loss(batch, chance)))
            if trainer.steps % 100 == 0:
                print(f"{trainer.spent:.2f} spent, loss {sum(lost[-100:]) / len(lost[-100:]):.3f}", flush=True)
            if trainer.spent >= 1:
                break
        torch.save(network.state_dict(), arguments.out / "pair_reader.pt")
        for what, are_pages in (("pages", True), ("passages", False)):
            print(what, end=": ")
            report(trainer, [one for one in held_out if (len(one.lines) > 1) == are_pages])


if __name__ == "__main__":
    main()
