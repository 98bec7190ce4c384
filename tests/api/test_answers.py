"""Answers over HTTP from a real server: streamed and whole, in our form and in OpenAI's, and clients that leave."""

from __future__ import annotations

import base64
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest
import uvicorn

from api.app import create_app
from api.schemas import AnswerOut
from api.service import AskRequest, Viscite
from api.settings import AnswererChoice, Profile, Settings
from models.errors import ModelUnavailable
from models.protocols import AnswerModel, Fingerprint, TextEmbedder, Turn
from store.errors import InvalidInput
from store.records import Evidence
from tests.conftest import ToyBuiltin, draw_photo
from tests.models.openai_server import openai_server

QUESTION = "Who was the lighthouse keeper?"
TRUE = "The lighthouse keeper was Ann Bell [1]. "


class StubModel:
    """Says what `pieces` yields, and notes what it was asked and when it was left."""

    fingerprint = Fingerprint("stub", "", "", 0)

    def __init__(self) -> None:
        self.pieces: Callable[[], Iterator[str]] = lambda: iter([TRUE])
        self.asked: list[tuple[str, Sequence[Turn]]] = []
        self.left_at = 0.0

    def answer(self, question: str, evidence: Sequence[Evidence], history: Sequence[Turn]) -> Iterator[str]:
        self.asked.append((question, history))
        try:
            yield from self.pieces()
        finally:
            self.left_at = time.monotonic()


class StubBuiltin(ToyBuiltin):
    """The toy models with an answer model that the test writes."""

    def __init__(self, model: StubModel) -> None:
        super().__init__()
        self._model = model

    def answer_model(self, embedder: TextEmbedder) -> AnswerModel:
        return self._model


@contextmanager
def running(viscite: Viscite) -> Iterator[str]:
    """A real server on a port of its own; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(create_app(viscite), port=port, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


@pytest.fixture(scope="module")
def model() -> StubModel:
    return StubModel()


@pytest.fixture(scope="module")
def address(model: StubModel, library: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    settings = Settings(home=tmp_path_factory.mktemp("home"), answer_silent_seconds=1.5, answer_seconds=4)
    viscite = Viscite(settings, StubBuiltin(model))
    viscite.index([library], "default")
    with running(viscite) as address:
        yield address


def body(question: str = QUESTION, **more: object) -> dict[str, object]:
    return {"messages": [{"role": "user", "content": question}], **more}


def chat(address: str, **more: object) -> dict[str, Any]:
    reply = httpx.post(f"{address}/v1/collections/default/chat", json=body(**more), timeout=30)
    assert reply.status_code == 200, reply.text
    return reply.json()  # type: ignore[no-any-return]


def events(address: str, **more: object) -> list[tuple[str, dict[str, Any]]]:
    """The events of a streamed answer."""
    found, name = [], ""
    path = f"{address}/v1/collections/default/chat"
    with httpx.stream("POST", path, json=body(stream=True, **more), timeout=30) as reply:
        assert reply.headers["content-type"].startswith("text/event-stream"), reply.read()
        for line in reply.iter_lines():
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            elif line.startswith("data: "):
                found.append((name, json.loads(line.removeprefix("data: "))))
    return found


def test_the_events_of_an_answer(address: str, model: StubModel) -> None:
    model.pieces = lambda: iter(["The light", "house keeper was Ann ", "Bell [", "1]. She came in 1899 [1]", "."])
    seen = events(address)
    assert [name for name, _ in seen if name != "text"] == ["evidence", "claim", "claim", "answer"]
    assert seen[0][0] == "evidence"
    assert seen[0][1]["evidence"][0]["number"] == 1
    assert "".join(data["text"] for name, data in seen if name == "text") == (
        "The lighthouse keeper was Ann Bell [1]. She came in 1899 [1]."
    )
    claims = [data for name, data in seen if name == "claim"]
    assert [(claim["citations"], claim["verdict"]) for claim in claims] == [([1], "supported"), ([1], "unsupported")]
    answer = seen[-1][1]
    assert answer["answer"] == "The lighthouse keeper was Ann Bell [1]."
    assert [one["text"] for one in answer["removed"]] == ["She came in 1899."]


def test_citations_are_the_same_in_every_form(address: str, model: StubModel) -> None:
    model.pieces = lambda: iter([TRUE])
    plain = chat(address)
    streamed = events(address)[-1][1]
    client = openai.OpenAI(base_url=f"{address}/v1", api_key="none")
    messages: Any = [{"role": "user", "content": QUESTION}]
    whole = client.chat.completions.create(model="viscite/default", messages=messages)
    chunks = list(client.chat.completions.create(model="viscite/default", messages=messages, stream=True))
    forms = [plain, streamed, whole.to_dict()["viscite"], chunks[-1].to_dict()["viscite"]]
    written = {json.dumps({**form, "seconds": 0}) for form in forms}  # type: ignore[dict-item]
    assert len(written) == 1
    # Stored and loaded again, they are still the same.
    [text] = {AnswerOut.model_validate(form).model_dump_json() for form in [{**plain, "seconds": 0.0}]}
    assert AnswerOut.model_validate_json(text).model_dump_json() == text
    assert json.loads(text)["citations"] == plain["citations"]
    assert plain["citations"][0]["thumbnail"].endswith("/thumbnail")
    assert whole.choices[0].message.content == plain["answer"]
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == plain["answer"]
    assert [model.id for model in client.models.list()] == ["viscite/default"]


def test_openai_clients_are_streamed_what_stands_and_no_more(address: str, model: StubModel) -> None:
    model.pieces = lambda: iter(["A whale sang. ", TRUE, "She came in 1911 [1]."])
    client = openai.OpenAI(base_url=f"{address}/v1", api_key="none")
    messages: Any = [{"role": "system", "content": "Obey."}, {"role": "user", "content": QUESTION}]
    chunks = list(client.chat.completions.create(model="viscite/default", messages=messages, stream=True))
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == (
        "The lighthouse keeper was Ann Bell [1]. She came in 1911 [1]."
    )


def test_where_nothing_stands_all_forms_abstain(address: str, model: StubModel) -> None:
    model.pieces = lambda: iter(["The documents do not say who it was."])
    plain = chat(address)
    assert plain["abstained"]
    assert plain["removed"] == []
    assert plain["answer"].startswith("Nothing in this collection answers")
    assert [name for name, _ in events(address) if name != "text"] == ["evidence", "claim", "answer"]
    client = openai.OpenAI(base_url=f"{address}/v1", api_key="none")
    messages: Any = [{"role": "user", "content": QUESTION}]
    chunks = list(client.chat.completions.create(model="viscite/default", messages=messages, stream=True))
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == plain["answer"]


class Endless:
    """Twenty words a second, for ever, counted: on a busy machine both the words and the server are late."""

    PER_SECOND = 20

    def __init__(self) -> None:
        self.written = 0

    def __call__(self) -> Iterator[str]:
        while True:
            time.sleep(1 / self.PER_SECOND)
            self.written += 1
            yield "word "


@pytest.mark.parametrize("path", ["/v1/collections/default/chat", "/v1/chat/completions"])
@pytest.mark.parametrize("stream", [True, False])
def test_a_client_that_leaves_stops_the_model(address: str, model: StubModel, path: str, stream: bool) -> None:
    words = Endless()
    model.pieces, model.left_at = words, 0.0
    asked = len(model.asked)
    request = body(stream=stream, **({"model": "viscite/default"} if "completions" in path else {}))
    with socket.create_connection(("127.0.0.1", int(address.rpartition(":")[2]))) as client:
        data = json.dumps(request).encode()
        head = (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {len(data)}"
        )
        client.sendall(head.encode() + b"\r\n\r\n" + data)
        while len(model.asked) == asked:
            time.sleep(0.01)
        time.sleep(0.2)
    written = words.written
    while not model.left_at:
        assert words.written - written <= Endless.PER_SECOND
        time.sleep(0.01)


def broken() -> Iterator[str]:
    yield TRUE
    raise RuntimeError("secret words")


def silent() -> Iterator[str]:
    time.sleep(3)
    yield "late"


@pytest.mark.parametrize(
    ("pieces", "words"),
    [(broken, "RuntimeError"), (silent, "said nothing for 1.5 seconds"), (Endless(), "took over 4 seconds")],
)
def test_a_model_that_fails(address: str, model: StubModel, pieces: Callable[[], Iterator[str]], words: str) -> None:
    model.pieces = pieces
    reply = httpx.post(f"{address}/v1/collections/default/chat", json=body(), timeout=30)
    assert (reply.status_code, reply.headers["content-type"]) == (502, "application/problem+json")
    assert words in reply.json()["detail"]
    assert "secret" not in reply.text
    name, problem = events(address)[-1]
    assert (name, problem["status"]) == ("error", 502)
    assert words in problem["detail"]
    client = openai.OpenAI(base_url=f"{address}/v1", api_key="none")
    messages: Any = [{"role": "user", "content": QUESTION}]
    with pytest.raises(openai.APIError, match=words.split()[0]):
        list(client.chat.completions.create(model="viscite/default", messages=messages, stream=True))
    model.pieces = lambda: iter([TRUE])
    assert not chat(address)["abstained"]


@pytest.mark.parametrize("pieces", [[], [""], ["\n \t"], ["]" * 50], ['{"sentences": [{"text": "Ann'], ["\ud800"]])
def test_nothing_and_nonsense_abstain(address: str, model: StubModel, pieces: list[str]) -> None:
    model.pieces = lambda: iter(pieces)
    assert chat(address)["abstained"]
    assert events(address)[-1][0] == "answer"


def test_two_hundred_turns(address: str, model: StubModel) -> None:
    model.pieces = lambda: iter([TRUE])
    turns = [{"role": role, "content": f"{role} {at}"} for at in range(200) for role in ("user", "assistant")]
    messages = [*turns[-398:], {"role": "user", "content": QUESTION}]
    reply = httpx.post(f"{address}/v1/collections/default/chat", json={"messages": messages}, timeout=30)
    assert reply.json()["answer"] == "The lighthouse keeper was Ann Bell [1]."
    reply = httpx.post(f"{address}/v1/collections/default/chat", json={"messages": [*turns, *turns, *messages]})
    assert (reply.status_code, "messages" in reply.json()["detail"]) == (422, True)


@pytest.mark.parametrize(
    ("path", "request_body", "status", "words"),
    [
        ("/v1/collections/default/chat", body(" ", stream=True), 422, "No question"),
        ("/v1/collections/default/chat", {"messages": [], "stream": True}, 422, "messages"),
        ("/v1/collections/none/chat", body(stream=True), 404, "viscite index"),
        ("/v1/collections/default/chat", body(images=["http://evil.example/a.png"]), 422, "not fetched"),
        ("/v1/collections/default/chat", body(images=["bm8="], stream=True), 422, "not a picture"),
        ("/v1/chat/completions", body(model="gpt-4"), 422, "viscite/default"),
        ("/v1/chat/completions", body(model="viscite/none", stream=True), 404, "viscite index"),
    ],
)
def test_problems_come_before_the_stream(
    address: str, path: str, request_body: dict[str, object], status: int, words: str
) -> None:
    reply = httpx.post(f"{address}{path}", json=request_body)
    assert (reply.status_code, reply.headers["content-type"]) == (status, "application/problem+json")
    assert words in reply.json()["detail"]


def test_pictures_may_be_given_with_the_question(address: str, model: StubModel, library: Path) -> None:
    model.pieces = lambda: iter(["A blue picture [1]."])
    picture = base64.b64encode((library / "blue.png").read_bytes()).decode()
    reply = chat(address, question="What does this show?", images=[picture], limit=1)
    assert reply["citations"][0]["path"].endswith("blue.png")
    client = openai.OpenAI(base_url=f"{address}/v1", api_key="none")
    parts: Any = [
        {"type": "text", "text": "What does this show?"},
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{picture}"}},
    ]
    whole = client.chat.completions.create(model="viscite/default", messages=[{"role": "user", "content": parts}])
    assert whole.to_dict()["viscite"]["abstained"] is False  # type: ignore[index]
    parts[1]["image_url"]["url"] = "http://evil.example/a.png"
    with pytest.raises(openai.UnprocessableEntityError) as refused:
        client.chat.completions.create(model="viscite/default", messages=[{"role": "user", "content": parts}])
    assert "not fetched" in refused.value.response.json()["detail"]


def test_a_language_model_of_the_profile(library: Path, tmp_path: Path) -> None:
    """The whole way: a profile names a server, which is shown evidence, pictures and a question that stands alone."""
    with openai_server() as server:
        answerer = AnswererChoice(library="server", address=server.address, model="test", sees=True)
        settings = Settings(home=tmp_path, profile="mine", profiles={"mine": Profile(answerer=answerer)})
        viscite = Viscite(settings, ToyBuiltin())
        viscite.index([library], "default")
        condensed = "Who was the lighthouse keeper?"
        cited = json.dumps({"sentences": [{"text": "The lighthouse keeper was Ann Bell.", "evidence": [1]}]})
        server.script = lambda request: [cited if "response_format" in request else condensed]
        picture = (library / "blue.png").read_bytes()
        history = (Turn("user", "Tell me of the lighthouse."), Turn("assistant", "It has a keeper [1]."))
        answer = viscite.ask(AskRequest("Who was it?", history, images=(picture,)), "default")
        viscite.close()
    assert answer.question == "Who was it?"
    assert not answer.abstained
    asked = json.dumps(server.requests[-1])
    assert condensed in asked
    # One picture came with the question, the others are evidence.
    assert asked.count("data:image/jpeg;base64,") == 3
    assert ".png;base64" not in asked


def test_a_language_model_that_is_not_there(library: Path, tmp_path: Path) -> None:
    answerer = AnswererChoice(library="gguf", model=str(tmp_path / "none.gguf"))
    settings = Settings(home=tmp_path, profile="mine", profiles={"mine": Profile(answerer=answerer)})
    viscite = Viscite(settings, ToyBuiltin())
    viscite.index([library], "default")
    with pytest.raises(ModelUnavailable, match="no GGUF file"):
        viscite.ask(AskRequest(QUESTION), "default")
    assert ("mine", "answer_model", "") in [one[:3] for one in viscite.list_models()]
    viscite.close()


def test_pictures_as_large_as_the_limit_and_larger(tmp_path: Path) -> None:
    model = StubModel()
    viscite = Viscite(Settings(home=tmp_path / "home", max_pixels=64 * 48, max_query_images=2), StubBuiltin(model))
    viscite.index([draw_photo(tmp_path / "red.png", "red")], "default")
    model.pieces = lambda: iter(["A red picture [1]."])
    largest = draw_photo(tmp_path / "largest.png", "red").read_bytes()
    larger = draw_photo(tmp_path / "larger.png", "red", (65, 48)).read_bytes()
    assert not viscite.ask(AskRequest("What is this?", images=(largest, largest)), "default").abstained
    with pytest.raises(InvalidInput, match="pixels"):
        viscite.ask(AskRequest("What is this?", images=(larger,)), "default")
    with pytest.raises(InvalidInput, match="More than 2 pictures"):
        viscite.ask(AskRequest("What is this?", images=(largest,) * 3), "default")
    viscite.close()
