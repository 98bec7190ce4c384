"""Checks the claims about those held-out texts of `corpora/pairs` to which nothing is fitted: `pairs_eval.py`.

Plain claims are such as language models write. Twins are harder than these: most of the contradicted ones differ from a
supported one by a word or by the order of words.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from api.settings import Settings
from api.wiring import Builtin
from evaluation.verdicts import Judged
from generator.evidence import number_evidence
from generator.judges import Judges
from generator.sight import Sight
from scripts.claim_pairs import Pair
from scripts.claims_eval import checked, report
from scripts.pairs_corpus import is_for_tests, read_rows
from store.records import Hit, Item, Kind, Verdict

VERDICTS = {
    "supported": Verdict.SUPPORTED,
    "partial": Verdict.PARTIAL,
    "neutral": Verdict.UNSUPPORTED,
    "contradicted": Verdict.UNSUPPORTED,
}


def main() -> None:
    """Print the report."""
    builtin = Builtin(Settings().model_cache)
    judges = Judges(builtin.claim_reader, Sight(builtin.encoder))
    for task in ("plain", "twins"):
        pairs = list(told_pairs(task, is_for_tests))
        print(f"\n## {task}: {len(pairs)} claims")
        report([Judged(pair.label, checked(pair, builtin, judges).verdict, pair.category) for pair in pairs])


def told_pairs(task: str, wanted: Callable[[str], bool]) -> Iterator[Pair]:
    """The claims about the texts that are wanted; those left open are called unrelated."""
    for row in read_rows(task):
        text = row["evidence"]
        if wanted(text):
            item = Item("text", Kind.PASSAGE, "text", page=1, text=text)
            evidence = number_evidence([Hit(1, item, "text.pdf", 1.0, 0.9)])
            for label, category, claim in row["claims"]:
                yield Pair(claim, evidence, VERDICTS[label], "unrelated" if label == "neutral" else category, "text")


if __name__ == "__main__":
    main()
