"""The models that are asked about a claim beside the rules. Each may be absent."""

from __future__ import annotations

from dataclasses import dataclass

from generator.sight import Sight
from models.protocols import EntailmentModel, PictureJudge


@dataclass(frozen=True, slots=True)
class Judges:
    """`sight` holds claims against image vectors, `entailment` against text, `witness` against the picture itself."""

    sight: Sight | None = None
    entailment: EntailmentModel | None = None
    witness: PictureJudge | None = None
