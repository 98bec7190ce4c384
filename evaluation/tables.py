"""Evaluations and comparisons as tables for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from evaluation.metrics import METRICS

if TYPE_CHECKING:
    from rich.table import Table

SIGNIFICANT = 0.05


def tables(result: Mapping[str, Any]) -> Iterator[Table]:
    """The tables of what `Evaluation.as_json` gave, and of the comparison where `comparison` is in it."""
    yield channels(result)
    if result["nothing_matches"]:
        yield risk(result["nothing_matches"])
    yield reliability(result["calibration"])
    if "comparison" in result:
        yield from comparison(result["comparison"])


def answers(result: Mapping[str, Any]) -> Table:
    """The measures of `evaluate_answers`, a row for each."""
    title = f"{result['questions']} questions and {result['unanswerable']} without an answer, {result['seconds']:.1f} s"
    table = _table(title, "measure", "share")
    flat = {**result, **{f"abstention: {name}": share for name, share in result["abstention"].items()}}
    for name, share in flat.items():
        if share is None or (isinstance(share, float) and name != "seconds"):
            table.add_row(name.replace("_", " "), "-" if share is None else f"{100 * share:.1f} %")
    return table


def channels(result: Mapping[str, Any]) -> Table:
    """A row for each channel, a dash where nothing was ranked."""
    table = _table(f"{result['queries']} queries, {result['seconds']:.1f} s", "channel", *METRICS)
    for channel, metrics in result.items():
        if _is_metrics(metrics):
            table.add_row(channel, *(_cell(name, metrics[name]) for name in METRICS))
    return table


def risk(result: Mapping[str, Any]) -> Table:
    """How well "nothing matches" was said, and the risk by coverage."""
    title = (
        f"nothing matches: balanced accuracy {100 * result['balanced_accuracy']:.1f} %; {result['misses']} of "
        f"{result['answerable']} with an answer missed, {result['false_alarms']} of {result['unanswerable']} without "
        "one answered"
    )
    table = _table(title, "answered", "from probability", "have no answer", "first is wrong")
    for point in result["risk_coverage"]:
        shares = (f"{100 * point[name]:.1f} %" for name in ("risk", "wrong_first"))
        table.add_row(f"{100 * point['coverage']:.0f} %", f"{point['threshold']:.3f}", *shares)
    return table


def reliability(result: Mapping[str, Any]) -> Table:
    """Confidence of the first hit beside how often it was right."""
    if not result["queries"]:
        return _table("confidence of the first hit: no query found anything", "confidence")
    title = (
        f"confidence of the first hit: calibration error {result['expected_calibration_error']:.3f}, "
        f"{result['expected_calibration_error_equal_mass']:.3f} by bins of equal mass"
    )
    table = _table(title, "confidence", "queries", "mean", "right")
    for one in result["reliability"]:
        shares = (f"{100 * one[name]:.1f} %" for name in ("confidence", "accuracy"))
        table.add_row(f"{one['low']:.1f} - {one['high']:.1f}", str(one["count"]), *shares)
    return table


def comparison(result: Mapping[str, Any]) -> Iterator[Table]:
    """Both versions' metrics, starred where a paired test tells them apart, and the queries that changed most."""
    before, after = (f"version {result[side]['version']} ({result[side]['profile']})" for side in ("before", "after"))
    title = f"{before} -> {after}; * p < {SIGNIFICANT:g}, paired by query"
    table = _table(title, "channel", *METRICS)
    for channel, metrics in result["channels"].items():
        table.add_row(channel, *(_change(name, metrics[name]) for name in METRICS))
    yield table
    if not result["changed"]:
        return
    from rich.markup import escape

    moved = _table("the queries that changed most", "query", "text", "rank before", "rank after")
    for one in result["changed"]:
        moved.add_row(escape(one["query"]), escape(one["text"]), _rank(one["rank_before"]), _rank(one["rank_after"]))
    yield moved


def _table(title: str, *columns: str) -> Table:
    from rich.markup import escape
    from rich.table import Table

    table = Table(title=escape(title), title_justify="left")
    for place, column in enumerate(columns):
        table.add_column(column, justify="left" if place == 0 or column == "text" else "right")
    return table


def _is_metrics(value: Any) -> bool:
    return isinstance(value, Mapping) and tuple(value) == METRICS


def _cell(name: str, value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:g}" if name == "median_rank" else f"{100 * value:.1f} %"


def _change(name: str, values: Mapping[str, float]) -> str:
    star = "*" if values["p_value"] < SIGNIFICANT else ""
    if name == "median_rank":
        return f"{values['before']:g} -> {values['after']:g}{star}"
    return f"{100 * values['before']:.1f} -> {100 * values['after']:.1f}{star}"


def _rank(rank: int | None) -> str:
    return "-" if rank is None else str(rank)
