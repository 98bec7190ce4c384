"""The models that are asked about a claim beside the rules. Each may be absent."""

from __future__ import annotations

from dataclasses import dataclass

from generator.sight import Sight
from models.protocols import ClaimJudge, EntailmentModel, PictureJudge


@dataclass(frozen=True, slots=True)
class Judges:
    """`reader` and `entailment` hold claims against text, `sight` against image vectors, `witness` against the picture.

    The word of the reader is weighed with what the rules found; the others are heard after both.
    """

    reader: ClaimJudge | None = None
    sight: Sight | None = None
    entailment: EntailmentModel | None = None
    witness: PictureJudge | None = None
