"""What training texts are turned into: other words, and the same truth."""

from __future__ import annotations

import random

import pytest

from scripts.claim_variants import CONTRADICTED, NEUTRAL, PARTIAL, SUPPORTED, Variants, both
from scripts.pairs_corpus import Told

TOLD = [
    Told(
        "The mill was sold to Harmsen in 1912, and in May to his brother Wouter.",
        (("The buyer of 1912 was Harmsen.", SUPPORTED), ("Wouter bought it before Harmsen did.", CONTRADICTED)),
    ),
    Told("A letter from Brun says that Odile paid nothing.", (("Odile paid Brun.", CONTRADICTED),)),
    Told("The boat is kept by Tamsin near the old lock.", (("Tamsin keeps a boat.", SUPPORTED),)),
]


@pytest.mark.parametrize(
    ("first", "second", "outcome"),
    [
        (SUPPORTED, SUPPORTED, SUPPORTED),
        (NEUTRAL, NEUTRAL, NEUTRAL),
        (SUPPORTED, NEUTRAL, PARTIAL),
        (NEUTRAL, PARTIAL, PARTIAL),
        (PARTIAL, CONTRADICTED, CONTRADICTED),
        (CONTRADICTED, SUPPORTED, CONTRADICTED),
    ],
)
def test_two_claims_as_one(first: int, second: int, outcome: int) -> None:
    assert both(first, second) == outcome


def test_a_name_is_the_same_other_name_wherever_it_stands() -> None:
    variants = Variants(TOLD, random.Random(0))
    for _ in range(20):
        made = variants.renamed(TOLD[0])
        assert made.text.startswith("The mill was sold to ")
        assert "in May to his brother" in made.text
        first, second = made.text.split(" to ")[1].split()[0], made.text.rstrip(".").split()[-1]
        assert first != second
        assert [claim for claim, _ in made.claims] == [
            f"The buyer of 1912 was {first}.",
            f"{second} bought it before {first} did.",
        ]


def test_every_text_stays_whole_and_every_claim_is_told_once() -> None:
    variants = Variants(TOLD, random.Random(1))
    seen = set()
    for _ in range(200):
        made = variants.of(TOLD[2])
        assert " is kept by " in made.text
        assert "near the old lock." in made.text
        assert [outcome for _, outcome in made.claims] == [SUPPORTED]
        seen.add(made.text)
    assert len(seen) > 3
