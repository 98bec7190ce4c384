"""An answer model over a language model: by a JSON Schema where it takes one, by markers in its text where not."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence

from generator import prompt
from generator.conversation import standalone
from generator.prompt import ShowPicture
from generator.structured import SCHEMA, StructuredText
from models.errors import ModelFailed, SchemaRefused
from models.protocols import ChatModel, Fingerprint, Pieces, Turn
from store.records import Evidence

LONGEST_QUESTION = 500
CONDENSING_SECONDS = 20.0
"""How long a model may take to condense a conversation before the rules do."""


class ChatAnswerModel:
    """An `AnswerModel` that writes in its own words. `show` makes pictures of evidence for a model that sees."""

    def __init__(self, chat: ChatModel, show: ShowPicture | None = None) -> None:
        self._chat = chat
        self._show = show if chat.sees else None
        self._takes_schema = chat.takes_schema

    @property
    def fingerprint(self) -> Fingerprint:
        known = self._chat.fingerprint
        return Fingerprint(known.name, known.weights, known.preprocessing, 0, prompt.VERSION)

    def answer(self, question: str, evidence: Sequence[Evidence], history: Sequence[Turn]) -> ChatAnswer:
        """The answer in pieces, as it comes. The question must stand alone: the history is not shown again."""
        return self.answer_with_images(question, (), evidence, history)

    def answer_with_images(
        self, question: str, images: Sequence[bytes], evidence: Sequence[Evidence], history: Sequence[Turn]
    ) -> ChatAnswer:
        """As `answer`, with pictures (JPEG) that were given with the question, for a model that sees."""
        mark = prompt.new_mark()
        parts = prompt.answer_parts(question, images if self._chat.sees else (), evidence, mark, self._show)
        return ChatAnswer(self, mark, parts)

    def standalone(self, question: str, history: Sequence[Turn]) -> str:
        """The question as the model condenses the conversation; by the rules, where it makes nothing of it."""
        if not history:
            return question
        pieces = self._chat.stream(prompt.CONDENSING, prompt.condensing_parts(question, history))
        clock = threading.Timer(CONDENSING_SECONDS, pieces.interrupt)
        clock.start()
        text = ""
        try:
            for piece in pieces:
                text += piece
                if len(text) > LONGEST_QUESTION:
                    break
        except ModelFailed:
            text = ""
        clock.cancel()
        pieces.interrupt()
        alone = " ".join(text.split())
        return alone if 0 < len(alone) <= LONGEST_QUESTION else standalone(question, history)

    def start(self, mark: str, parts: Sequence[str | bytes]) -> tuple[Pieces, bool]:
        """Asks the model; returns its pieces, and whether they were asked for by the schema."""
        structured = self._takes_schema
        told = prompt.instructions(mark, structured)
        return self._chat.stream(told, parts, SCHEMA if structured else None), structured

    def forget_schema(self) -> None:
        """From now on ask for text."""
        self._takes_schema = False


class ChatAnswer(Iterator[str]):
    """The pieces of one answer. May be interrupted."""

    def __init__(self, model: ChatAnswerModel, mark: str, parts: Sequence[str | bytes]) -> None:
        self._model = model
        self._asked = mark, parts
        self._start()

    def _start(self) -> None:
        self._pieces, structured = self._model.start(*self._asked)
        self._reader = StructuredText() if structured else None

    def __next__(self) -> str:
        """The next piece of text with markers. Raises `ModelFailed`."""
        try:
            piece = next(self._pieces)
        except SchemaRefused:
            self._model.forget_schema()
            self._start()
            piece = next(self._pieces)
        return self._reader.feed(piece) if self._reader else piece

    def interrupt(self) -> None:
        """Stop the model."""
        self._pieces.interrupt()
