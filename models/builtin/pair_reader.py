"""The pair reader: a small network that reads two texts together, for checking claims and for choosing answers.

Trained by `scripts/train_pairs.py` from all-MiniLM-L6-v2, made by `scripts/export_pairs.py`; see CARD.md.
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

from models.builtin.batches import MODEL, by_length, minilm_tokenizer, plain
from models.builtin.onnx_files import hash_file, open_session
from models.protocols import Fingerprint, Matrix, Scores

if TYPE_CHECKING:
    import onnxruntime as ort  # type: ignore[import-untyped]
    from tokenizers import Tokenizer

PATH = Path(__file__).with_name("pair_reader.onnx")
WORDS = "embeddings.word_embeddings.weight"
MAX_TOKENS = 144
"""Of both texts together; the longer is cut."""


class PairReader:
    """An `EntailmentModel` and an `AnswerSelector`."""

    def __init__(self, session: ort.InferenceSession, tokenizer: Tokenizer, words: Matrix, weights: str) -> None:
        self._session = session
        self._tokenizer = tokenizer
        self._words = words
        self._weights = weights
        self._threads = os.cpu_count() or 1

    @classmethod
    def load(cls, path: Path = PATH) -> PairReader:
        """The reader of a file that the export script wrote, with the word vectors of all-MiniLM-L6-v2."""
        from safetensors import safe_open

        with safe_open(str(MODEL / "model.safetensors"), framework="numpy") as tensors:
            words = tensors.get_tensor(WORDS)
        return cls(open_session(path, threads=1), minilm_tokenizer(MAX_TOKENS), words, hash_file(path))

    @property
    def fingerprint(self) -> Fingerprint:
        """Name, weights and cut of this reader; no vector comes out."""
        return Fingerprint("viscite-pair-reader", self._weights, f"{MAX_TOKENS} tokens", 0)

    def judge(self, pairs: Sequence[tuple[str, str]]) -> Matrix:
        """float32[n, 3] for pairs of text and claim: the probabilities that it entails, leaves open and contradicts."""
        logits = self._read(pairs)[:, :3]
        grown = np.exp(logits - logits.max(axis=1, keepdims=True))
        probabilities: Matrix = grown / grown.sum(axis=1, keepdims=True)
        return probabilities

    def answering(self, question: str, lines: Sequence[str]) -> Scores:
        """float32[n]: how likely each line answers the question, in [0, 1], against none doing so."""
        logits = self._read([(line, question) for line in lines])[:, 3]
        return np.asarray(1 / (1 + np.exp(-logits)), np.float32)

    @cached_property
    def _pool(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(self._threads, thread_name_prefix="pairs")

    def _read(self, pairs: Sequence[tuple[str, str]]) -> Matrix:
        """float32[n, 4]: the logits of the verdicts and of being the answer."""
        found = np.empty((len(pairs), 4), np.float32)
        places = by_length([len(one) + len(other) for one, other in pairs], self._threads)
        made = self._pool.map(lambda batch: self._run([pairs[place] for place in batch]), places)
        for batch, logits in zip(places, made, strict=True):
            found[batch] = logits
        return found

    def _run(self, pairs: Sequence[tuple[str, str]]) -> Matrix:
        encodings = self._tokenizer.encode_batch([(plain(one), plain(other)) for one, other in pairs])
        ids, mask, types = (
            np.array([getattr(encoding, name) for encoding in encodings], np.int64)
            for name in ("ids", "attention_mask", "type_ids")
        )
        given: dict[str, npt.NDArray[np.generic]] = {"words": self._words[ids], "mask": mask, "types": types}
        verdicts, answers = self._session.run(None, given)
        logits: Matrix = np.concatenate([verdicts, answers[:, None]], axis=1)
        return logits
