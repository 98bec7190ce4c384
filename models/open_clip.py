"""Any open_clip model as an `ImageTextEncoder`.

Never downloads by itself: weights are read from this machine, and an error for missing ones gives the command that
gets them, which is `download`.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import pickle
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

import numpy as np

from models.errors import ModelUnavailable
from models.loading import choose_device, download_command, from_this_machine, hash_weights
from models.protocols import Fingerprint, Matrix, Pixels
from models.torchvision_cure import cure_torchvision

if TYPE_CHECKING:
    import torch
    from PIL import Image

Input = TypeVar("Input")

LOCAL_DIR = "local-dir:"
HUB = "hf-hub:"
CHECKPOINT_PATTERNS = ("*.safetensors", "*.bin", "*.pth")
"""What open_clip looks for in a folder; finding none, it would go on with random weights."""

PREPROCESSING_KEYS = ("mean", "std", "interpolation", "resize_mode")


class OpenClipEncoder:
    """Pictures and texts in the joint space of an open_clip model.

    Made from ready parts; `load` gets them. Vectors equal those of open_clip used directly, normalised.
    """

    def __init__(
        self,
        name: str,
        config: Mapping[str, Any],
        model: Any,
        preprocess: Callable[[Image.Image], torch.Tensor],
        tokenizer: Callable[[list[str]], torch.Tensor],
        device: str,
        batch_size: int,
    ) -> None:
        self._name = name
        self._config = config
        self._model = model
        self._preprocess = preprocess
        self._tokenizer = tokenizer
        self._device = device
        self._batch_size = batch_size

    @classmethod
    def load(cls, architecture: str, weights: str = "", *, device: str = "auto", batch_size: int = 32) -> Self:
        """The encoder, ready to run in float32.

        `architecture` is a name that open_clip knows, with `weights` a tag (`laion2b_s34b_b79k`) or a file; or it
        is `local-dir:/folder` (open_clip_config.json and the weights) or `hf-hub:organisation/repository`, without
        `weights`. Raises ModelUnavailable where weights are missing or do not fit, ValueError for an unknown name.
        """
        cure_torchvision()
        import open_clip  # type: ignore[import-untyped]
        from safetensors import SafetensorError

        with from_this_machine():
            checkpoint, preprocessing = _find_weights(architecture, weights)
            device = choose_device(device)
            try:
                model, preprocess = open_clip.create_model_from_pretrained(
                    architecture,
                    checkpoint,
                    device=device,
                    **{f"image_{key}": value for key, value in preprocessing.items()},
                )
            except (RuntimeError, AssertionError, pickle.UnpicklingError, EOFError, SafetensorError) as error:
                raise ModelUnavailable(
                    f"{checkpoint or architecture} does not hold weights for open_clip {architecture}: {error}"
                ) from error
            tokenizer = _load_tokenizer(architecture, weights)
            config = open_clip.get_model_config(architecture)
        # A folder's place is no part of what the vectors depend on; the hash tells two folders apart.
        name = "local-dir" if architecture.startswith(LOCAL_DIR) else architecture
        return cls(f"open_clip/{name}", config, model.eval(), preprocess, tokenizer, device, batch_size)

    @cached_property
    def fingerprint(self) -> Fingerprint:
        """Name, hash of configuration and weights, preprocessing and dimension."""
        config = json.dumps(self._config, sort_keys=True)
        weights = hash_weights(self._model.state_dict())
        preprocessing = self._model.visual.preprocess_cfg
        return Fingerprint(
            name=self._name,
            weights=hashlib.sha256(f"{config}\n{weights}".encode()).hexdigest(),
            # As JSON, because the same numbers are a tuple from the library's table and a list from a folder.
            preprocessing=json.dumps({key: preprocessing[key] for key in ("size", *PREPROCESSING_KEYS)}),
            dimension=self._dimension,
        )

    @property
    def _dimension(self) -> int:
        return int(self._config["embed_dim"])

    def encode_images(self, images: Sequence[Pixels]) -> Matrix:
        """float32[n, d], unit length, in the order of `images`."""
        from PIL import Image

        return self._encode(
            images,
            lambda batch: self._model.encode_image(
                self._stack([self._preprocess(Image.fromarray(image)) for image in batch]), normalize=True
            ),
        )

    def encode_texts(self, texts: Sequence[str]) -> Matrix:
        """float32[n, d], unit length, in the order of `texts`; what exceeds the model's context is cut off."""
        return self._encode(
            texts,
            lambda batch: self._model.encode_text(self._tokenizer(list(batch)).to(self._device), normalize=True),
        )

    def _stack(self, images: Sequence[torch.Tensor]) -> torch.Tensor:
        import torch

        return torch.stack(list(images)).to(self._device)

    def _encode(self, inputs: Sequence[Input], run: Callable[[Sequence[Input]], torch.Tensor]) -> Matrix:
        import torch

        vectors = np.empty((len(inputs), self._dimension), np.float32)
        with torch.inference_mode():
            for start in range(0, len(inputs), self._batch_size):
                batch = inputs[start : start + self._batch_size]
                vectors[start : start + len(batch)] = run(batch).float().cpu().numpy()
        return vectors


def download(architecture: str, weights: str = "") -> None:
    """Fetch weights and tokenizer of an open_clip model into the hub's local cache. Needs a network."""
    cure_torchvision()
    import open_clip

    open_clip.create_model(architecture, weights or None, require_pretrained=True)
    open_clip.get_tokenizer(architecture)


def _missing_from_cache(architecture: str, weights: str) -> ModelUnavailable:
    which = " ".join(part for part in (architecture, weights) if part)
    arguments = ", ".join(json.dumps(part) for part in (architecture, weights) if part)
    command = download_command(f"from models.open_clip import download; download({arguments})")
    return ModelUnavailable(f"The files of open_clip {which} are not on this machine. {command}")


def _find_weights(architecture: str, weights: str) -> tuple[str | None, dict[str, Any]]:
    """The checkpoint to pass to open_clip, and how its pictures must be prepared where the file does not say."""
    if architecture.startswith((LOCAL_DIR, HUB)):
        if weights:
            raise ValueError(f"{architecture} brings its own weights: leave out {weights!r}")
        if architecture.startswith(LOCAL_DIR):
            _check_folder(Path(architecture.removeprefix(LOCAL_DIR)))
        else:
            _check_hub(architecture)
        return None, {}
    _check_architecture(architecture, weights)
    return _find_named_weights(architecture, weights)


def _check_folder(folder: Path) -> None:
    if not (folder / "open_clip_config.json").is_file():
        raise ModelUnavailable(f"{folder} has no open_clip_config.json: is it the folder of an open_clip model?")
    if not any(next(folder.glob(pattern), None) for pattern in CHECKPOINT_PATTERNS):
        raise ModelUnavailable(f"{folder} holds no weights: put open_clip_model.safetensors into it")


def _check_hub(architecture: str) -> None:
    from open_clip.pretrained import download_pretrained_from_hf  # type: ignore[import-untyped]

    try:
        for name in ("open_clip_config.json", None):
            download_pretrained_from_hf(architecture.removeprefix(HUB), name)
    except FileNotFoundError as error:
        raise _missing_from_cache(architecture, "") from error


def _check_architecture(architecture: str, weights: str) -> None:
    import open_clip

    known = open_clip.list_models()
    if architecture not in known:
        close = ", ".join(difflib.get_close_matches(architecture, known)) or ", ".join(known[:5])
        raise ValueError(f"open_clip knows no architecture {architecture!r}; there are {close}")
    if not weights:
        tags = ", ".join(open_clip.list_pretrained_tags_by_model(architecture)) or "none"
        raise ValueError(f"Say which weights of {architecture} to use: a file, or one of the tags: {tags}")


def _find_named_weights(architecture: str, weights: str) -> tuple[str, dict[str, Any]]:
    import open_clip

    if published := open_clip.get_pretrained_cfg(architecture, weights):
        try:
            return str(open_clip.download_pretrained(published)), _preprocessing(published)
        except FileNotFoundError as error:
            raise _missing_from_cache(architecture, weights) from error
    if Path(weights).is_file():
        return weights, published_preprocessing(architecture)
    tags = ", ".join(open_clip.list_pretrained_tags_by_model(architecture)) or "none"
    raise ModelUnavailable(f"{weights!r} is neither a file nor a tag of {architecture}; its tags are: {tags}")


def published_preprocessing(architecture: str) -> dict[str, Any]:
    """How all published weights of an architecture want their pictures.

    A bare checkpoint does not say it, and open_clip then takes CLIP's own normalisation, which is wrong for some,
    MobileCLIP2 among them.
    """
    import open_clip

    ways = [
        _preprocessing(open_clip.get_pretrained_cfg(architecture, tag))
        for tag in open_clip.list_pretrained_tags_by_model(architecture)
    ]
    if any(way != ways[0] for way in ways):
        raise ValueError(
            f"Weights of {architecture} are published with several kinds of preprocessing, and a bare file does not "
            "say which it wants: put it into a folder with an open_clip_config.json, and use local-dir:FOLDER"
        )
    return ways[0] if ways else {}


def _preprocessing(published: Mapping[str, Any]) -> dict[str, Any]:
    return {key: published[key] for key in PREPROCESSING_KEYS if published.get(key) is not None}


def _load_tokenizer(architecture: str, weights: str) -> Callable[[list[str]], torch.Tensor]:
    import open_clip

    try:
        tokenizer: Callable[[list[str]], torch.Tensor] = open_clip.get_tokenizer(architecture)
    except OSError as error:  # transformers finds no tokenizer files
        raise _missing_from_cache(architecture, weights) from error
    return tokenizer
