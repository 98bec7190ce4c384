"""How long the checks of ten claims take: `checks_bench.py [--runs 20]`, with the built-in models, warm.

Each run reads its evidence anew, and checks ten claims that cite it, as an answer does: eight passages of
corpora/claims/documents, which a claim and its check have not been seen with before in that run.
"""

from __future__ import annotations

import argparse
import time

import numpy as np

from api.settings import Settings
from api.wiring import Builtin
from generator.claims import Draft
from generator.evidence import number_evidence
from generator.judges import Judges
from generator.pipeline import check
from generator.sight import Sight
from generator.vectors import Vectors
from scripts.claim_pairs import CLAIMS, read_rows
from store.records import Hit, Item, Kind

CLAIMS_CHECKED = 10
EVIDENCE = 8


def main() -> None:
    """Print the median and the slowest run in milliseconds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=20)
    runs = parser.parse_args().runs
    builtin = Builtin(Settings().model_cache)
    judges = Judges(builtin.claim_reader, Sight(builtin.encoder))
    rows = [row for row in read_rows("tune") if (CLAIMS / "documents" / f"{row['evidence']}.txt").is_file()]
    names = list(dict.fromkeys(row["evidence"] for row in rows))
    taken = []
    for run in range(runs + 1):
        shown = [names[(run + at) % len(names)] for at in range(EVIDENCE)]
        evidence = number_evidence([_hit(rank, name) for rank, name in enumerate(shown, 1)])
        said = [row for row in rows if row["evidence"] in shown][run :: max(1, len(rows) // 40)][:CLAIMS_CHECKED]
        drafts = [Draft(row["claim"], (1 + shown.index(row["evidence"]),)) for row in said]
        started = time.perf_counter()
        check(drafts, evidence, Vectors(builtin.minilm), judges)
        taken.append(1000 * (time.perf_counter() - started) * CLAIMS_CHECKED / len(drafts))
    # The first run loads the models and the lexicon.
    print(
        f"{CLAIMS_CHECKED} claims over {EVIDENCE} passages: median {np.median(taken[1:]):.0f} ms, slowest "
        f"{max(taken[1:]):.0f} ms of {runs} runs; cold {taken[0]:.0f} ms"
    )


def _hit(rank: int, name: str) -> Hit:
    text = (CLAIMS / "documents" / f"{name}.txt").read_text(encoding="utf-8").replace("\n---\n", "\n\n")
    return Hit(rank, Item(name, Kind.PASSAGE, name, page=1, text=text), f"/files/{name}.pdf", 1 / rank, 0.9)


if __name__ == "__main__":
    main()
