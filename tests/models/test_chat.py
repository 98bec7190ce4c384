"""Chat models over HTTP, asked at a real server on loopback."""

from __future__ import annotations

import base64
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from models.chat import RemoteChat
from models.errors import ModelFailed, ModelUnavailable, SchemaRefused
from models.protocols import ChatModel, Pieces
from tests.models.openai_server import OpenAIServer, openai_server

JPEG = b"\xff\xd8 a picture"


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with openai_server() as server:
        yield server


@pytest.fixture
def chat(server: OpenAIServer) -> RemoteChat:
    return RemoteChat.at(server.address, "test", "a key", sees=True)


def test_it_is_a_chat_model(chat: RemoteChat) -> None:
    assert isinstance(chat, ChatModel)
    assert (chat.fingerprint.name, chat.sees, chat.takes_schema) == ("openai:test", True, True)


def test_what_is_asked_and_answered(server: OpenAIServer, chat: RemoteChat) -> None:
    server.script = lambda request: ["One ", "two", "."]
    pieces = chat.stream("Be brief.", ["Look:", JPEG, "What is it?"], {"type": "object"})
    assert isinstance(pieces, Pieces)
    assert list(pieces) == ["One ", "two", "."]
    [request] = server.requests
    assert request["messages"][0] == {"role": "system", "content": "Be brief."}
    first, picture, last = request["messages"][1]["content"]
    assert (first["text"], last["text"]) == ("Look:", "What is it?")
    assert picture["image_url"]["url"] == f"data:image/jpeg;base64,{base64.b64encode(JPEG).decode()}"
    assert request["response_format"]["json_schema"]["schema"]["type"] == "object"
    assert server.keys == ["Bearer a key"]


def test_without_a_schema_none_is_sent(server: OpenAIServer, chat: RemoteChat) -> None:
    list(chat.stream("", ["?"]))
    assert "response_format" not in server.requests[0]


def test_a_server_that_takes_no_schema(server: OpenAIServer, chat: RemoteChat) -> None:
    server.refuse = lambda request: 400 if "response_format" in request else 200
    with pytest.raises(SchemaRefused):
        next(chat.stream("", ["?"], {"type": "object"}))
    assert list(chat.stream("", ["?"])) == ["Hello."]


@pytest.mark.parametrize(("status", "words"), [(401, "Check its key"), (404, "its name"), (400, "status 400")])
def test_a_refusal(server: OpenAIServer, chat: RemoteChat, status: int, words: str) -> None:
    server.refuse = lambda request: status
    with pytest.raises(ModelFailed, match=words) as failed:
        next(chat.stream("", ["?"]))
    assert "secret" not in str(failed.value)


def test_a_server_that_is_busy_is_asked_again(server: OpenAIServer, chat: RemoteChat) -> None:
    server.refuse = lambda request: 429 if len(server.requests) < 2 else 200
    assert list(chat.stream("", ["?"])) == ["Hello."]


def test_a_reply_that_breaks_off(server: OpenAIServer, chat: RemoteChat) -> None:
    server.break_off = True
    pieces = chat.stream("", ["?"])
    assert next(pieces) == "Hello."
    with pytest.raises(ModelFailed):
        next(pieces)


def test_no_server() -> None:
    with pytest.raises(ModelFailed):
        next(RemoteChat.at("http://127.0.0.1:9/v1", "test").stream("", ["?"]))


def endless(request: dict[str, Any]) -> Iterator[str]:
    while True:
        time.sleep(0.05)
        yield "word "


def silent(request: dict[str, Any]) -> Iterator[str]:
    yield "word "
    time.sleep(3)
    yield "late"


@pytest.mark.parametrize("script", [endless, silent])
def test_a_wait_is_ended_from_another_thread(server: OpenAIServer, chat: RemoteChat, script: Any) -> None:
    server.script = script
    pieces = chat.stream("", ["?"])
    assert next(pieces) == "word "
    started = time.monotonic()
    threading.Timer(0.2, pieces.interrupt).start()
    list(pieces)
    assert time.monotonic() - started < 1


def test_an_interrupt_closes_the_connection(server: OpenAIServer, chat: RemoteChat) -> None:
    server.script = endless
    pieces = chat.stream("", ["?"])
    next(pieces)
    pieces.interrupt()
    left = time.monotonic()
    while not server.left_at:
        assert time.monotonic() - left < 1
        time.sleep(0.01)


def test_an_unknown_name() -> None:
    with pytest.raises(ModelUnavailable, match="no-such"):
        RemoteChat.named("no-such:model")
