"""What the command shows to a person: results on standard output, progress and complaints on standard error."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

if TYPE_CHECKING:
    from api.schemas import (
        AnswerOut,
        ClassifyOut,
        DescribeOut,
        HitOut,
        IndexOut,
        MigratedOut,
        ModelsOut,
        MovedOut,
        SearchOut,
        SignalOut,
        StatusOut,
    )
    from generator.events import Event
    from indexer.run import Progress

SHOWN_SKIPS = 20
"""Skipped files that are named on a terminal; `--json` names all."""

SHOWN_UNDER = 5
"""Copies and pages that are named under a hit; `--json` names all."""

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def say(text: str) -> None:
    """A line on standard output."""
    out.print(escape(text))


def complain(text: str) -> None:
    """A line on standard error."""
    err.print(f"[bold red]viscite:[/] {escape(text)}")


def show_json(value: Any) -> None:
    """One JSON document on standard output."""
    out.file.write(json.dumps(value, indent=2) + "\n")


@contextmanager
def progress() -> Iterator[Progress | None]:
    """A bar for each thing done, with rate and time left, on standard error; None where that is no terminal."""
    if not err.is_terminal:
        yield None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Bar(*columns, console=err, transient=True) as bar:
        tasks: dict[str, Any] = {}

        def advance(title: str, done: int, total: int) -> None:
            if title not in tasks:
                tasks[title] = bar.add_task(title, total=None, rate="")
            elapsed = bar.tasks[tasks[title]].elapsed or 0
            rate = f"{done / elapsed:.{0 if done > 10 * elapsed else 1}f} files/s" if elapsed > 1 else ""
            bar.update(tasks[title], completed=done, total=total, rate=rate)

        yield advance


def show_index(reply: IndexOut) -> None:
    sources, items = reply.sources, reply.items
    counted = [f"{count} {kind}{'s' if count != 1 else ''}" for kind, count in items if count]
    out.print(
        f"{sources.seen} files in {reply.first_pass:.1f} s: {sources.added} added, {sources.unchanged} unchanged, "
        f"{sources.removed} removed, {sources.skipped} skipped."
    )
    if counted:
        out.print(f"New in collection '{reply.collection}': {', '.join(counted)}.")
    if reply.described:
        out.print(
            f"Described {reply.described} pictures in {reply.seconds - reply.first_pass:.1f} s more; "
            f"text was found in {reply.texts_read}."
        )
    show_skipped([(one.path, one.reason) for one in reply.skipped])


def show_skipped(skipped: Sequence[tuple[str, str]]) -> None:
    """Name what was left out, and why."""
    for path, reason in skipped[:SHOWN_SKIPS]:
        err.print(f"[yellow]skipped[/] {escape(path)}: {escape(reason)}")
    if len(skipped) > SHOWN_SKIPS:
        err.print(f"[yellow]skipped[/] {len(skipped) - SHOWN_SKIPS} more; --json names them all.")


def show_search(reply: SearchOut) -> None:
    if not reply.hits:
        out.print("No more hits." if reply.offset else "Nothing matches.")
        return
    if reply.nothing_matches:
        out.print("[yellow]Nothing here clearly matches.[/] The nearest:")
    for hit in reply.hits:
        _show_hit(hit)
    if reply.more:
        out.print(f"[dim]There are more: --offset {reply.offset + len(reply.hits)}[/]")


def _show_hit(hit: HitOut) -> None:
    page = f" page {hit.page}" if hit.page else ""
    out.print(f"{hit.rank:3}  [bold]{hit.confidence:4.0%}[/]  {escape(_short(hit.path))}[bold]{page}[/]")
    words = hit.snippet or hit.description
    if words:
        out.print(f"           [dim]{escape(words)}[/]")
    for under in _shown_under(hit):
        out.print(f"           [dim]{escape(under)}[/]")
    if hit.explanation is not None:
        out.print(f"           [cyan]{escape(hit.explanation)}[/]")
        for signal in hit.signals:
            out.print(f"           [dim]{escape(_reason(signal))}[/]")


def _shown_under(hit: HitOut) -> Iterator[str]:
    """What is folded under a hit, in words."""
    if hit.copies:
        count = len(hit.copies)
        paths = _some([_short(one.path) for one in hit.copies])
        yield f"and {count} near {'copy' if count == 1 else 'copies'}: {paths}"
    if hit.others:
        pages = [f"page {page}" for page in dict.fromkeys(one.page for one in hit.others) if page is not None]
        where = f": {_some(pages)}" if pages else ""
        yield f"and {len(hit.others)} more in this file{where}"


def _some(names: Sequence[str]) -> str:
    rest = len(names) - SHOWN_UNDER
    return ", ".join(names[:SHOWN_UNDER]) + (f" and {rest} more" if rest > 0 else "")


def _reason(signal: SignalOut) -> str:
    """A row of a table: `visual     0.471   rank   1   p 0.993`."""
    sure = "" if signal.probability is None else f"   p {signal.probability:.3f}"
    words = f"   words: {', '.join(signal.terms)}" if signal.terms else ""
    return f"{signal.channel:8} {signal.score:7.3f}   rank {signal.rank:3}{sure}{words}"


def _short(path: str) -> str:
    """A path below the working folder as a person would type it."""
    try:
        return str(Path(path).relative_to(os.getcwd()))
    except ValueError:
        return path


def show_answer(reply: AnswerOut) -> None:
    out.print(escape(reply.answer))
    _show_sources(reply)


def stream_answer(events: Iterable[Event], collection: str) -> None:
    """Each sentence as soon as it is checked, then the sources."""
    from api.schemas import AnswerOut
    from generator.events import AnswerMade, checked_text

    said = ""
    try:
        for event in events:
            more = checked_text(said, event)
            said += more
            out.print(escape(more), end="")
    finally:
        # What went wrong in between is said on a line of its own.
        if said:
            out.print()
    if isinstance(event, AnswerMade):
        _show_sources(AnswerOut.of(event.answer, collection, seconds=0))


def _show_sources(reply: AnswerOut) -> None:
    if reply.citations:
        out.print()
    for citation in reply.citations:
        page = f", page {citation.page}" if citation.page else ""
        out.print(escape(f"[{citation.number}] {_short(citation.path)}{page}"))
        if citation.quote:
            out.print(f"    [dim]“{escape(citation.quote)}”[/]")
    for removed in reply.removed:
        out.print(f"[yellow]removed[/] {escape(removed.text)} ({escape(removed.reason)})")


def show_classified(reply: ClassifyOut) -> None:
    for result in reply.results:
        verdict = "none of these" if result.rejected else result.best
        out.print(f"[bold]{escape(_short(result.path))}[/]: {escape(str(verdict))}")
        for label in result.labels:
            out.print(f"    {label.probability:5.1%}  {escape(label.label)}")


def show_described(reply: DescribeOut) -> None:
    for result in reply.results:
        out.print(f"[bold]{escape(_short(result.path))}[/]: {escape(result.description)}")


def show_status(reply: StatusOut) -> None:
    if not reply.collections:
        out.print("No collection yet. Make one: viscite index PATH")
        return
    table = Table("collection", "version", "profile", "files", "images", "pages", "passages", "size")
    for one in reply.collections:
        counts = [one.sources, one.items.image, one.items.page, one.items.passage]
        size = f"{one.bytes / 1024 / 1024:.1f} MiB"
        table.add_row(one.name, str(one.version), one.profile, *map(str, counts), size)
    out.print(table)


def show_moved(reply: MovedOut) -> None:
    out.print(f"Collection '{reply.collection}' answers from version {reply.to} now; version {reply.from_} is kept.")


def show_migrated(reply: MigratedOut) -> None:
    out.print(
        f"{reply.added} files brought in with the models of '{escape(reply.profile)}' in {reply.seconds:.1f} s, "
        f"{reply.carried} of them without reading them again; {reply.unchanged} were in already."
    )
    show_moved(reply)


def show_comparison(comparison: Mapping[str, Any]) -> None:
    """Two versions side by side."""
    from evaluation.tables import comparison as tables

    for table in tables(comparison):
        out.print(table)


def show_models(reply: ModelsOut) -> None:
    for one in reply.models:
        state = f"here: {one.model}" if one.here else f"[yellow]not here[/]: {escape(one.missing)}"
        out.print(f"[bold]{one.profile}[/] {one.role} {state}")


def show_answers(result: dict[str, Any]) -> None:
    """The measures of answers, and the answers that fall short."""
    from evaluation.tables import answers

    out.print(answers(result))
    for one in result["failures"]:
        out.print(f"[bold]{escape(one['question'])}[/] {escape(one['answer'])}")
        lacks = ", ".join([*one["missing_facts"], *one["missing_sources"]])
        if lacks:
            out.print(f"  lacks {escape(lacks)}")


def show_evaluation(result: dict[str, Any]) -> None:
    """Tables of the metrics by channel, of "nothing matches", of confidence, and of the comparison if there is one."""
    from evaluation.tables import tables

    for table in tables(result):
        out.print(table)
