"""Any cross-encoder of sentence-transformers: as a `Reranker` of items, or as an `EntailmentModel` for claims.

Never downloads by itself: models are read from this machine, and an error for a missing one gives the command that
gets it, which is `download`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np

from models.errors import ModelUnavailable
from models.loading import choose_device, download_command, from_this_machine, hash_weights
from models.protocols import Fingerprint, Matrix, Scores
from models.torchvision_cure import cure_torchvision
from store.records import Item

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder


MEANINGS = ("entail", "neutral", "contradict")
"""How the labels of such a model start, in the order in which `judge` gives them."""


class CrossEncoderReranker:
    """Scores items by their descriptions and texts.

    Made from ready parts; `load` gets them. Scores equal those of the library's `predict`.
    """

    def __init__(self, name: str, model: CrossEncoder, batch_size: int) -> None:
        self._name = name
        self._model = model
        self._batch_size = batch_size

    @classmethod
    def load(cls, model: str, *, device: str = "auto", batch_size: int = 32) -> Self:
        """The reranker for a folder or a hub name (`cross-encoder/ms-marco-MiniLM-L6-v2`).

        Raises ModelUnavailable where the model is not on this machine, the folder holds none, or it gives several
        scores for a pair, as classifiers do.
        """
        network, is_folder = _open(model, device)
        _check(model, network)
        # A folder's place is no part of what the scores depend on; the hash tells two folders apart.
        return cls(f"cross-encoder/{'local-dir' if is_folder else model}", network, batch_size)

    @cached_property
    def fingerprint(self) -> Fingerprint:
        """Name, hash of the weights, and how much is read of a pair; no vector comes out."""
        return Fingerprint(
            name=self._name,
            weights=hash_weights(self._model.state_dict()),
            preprocessing=f"{self._model.max_seq_length} tokens, {type(self._model.activation_fn).__name__}",
            dimension=0,
            prompt_version=self._model.prompts.get(self._model.default_prompt_name or "") or "",
        )

    def score(self, query: str, items: Sequence[Item]) -> Scores:
        """float32[n], higher is better; what exceeds the model's context is cut off."""
        if not items:
            return np.empty(0, np.float32)
        pairs = [(query, words_of(item)) for item in items]
        scores = self._model.predict(pairs, batch_size=self._batch_size, show_progress_bar=False)
        return np.asarray(scores, np.float32)


class CrossEncoderEntailment:
    """Texts and claims read together by a cross-encoder that was trained for inference. `load` gets the parts."""

    def __init__(self, name: str, model: CrossEncoder, order: Sequence[int]) -> None:
        self._name = name
        self._model = model
        self._order = list(order)

    @classmethod
    def load(cls, model: str, *, device: str = "auto") -> Self:
        """The model of a folder or a hub name (`cross-encoder/nli-deberta-v3-small`).

        Raises ModelUnavailable where it is not on this machine, or does not tell entailment from contradiction.
        """
        network, _ = _open(model, device)
        return cls(model, network, _order(model, dict(getattr(network.config, "id2label", None) or {})))

    @cached_property
    def fingerprint(self) -> Fingerprint:
        """Name and hash of the weights."""
        return Fingerprint(f"cross-encoder/{self._name}", hash_weights(self._model.state_dict()), "pairs", 0)

    def judge(self, pairs: Sequence[tuple[str, str]]) -> Matrix:
        """float32[n, 3] for pairs of text and claim: the probabilities that it entails, leaves open and contradicts."""
        if not pairs:
            return np.empty((0, 3), np.float32)
        found = self._model.predict(list(pairs), apply_softmax=True, show_progress_bar=False, convert_to_numpy=True)
        return np.asarray(found, np.float32)[:, self._order]


def words_of(item: Item) -> str:
    """What can be read of an item: its description, and the text in it."""
    return "\n".join(part for part in (item.description, item.text) if part)


def download(model: str) -> None:
    """Fetch a cross-encoder into the hub's local cache. Needs a network."""
    cure_torchvision()
    from sentence_transformers import CrossEncoder

    CrossEncoder(model)


def _open(model: str, device: str) -> tuple[CrossEncoder, bool]:
    """The network of a folder or a hub name, and whether it is a folder. Raises ModelUnavailable."""
    cure_torchvision()
    from safetensors import SafetensorError
    from sentence_transformers import CrossEncoder
    from transformers.utils import logging

    # Bars belong on a terminal and to the face that draws them; this one also comes out into a pipe.
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    is_folder = Path(model).is_dir()
    with from_this_machine():
        try:
            network = CrossEncoder(model, device=choose_device(device), local_files_only=True)
        except (OSError, ValueError, SafetensorError) as error:
            raise _unavailable(model, is_folder) from error
    return network, is_folder


def _check(model: str, network: CrossEncoder) -> None:
    """Raises `ModelUnavailable` where the scores would say nothing of which item fits best."""
    held = (network.config and network.config.architectures) or []
    # Of a plain language model or an embedder, the library makes a cross-encoder whose last layer is random.
    if type(network.model).__name__ not in held:
        raise ModelUnavailable(
            f"{model} holds {', '.join(held) or 'no named network'}, which does not score pairs of texts: choose a "
            "cross-encoder that was trained for ranking, such as cross-encoder/ms-marco-MiniLM-L6-v2"
        )
    if network.num_labels != 1:
        raise ModelUnavailable(
            f"{model} gives {network.num_labels} scores for a pair of texts, which do not say which fits best: choose "
            "a cross-encoder that was trained for ranking, such as cross-encoder/ms-marco-MiniLM-L6-v2"
        )


def _unavailable(model: str, is_folder: bool) -> ModelUnavailable:
    if is_folder:
        return ModelUnavailable(f"{model} does not hold a whole cross-encoder of sentence-transformers")
    command = download_command(f"from models.cross_encoder import download; download({json.dumps(model)})")
    return ModelUnavailable(f"The cross-encoder {model} is not on this machine. {command}")


def _order(name: str, labels: dict[int, str]) -> list[int]:
    """Where entailment, neutral and contradiction stand among the outputs."""
    places = {str(label).casefold(): int(place) for place, label in labels.items()}
    order = [next((at for label, at in places.items() if label.startswith(meaning)), None) for meaning in MEANINGS]
    if None in order:
        raise ModelUnavailable(
            f"{name} has the labels {', '.join(places)}, not entailment, neutral and contradiction: it is no model for "
            "inference"
        )
    return [place for place in order if place is not None]
