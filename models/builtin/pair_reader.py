"""The pair reader: a small network that reads a question and a line together, for choosing answers.

Trained by `scripts/train_pairs.py` from a cross-encoder for searches, made by `scripts/export_pairs.py`; see CARD.md.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from models.builtin.batches import by_length, minilm_tokenizer, plain, word_vectors
from models.builtin.onnx_files import hash_file, open_session
from models.protocols import Fingerprint, Scores

if TYPE_CHECKING:
    import onnxruntime as ort  # type: ignore[import-untyped]
    from tokenizers import Tokenizer

PATH = Path(__file__).with_name("pair_reader.onnx")
MAX_TOKENS = 144
"""Of both texts together; the longer is cut."""


class PairReader:
    """An `AnswerSelector`."""

    def __init__(self, session: ort.InferenceSession, tokenizer: Tokenizer, weights: str) -> None:
        self._session = session
        self._tokenizer = tokenizer
        self._weights = weights
        self._threads = os.cpu_count() or 1

    @classmethod
    def load(cls, path: Path = PATH) -> PairReader:
        """The reader of a file that the export script wrote, with the word vectors of all-MiniLM-L6-v2."""
        return cls(open_session(path, threads=1), minilm_tokenizer(MAX_TOKENS), hash_file(path))

    @property
    def fingerprint(self) -> Fingerprint:
        """Name, weights and cut of this reader; no vector comes out."""
        return Fingerprint("viscite-pair-reader", self._weights, f"{MAX_TOKENS} tokens", 0)

    def answering(self, question: str, lines: Sequence[str]) -> Scores:
        """float32[n]: how likely each line answers the question, in [0, 1], against none doing so."""
        logits = self._read([(question, line) for line in lines])
        return np.asarray(1 / (1 + np.exp(-logits)), np.float32)

    @cached_property
    def _pool(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(self._threads, thread_name_prefix="pairs")

    def _read(self, pairs: Sequence[tuple[str, str]]) -> Scores:
        """float32[n]: the logits of being the answer."""
        found = np.empty(len(pairs), np.float32)
        places = by_length([len(one) + len(other) for one, other in pairs], self._threads)
        made = self._pool.map(lambda batch: self._run([pairs[place] for place in batch]), places)
        for batch, logits in zip(places, made, strict=True):
            found[batch] = logits
        return found

    def _run(self, pairs: Sequence[tuple[str, str]]) -> Scores:
        encodings = self._tokenizer.encode_batch([(plain(one), plain(other)) for one, other in pairs])
        ids, mask, types = (
            np.array([getattr(encoding, name) for encoding in encodings], np.int64)
            for name in ("ids", "attention_mask", "type_ids")
        )
        given: dict[str, npt.NDArray[np.generic]] = {"words": word_vectors()[ids], "mask": mask, "types": types}
        answers: Scores = self._session.run(["answers"], given)[0]
        return answers
