"""Fits the weights of generator/support.json: `train_support.py [--demo .demo] [--data DATA]`.

A logistic regression over the statements of the tuning half of corpora/claims that nothing contradicts: those of
supported claims against those of claims of one statement that are not, and against the supported ones once more, held
against their evidence without the sentences that say so. With DATA (captioned photos) it also prints what
the constants of generator/sight.py should be, from the photos of `val` that the test half does not name.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import astuple, fields, replace
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from api.settings import Settings
from api.wiring import Builtin
from generator.assessment import Assessor, Judgement, claim_statements
from generator.sight import Sight
from generator.support import PATH, Features
from generator.vectors import Vectors
from scripts.captioned_photos import batches, read_captions
from scripts.claim_pairs import Pair, evidence_parser, read_rows, tuning_pairs
from store.records import Evidence, Verdict

OTHERS = 5
"""Captions of other photos that each photo is compared with."""


def main() -> None:
    """Write the weights, and print how many statements they were fitted on."""
    arguments = evidence_parser(__doc__).parse_args()
    builtin = Builtin(Settings().model_cache)
    pairs = tuning_pairs(builtin, arguments.demo, arguments.data)
    examples = [example for pair in pairs for example in statements_of(pair, builtin)]
    model = LogisticRegression(max_iter=1000)
    model.fit(np.array([astuple(features) for features, _ in examples]), np.array([is_so for _, is_so in examples]))
    names = [field.name for field in fields(Features)]
    weights = {name: round(float(weight), 3) for name, weight in zip(names, model.coef_[0], strict=True)}
    PATH.write_text(json.dumps({"weights": weights, "bias": round(float(model.intercept_[0]), 3)}, indent=2) + "\n")
    print(f"{len(examples)} statements: {PATH.read_text()}")
    if arguments.data:
        print("sight: centre {:.2f}, slope {:.2f}".format(*sight_constants(builtin, arguments.data)))


def statements_of(pair: Pair, builtin: Builtin) -> Iterator[tuple[Features, bool]]:
    """The features of the statements of a claim that nothing contradicts, and whether they are supported."""
    judged = _judged(pair.claim, pair.evidence, builtin)
    supported = pair.label is Verdict.SUPPORTED
    if supported or len(judged) == 1:
        yield from ((one.features, supported) for one in judged if one.features)
    if supported:
        rest = [_without(piece, [one.quote for one in judged]) for piece in pair.evidence]
        yield from ((one.features, False) for one in _judged(pair.claim, rest, builtin) if one.features)


def _judged(claim: str, evidence: Sequence[Evidence], builtin: Builtin) -> list[Judgement]:
    assessor = Assessor(evidence, Vectors(builtin.minilm))
    return [assessor.judge(said, claim, evidence) for said in claim_statements(claim)]


def _without(piece: Evidence, quotes: Sequence[str]) -> Evidence:
    """The evidence without some of its sentences."""
    item = piece.hit.item
    text, description = item.text, item.description
    for quote in filter(None, quotes):
        text, description = text.replace(quote, ""), description.replace(quote, "")
    return replace(piece, hit=replace(piece.hit, item=replace(item, text=text, description=description)))


def sight_constants(builtin: Builtin, data: Path) -> tuple[float, float]:
    """The deviations at which a caption is as likely of this photo as of another, and the slope there."""
    held_out = {str(row["evidence"]).removeprefix("photo/") for row in read_rows("test")}
    photos = [photo for photo in read_captions(data, "val") if photo.image not in held_out]
    pictures = [pixels for batch in batches(data, {photo.image for photo in photos}, 0) for pixels in batch]
    vectors = np.concatenate([builtin.encoder.encode_images(part) for part in _pieces(pictures, 32)])
    sight, random = Sight(builtin.encoder), np.random.default_rng(0)
    own = [sight.deviations(photo.captions[0], vector) for photo, vector in zip(photos, vectors, strict=True)]
    others = [
        sight.deviations(photos[other].captions[0], vector)
        for vector in vectors
        for other in random.integers(0, len(photos), OTHERS)
    ]
    model = LogisticRegression(class_weight="balanced")
    model.fit(np.array([*own, *others])[:, None], np.array([True] * len(own) + [False] * len(others)))
    slope = float(model.coef_[0, 0])
    return float(-model.intercept_[0] / slope), slope


def _pieces(pictures: Sequence[np.ndarray], size: int) -> Iterator[Sequence[np.ndarray]]:
    return (pictures[start : start + size] for start in range(0, len(pictures), size))


if __name__ == "__main__":
    main()
