"""The cure makes a torchvision of another build importable. Each case is a fresh process.

That open_clip and sentence_transformers come in after it, beside the torchvision of this machine, is shown by their own
tests.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def run(*lines: str, first_on_path: Path | None = None) -> str:
    path = os.pathsep.join(str(folder) for folder in (first_on_path, Path.cwd()) if folder is not None)
    environment = os.environ | {"PYTHONPATH": path}
    command = [sys.executable, "-c", "\n".join(lines)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=True).stdout


def test_a_torchvision_of_another_build_is_cured(tmp_path: Path) -> None:
    package = tmp_path / "torchvision"
    package.mkdir()
    (package / "_C.so").write_bytes(b"built against libraries of another torch")
    (package / "__init__.py").write_text(
        # What the real one does at import, for each of its operators, before anything else can be used.
        "import torch\n"
        "for name in ('nms', 'qnms'):\n"
        "    torch.library.register_fake(f'torchvision::{name}')(lambda dets, scores, iou_threshold: dets)\n"
    )
    output = run(
        "from models.torchvision_cure import cure_torchvision",
        "try:",
        "    import torchvision",
        "except RuntimeError as error:",
        "    print(error)",
        "cure_torchvision()",
        "cure_torchvision()",  # a second call changes nothing
        "import gc; gc.collect()",
        "import torchvision",
        "print(torchvision.__name__)",
        first_on_path=tmp_path,
    )
    assert output == "operator torchvision::nms does not exist\ntorchvision\n"


def test_a_whole_torchvision_is_left_alone() -> None:
    # Operators that are there already, as a whole torchvision registers them: a second definition would raise.
    output = run(
        "import torch",
        "library = torch.library.Library('torchvision', 'DEF')",
        "library.define('nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor')",
        "from models.torchvision_cure import cure_torchvision",
        "cure_torchvision()",
        "print(hasattr(torch.ops.torchvision, 'qnms'))",
    )
    assert output == "False\n"


def test_the_module_itself_imports_nothing_heavy() -> None:
    output = run("import sys, models.torchvision_cure", "print('torch' in sys.modules)")
    assert output == "False\n"
