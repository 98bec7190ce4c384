"""The demo: build the corpus, index it, search it, classify a picture, and get a cited answer; each is checked.

Exit status 0 only if the search, the classification and the answer were right.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from rich.markup import escape

from api import terminal
from api.schemas import AnswerOut, ClassifyOut, IndexOut, SearchOut
from api.search_request import SearchRequest
from api.service import AskRequest, Viscite
from api.settings import Settings
from scripts.demo_corpus import DemoCorpusError, build

ROOT = Path(__file__).resolve().parent.parent
CORPUS = ROOT / ".demo"
COLLECTION = "demo"

QUERY, PICTURE = "sea turtle", "IMG_2085.jpg"
LABELS = ["cup of coffee", "sea turtle", "motorcycle", "rocket", "cat"]
QUESTION, FACT, SOURCE = "How long is the crossing to Lunde?", "35 minutes", ("harbour.pdf", 2)
UNANSWERABLE = "What is the capital of Mongolia?"

Value = TypeVar("Value")


def main() -> int:
    """Run the demo; 0 if all that it checks was right."""
    start = time.perf_counter()
    try:
        corpus = timed("Building the demo corpus from Python packages", lambda: build(CORPUS))
    except DemoCorpusError as error:
        terminal.complain(str(error))
        return 1
    viscite = Viscite(Settings.load())
    try:
        wrong = show(viscite, corpus.root)
    finally:
        viscite.close()
    terminal.say(f"\nAll of it took {time.perf_counter() - start:.1f} s.")
    for complaint in wrong:
        terminal.complain(f"The demo went wrong: {complaint}")
    if wrong:
        return 1
    command = os.path.relpath(ROOT / ".venv" / "bin" / "viscite")
    terminal.say(f"Serve it:        {command} serve        (then open http://127.0.0.1:8750/docs)")
    terminal.say(f"Your own files:  {command} index ~/Pictures && {command} search 'a dog on the beach'")
    return 0


def show(viscite: Viscite, corpus: Path) -> list[str]:
    """Index, search, classify and answer; returns what was wrong."""
    version, report = timed(
        f"viscite index {CORPUS.name} --collection {COLLECTION}",
        lambda: viscite.index([corpus], COLLECTION, profile="builtin", prune=True),
    )
    terminal.show_index(IndexOut.of(COLLECTION, version, report))
    wrong = [f"{path} was skipped: {reason}" for path, reason in report.skipped]
    return wrong + check_search(viscite) + check_classify(viscite, corpus) + check_answers(viscite)


def check_search(viscite: Viscite) -> list[str]:
    """The turtle comes first."""
    request = SearchRequest(text=QUERY, limit=3)
    found = timed(f"viscite search '{QUERY}'", lambda: viscite.search(request, COLLECTION))
    terminal.show_search(SearchOut.of(request, found, 0, explain=True))
    best = Path(found.hits[0].path).name if found.hits else "nothing"
    return [] if best == PICTURE else [f"'{QUERY}' found {best} and not {PICTURE}."]


def check_classify(viscite: Viscite, corpus: Path) -> list[str]:
    """The turtle is a turtle."""
    path = corpus / "photos" / PICTURE
    results = timed(
        f"viscite classify {PICTURE} --labels {','.join(LABELS)!r}",
        lambda: viscite.classify([(str(path), path.read_bytes())], LABELS, 3),
    )
    terminal.show_classified(ClassifyOut.of(results, "builtin"))
    best = results[0][1].best
    return [] if best == QUERY else [f"{PICTURE} was classified as {best} and not as {QUERY}."]


def check_answers(viscite: Viscite) -> list[str]:
    """A fact is answered with the page it stands on, and what is not there is not answered."""
    answer = timed(f"viscite ask '{QUESTION}'", lambda: viscite.ask(AskRequest(QUESTION), COLLECTION))
    terminal.show_answer(AnswerOut.of(answer, COLLECTION, 0))
    cited = {(Path(one.evidence.hit.path).name, one.evidence.hit.item.page) for one in answer.citations}
    wrong = [] if FACT in answer.text and SOURCE in cited else [f"'{QUESTION}' was not answered by {SOURCE}."]
    none = timed(f"viscite ask '{UNANSWERABLE}'", lambda: viscite.ask(AskRequest(UNANSWERABLE), COLLECTION))
    terminal.show_answer(AnswerOut.of(none, COLLECTION, 0))
    return wrong if none.abstained else [*wrong, f"'{UNANSWERABLE}' was answered, and nothing here says it."]


def timed(title: str, call: Callable[[], Value]) -> Value:
    """What `call` returns; prints the title and how long it took."""
    start = time.perf_counter()
    value = call()
    terminal.out.print(f"\n[bold]$ {escape(title)}[/]   [dim]{time.perf_counter() - start:.2f} s[/]")
    return value


if __name__ == "__main__":
    if subprocess.run([sys.executable, "-m", "pip", "--version"], capture_output=True, check=False).returncode:
        terminal.complain("The demo fetches its photos with pip, which this Python lacks: run `make demo`.")
        sys.exit(1)
    sys.exit(main())
