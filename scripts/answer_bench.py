"""Measures what Viscite adds to an answer: first text behind the model's first token, and the checks of ten claims.

A real server over a few documents with the built-in models, and an answer model that notes when it speaks.
`.venv/bin/python scripts/answer_bench.py`
"""

from __future__ import annotations

import json
import socket
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import httpx
import uvicorn

from api.app import create_app
from api.service import Viscite
from api.settings import Settings
from api.wiring import Builtin
from generator.claims import split_claims
from generator.pipeline import check
from generator.vectors import Vectors
from models.protocols import AnswerModel, Fingerprint, TextEmbedder, Turn
from store.records import Evidence, Hit, Item, Kind

RUNS = 30
PAUSE = 0.02
"""Seconds between two tokens, as a fast model takes."""
VERBS = ("visited", "left", "passed", "reached", "entered", "served", "crossed", "filled", "used", "saw")
FACTS = [f"In {2001 + at}, {300 + at} ships {verb} the port of Brinmouth." for at, verb in enumerate(VERBS)]
CLAIMS = [f"{300 + at} vessels {verb} the port in {2001 + at} [{at + 1}]. " for at, verb in enumerate(VERBS)]


class NotingModel:
    """Writes ten claims token by token, and notes when the first token left it."""

    fingerprint = Fingerprint("noting", "", "", 0)
    spoke_at = 0.0

    def answer(self, question: str, evidence: Sequence[Evidence], history: Sequence[Turn]) -> Iterator[str]:
        self.spoke_at = time.perf_counter()
        for token in "".join(CLAIMS).split(" "):
            yield f"{token} "
            time.sleep(PAUSE)


class BenchBuiltin(Builtin):
    """The built-in models with the noting one."""

    def __init__(self, cache: Path, model: NotingModel) -> None:
        super().__init__(cache)
        self._model = model

    def answer_model(self, embedder: TextEmbedder) -> AnswerModel:
        return self._model


def main() -> None:
    """Print both figures."""
    with tempfile.TemporaryDirectory() as folder:
        model = NotingModel()
        settings = Settings(home=Path(folder) / "home")
        viscite = Viscite(settings, BenchBuiltin(settings.model_cache, model))
        for at, fact in enumerate(FACTS):
            path = Path(folder) / "documents" / f"report-{at}.txt"
            path.parent.mkdir(exist_ok=True)
            path.write_text(fact)
        viscite.index([Path(folder) / "documents"], "default")
        first = first_text(viscite, model)
        report("first text behind the model's first token", first)
        report("ten claims checked", checks(viscite.models("builtin").embedder))
        viscite.close()


def first_text(viscite: Viscite, model: NotingModel) -> list[float]:
    """Seconds from the model's first token to the first `text` event at the client, for each run."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(create_app(viscite), port=port, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    waited = [_one(f"http://127.0.0.1:{port}", model) for _ in range(RUNS + 1)]
    server.should_exit = True
    thread.join()
    return waited[1:]


def _one(address: str, model: NotingModel) -> float:
    body = {"messages": [{"role": "user", "content": "How many ships were at the port?"}], "stream": True}
    arrived, last = 0.0, ""
    with httpx.stream("POST", f"{address}/v1/collections/default/chat", json=body, timeout=60) as reply:
        for line in reply.iter_lines():
            if line == "event: text" and not arrived:
                arrived = time.perf_counter()
            last = line or last
    answer = json.loads(last.removeprefix("data: "))
    assert answer["claims"], answer
    return arrived - model.spoke_at


def checks(embedder: TextEmbedder) -> list[float]:
    """Seconds that the checks of ten claims against ten pieces of evidence take, for each run."""
    evidence = [
        Evidence(number, Hit(number, Item(str(number), Kind.PASSAGE, "hash", page=1, text=fact), "/r.pdf", 1.0, 0.9))
        for number, fact in enumerate(FACTS, 1)
    ]
    waited = []
    for _ in range(RUNS + 1):
        started = time.perf_counter()
        checked = check(split_claims("".join(CLAIMS)), evidence, Vectors(embedder))
        waited.append(time.perf_counter() - started)
        assert len(checked) == len(CLAIMS)
    return waited[1:]


def report(what: str, seconds: Sequence[float]) -> None:
    """One line: the median, and the worst but one in twenty."""
    ordered = sorted(seconds)
    late = ordered[int(0.95 * len(ordered))]
    print(f"{what}: median {1000 * statistics.median(ordered):.1f} ms, p95 {1000 * late:.1f} ms, n={len(ordered)}")


if __name__ == "__main__":
    main()
