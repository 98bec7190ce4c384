"""The claim reader: a small network that reads a text and a claim and tells what the text says of the claim.

Trained by `scripts/train_claims.py` from all-MiniLM-L6-v2, made by `scripts/export_claims.py`; see CARD.md.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from models.builtin.backbone import softmax
from models.builtin.batches import minilm_tokenizer, plain, word_vectors
from models.builtin.onnx_files import hash_file, open_session
from models.protocols import Fingerprint, Matrix, Scores

if TYPE_CHECKING:
    import onnxruntime as ort  # type: ignore[import-untyped]
    from tokenizers import Tokenizer

PATH = Path(__file__).with_name("claim_reader.onnx")
TEXT_TOKENS = 200
CLAIM_TOKENS = 64
"""What is longer is cut."""
OUTCOMES = 4
"""A text supports a claim, leaves it open, supports a part and leaves the rest open, or contradicts it."""


@dataclass(frozen=True, slots=True)
class Packed:
    """A text and its claims side by side, as `ClaimNetwork` takes them but for the words, whose ids are int64[t]."""

    ids: npt.NDArray[np.int64]
    places: npt.NDArray[np.int64]
    text: Matrix
    claims: Matrix


def packed(text: Sequence[int], claims: Sequence[Sequence[int]]) -> Packed:
    """From the ids of a text and of claims. Each claim stands as if it came first after the text."""
    lengths = [len(text), *map(len, claims)]
    ends = np.cumsum(lengths)
    places = np.concatenate([np.arange(len(text)), *(len(text) + np.arange(len(claim)) for claim in claims)])
    part = np.repeat(np.arange(len(lengths)), lengths)
    return Packed(
        np.fromiter((one for ids in (text, *claims) for one in ids), np.int64, ends[-1]),
        places.astype(np.int64),
        (part == 0).astype(np.float32),
        (part == np.arange(1, len(lengths))[:, None]).astype(np.float32),
    )


class ClaimReader:
    """A `ClaimJudge`."""

    def __init__(self, session: ort.InferenceSession, text: Tokenizer, claim: Tokenizer, weights: str) -> None:
        self._session = session
        self._text, self._claim = text, claim
        self._weights = weights

    @classmethod
    def load(cls, path: Path = PATH) -> ClaimReader:
        """The reader of a file that the export script wrote, with the word vectors of all-MiniLM-L6-v2."""
        tokenizers = minilm_tokenizer(TEXT_TOKENS), minilm_tokenizer(CLAIM_TOKENS)
        return cls(open_session(path, threads=1), *tokenizers, hash_file(path))

    @property
    def fingerprint(self) -> Fingerprint:
        """Name, weights and cut of this reader; no vector comes out."""
        return Fingerprint("viscite-claim-reader", self._weights, f"{TEXT_TOKENS} and {CLAIM_TOKENS} tokens", 0)

    def read(self, pairs: Sequence[tuple[str, str]]) -> Matrix:
        """float32[n, 4] for pairs of text and claim: the probabilities that the text supports it, leaves it open,
        supports one part and leaves the rest open, and contradicts it."""
        made = self._pool.map(lambda pair: self._run(*pair), pairs)
        return softmax(np.array(list(made), np.float32).reshape(-1, OUTCOMES))

    @cached_property
    def _pool(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="claims")

    def _run(self, text: str, claim: str) -> Scores:
        """float32[4]: the logits of what a text says of a claim.

        A claim at a time: the numbers of 8 bits depend on all that is read at once, and the check of a claim must not
        depend on the claims that were checked with it.
        """
        read = packed(self._text.encode(plain(text)).ids, [self._claim.encode(plain(claim)).ids])
        given: dict[str, npt.NDArray[np.generic]] = {
            "words": word_vectors()[read.ids],
            "places": read.places,
            "text": read.text,
            "claims": read.claims,
        }
        [logits] = self._session.run(None, {name: values[None] for name, values in given.items()})
        found: Scores = logits[0, 0]
        return found
