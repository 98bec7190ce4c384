"""A client that never stops searching over HTTP, while the collection is migrated, switched and rolled back."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn

from api.app import create_app
from api.service import Viscite
from api.settings import EncoderChoice, Profile, Settings
from tests.conftest import ToyBuiltin

COLORS = ("red", "orange", "yellow", "green", "blue", "purple", "brown", "black", "gray", "white")
LONGEST = 3.0
"""Seconds that a search may take at the worst, on a busy machine; opening the models of another version takes more."""


class Client:
    """Searches without a pause on its own thread and keeps every reply."""

    def __init__(self, base: str) -> None:
        self.replies: list[tuple[int, Any]] = []
        self.longest = 0.0
        self._base = base
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._search)

    def _search(self) -> None:
        with httpx.Client(base_url=self._base, timeout=60) as client:
            while not self._stop.is_set():
                start = time.perf_counter()
                self.replies.append(ask(client))
                self.longest = max(self.longest, time.perf_counter() - start)

    def __enter__(self) -> Client:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()


def ask(client: httpx.Client) -> tuple[int, Any]:
    """The status and the hits of a search, with all that tells versions apart: raw scores, ranks and probabilities."""
    reply = client.post("/v1/collections/default/search", json={"text": "red", "limit": 20})
    return reply.status_code, reply.json().get("hits", reply.text)


@contextmanager
def serving(viscite: Viscite) -> Iterator[str]:
    """A real server on a free port of this machine."""
    server = uvicorn.Server(uvicorn.Config(create_app(viscite), port=0, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()


def until(reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not reached():
        assert time.monotonic() < deadline, "waited for a minute"
        time.sleep(0.02)


@pytest.fixture
def both(settings: Settings, tiny_clip: Path) -> Settings:
    encoder = EncoderChoice(library="open_clip", model=f"local-dir:{tiny_clip}")
    return settings.model_copy(update={"profiles": {"tiny": Profile(encoder=encoder)}})


@pytest.mark.parametrize("where", ["in another process", "in the server"])
def test_searches_go_on(both: Settings, photo: Callable[..., Path], where: str) -> None:
    for color in COLORS:
        photo(f"{color}.png", color)
    served = Viscite(both, ToyBuiltin())
    served.index([photo("red.png", "red").parent], "default")
    # A second object over the same home shares nothing with the server but files, as another process would.
    mover = served if where == "in the server" else Viscite(both, ToyBuiltin())
    with serving(served) as base, httpx.Client(base_url=base, timeout=60) as client:
        old = ask(client)
        with Client(base) as searching:
            until(lambda: len(searching.replies) > 5)
            assert mover.migrate("tiny", "default").new == 2
            until(lambda: searching.replies[-1] != old)
            new = searching.replies[-1]
            assert mover.rollback("default") == (2, 1)
            until(lambda: searching.replies[-1] == old)
            assert mover.migrate("tiny", "default").new == 2
            until(lambda: searching.replies[-1] == new)
    assert (old[0], new[0]) == (200, 200)
    visual = [[signal["score"] for hit in hits for signal in hit["signals"][:1]] for _, hits in (old, new)]
    assert visual[0] != visual[1], "the versions cannot be told apart"
    assert [reply for reply in searching.replies if reply not in (old, new)] == []
    assert searching.longest < LONGEST


def test_a_version_that_cannot_be_opened_leaves_the_one_before_to_answer(
    both: Settings, photo: Callable[..., Path], caplog: pytest.LogCaptureFixture
) -> None:
    path = photo("red.png", "red")
    # This server was started before the profile was written down.
    served = Viscite(both.model_copy(update={"profiles": {}}), ToyBuiltin())
    served.index([path], "default")
    with serving(served) as base, httpx.Client(base_url=base, timeout=60) as client:
        old = ask(client)
        assert client.get("/readyz").status_code == 200
        mover = Viscite(both, ToyBuiltin())
        mover.migrate("tiny", "default")
        assert [ask(client) for _ in range(5)] == [old] * 5
        ready = client.get("/readyz")
        assert ready.status_code == 503
        assert "viscite rollback --collection default" in ready.json()["reason"]
        assert "cannot be opened" in caplog.text
        mover.rollback("default")
        assert client.get("/readyz").status_code == 200
        assert ask(client) == old
