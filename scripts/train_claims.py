"""Trains the claim reader: `python scripts/train_claims.py --epochs 4 [--init FILE] [--out scripts]`.

It starts from all-MiniLM-L6-v2, whose word vectors stay as they are, and learns from `corpora/pairs/claims` whether a
text supports a claim, leaves it open, supports a part of it, or contradicts it. A sixteenth of the texts is held out;
what is printed of each epoch is measured on these. The weights go to `claim_reader.pt` in OUT, of which
`scripts/export_claims.py` makes the network that ships. Computed in 16 bits (bfloat16), which a processor
with AMX does seven times as fast as in 32.
"""

from __future__ import annotations

import argparse
import math
import random
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from models.builtin.batches import MODEL, minilm_tokenizer
from models.builtin.bert import ClaimNetwork
from models.builtin.claim_reader import CLAIM_TOKENS, TEXT_TOKENS, packed
from scripts.pairs_corpus import OUTCOMES, Told, read_told

CLAIMS = 12
"""Claims that are read with their text at once."""
TEXTS = 4
"""In a batch, each with some of its claims."""
NEAR = 20
"""Batches among which texts of like size are put together."""
RATE = 1.5e-4
WARM_UP = 0.06
"""The share of all steps."""
SMOOTHING = 0.05
OTHER = -100
"""The label of what fills up a batch."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What `ClaimNetwork` takes, and int64[n, k] of the outcomes."""

    ids: torch.Tensor
    places: torch.Tensor
    text: torch.Tensor
    claims: torch.Tensor
    outcomes: torch.Tensor


class Trainer:
    """The network, its optimiser, and the steps by which the rate falls to nothing."""

    def __init__(self, network: ClaimNetwork, steps: int, rate: float) -> None:
        self.network, self.steps, self.rate, self.taken = network, steps, rate, 0
        self.text, self.claim = minilm_tokenizer(TEXT_TOKENS), minilm_tokenizer(CLAIM_TOKENS)
        for part in (network.bert.words, network.bert.places, network.bert.types):
            part.requires_grad_(False)
        # What the layers pass on is in 16 bits as well, or half of the time goes into changing between the two.
        network.bert.begun.register_forward_hook(lambda _module, _given, made: made.bfloat16())
        self.parameters = [parameter for parameter in network.parameters() if parameter.requires_grad]
        self.optimizer = torch.optim.AdamW(self.parameters, lr=rate, weight_decay=0.01, fused=True)

    def batch(self, told: Sequence[Told]) -> Batch:
        """Texts with some claims each, filled up to one size."""
        each = [
            packed(self.text.encode(one.text).ids, [self.claim.encode(claim).ids for claim, _ in one.claims])
            for one in told
        ]
        size, most = max(len(one.ids) for one in each), max(len(one.claims) for one in told)
        outcomes = torch.tensor(
            [[outcome for _, outcome in one.claims] + [OTHER] * (most - len(one.claims)) for one in told]
        )
        ids, places, text = (
            torch.stack([_filled(getattr(one, name), size) for one in each]) for name in ("ids", "places", "text")
        )
        claims = torch.stack(
            [
                nn.functional.pad(torch.from_numpy(one.claims), (0, size - len(one.ids), 0, most - len(one.claims)))
                for one in each
            ]
        )
        return Batch(ids, places, text, claims, outcomes)

    def read(self, batch: Batch) -> torch.Tensor:
        """float[n, k, 4] of logits."""
        with torch.autocast("cpu", torch.bfloat16):
            logits: torch.Tensor = self.network(
                self.network.bert.words(batch.ids), batch.places, batch.text, batch.claims
            )
        return logits.float()

    def step(self, batch: Batch) -> float:
        """One step down the loss."""
        self.taken += 1
        share = self.taken / self.steps
        for group in self.optimizer.param_groups:
            group["lr"] = self.rate * min(1.0, share / WARM_UP) * max(0.0, 1 - share)
        loss = cross_entropy(
            self.read(batch).flatten(0, 1), batch.outcomes.flatten(), ignore_index=OTHER, label_smoothing=SMOOTHING
        )
        loss.backward()
        nn.utils.clip_grad_norm_(self.parameters, 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad()
        return float(loss.detach())


def _filled(values: np.ndarray, size: int) -> torch.Tensor:
    return nn.functional.pad(torch.from_numpy(values), (0, size - len(values)))


def batches(told: Sequence[Told], chance: random.Random) -> Iterator[list[Told]]:
    """All claims once, those of texts of like size together."""
    some = [part for one in told for part in one.parts(CLAIMS, chance)]
    chance.shuffle(some)
    found = []
    for start in range(0, len(some), NEAR * TEXTS):
        near = sorted(some[start : start + NEAR * TEXTS], key=lambda one: one.size)
        found += [near[at : at + TEXTS] for at in range(0, len(near), TEXTS)]
    yield from chance.sample(found, len(found))


def report(trainer: Trainer, told: Sequence[Told]) -> None:
    """How the held-out claims are read now."""
    trainer.network.eval()
    with torch.no_grad():
        given = [trainer.batch([one]) for one in told]
        logits = torch.cat([trainer.read(batch)[0] for batch in given])
    trainer.network.train()
    right, said = torch.cat([batch.outcomes[0] for batch in given]), logits.argmax(1)
    supported, contradicted = OUTCOMES["supported"], OUTCOMES["contradicted"]
    passed = float((said[right == contradicted] == supported).float().mean())
    print(
        f"of {len(right)} held-out claims {float((said == right).float().mean()):.3f} right, {passed:.3f} of the "
        f"contradicted taken for supported, loss {float(cross_entropy(logits, right)):.3f}",
        flush=True,
    )


def main() -> None:
    """Train, and save after each epoch."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epochs", type=int, required=True)
    parser.add_argument("--init", type=Path)
    parser.add_argument("--rate", type=float, default=RATE)
    parser.add_argument("--out", type=Path, default=Path(__file__).resolve().parent)
    arguments = parser.parse_args()
    torch.manual_seed(0)
    chance = random.Random(0)
    network = ClaimNetwork()
    network.bert.load(MODEL / "model.safetensors")
    if arguments.init:
        network.load_state_dict(torch.load(arguments.init))
    told, held_out = read_told(held_out=False), read_told(held_out=True)
    parts = sum(math.ceil(len(one.claims) / CLAIMS) for one in told)
    trainer = Trainer(network.train(), arguments.epochs * math.ceil(parts / TEXTS), arguments.rate)
    print(f"{sum(len(one.claims) for one in told)} claims about {len(told)} texts", flush=True)
    losses, start = [], time.monotonic()
    for _ in range(arguments.epochs):
        for some in batches(told, chance):
            losses.append(trainer.step(trainer.batch(some)))
            if trainer.taken % 100 == 0:
                spent = time.monotonic() - start
                print(
                    f"{spent:.0f} s, step {trainer.taken} of {trainer.steps}: {sum(losses[-100:]) / 100:.3f}",
                    flush=True,
                )
        report(trainer, held_out)
        torch.save(network.state_dict(), arguments.out / "claim_reader.pt")


if __name__ == "__main__":
    main()
