"""Makes `import torchvision` work where its build does not fit that of torch.

The registry's torchvision is a CUDA build. Beside a CPU torch its operators cannot be loaded, `import torchvision`
fails with "operator torchvision::nms does not exist", and so do open_clip, timm, sentence_transformers and
transformers, none of which needs those operators here. Call `cure_torchvision` before the first import of any of
them, in worker processes too.
"""

from __future__ import annotations

import importlib.util
import threading
from pathlib import Path
from typing import Any

OPERATORS = ("nms", "qnms")
"""What torchvision registers a fake kernel for while it is imported; without a definition that fails."""

_lock = threading.Lock()
_definitions: list[Any] = []
"""Keeps the operators alive: torch forgets them with the library object that defined them."""


def cure_torchvision() -> None:
    """Define the operators that torchvision lacks. Does nothing where torchvision is whole or is not installed."""
    with _lock:
        if _definitions or not _operators_missing():
            return
        from torch.library import Library

        library = Library("torchvision", "DEF")
        for name in OPERATORS:
            signature = f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"
            library.define(signature)
        _definitions.append(library)


def _operators_missing() -> bool:
    specification = importlib.util.find_spec("torchvision")
    if specification is None or specification.origin is None:
        return False
    import torch

    if hasattr(torch.ops.torchvision, OPERATORS[0]):
        return False
    for extension in sorted(Path(specification.origin).parent.glob("_C*.so")):
        try:
            torch.ops.load_library(extension)
        except OSError:  # built against libraries of another torch
            continue
        return False
    return True
