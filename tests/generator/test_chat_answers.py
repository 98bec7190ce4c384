"""Answers in a model's own words, from a real server on loopback that speaks OpenAI's protocol."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from generator.chat_answers import ChatAnswerModel
from generator.limits import AnswerLimits
from generator.pipeline import Generator
from models.chat import RemoteChat
from models.errors import ModelFailed
from models.protocols import AnswerModel, AnswersFromImages, ResolvesQuestions, TextEmbedder, Turn
from store.records import Answer, Evidence, Hit
from tests.models.openai_server import OpenAIServer, openai_server

MakeEvidence = Callable[..., Evidence]
PLAIN = "The bakery opens at 7:30 [1]."
STRUCTURED = json.dumps({"sentences": [{"text": "The bakery opens at 7:30.", "evidence": [1]}]})


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with openai_server() as server:
        yield server


@pytest.fixture
def hits(passage: MakeEvidence, picture: MakeEvidence) -> list[Hit]:
    return [passage("The bakery opens at 7:30.", 1).hit, picture("A loaf of bread.", 2).hit]


def asked(server: OpenAIServer, hits: list[Hit], minilm: TextEmbedder, **chat: Any) -> Answer:
    model = ChatAnswerModel(RemoteChat.at(server.address, "test", **chat), lambda item, path, side: b"jpeg")
    return Generator(model, minilm).answer("When does the bakery open?", hits)


def test_it_is_an_answer_model(server: OpenAIServer) -> None:
    model = ChatAnswerModel(RemoteChat.at(server.address, "test"))
    assert isinstance(model, AnswerModel)
    assert isinstance(model, AnswersFromImages)
    assert isinstance(model, ResolvesQuestions)


@pytest.mark.parametrize(("takes_schema", "reply"), [(True, STRUCTURED), (False, PLAIN), (True, PLAIN)])
def test_by_schema_and_by_markers(
    server: OpenAIServer, hits: list[Hit], minilm: TextEmbedder, takes_schema: bool, reply: str
) -> None:
    server.script = lambda request: [reply[at : at + 3] for at in range(0, len(reply), 3)]
    answer = asked(server, hits, minilm, takes_schema=takes_schema)
    assert answer.text == PLAIN
    assert ("response_format" in server.requests[0]) is takes_schema
    assert ("JSON" in server.requests[0]["messages"][0]["content"]) is takes_schema


def test_a_server_without_schemas_is_asked_for_markers(
    server: OpenAIServer, hits: list[Hit], minilm: TextEmbedder
) -> None:
    server.refuse = lambda request: 400 if "response_format" in request else 200
    server.script = lambda request: [PLAIN]
    assert asked(server, hits, minilm).text == PLAIN
    assert len(server.requests) == 2


def test_a_model_that_sees_is_shown_the_pictures(server: OpenAIServer, hits: list[Hit], minilm: TextEmbedder) -> None:
    server.script = lambda request: [STRUCTURED]
    asked(server, hits, minilm, sees=True)
    assert "image_url" in json.dumps(server.requests[-1])
    asked(server, hits, minilm)
    assert "image_url" not in json.dumps(server.requests[-1])


@pytest.mark.parametrize("reply", ['{"sentences": []}', "Not in the evidence.", "", "{", '{"x": 1}', "\n"])
def test_a_model_that_finds_nothing_abstains(
    server: OpenAIServer, hits: list[Hit], minilm: TextEmbedder, reply: str
) -> None:
    server.script = lambda request: [reply]
    answer = asked(server, hits, minilm)
    assert answer.abstained
    assert answer.removed == ()


def test_half_a_json_gives_what_is_whole(server: OpenAIServer, hits: list[Hit], minilm: TextEmbedder) -> None:
    server.script = lambda request: [STRUCTURED[:-2] + ', {"text": "It is made of gol']
    answer = asked(server, hits, minilm)
    assert answer.text == PLAIN
    assert [removed.text for removed in answer.removed] == ["It is made of gol"]


def test_a_model_that_fails_is_an_error(server: OpenAIServer, hits: list[Hit], minilm: TextEmbedder) -> None:
    server.refuse = lambda request: 500
    with pytest.raises(ModelFailed, match="status 500"):
        asked(server, hits, minilm)
    server.refuse, server.break_off, server.script = lambda request: 200, True, lambda request: [PLAIN]
    with pytest.raises(ModelFailed):
        asked(server, hits, minilm)


def silent(request: dict[str, Any]) -> Iterator[str]:
    yield "The "
    while True:
        time.sleep(0.2)
        yield ""


def test_a_stalled_stream_is_left(server: OpenAIServer, hits: list[Hit], minilm: TextEmbedder) -> None:
    server.script = silent
    model = ChatAnswerModel(RemoteChat.at(server.address, "test", takes_schema=False))
    with pytest.raises(ModelFailed, match=r"said nothing for 0\.5 seconds"):
        Generator(model, minilm, limits=AnswerLimits(silence=0.5)).answer("When?", hits)
    left = time.monotonic()
    while not server.left_at:
        assert time.monotonic() - left < 1
        time.sleep(0.01)


def test_the_model_condenses_the_conversation(server: OpenAIServer) -> None:
    server.script = lambda request: ["When does the bakery\n", " open on Sunday?\n"]
    model = ChatAnswerModel(RemoteChat.at(server.address, "test"))
    history = [Turn("user", "When does the bakery open?"), Turn("assistant", "At 7:30 [1].")]
    assert model.standalone("And on Sunday?", history) == "When does the bakery open on Sunday?"
    assert "And on Sunday?" in json.dumps(server.requests)
    assert model.standalone("And on Sunday?", []) == "And on Sunday?"
    server.script = lambda request: ["word " * 1000]
    assert model.standalone("And on Sunday?", history) == "When does the bakery open on Sunday?"
    server.refuse = lambda request: 400
    assert model.standalone("And on Sunday?", history) == "When does the bakery open on Sunday?"
