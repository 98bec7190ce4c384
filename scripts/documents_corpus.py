"""Draws thirty documents of many layouts, with known facts: `python scripts/documents_corpus.py OUT [--questions DIR]`.

OUT/documents gets the PDFs, of which six are scans; OUT/twins gets these six as they were before they were scanned.
`corpora/documents/` says what the documents are made of. `--questions` also writes the evaluation folder, as it is kept
in `corpora/eval/documents`: `queries.jsonl`, `qrels.tsv`, and `answers.jsonl` with the page, the boxes that would each
be right to cite (PDF points), and for a table the text of the cell. It knows nothing of indexing or searching.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from scripts.documents.articles import Article
from scripts.documents.business import DRAWERS
from scripts.documents.scans import Scan, scanned, turned_facts
from scripts.documents.sheet import Fact, Sheet
from scripts.documents.slots import DATA, Slots
from scripts.evaluation_folder import write_queries

SEED = "documents-1"


@dataclass(frozen=True, slots=True)
class Drawn:
    """One document: its bytes, those of its digital twin if it is a scan, and the facts that are asked for."""

    name: str
    layout: str
    language: str
    data: bytes
    twin: bytes | None
    facts: tuple[Fact, ...]
    twin_facts: tuple[Fact, ...]


def load_recipe() -> list[dict[str, Any]]:
    """The entries of the recipe, in order."""
    entries: list[dict[str, Any]] = tomllib.loads((DATA / "recipe.toml").read_text(encoding="utf-8"))["documents"]
    return entries


def draw(entry: Mapping[str, Any], edition: str = "") -> Drawn:
    """The document of one entry, with the same bytes on every run. Another `edition` has other facts."""
    content = tomllib.loads((DATA / "content" / f"{entry['content']}.toml").read_text(encoding="utf-8"))
    language = entry.get("language", "en")
    slots = Slots(f"{SEED}/{entry['name']}{edition}", language, entry.get("known", {}), entry.get("currency", "€"))
    if entry["layout"] == "article":
        article = Article(entry, content, slots)
        sheet: Sheet = article.draw()
        title = article.title
    else:
        sheet = DRAWERS[entry["layout"]](entry, content, slots)
        title = slots.fill(content.get("title", entry["name"]))
    facts = tuple(_chosen(sheet.facts, entry["questions"], entry["name"]))
    data = sheet.close(title)
    layout = _sort_of(entry, content)
    if "scan" not in entry:
        return Drawn(entry["name"], layout, language, data, None, facts, ())
    scan = Scan(**entry["scan"])
    turned = tuple(turned_facts(facts, scan, sheet.width, sheet.height))
    return Drawn(entry["name"], layout, language, scanned(data, scan), data, turned, facts)


def _sort_of(entry: Mapping[str, Any], content: Mapping[str, Any]) -> str:
    if entry["layout"] != "article":
        return str(entry["layout"])
    return re.split("[_.]", entry["content"])[0] if "front" not in content or "manual" in entry["content"] else "report"


def _chosen(facts: list[Fact], count: int, name: str) -> list[Fact]:
    """So many of the facts, in order, with all that figures show. Raises `ValueError` if there are not so many."""
    may_go = [at for at, fact in enumerate(facts) if fact.kind != "figure"]
    if not 0 <= len(facts) - count <= len(may_go):
        raise ValueError(f"{name} has {len(facts)} facts, {count} are asked for: correct the recipe")
    left_out = random.Random(name).sample(may_go, len(facts) - count)
    return [fact for at, fact in enumerate(facts) if at not in left_out]


def build(out: Path) -> list[Drawn]:
    """Draws every document into `out` and returns them with their facts."""
    drawn = [draw(entry) for entry in load_recipe()]
    for folder in (out / "documents", out / "twins"):
        folder.mkdir(parents=True, exist_ok=True)
    for document in drawn:
        (out / "documents" / document.name).write_bytes(document.data)
        if document.twin is not None:
            (out / "twins" / document.name).write_bytes(document.twin)
    return drawn


def answers(drawn: list[Drawn]) -> Iterator[dict[str, Any]]:
    """One record a question, in the order of the recipe."""
    number = 0
    for document in drawn:
        for at, fact in enumerate(document.facts):
            number += 1
            record = {
                "_id": f"d{number:03}",
                "question": fact.question,
                "answer": fact.answer,
                "source": f"{document.name}#page={fact.page}",
                "asks": fact.kind,
                "layout": document.layout,
                "language": document.language,
                "boxes": [list(box) for box in fact.boxes],
            }
            if fact.cell:
                record["cell"] = fact.cell
            if document.twin is not None:
                record["twin_boxes"] = [list(box) for box in document.twin_facts[at].boxes]
            yield record


def write_questions(drawn: list[Drawn], folder: Path) -> int:
    """The evaluation folder; returns how many questions it holds."""
    folder.mkdir(parents=True, exist_ok=True)
    records = list(answers(drawn))
    lines = [json.dumps(record, ensure_ascii=False) for record in records]
    (folder / "answers.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return write_queries(folder, ((one["_id"], one["question"], one["source"]) for one in records))


def main() -> None:
    """Parse the command line and draw."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path, metavar="OUT")
    parser.add_argument("--questions", type=Path, metavar="DIR")
    arguments = parser.parse_args()
    drawn = build(arguments.out)
    print(f"{arguments.out}: {len(drawn)} documents, {sum(one.twin is not None for one in drawn)} of them scans")
    if arguments.questions:
        print(f"{arguments.questions}: {write_questions(drawn, arguments.questions)} questions")


if __name__ == "__main__":
    main()
