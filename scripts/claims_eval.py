"""Checks the labelled claims and reports the verdicts: `claims_eval.py [--demo .demo] [--data DATA] [--errors]`.

DATA holds the captioned photos (`photos.tar`, `captions.jsonl`). Pairs whose evidence is not here are left out and
counted.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from api.settings import Settings
from api.wiring import Builtin
from evaluation.verdicts import Judged, by_category, let_through, macro_f1, verdict_scores
from generator.claims import Draft
from generator.judges import Judges
from generator.pipeline import check
from generator.sight import Sight
from generator.vectors import Vectors
from scripts.claim_pairs import EvidenceSource, Pair, evidence_parser, read_rows
from store.records import Claim, Verdict

SPLITS = ("tune", "test", "other")


def main() -> None:
    """Print a report for each split."""
    parser = evidence_parser(__doc__)
    parser.add_argument("--split", choices=SPLITS, action="append")
    parser.add_argument("--errors", action="store_true", help="print every claim with a wrong verdict")
    arguments = parser.parse_args()
    settings = Settings()
    builtin = Builtin(settings.model_cache)
    source = EvidenceSource(builtin, settings.file_limits(), arguments.demo, arguments.data)
    judges = Judges(builtin.claim_reader, Sight(builtin.encoder))
    for split in arguments.split or SPLITS:
        pairs = list(source.pairs(split))
        claims = [checked(pair, builtin, judges) for pair in pairs]
        left_out = len(read_rows(split)) - len(pairs)
        print(f"\n## {split}: {len(pairs)} pairs" + (f", {left_out} left out" if left_out else ""))
        report([Judged(p.label, c.verdict, p.category) for p, c in zip(pairs, claims, strict=True)])
        if arguments.errors:
            print_errors(pairs, claims)


def checked(pair: Pair, builtin: Builtin, judges: Judges) -> Claim:
    """The claim as it comes out of the checks, cited with all of its evidence."""
    draft = Draft(pair.claim, tuple(piece.number for piece in pair.evidence))
    [found] = check([draft], pair.evidence, Vectors(builtin.minilm), judges)
    return found.claim


def report(judged: Sequence[Judged]) -> None:
    """Print the scores by verdict, what was let through, and the counts by category."""
    scores = verdict_scores(judged)
    print("\n| verdict | precision | recall | F1 |\n|---|---|---|---|")
    for verdict, one in scores.items():
        print(f"| {verdict} | {one.precision:.3f} | {one.recall:.3f} | {one.f1:.3f} |")
    print(f"| macro | | | {macro_f1(scores):.3f} |")
    false = [one for one in judged if one.category != "unrelated"]
    print(
        f"\nContradicted claims found supported: {let_through(false):.1%}, or in part: "
        f"{let_through(false, partly=True):.1%}"
    )
    print("\n| label | category | supported | partial | unsupported |\n|---|---|---|---|---|")
    for (label, category), counts in sorted(by_category(judged).items()):
        print(f"| {label} | {category} | {' | '.join(str(counts[verdict]) for verdict in Verdict)} |")


def print_errors(pairs: Sequence[Pair], claims: Sequence[Claim]) -> None:
    """Print what went wrong, as JSON lines."""
    for pair, claim in zip(pairs, claims, strict=True):
        if pair.label is not claim.verdict:
            row = [pair.source, pair.category, pair.label, claim.verdict, claim.support, pair.claim, claim.reason]
            print(json.dumps(row, ensure_ascii=False))


if __name__ == "__main__":
    main()
