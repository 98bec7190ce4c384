"""all-MiniLM-L6-v2, the sentence embedder (Reimers and Gurevych 2019; Wang et al. 2020), without torch at run time."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from models.builtin.batches import MODEL, by_length, minilm_tokenizer, plain
from models.builtin.onnx_files import export, exported, hash_file, open_session
from models.protocols import Fingerprint, Matrix

if TYPE_CHECKING:
    import onnxruntime as ort  # type: ignore[import-untyped]
    from tokenizers import Tokenizer

DIMENSION = 384
MAX_TOKENS = 256
KEPT = 256
"""Texts whose vectors are kept for whoever asks for them next, or those of one call where these are more."""
FORMAT = 1
"""Raised when the exported graph changes, so that old files are not read."""


class MiniLM:
    """A `TextEmbedder`. Texts beyond 256 tokens are cut; any characters are taken, and so is the empty text."""

    def __init__(self, session: ort.InferenceSession, tokenizer: Tokenizer, weights: str) -> None:
        self._session = session
        self._tokenizer = tokenizer
        self._threads = os.cpu_count() or 1
        self._pool = ThreadPoolExecutor(self._threads, thread_name_prefix="minilm")
        self._weights = weights
        self._kept: dict[str, Matrix] = {}

    @classmethod
    def load(cls, cache_dir: Path) -> MiniLM:
        """The embedder, from its ONNX file in `cache_dir`; the first call there exports it (about 3 s, with torch)."""
        source = MODEL / "model.safetensors"
        weights = hash_file(source)
        path = cache_dir / f"all-minilm-l6-v2-{weights}-{FORMAT}.onnx"
        exported(path, lambda part: _export(source, part))
        return cls(open_session(path, threads=1), minilm_tokenizer(MAX_TOKENS), weights)

    @property
    def fingerprint(self) -> Fingerprint:
        """Name, weights and cut of this embedder."""
        return Fingerprint("all-MiniLM-L6-v2", self._weights, f"mean pooling, {MAX_TOKENS} tokens", DIMENSION)

    def encode(self, texts: Sequence[str]) -> Matrix:
        """float32[n, 384], unit length.

        Texts of the latest calls are not run again: both channels of a search ask for the same query, and the check of
        a caption embeds what the index does.
        """
        # Taken once: another thread may put another in its place at any time.
        kept = self._kept
        missing = [text for text in dict.fromkeys(texts) if text not in kept]
        if missing:
            if len(kept) + len(missing) > KEPT:
                kept = {text: kept[text] for text in texts if text in kept}
            self._kept = kept = kept | dict(zip(missing, self._encode(missing), strict=True))
        return np.array([kept[text] for text in texts], np.float32).reshape(len(texts), DIMENSION)

    def _encode(self, texts: Sequence[str]) -> Matrix:
        vectors = np.empty((len(texts), DIMENSION), np.float32)
        batches = by_length([len(text) for text in texts], self._threads)
        found = self._pool.map(lambda rows: self._run([texts[row] for row in rows]), batches)
        for rows, batch in zip(batches, found, strict=True):
            vectors[rows] = batch
        return vectors

    def _run(self, texts: Sequence[str]) -> Matrix:
        encodings = self._tokenizer.encode_batch([plain(text) for text in texts])
        ids = np.array([encoding.ids for encoding in encodings], np.int64)
        mask = np.array([encoding.attention_mask for encoding in encodings], np.int64)
        vectors: Matrix = self._session.run(None, {"ids": ids, "mask": mask})[0]
        return vectors


def _export(source: Path, path: Path) -> None:
    import torch

    from models.builtin.bert import MiniLMNetwork

    names = ["ids", "mask"]
    axes = {name: {0: "n", 1: "t"} for name in names} | {"vectors": {0: "n"}}
    example = torch.ones(2, 7, dtype=torch.int64)
    export(MiniLMNetwork(source), (example, example), names, ["vectors"], axes, path)
