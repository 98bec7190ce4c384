"""An answer while it is made: the model writes on one thread, the checks run on another, and events come as they do.

Nothing of one answer waits for more than it needs: text is passed on while earlier claims are still being checked.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from generator.claims import ClaimReader, Draft
from generator.events import AnswerMade, Checked, ClaimChecked, Event, EvidenceShown, TextWritten
from generator.limits import AnswerLimits
from generator.safe_text import SafeText
from generator.safety import without_controls
from models.errors import ModelFailed
from models.protocols import Interruptible
from store.errors import VisciteError
from store.records import Answer, Evidence


@dataclass(frozen=True, slots=True)
class _Piece:
    text: str


@dataclass(frozen=True, slots=True)
class _Found:
    checked: Sequence[Checked]


@dataclass(frozen=True, slots=True)
class _Failed:
    error: Exception


class _Written:
    """The model has come to its end."""


class _AllChecked:
    """So have the checks."""


class _Left:
    """Nobody listens any more."""


Message: TypeAlias = _Piece | _Found | _Failed | _Written | _AllChecked | _Left
Check: TypeAlias = Callable[[Sequence[Draft]], Sequence[Checked]]


class AnswerStream:
    """An iterator over the events of one answer. `close` may be called from any thread, and ends it at once.

    `write` starts the model, `check` checks claims, `show` says how one is shown, `compose` makes the answer of all.
    """

    def __init__(
        self,
        evidence: Sequence[Evidence],
        write: Callable[[], Iterator[str]] | None,
        check: Check,
        show: Callable[[Checked], str],
        compose: Callable[[Sequence[Checked]], Answer],
        limits: AnswerLimits,
    ) -> None:
        self._evidence = tuple(evidence)
        self._write = write
        self._check = check
        self._show = show
        self._compose = compose
        self._limits = limits
        self._mail: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self._drafts: queue.SimpleQueue[Sequence[Draft] | None] = queue.SimpleQueue()
        self._has_left = threading.Event()
        self._pieces: Iterator[str] | None = None
        self._events = self._run()

    def __iter__(self) -> Iterator[Event]:
        return self

    def __next__(self) -> Event:
        """The next event. Raises `ModelFailed` if the model fails, is silent or does not end."""
        return next(self._events)

    def close(self) -> None:
        """Stop the model and the checks. Who waits for the next event finds that there is none."""
        self._has_left.set()
        self._mail.put(_Left())
        self._drafts.put(None)
        if isinstance(self._pieces, Interruptible):
            self._pieces.interrupt()

    def _run(self) -> Iterator[Event]:
        yield EvidenceShown(self._evidence)
        checked: list[Checked] = []
        try:
            if self._write is not None:
                for event in self._made(self._write):
                    if isinstance(event, Checked):
                        checked.append(event)
                        yield ClaimChecked(event.claim, self._show(event))
                    else:
                        yield event
            if not self._has_left.is_set():
                yield AnswerMade(self._compose(checked))
        finally:
            self.close()

    def _made(self, write: Callable[[], Iterator[str]]) -> Iterator[TextWritten | Checked]:
        """Text and checked claims as they come, to the end of both."""
        threading.Thread(target=self._run_model, args=(write,), name="answer-model", daemon=True).start()
        threading.Thread(target=self._run_checks, name="answer-checks", daemon=True).start()
        safe, reader = SafeText({piece.number for piece in self._evidence}), ClaimReader()
        end = time.monotonic() + self._limits.seconds
        is_writing = True
        while True:
            match self._next_message(end, is_writing):
                case _Piece(text):
                    yield from _shown(safe.feed(text))
                    self._drafts.put(reader.feed(text))
                case _Written():
                    is_writing = False
                    yield from _shown(safe.close())
                    self._drafts.put(reader.close())
                    self._drafts.put(None)
                case _Found(found):
                    yield from found
                case _Failed(error):
                    raise error
                case _AllChecked() | _Left():
                    return

    def _next_message(self, end: float, is_writing: bool) -> Message:
        left = end - time.monotonic()
        patience = min(left, self._limits.silence) if is_writing else left
        try:
            return self._mail.get(timeout=max(0.0, patience))
        except queue.Empty:
            what = (
                f"said nothing for {self._limits.silence:g}"
                if patience < left
                else f"took over {self._limits.seconds:g}"
            )
            raise ModelFailed(f"The answer model {what} seconds. Ask again, or ask for less.") from None

    def _run_model(self, write: Callable[[], Iterator[str]]) -> None:
        room = self._limits.characters
        try:
            self._pieces = pieces = write()
            if self._has_left.is_set() and isinstance(pieces, Interruptible):
                pieces.interrupt()
            for piece in pieces:
                if self._has_left.is_set() or room <= 0:
                    break
                if text := without_controls(piece[:room]):
                    self._mail.put(_Piece(text))
                room -= len(piece)
            if isinstance(pieces, Generator):
                pieces.close()
            self._mail.put(_Written())
        except VisciteError as error:
            self._mail.put(_Failed(error))
        # A model is whatever a user plugs in, and may raise anything: its thread hands it to the one who asked.
        except Exception as error:
            self._mail.put(_Failed(_model_failed(error)))

    def _run_checks(self) -> None:
        """Checks together whatever has come to wait while others were checked: a batch costs little more than one."""
        is_last = False
        try:
            while not is_last:
                drafts: list[Draft] = []
                while not drafts or not self._drafts.empty():
                    waiting = self._drafts.get()
                    if waiting is None:
                        is_last = True
                        break
                    drafts += waiting
                if drafts and not self._has_left.is_set():
                    self._mail.put(_Found(self._check(drafts)))
            self._mail.put(_AllChecked())
        except Exception as error:
            self._mail.put(_Failed(error))


def last_answer(events: AnswerStream) -> Answer:
    """The answer that a stream ends with. Raises `ModelFailed` as the stream does."""
    return next(event.answer for event in events if isinstance(event, AnswerMade))


def _shown(text: str) -> Iterator[TextWritten]:
    if text:
        yield TextWritten(text)


def _model_failed(error: Exception) -> ModelFailed:
    failed = ModelFailed(f"The answer model failed ({type(error).__name__}). Ask again; if it goes on, see its log.")
    failed.__cause__ = error
    return failed
