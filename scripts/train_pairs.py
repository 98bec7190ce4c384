"""Trains the pair reader: `python scripts/train_pairs.py --minutes 60 [--init FILE] [--out models/builtin]`.

One network reads two texts together and has two tasks: whether a text supports a claim (`corpora/pairs/claims`), and
which line of a page answers a question (`corpora/pairs/answers`). It starts from all-MiniLM-L6-v2, whose word vectors
and lowest layers stay as they are. A sixteenth of the texts is held out, and what is printed of each epoch is measured
on these. The weights go to `pair_reader.pt` in OUT; `scripts/export_pairs.py` makes the network that ships of them.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import torch
from torch import nn
from torch.nn.functional import cross_entropy

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from models.builtin.batches import MODEL, minilm_tokenizer
from models.builtin.bert import PairNetwork
from models.builtin.pair_reader import MAX_TOKENS
from scripts.pairs_corpus import Asked, Pair, read_claims, read_questions

TASKS = ("claims", "answers")
FROZEN = 2
"""Layers that stay as they are, with the word vectors."""
BATCH = 32
QUESTIONS = 4
"""Questions in a batch; each comes with all lines of its page."""
ALIKE = 12
"""Pairs that are padded to one length."""
RATE = 1.5e-4
WARM_UP = 40
SMOOTHING = 0.05


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

    def read(self, pairs: Sequence[Pair]) -> tuple[torch.Tensor, torch.Tensor]:
        """float[n, 3] of the claim's verdict and float[n] of being the answer, as logits.

        Pairs of like length are read together: a short one costs as much as the longest beside it.
        """
        order = sorted(range(len(pairs)), key=lambda place: pairs[place].size)
        read = [self._read([pairs[place] for place in order[at : at + ALIKE]]) for at in range(0, len(order), ALIKE)]
        back = torch.tensor(order).argsort()
        verdicts, answers = (torch.cat(parts)[back] for parts in zip(*read, strict=True))
        return verdicts, answers

    def _read(self, pairs: Sequence[Pair]) -> tuple[torch.Tensor, torch.Tensor]:
        encoded = self.tokenizer.encode_batch([(pair.text, pair.other) for pair in pairs])
        ids, mask, types = (
            torch.tensor([getattr(one, name) for one in encoded]) for name in ("ids", "attention_mask", "type_ids")
        )
        verdicts, answers = self.network(self.network.bert.words(ids), mask, types)
        return verdicts, answers

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

    def claim_loss(self, pairs: Sequence[Pair]) -> torch.Tensor:
        """Of the verdicts on claims."""
        labels = torch.tensor([pair.label for pair in pairs])
        return cross_entropy(self.read(pairs)[0], labels, label_smoothing=SMOOTHING)

    def answer_loss(self, asked: Sequence[Asked]) -> torch.Tensor:
        """Of the choice among the lines of each page, one of which is that none answers."""
        scores = self.read([Pair(line, one.question) for one in asked for line in one.lines])[1]
        losses, start = [], 0
        for one in asked:
            choice = torch.cat([scores[start : start + len(one.lines)], torch.zeros(1)]).log_softmax(0)
            right = list(one.answers) or [len(one.lines)]
            losses.append(-choice[right].logsumexp(0))
            start += len(one.lines)
        return torch.stack(losses).mean()


def batches(pairs: Sequence[Pair], chance: random.Random) -> Iterator[list[Pair]]:
    """All pairs once, those of like size together."""
    mixed = chance.sample(list(pairs), len(pairs))
    found = []
    for start in range(0, len(mixed), 20 * BATCH):
        near = sorted(mixed[start : start + 20 * BATCH], key=lambda pair: pair.size)
        found += [near[at : at + BATCH] for at in range(0, len(near), BATCH)]
    yield from chance.sample(found, len(found))


def epoch(
    trainer: Trainer, claims: Sequence[Pair], questions: Sequence[Asked], tasks: Sequence[str], chance: random.Random
) -> list[tuple[str, Callable[[], torch.Tensor]]]:
    """The losses of all batches of the tasks, mixed."""
    asked = chance.sample(list(questions), len(questions))
    steps: list[tuple[str, Callable[[], torch.Tensor]]] = []
    if "claims" in tasks:
        steps += [("claims", partial(trainer.claim_loss, pairs)) for pairs in batches(claims, chance)]
    if "answers" in tasks:
        groups = [asked[at : at + QUESTIONS] for at in range(0, len(asked), QUESTIONS)]
        steps += [("answers", partial(trainer.answer_loss, group)) for group in groups]
    return chance.sample(steps, len(steps))


def report(trainer: Trainer, claims: Sequence[Pair], asked: Sequence[Asked]) -> None:
    """How the held-out pairs are read now."""
    trainer.network.eval()
    with torch.no_grad():
        ordered = sorted(claims, key=lambda pair: pair.size)
        said = torch.cat([trainer.read(ordered[at : at + BATCH])[0].argmax(1) for at in range(0, len(ordered), BATCH)])
        right, first, quiet, unanswerable = torch.tensor([pair.label for pair in ordered]), 0, 0, 0
        for one in asked:
            scores = trainer.read([Pair(line, one.question) for line in one.lines])[1]
            first += bool(one.answers) and int(scores.argmax()) in one.answers
            unanswerable += not one.answers
            quiet += not one.answers and float(scores.max()) < 0
    trainer.network.train()
    passed = float((said[right == 2] == 0).float().mean())
    print(
        f"claims: {float((said == right).float().mean()):.3f} right, {passed:.3f} of the contradicted taken for "
        f"supported, of {len(right)}; questions: {first}/{len(asked) - unanswerable} answered by the right line, "
        f"{quiet}/{unanswerable} by none that have none",
        flush=True,
    )


def main() -> None:
    """Train for the time given, and save after each epoch of claims."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, required=True)
    parser.add_argument("--init", type=Path)
    parser.add_argument("--tasks", nargs="+", choices=TASKS, default=TASKS)
    parser.add_argument("--out", type=Path, default=Path(__file__).resolve().parent)
    arguments = parser.parse_args()
    torch.manual_seed(0)
    chance = random.Random(0)
    network = PairNetwork.fresh(MODEL / "model.safetensors")
    if arguments.init:
        network.load_state_dict(torch.load(arguments.init))
    claims, questions = read_claims(held_out=False), read_questions(held_out=False)
    held_out = read_claims(held_out=True), read_questions(held_out=True)
    print(f"{len(claims)} claims and {len(questions)} questions", flush=True)
    trainer = Trainer(network.train(), 60 * arguments.minutes)
    losses: defaultdict[str, list[float]] = defaultdict(list)
    while trainer.spent < 1:
        for name, loss in epoch(trainer, claims, questions, arguments.tasks, chance):
            losses[name].append(trainer.step(loss()))
            if trainer.steps % 100 == 0:
                means = ", ".join(f"{name} {sum(some[-50:]) / len(some[-50:]):.3f}" for name, some in losses.items())
                print(f"{trainer.spent:.2f} spent, losses: {means}", flush=True)
            if trainer.spent >= 1:
                break
        report(trainer, *held_out)
        torch.save(network.state_dict(), arguments.out / "pair_reader.pt")


if __name__ == "__main__":
    main()
