"""The sentences of the evidence that a claim is read with, as running text: those that fit its statements best."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, zip_longest

from generator.basis import Material
from generator.reading import Stated
from generator.statements import Statement

WORDS = 75
"""What an excerpt holds at most, if not a single sentence is longer."""


def excerpt(said: Sequence[Statement], material: Material) -> str:
    """In the order of the evidence, each heading once before what stands under it. Empty where there is no evidence."""
    chosen, length = set[int](), 0
    for one in _in_turn([[stated for _, stated in material.fits(statement)] for statement in said]):
        words = len(one.sentence.text.split())
        if id(one) not in chosen and (not chosen or length + words <= WORDS):
            chosen.add(id(one))
            length += words
    return " ".join(_with_headings([one for one in material.stated if id(one) in chosen]))


def _in_turn(rankings: Sequence[Sequence[Stated]]) -> Iterator[Stated]:
    """The best of each ranking, then the second of each, and so on."""
    return (one for one in chain.from_iterable(zip_longest(*rankings)) if one is not None)


def _with_headings(stated: Sequence[Stated]) -> Iterator[str]:
    under = ""
    for one in stated:
        heading = one.sentence.context
        if heading and heading != under:
            yield f"{heading.rstrip('.:')}:"
        under = heading
        yield one.sentence.text
