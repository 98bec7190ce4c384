"""Real collections with toy models: copies, queries without an answer, and two versions side by side."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from api.service import Viscite
from evaluation.collection import evaluate_retriever
from evaluation.comparison import compare
from evaluation.dataset import load_dataset
from evaluation.run import UnknownDocuments
from evaluation.tables import tables

Make = Callable[..., Path]


def write(folder: Path, queries: list[dict[str, object]], qrels: list[tuple[str, str]]) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "queries.jsonl").write_text("".join(json.dumps(query) + "\n" for query in queries))
    lines = "".join(f"{query}\t{document}\t1\n" for query, document in qrels)
    (folder / "qrels.tsv").write_text(f"query-id\tcorpus-id\tscore\n{lines}")
    return folder


def test_any_path_of_a_copy_counts_and_all_of_them_once(
    viscite: Viscite, photo: Make, pdf: Make, tmp_path: Path
) -> None:
    photos = photo("a.png", "red").parent
    (photos / "sub").mkdir()
    shutil.copy(photos / "a.png", photos / "sub" / "z.png")
    photo("b.png", "blue")
    shutil.copy(pdf("report.pdf", "The harbour.", "A lighthouse keeper."), photos / "sub" / "copy.pdf")
    viscite.index([photos], "default")
    queries: list[dict[str, object]] = [{"_id": "q1", "text": "red"}, {"_id": "q2", "text": "lighthouse keeper"}]
    for named in (["a.png"], ["sub/z.png"], ["a.png", "sub/z.png"]):
        qrels = [*(("q1", name) for name in named), ("q2", "sub/copy.pdf#page=2")]
        result = viscite.evaluate(write(tmp_path / "set", queries, qrels), "default")
        assert (result["fused"]["recall@1"], result["fused"]["median_rank"]) == (1, 1), named
        assert result["calibration"]["queries"] == 2
    within: list[dict[str, object]] = [{"_id": "q1", "text": "red", "within": "sub"}]
    result = viscite.evaluate(write(tmp_path / "set", within, [("q1", "a.png")]), "default")
    assert result["visual"]["recall@1"] == 1


def test_queries_without_an_answer_count_for_nothing_matches_and_not_for_recall(
    viscite: Viscite, photo: Make, tmp_path: Path
) -> None:
    for color in ("red", "green", "blue", "yellow"):
        photo(f"{color}.png", color)
    viscite.index([tmp_path / "photos"], "default")
    queries: list[dict[str, object]] = [{"_id": color, "text": color} for color in ("red", "green", "blue")]
    qrels = [(color, f"{color}.png") for color in ("red", "green", "blue")]
    without: list[dict[str, object]] = [{"_id": "no", "text": "an astronomer's almanac", "answerable": False}]
    plain = viscite.evaluate(write(tmp_path / "set", queries, qrels), "default")
    assert (plain["unanswerable"], plain["nothing_matches"], plain["calibration"]["queries"]) == (0, None, 3)
    marked = viscite.evaluate(write(tmp_path / "set", queries + without, qrels), "default")
    assert (marked["queries"], marked["unanswerable"], marked["calibration"]["queries"]) == (3, 1, 4)
    assert marked["fused"] == plain["fused"]
    assert marked["nothing_matches"]["answerable"] == 3
    assert marked["nothing_matches"]["misses"] + marked["nothing_matches"]["false_alarms"] <= 4
    assert [point["coverage"] for point in marked["nothing_matches"]["risk_coverage"]][-1] == 1
    json.dumps(marked, allow_nan=False)


def test_two_versions_are_compared(viscite: Viscite, photo: Make, tmp_path: Path) -> None:
    for color in ("red", "green", "blue", "yellow"):
        photo(f"{color}.png", color)
    viscite.index([tmp_path / "photos"], "default")
    viscite.index([tmp_path / "photos"], "other")
    queries: list[dict[str, object]] = [{"_id": "q1", "text": "red"}, {"_id": "q2", "text": "[bold]green"}]
    dataset = load_dataset(write(tmp_path / "set", queries, [("q1", "red.png"), ("q2", "green.png")]))
    before = evaluate_retriever(dataset, viscite.retriever("default"))
    viscite.remove([str(tmp_path / "photos" / "green.png")], "other")
    retriever = viscite.retriever("other")
    with pytest.raises(UnknownDocuments, match=r"green\.png"):
        evaluate_retriever(dataset, retriever)
    after = evaluate_retriever(dataset, retriever, allow_missing=True)
    result = compare(before, after)
    recall = result["channels"]["fused"]["recall@1"]
    assert (recall["before"], recall["after"], recall["rose"], recall["fell"]) == (1, 0.5, 0, 1)
    assert recall["p_value"] == 1
    assert result["changed"] == [
        {"query": "q2", "text": "[bold]green", "channel": "fused", "rank_before": 1, "rank_after": None}
    ]
    assert compare(before, before)["changed"] == []
    console = Console(width=140, no_color=True)
    with console.capture() as capture:
        for table in tables({**after.as_json(), "comparison": result}):
            console.print(table)
    shown = capture.get()
    assert "version 1 (builtin) -> version 1 (builtin)" in shown
    assert "[bold]green" in shown
    assert "100.0 -> 50.0" in shown
