"""Measures how documents are found and cited: `python scripts/documents_eval.py OUT|--typeset [--home DIR] ...`.

Draws the thirty documents of `corpora/documents` into OUT, indexes them with the built-in profile, and asks the 200
questions of `corpora/eval/documents`, of search and of answers. Prints, against the bars: the page found first and
among the first five; the box of the first citation; the cell of a table in the quoted evidence; scans beside their
digital twins; and all of it by kind of question and of document. `--failures` gets one JSON record for each question
that fails, with the step at which it does. `--home` keeps the index, for a second run. `--typeset` asks of the
documents of `corpora/eval/typeset` instead, which were made by other means.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from api.search_request import SearchRequest
from api.service import AskRequest, Viscite
from api.settings import Settings
from generator.words import comparable
from scripts.documents_corpus import build
from store.records import Box, Hit

ROOT = Path(__file__).resolve().parent.parent
EVAL = ROOT / "corpora" / "eval" / "documents"
TYPESET = ROOT / "corpora" / "eval" / "typeset"
COLLECTION = "documents"
DEPTH = 50
"""Hits that are looked through for pages."""
OVERLAP = 0.5
"""The intersection over union from which a box points at the place."""
BARS = {"page@1": 0.85, "page@5": 0.97, "box": 0.8, "cell": 0.9}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one question. `cell` is None where no table was asked; `step` is where it failed, if it did.

    `found_rank` is the rank of the page among pages, `box_overlap` the IoU of the first citation's box, and
    `hit_overlap` that of the first hit's box if it lies on the page.
    """

    id: str
    question: str
    asks: str
    layout: str
    language: str
    source: str
    found_rank: int | None
    cited: str
    quote: str
    box_overlap: float
    hit_overlap: float
    answered: bool
    right: bool
    cell: bool | None
    step: str


def overlap(one: Box, other: Box) -> float:
    """Intersection over union of two boxes."""
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    if wide <= 0 or high <= 0:
        return 0.0
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (one, other)]
    return wide * high / (sum(areas) - wide * high)


def best_overlap(box: Box | None, right: Sequence[Sequence[float]]) -> float:
    """That with the place that fits best; 0 where there is no box."""
    return 0.0 if box is None else max(overlap(box, (one[0], one[1], one[2], one[3])) for one in right)


def ask_one(viscite: Viscite, record: Mapping[str, Any], folders: Sequence[str], boxes: str) -> Outcome:
    """Searches and answers within `folders`; `boxes` names the record's field with the right places."""
    source, question = record["source"], record["question"]
    hits = viscite.search(SearchRequest(text=question, under=tuple(folders), limit=DEPTH), COLLECTION).hits
    pages = list(dict.fromkeys(_page(hit) for hit in hits))
    rank = pages.index(source) + 1 if source in pages else None
    answer = viscite.ask(AskRequest(question, under=tuple(folders)), COLLECTION)
    first = answer.citations[0] if answer.citations else None
    cited = _page(first.evidence.hit) if first else ""
    box = first.box if first else None
    said = " ".join(citation.quote for citation in answer.citations)
    iou = best_overlap(box, record[boxes]) if cited == source else 0.0
    cell = holds(said, record["cell"]) if "cell" in record else None
    return Outcome(
        record["_id"], question, record["asks"], record["layout"], record["language"], source, rank, cited,
        first.quote if first else "", round(iou, 3),
        round(best_overlap(hits[0].item.box, record[boxes]), 3) if pages[:1] == [source] else 0.0,
        bool(answer.citations), holds(f"{answer.text} {said}", record["answer"]), cell,
        failed_step(rank, bool(first), cited == source, iou, cell),
    )  # fmt: skip


def failed_step(rank: int | None, answered: bool, right_page: bool, iou: float, cell: bool | None) -> str:
    """The first step at which a question fails, or nothing."""
    if rank is None or rank > 5:
        return "page not found"
    if not answered:
        return "no answer"
    if not right_page:
        return "other page cited"
    if cell is False:
        return "cell lost"
    return "" if iou >= OVERLAP else "box elsewhere or too large"


def _page(hit: Hit) -> str:
    return f"{Path(hit.path).name}#page={hit.item.page}"


def holds(text: str, wanted: str) -> bool:
    """Whether the words stand in a text, whatever white space parts them, and not as a part of a longer number."""
    letters = re.sub(r"\s", "", comparable(wanted))
    pattern = r"\s*".join(map(re.escape, letters))
    before = r"(?<![\d.,])" if letters[:1].isdigit() else ""
    after = r"(?!\d|[.,]\d)" if letters[-1:].isdigit() else ""
    return bool(re.search(before + pattern + after, comparable(text)))


def measures(outcomes: Sequence[Outcome]) -> dict[str, float | None]:
    """The shares of questions, in [0, 1]; None where none of them asks for it.

    `box` counts a question without an answer as missed, `cited box` leaves it out.
    """
    cells = [one.cell for one in outcomes if one.cell is not None]
    return {
        "page@1": _share(one.found_rank == 1 for one in outcomes),
        "page@5": _share(one.found_rank is not None and one.found_rank <= 5 for one in outcomes),
        "box": _share(one.box_overlap >= OVERLAP for one in outcomes),
        "hit box": _share(one.hit_overlap >= OVERLAP for one in outcomes),
        "cited box": _share(one.box_overlap >= OVERLAP for one in outcomes if one.answered),
        "answered": _share(one.answered for one in outcomes),
        "right": _share(one.right for one in outcomes),
        "cell": _share(map(bool, cells)),
    }


def _share(truths: Iterable[bool]) -> float | None:
    known = list(truths)
    return sum(known) / len(known) if known else None


def show(name: str, outcomes: Sequence[Outcome]) -> None:
    """One line of the table."""
    cells = "".join("         -" if value is None else f"{100 * value:10.1f}" for value in measures(outcomes).values())
    print(f"{name:22}{len(outcomes):5}{cells}")


def show_by(title: str, outcomes: Sequence[Outcome], key: Callable[[Outcome], str]) -> None:
    """A line for each group."""
    groups: defaultdict[str, list[Outcome]] = defaultdict(list)
    for one in outcomes:
        groups[key(one)].append(one)
    for name in sorted(groups):
        show(f"{title} {name}", groups[name])


def indexed(folder: Path, home: Path) -> Viscite:
    """Viscite with the documents of a folder in it; prints what that took."""
    viscite = Viscite(Settings(home=home))
    start = time.perf_counter()
    _, report = viscite.index([folder], COLLECTION)
    print(f"indexed {report.added} files in {time.perf_counter() - start:.1f} s: {dict(report.items)}")
    for path, reason in report.skipped:
        print(f"skipped {path}: {reason}")
    return viscite


def read_records(folder: Path) -> list[dict[str, Any]]:
    """The questions of an evaluation folder, with what is right."""
    return [json.loads(line) for line in (folder / "answers.jsonl").read_text(encoding="utf-8").splitlines()]


def run_typeset(home: Path) -> list[Outcome]:
    """Of all questions about the documents set by other means."""
    viscite = indexed(TYPESET / "documents", home)
    outcomes = [ask_one(viscite, record, [str(TYPESET)], "boxes") for record in read_records(TYPESET)]
    viscite.close()
    return outcomes


def run(out: Path, home: Path) -> tuple[list[Outcome], list[Outcome], list[Outcome]]:
    """Of all questions; of those about scans; and of these asked of the digital twins."""
    build(out)
    viscite = indexed(out, home)
    records = read_records(EVAL)
    # The twins would answer for the scans, so each question sees one of the two.
    twins = {path.name for path in (out / "twins").glob("*.pdf")}
    digital = [str(path) for path in sorted((out / "documents").glob("*.pdf")) if path.name not in twins]
    outcomes = [ask_one(viscite, record, [str(out / "documents")], "boxes") for record in records]
    scans = [one for one in outcomes if one.source.split("#")[0] in twins]
    scan_records = [record for record in records if "twin_boxes" in record]
    doubles = [ask_one(viscite, record, [*digital, str(out / "twins")], "twin_boxes") for record in scan_records]
    viscite.close()
    return outcomes, scans, doubles


def tabulate(outcomes: list[Outcome]) -> None:
    """Prints what was reached, by kind of question, layout and language."""
    print("per cent of questions    n" + "".join(f"{name:>10}" for name in measures(outcomes)))
    show("all", outcomes)
    show_by("asks for", outcomes, lambda one: one.asks)
    show_by("in", outcomes, lambda one: one.layout)
    show_by("language", outcomes, lambda one: one.language)


def report_on(outcomes: list[Outcome], scans: list[Outcome], doubles: list[Outcome]) -> bool:
    """Prints the tables; returns whether every bar was reached."""
    tabulate(outcomes)
    show("scans", scans)
    show("their digital twins", doubles)
    found = measures(outcomes)
    reached = []
    for name, bar in BARS.items():
        value = found[name] or 0.0
        reached.append(value >= bar)
        print(f"{'reached' if reached[-1] else 'MISSED '} {name}: {100 * value:.1f} %, bar {100 * bar:.0f} %")
    for name in ("page@1", "page@5", "box", "cell"):
        behind = (measures(doubles)[name] or 0.0) - (measures(scans)[name] or 0.0)
        reached.append(behind <= 0.05)
        print(f"{'reached' if reached[-1] else 'MISSED '} scans behind their twins, {name}: {100 * behind:.1f} points")
    return all(reached)


def main() -> int:
    """The exit status: 0 if every bar was reached."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path, metavar="OUT", nargs="?")
    parser.add_argument("--typeset", action="store_true")
    parser.add_argument("--home", type=Path)
    parser.add_argument("--failures", type=Path)
    arguments = parser.parse_args()
    if (arguments.out is None) != arguments.typeset:
        parser.error("give OUT, the folder to draw the documents into, or --typeset")
    with tempfile.TemporaryDirectory() as scratch:
        home = arguments.home or Path(scratch)
        if arguments.typeset:
            outcomes = run_typeset(home)
            tabulate(outcomes)
            show_by("looked at", outcomes, lambda one: "no" if int(one.id[1:]) % 2 == 0 else "yes")
            reached = True
        else:
            outcomes, scans, doubles = run(arguments.out.absolute(), home)
            reached = report_on(outcomes, scans, doubles)
    if arguments.failures:
        failed = [json.dumps(asdict(one), ensure_ascii=False) for one in outcomes if one.step]
        arguments.failures.write_text("\n".join(failed) + "\n", encoding="utf-8")
    return 0 if reached else 1


if __name__ == "__main__":
    sys.exit(main())
