"""Trains the claim reader: `python scripts/train_claims.py --epochs 4 [--init FILE] [--out scripts]`.

It starts from all-MiniLM-L6-v2, whose word vectors stay as they are, and learns from `corpora/pairs/twins` and
`corpora/pairs/plain` whether a text supports a claim, leaves it open, supports a part of it, or contradicts it, and
from `corpora/pairs/searches` whether it is about what somebody searches for. A sixteenth of the texts is held out;
what is printed of each epoch is measured on these. Of the other texts each epoch reads other variants
(`scripts/claim_variants.py`). The mean of the weights over the last thousands of steps goes to `claim_reader.pt` in
OUT, of which `scripts/export_claims.py` makes the network that ships. Computed in 16 bits (bfloat16), which a
processor with AMX does seven times as fast as in 32.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
import torch
from safetensors.torch import load_file
from torch import nn
from torch.nn.functional import cross_entropy
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from models.builtin.batches import MODEL, minilm_tokenizer
from models.builtin.bert import ClaimNetwork
from models.builtin.claim_reader import CLAIM_TOKENS, TEXT_TOKENS, packed
from scripts.claim_variants import Variants
from scripts.pairs_corpus import OUTCOMES, Told, read_searched, read_told

CLAIMS = 12
"""Claims that are read with their text at once."""
TEXTS = 4
"""In a batch, each with some of its claims."""
NEAR = 20
"""Batches among which texts of like size are put together."""
READ = 0.5
"""The share of the twins that an epoch reads: most that are near to their text are false, as plain claims are not."""
RATE = 1.5e-4
WARM_UP = 0.06
"""The share of all steps."""
SMOOTHING = 0.05
EVERY, KEPT = 10, 0.99
"""At each so many steps, what is kept of the mean of the weights."""
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
    """The network, the mean of its weights, and its optimiser."""

    def __init__(self, network: ClaimNetwork, rate: float) -> None:
        self.network, self.rate, self.taken = network, rate, 0
        averaged = AveragedModel(network, multi_avg_fn=get_ema_multi_avg_fn(KEPT))
        self.averaged, self.mean = averaged, cast(ClaimNetwork, averaged.module)
        self.text, self.claim = minilm_tokenizer(TEXT_TOKENS), minilm_tokenizer(CLAIM_TOKENS)
        for part in (network.bert.words, network.bert.places, network.bert.types):
            part.requires_grad_(False)
        # What the layers pass on is in 16 bits as well, or half of the time goes into changing between the two.
        for each in (network, self.mean):
            each.bert.begun.register_forward_hook(lambda _module, _given, made: made.bfloat16())
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

    def read(self, batch: Batch, network: ClaimNetwork) -> torch.Tensor:
        """float[n, k, 4] of logits."""
        with torch.autocast("cpu", torch.bfloat16):
            logits: torch.Tensor = network(network.bert.words(batch.ids), batch.places, batch.text, batch.claims)
        return logits.float()

    def step(self, batch: Batch, share: float) -> float:
        """One step down the loss, at a rate by the share of the training that is done."""
        for group in self.optimizer.param_groups:
            group["lr"] = self.rate * min(1.0, share / WARM_UP) * max(0.0, 1 - share)
        loss = cross_entropy(
            self.read(batch, self.network).flatten(0, 1),
            batch.outcomes.flatten(),
            ignore_index=OTHER,
            label_smoothing=SMOOTHING,
        )
        loss.backward()
        nn.utils.clip_grad_norm_(self.parameters, 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad()
        self.taken += 1
        if self.taken % EVERY == 0:
            self.averaged.update_parameters(self.network)
        return float(loss.detach())


def _filled(values: np.ndarray, size: int) -> torch.Tensor:
    return nn.functional.pad(torch.from_numpy(values), (0, size - len(values)))


def batches(told: Sequence[Told], chance: random.Random) -> list[list[Told]]:
    """Variants of all claims once, those of texts of like size together."""
    variants = Variants(told, chance)
    some = [part for one in told for part in variants.of(one).parts(CLAIMS, chance)]
    chance.shuffle(some)
    found = []
    for start in range(0, len(some), NEAR * TEXTS):
        near = sorted(some[start : start + NEAR * TEXTS], key=lambda one: one.size)
        found += [near[at : at + TEXTS] for at in range(0, len(near), TEXTS)]
    return chance.sample(found, len(found))


def report(trainer: Trainer, told: Sequence[Told], what: str) -> None:
    """How what is held out is read now, by the mean of the weights."""
    network = trainer.mean.eval()
    with torch.no_grad():
        given = [trainer.batch([one]) for one in told]
        logits = torch.cat([trainer.read(batch, network)[0] for batch in given])
    right, said = torch.cat([batch.outcomes[0] for batch in given]), logits.argmax(1)
    supported = OUTCOMES["supported"]
    passed = float((said[right != supported] == supported).float().mean())
    print(
        f"of {len(right)} held-out {what} {float((said == right).float().mean()):.3f} right, {passed:.3f} of what is "
        f"not supported taken for it, loss {float(cross_entropy(logits, right)):.3f}",
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
    network.bert.load(load_file(str(MODEL / "model.safetensors")))
    if arguments.init:
        network.load_state_dict(torch.load(arguments.init))
    trainer = Trainer(network.train(), arguments.rate)
    twins = read_told(held_out=False, task="twins")
    others = [*read_told(held_out=False, task="plain"), *read_searched(held_out=False)]
    held_out = {
        "twins": read_told(held_out=True, task="twins"),
        "plain claims": read_told(held_out=True, task="plain"),
        "searches": read_searched(held_out=True),
    }
    start = time.monotonic()
    for epoch in range(arguments.epochs):
        told = [*chance.sample(twins, round(len(twins) * READ)), *others]
        print(f"{sum(len(one.claims) for one in told)} claims about {len(told)} texts", flush=True)
        losses, given = [], batches(told, chance)
        for place, batch in enumerate(given):
            share = (epoch + place / len(given)) / arguments.epochs
            losses.append(trainer.step(trainer.batch(batch), share))
            if place % 100 == 99:
                spent = time.monotonic() - start
                print(f"{spent:.0f} s, step {place + 1} of {len(given)}: {sum(losses[-100:]) / 100:.3f}", flush=True)
        for what, kept in held_out.items():
            report(trainer, kept, what)
        torch.save(trainer.mean.state_dict(), arguments.out / "claim_reader.pt")


if __name__ == "__main__":
    main()
