"""Makes the claim reader that ships of its trained weights: `python scripts/export_claims.py FILE`.

Writes `models/builtin/claim_reader.onnx`, with the matrices in 8 bits, and prints how right it is on the held-out
twins and plain claims of `corpora/pairs`, beside the network in 32 bits, and how often the two agree.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic  # type: ignore[import-untyped]

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from models.builtin.bert import WIDTH, ClaimNetwork
from models.builtin.claim_reader import PATH, ClaimReader
from models.builtin.onnx_files import export
from scripts.pairs_corpus import OUTCOMES, read_told

INPUTS = ["words", "places", "text", "claims"]


def main() -> None:
    """Export, and compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("weights", type=Path, metavar="FILE")
    network = ClaimNetwork()
    network.load_state_dict(torch.load(parser.parse_args().weights))
    axes = {name: {0: "n", 1: "t"} for name in INPUTS[:-1]} | {
        "claims": {0: "n", 1: "k", 2: "t"},
        "told": {0: "n", 1: "k"},
    }
    text = torch.tensor([[1.0] * 4 + [0.0] * 3])
    claims = torch.tensor([[[0.0] * 4 + [1.0, 0, 0], [0.0] * 5 + [1.0, 1.0]]])
    example = torch.zeros(1, 7, WIDTH), torch.ones(1, 7, dtype=torch.int64), text, claims
    with tempfile.TemporaryDirectory() as scratch:
        whole = Path(scratch) / "whole.onnx"
        export(network, example, INPUTS, ["told"], axes, whole)
        # Without instructions for 8 bits the sums of older processors overflow: a bit less keeps them exact.
        quantize_dynamic(
            whole,
            PATH,
            weight_type=QuantType.QInt8,
            per_channel=True,
            reduce_range=True,
            op_types_to_quantize=["MatMul", "Gemm"],
        )
        readers = ClaimReader.load(whole), ClaimReader.load()
        for task in ("twins", "plain"):
            compare(*readers, task)
    print(f"{PATH}: {PATH.stat().st_size / 2**20:.1f} MiB")


def compare(whole: ClaimReader, small: ClaimReader, task: str) -> None:
    """Print how the two read the held-out claims."""
    told = read_told(held_out=True, task=task)
    right = np.array([outcome for one in told for _, outcome in one.claims])
    pairs = [(one.text, claim) for one in told for claim, _ in one.claims]
    said = [reader.read(pairs).argmax(1) for reader in (whole, small)]
    for bits, those in zip((32, 8), said, strict=True):
        passed = np.mean(those[right == OUTCOMES["contradicted"]] == OUTCOMES["supported"])
        print(
            f"{task}: {np.mean(those == right):.3f} of {len(pairs)} claims right in {bits} bits, {passed:.3f} of the "
            "contradicted taken for supported"
        )
    print(f"they agree on {np.mean(said[0] == said[1]):.3f}")


if __name__ == "__main__":
    main()
