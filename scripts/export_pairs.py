"""Makes the pair reader that ships of its trained weights: `python scripts/export_pairs.py FILE...`.

Writes `models/builtin/pair_reader.onnx`, with the matrices in 8 bits: of several files, each trained from the one
before, the mean of the weights (Izmailov et al. 2018). Prints how right it and the network in 32 bits are on the
held-out questions.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import torch
from onnxruntime.quantization import QuantType, quantize_dynamic  # type: ignore[import-untyped]

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from models.builtin.bert import WIDTH, PairNetwork
from models.builtin.onnx_files import export
from models.builtin.pair_reader import PATH, PairReader
from scripts.pairs_corpus import read_questions

INPUTS = ["words", "mask", "types"]
OUTPUTS = ["answers"]
EVEN = 0.5
"""The chance under which a line is likelier no answer."""


def main() -> None:
    """Export, and compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("weights", type=Path, metavar="FILE", nargs="+")
    trained = [torch.load(path) for path in parser.parse_args().weights]
    network = PairNetwork()
    network.load_state_dict({name: torch.stack([one[name] for one in trained]).mean(0) for name in trained[0]})
    axes = {name: {0: "n", 1: "t"} for name in INPUTS} | {name: {0: "n"} for name in OUTPUTS}
    example = torch.zeros(2, 7, WIDTH), torch.ones(2, 7, dtype=torch.int64), torch.ones(2, 7, dtype=torch.int64)
    with tempfile.TemporaryDirectory() as scratch:
        whole = Path(scratch) / "whole.onnx"
        export(network, example, INPUTS, OUTPUTS, axes, whole)
        # Without instructions for 8 bits the sums of older processors overflow: a bit less keeps them exact.
        quantize_dynamic(whole, PATH, weight_type=QuantType.QInt8, per_channel=True, reduce_range=True)
        compare(PairReader.load(whole), PairReader.load())
    print(f"{PATH}: {PATH.stat().st_size / 2**20:.1f} MiB")


def compare(whole: PairReader, small: PairReader) -> None:
    """Print how the two read the held-out questions."""
    asked = read_questions(held_out=True)
    answerable, others = [one for one in asked if one.answers], [one for one in asked if not one.answers]
    for reader, bits in ((whole, 32), (small, 8)):
        chances = [reader.answering(one.question, one.lines) for one in answerable]
        first = sum(int(some.argmax()) in one.answers for some, one in zip(chances, answerable, strict=True))
        quiet = sum(reader.answering(one.question, one.lines).max() < EVEN for one in others)
        print(
            f"{first} of {len(answerable)} questions answered by the right line in {bits} bits, {quiet} of "
            f"{len(others)} without an answer by none"
        )


if __name__ == "__main__":
    main()
