"""A model's text made harmless while it is still being written, for those who watch an answer grow.

What has been passed on cannot be called back. So a word is passed on when it is whole, and until then nothing is of
which more could make a link, a tag or a citation. Whatever the pieces it comes in, what is passed on is the same.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from generator.markers import MARKER, cited_numbers
from generator.safety import REMOVED_LINK, neutralise, without_controls

LONGEST_WORD = 400
"""Characters of a word that are passed on; what follows them without a blank is left out."""
LONGEST_MARKER = 80
LONGEST_TAG = 300

CLOSED_MARKER = rf"[\[\u3010\uff3b][\d\s,;\uff0c\u3001\u2013\u2014-]{{0,{LONGEST_MARKER}}}[\]\u3011\uff3d]"
CLOSED_TAG = rf"<[a-zA-Z/!?][^<>]{{0,{LONGEST_TAG}}}>"
UNIT = re.compile(rf"{CLOSED_MARKER}|{CLOSED_TAG}|\S")
UNCLOSED = re.compile(
    rf"(?:[\[\u3010\uff3b][\d\s,;\uff0c\u3001\u2013\u2014-]{{0,{LONGEST_MARKER}}}"
    rf"|<(?:[a-zA-Z/!?][^<>]{{0,{LONGEST_TAG}}})?)\Z"
)
"""What may be the beginning of a marker or a tag, and so must be waited for."""
WORD_END = "\u3002\uff0c\u3001\uff01\uff1f"
"""Marks that end a word though no blank follows, in scripts that have none."""
STOP = re.compile(rf"[.!?,;{WORD_END}]*\Z")
LETTERS = re.compile(r"[^\W_]*")
BLANKS = re.compile(r"\s*")


class SafeText:
    """Passes on the harmless form of a text. Only the numbers in `shown` are citations; other markers go."""

    def __init__(self, shown: Collection[int]) -> None:
        self._shown = frozenset(shown)
        self._waiting = ""
        """What has come and is neither passed on nor left out."""
        self._blanks = ""
        self._is_dropping = False
        """Whether what comes still belongs to a word that is too long."""
        self._opening: str | None = ""
        """What was passed on of the first word, whose letters do not wait; None behind it."""

    def feed(self, text: str) -> str:
        """Takes the next piece; returns what may be shown now."""
        self._waiting += without_controls(text)
        return self._passed(at_end=False)

    def close(self) -> str:
        """What is left at the end of the text."""
        return self._passed(at_end=True)

    def _passed(self, at_end: bool) -> str:
        passed = []
        at = self._skip(0)
        while (end := self._word_end(at, at_end)) is not None:
            passed.append(self._word(self._waiting[at:end]))
            self._is_dropping = end - at >= LONGEST_WORD
            at = self._skip(end)
        self._waiting = self._waiting[at:]
        if self._opening is not None:
            letters = _letters(self._waiting)
            passed.append(letters.removeprefix(self._opening))
            self._opening = letters
        return "".join(passed)

    def _skip(self, at: int) -> int:
        """Where the next word begins."""
        if self._is_dropping:
            while at < len(self._waiting) and not self._waiting[at].isspace():
                at += 1
            self._is_dropping = at == len(self._waiting)
        blanks = BLANKS.match(self._waiting, at)
        self._blanks += blanks.group() if blanks else ""
        return blanks.end() if blanks else at

    def _word_end(self, start: int, at_end: bool) -> int | None:
        """Where the word ends that starts there, or None if it is not known yet, or there is none."""
        text, at = self._waiting, start
        while at < len(text) and not text[at].isspace() and at - start < LONGEST_WORD:
            if not at_end and UNCLOSED.match(text, at):
                return None
            unit = UNIT.match(text, at)
            at = unit.end() if unit else at + 1
            if text[at - 1] in WORD_END:
                return at
        is_whole = at_end or at < len(text) or at - start >= LONGEST_WORD
        return at if is_whole and at > start else None

    def _word(self, word: str) -> str:
        """A whole word as it is shown, behind the blank that parts it from what was shown before."""
        # In code, `[1]` is an index.
        numbers = () if "`" in word else tuple(one for one in cited_numbers(word) if one in self._shown)
        body = word if "`" in word else MARKER.sub("", word)
        core = STOP.sub("", body) if numbers else body
        safe = neutralise(core) if self._opening is None else _behind_letters(_letters(word), core)
        markers = "".join(f"[{number}]" for number in numbers)
        # A bracket behind a marker would make a Markdown link of it: only a full stop or a blank follows one.
        shown = f"{safe}{' ' if safe and markers else ''}{markers}{body.removeprefix(core)}"
        if not shown:
            return ""
        # A marker that follows a mark which ends a word without a blank stands apart from it too.
        is_bare = not safe and self._opening is None
        blank = "\n" if "\n" in self._blanks else " " if self._blanks or is_bare else ""
        already, self._opening, self._blanks = self._opening, None, ""
        return blank + shown if already is None else shown.removeprefix(already)


def _letters(text: str) -> str:
    found = LETTERS.match(text)
    return found.group()[:LONGEST_WORD] if found else ""


def _behind_letters(letters: str, word: str) -> str:
    """The harmless form of a word of which these letters are shown already."""
    safe = neutralise(word)
    return safe if safe.startswith(letters) else f"{letters} {REMOVED_LINK}"
