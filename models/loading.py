"""What the adapters of hub models share: load from this machine only, choose a device, hash what was loaded."""

from __future__ import annotations

import hashlib
import shlex
import sys
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

_offline = threading.RLock()


@contextmanager
def from_this_machine() -> Iterator[None]:
    """Within it nothing is fetched from a hub: what is not in the local cache raises at once.

    A hub that cannot be reached otherwise costs six tries and 23 seconds for each file, even for files that are in
    the cache already, because the client asks whether they have changed.
    """
    from huggingface_hub import constants

    with _offline:
        before = constants.HF_HUB_OFFLINE
        constants.HF_HUB_OFFLINE = True
        try:
            yield
        finally:
            constants.HF_HUB_OFFLINE = before


def download_command(statement: str) -> str:
    """The sentence that tells a person to run a Python statement where there is a network."""
    return f"Run once with network access: {shlex.quote(sys.executable)} -c {shlex.quote(statement)}"


def choose_device(device: str) -> str:
    """`device` itself, or for `auto` the GPU where torch sees one and the CPU elsewhere."""
    import torch

    if device != "auto":
        return device
    return "cuda" if torch.cuda.is_available() else "cpu"


def hash_weights(weights: Mapping[str, torch.Tensor]) -> str:
    """SHA-256, in hexadecimal, of all names, shapes, types and values.

    It depends on the tensors alone: not on their order, the device, or the format and place of the file.
    """
    with ThreadPoolExecutor() as pool:  # hashlib lets go of the interpreter lock, so tensors are hashed side by side
        lines = pool.map(_tensor_line, sorted(weights), (weights[name] for name in sorted(weights)))
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _tensor_line(name: str, tensor: torch.Tensor) -> str:
    import torch

    # As raw bytes, because numpy knows no bfloat16.
    content = tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy().data
    return f"{name} {tuple(tensor.shape)} {tensor.dtype} {hashlib.sha256(content).hexdigest()}"
