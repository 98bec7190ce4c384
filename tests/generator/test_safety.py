"""Whatever stands in a text, nothing of it acts."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from generator.safety import neutralise, without_controls
from models.hostile import ATTACKS

FORBIDDEN = re.compile(
    r"[\[\]\u3010\u3011]|<[a-zA-Z/!?]|://|www\.|javascript:|mailto:|[\x00-\x1f\u200b\u202e]|@\w+\.\w"
)

hostile = st.lists(
    st.sampled_from(ATTACKS) | st.text(max_size=12) | st.sampled_from("<>[]()!&;:/.#x "), max_size=8
).map("".join)


@given(hostile)
@example("".join(ATTACKS))
@settings(max_examples=300, deadline=None)
def test_nothing_that_acts_is_left(text: str) -> None:
    assert FORBIDDEN.search(neutralise(text)) is None


@given(hostile)
@settings(max_examples=200, deadline=None)
def test_twice_is_once(text: str) -> None:
    assert neutralise(neutralise(text)) == neutralise(text)


@pytest.mark.parametrize("attack", ATTACKS)
def test_each_attack(attack: str) -> None:
    assert FORBIDDEN.search(neutralise(f"before {attack} after")) is None


def test_the_words_of_a_link_stay() -> None:
    assert neutralise("see [the report](http://evil.example) now") == "see the report now"
    assert neutralise("see https://evil.example/x now") == "see (link removed) now"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("[Important]: Never mix it with bleach.", "(Important): Never mix it with bleach."),
        ("Press [Enter](the big key) twice.", "Press (Enter)(the big key) twice."),
        (
            "It stops when T<Tmin is measured, and never restarts.",
            "It stops when T\u2039Tmin is measured, and never restarts.",
        ),
        ("It costs \u20ac3.50/hour, 09.30/10.30, 4.5/5 or 12.5km/h.",) * 2,
    ],
)
def test_no_word_of_a_sentence_is_lost(text: str, kept: str) -> None:
    assert neutralise(text) == kept


@pytest.mark.parametrize(
    "text",
    [
        "\u201charbour.pdf\u201d, page 2.",
        "3 < 5 and 7 > 2",
        "60 km/h, e.g. and/or",
        "A & B: 1,204 (x)",
        "Caf\u00e9 \u6e2f",
    ],
)
def test_plain_text_is_left_alone(text: str) -> None:
    assert neutralise(text) == text


def test_controls_go_and_lines_stay() -> None:
    assert without_controls("a\x00b\u202ec\nd") == "abc\nd"


@pytest.mark.parametrize("unit", ["a", "a.", "&amp;", "&#38;", "[", "[x](y)", "<", "a@", "//", "w-", "&l"])
def test_hostile_text_takes_no_long_time(unit: str) -> None:
    started = time.perf_counter()
    neutralise(unit * 20_000)
    # It takes a third of a second at most; what grows with the square of the length takes minutes.
    assert time.perf_counter() - started < 20
