"""Measures the built-in answers: `python scripts/answers_eval.py OUT [--demo .demo] [--home DIR] [--failures FILE]`.

Draws the thirty documents of `corpora/documents` into OUT, indexes them, the demo corpus, and the documents set by
other means, each in a collection, and asks of each the questions of `SETS` and `LATER`. Prints for each set, and for
those that the bounds were chosen by and those written later together: the precision and recall of citations,
completeness, and how often it abstains where there is no answer and where there is one. The exit status is 0 if all
together reach the bars. `--home` keeps the index, for a second run.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from api.service import AskRequest, Viscite
from api.settings import Settings
from evaluation.answer_set import load_questions
from evaluation.answers import Asked, evaluate_answers, failures, measures
from scripts import demo_corpus, documents_corpus
from store.records import Citation

ROOT = Path(__file__).resolve().parent.parent
EVAL = ROOT / "corpora" / "eval"
Sets = Mapping[str, tuple[str, ...]]

SETS: Sets = {
    "demo": ("demo", "asked-demo", "unseen-demo"),
    "documents": ("asked-documents", "unseen-documents"),
}
"""Of each collection the sets of questions that all bounds so far were chosen by."""
LATER: Sets = {
    "demo": ("later-demo", "further-demo", "fresh-demo", "latest-demo"),
    "documents": ("later-documents", "further-documents", "fresh-documents", "latest-documents"),
    "typeset": ("later-typeset", "further-typeset", "fresh-typeset", "latest-typeset"),
}
"""Those that were written later, each when the bound of its time was settled: `latest-*` when that of now was."""
MEASURES = ("precision", "recall", "complete", "abstains rightly", "wrongly")
BARS = {"precision": 0.95, "recall": 0.85, "abstains rightly": 0.85, "wrongly": 0.1}


def figures(asked: Sequence[Asked]) -> dict[str, float]:
    """`MEASURES`, each in [0, 1]; there are questions with an answer and without among them."""
    found = measures(asked)
    abstention = found["abstention"]
    told = (found[name] for name in ("citation_precision", "citation_recall", "completeness"))
    return dict(zip(MEASURES, (*told, abstention["rightly"], abstention["wrongly"]), strict=True))


def show(name: str, asked: Sequence[Asked]) -> None:
    """One line of the table."""
    answerable = sum(one.question.answerable for one in asked)
    counts = f"{answerable:4} +{len(asked) - answerable:4}"
    print(f"{name:24}{counts}" + "".join(f"{100 * value:18.1f}" for value in figures(asked).values()), flush=True)


def ask_all(viscite: Viscite, collection: str, root: Path, name: str) -> list[Asked]:
    """The answers to a set of questions; its sources are relative to `root`."""

    def locate(citation: Citation) -> str:
        hit = citation.evidence.hit
        path = Path(hit.path).relative_to(root).as_posix()
        return f"{path}#page={hit.item.page}" if hit.item.page else path

    questions = load_questions(EVAL / name)
    return evaluate_answers(questions, lambda question: viscite.ask(AskRequest(question), collection), locate)[0]


def ask_sets(viscite: Viscite, roots: Mapping[str, Path]) -> dict[str, list[Asked]]:
    """The answers to all sets, in their two groups, each shown when it is done."""
    print("per cent        answerable + not" + "".join(f"{name:>18}" for name in MEASURES))
    groups: dict[str, list[Asked]] = {"chosen by": [], "later": []}
    for group, sets in zip(groups, (SETS, LATER), strict=True):
        for collection, names in sets.items():
            for name in names:
                asked = ask_all(viscite, collection, roots[collection], name)
                show(name, asked)
                groups[group] += asked
    return groups


def reaches_bars(asked: Sequence[Asked]) -> bool:
    """Whether the figures reach every bar, of each of which a line says it."""
    found = figures(asked)
    reached = [found[name] <= bar if name == "wrongly" else found[name] >= bar for name, bar in BARS.items()]
    for name, bar, is_reached in zip(BARS, BARS.values(), reached, strict=True):
        print(f"{'reached' if is_reached else 'MISSED '} {name}: {100 * found[name]:.1f} %, bar {100 * bar:.0f} %")
    return all(reached)


def main() -> int:
    """The exit status: 0 if every bar was reached over all questions."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path, metavar="OUT")
    parser.add_argument("--demo", type=Path, default=ROOT / ".demo")
    parser.add_argument("--home", type=Path)
    parser.add_argument("--failures", type=Path, help="gets one JSON record for each answer that falls short")
    arguments = parser.parse_args()
    demo, out = arguments.demo.absolute(), arguments.out.absolute()
    demo_corpus.build(demo)
    documents_corpus.build(out)
    # Not the twins of the scans: they would be cited as well as these.
    roots = {"demo": demo, "documents": out / "documents", "typeset": EVAL / "typeset" / "documents"}
    with tempfile.TemporaryDirectory() as scratch:
        viscite = Viscite(Settings(home=arguments.home or Path(scratch)))
        for collection, root in roots.items():
            viscite.index([root], collection)
        groups = ask_sets(viscite, roots)
        viscite.close()
    together = [one for asked in groups.values() for one in asked]
    for group, asked in (*groups.items(), ("all", together)):
        show(group, asked)
    if arguments.failures:
        short = [json.dumps(one, ensure_ascii=False) for one in failures(together)]
        arguments.failures.write_text("\n".join(short) + "\n", encoding="utf-8")
    return 0 if reaches_bars(together) else 1


if __name__ == "__main__":
    sys.exit(main())
