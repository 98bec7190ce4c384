"""Makes ONNX files smaller."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import onnx


def halve(path: Path) -> None:
    """Stores the large weights of an ONNX file in 16 bits, cast back once when a session opens it."""
    model = onnx.load(str(path))
    casts = []
    for tensor in model.graph.initializer:
        if tensor.data_type == onnx.TensorProto.FLOAT and math.prod(tensor.dims) > 1000:
            weights, name = onnx.numpy_helper.to_array(tensor), tensor.name
            tensor.CopyFrom(onnx.numpy_helper.from_array(weights.astype(np.float16), f"{name}.half"))
            casts.append(onnx.helper.make_node("Cast", [tensor.name], [name], to=onnx.TensorProto.FLOAT))
    nodes = [*casts, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    onnx.save(model, str(path))
