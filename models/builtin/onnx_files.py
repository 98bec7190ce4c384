"""Networks exported once to ONNX files and run by ONNX Runtime, so that torch is needed only for the export."""

from __future__ import annotations

import hashlib
import os
import tempfile
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import onnxruntime as ort  # type: ignore[import-untyped]
    import torch

OPSET = 17


def hash_file(path: Path) -> str:
    """SHA-256 of a file's bytes, the first 16 hex digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()[:16]


def hash_together(*parts: str) -> str:
    """SHA-256 of several hashes or settings in order, the first 16 hex digits."""
    return hashlib.sha256("/".join(parts).encode()).hexdigest()[:16]


def exported(path: Path, write: Callable[[Path], None]) -> Path:
    """`path`, after `write` has made it if it was not there.

    Written under another name and then renamed, so that a reader never sees half a file and two processes that
    export at once both succeed.
    """
    if path.exists():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.stem, suffix=".part")
    os.close(handle)
    part = Path(name)
    try:
        write(part)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
    return path


def export(
    network: torch.nn.Module,
    example: tuple[torch.Tensor, ...],
    inputs: Sequence[str],
    outputs: Sequence[str],
    dynamic_axes: dict[str, dict[int, str]],
    path: Path,
) -> None:
    """Writes `network` to `path` as ONNX."""
    import torch

    with warnings.catch_warnings(), torch.inference_mode():
        # The older exporter needs no onnxscript and takes a third of the time; its deprecation is known.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network.eval(),
            example,
            str(path),
            opset_version=OPSET,
            dynamo=False,
            input_names=list(inputs),
            output_names=list(outputs),
            dynamic_axes=dynamic_axes,
        )


def open_session(path: Path, threads: int = 0) -> ort.InferenceSession:
    """An ONNX Runtime session on the CPU; `threads` work together on one run, 0 for one a core."""
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    # Threads that spin between runs take the cores from the decoding and writing that overlap with them.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    return ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
