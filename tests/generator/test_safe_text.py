"""A text that is shown while it grows holds nothing that acts, whatever the pieces it comes in."""

from __future__ import annotations

import itertools
import re
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from generator.safe_text import LONGEST_WORD, SafeText
from generator.safety import neutralise
from models.hostile import ATTACKS

OURS = re.compile(r"(?<!\S)(?:\[[12]\])+|(?<=\S )(?:\[[12]\])+")


def shown(text: str, sizes: tuple[int, ...] = (1,)) -> str:
    stream, out, start = SafeText({1, 2}), "", 0
    for size in itertools.cycle(sizes):
        if start >= len(text):
            return out + stream.close()
        out += stream.feed(text[start : start + size])
        start += size
    raise AssertionError


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("The tower is old [1]. It is 3.5 km away[2].", "The tower is old [1]. It is 3.5 km away [2]."),
        ("Old.[1] New \u30101, 2\u3011 [9]", "Old [1]. New [1][2]"),
        ("Old [1, 9]!  Good", "Old [1]! Good"),
        ("- one [1]\n- two [1-2]\n", "- one [1]\n- two [1][2]"),
        ("see https://evil.example/x now", "see (link removed) now"),
        ("https://evil.example/x", "https (link removed)"),
        ("evil.com", "evil (link removed)"),
        ("a <b>bold</b> word <img src=x onerror='alert(1)'> end", "a bold word end"),
        ("a [link text](http://evil.example) b", "a (link text)((link removed)) b"),
        ("3 < 5 and 7 > 2", "3 < 5 and 7 > 2"),
        ("x = a[1]; use `a[1]` here", "x = a [1]; use `a(1)` here"),
        ("\u4f60\u597d\u3002\u518d\u89c1\uff0c[1]\u597d", "\u4f60\u597d\u3002\u518d\u89c1\uff0c\u597d [1]"),
        ("a\u202eb\x00c\ud800d", "abcd"),
        ("[1] The tower", "[1] The tower"),
        ("an open [1, 2", "an open (1, 2"),
    ],
)
def test_what_is_shown(text: str, safe: str) -> None:
    assert shown(text, (1,)) == safe
    assert shown(text, (1000,)) == safe


def test_the_first_letters_do_not_wait() -> None:
    stream = SafeText({1})
    assert stream.feed("The") == "The"
    assert stream.feed("y are") == "y"
    assert stream.feed(" old") == " are"
    assert stream.feed(" [") == " old"
    assert stream.feed("1") == ""
    assert stream.feed("]. ") == " [1]."


def test_a_link_over_two_pieces_is_held_back() -> None:
    stream = SafeText({1})
    assert stream.feed("See htt") == "See"
    assert stream.feed("ps://evil.exam") == ""
    assert stream.feed("ple/?q=1 now") == " (link removed)"
    assert stream.close() == " now"


def test_a_word_without_an_end_is_cut() -> None:
    assert shown("a " + "b" * 1_000_000 + " c", (65_536,)) == f"a {'b' * LONGEST_WORD} c"


def test_a_tag_without_an_end_is_not_waited_for() -> None:
    assert len(shown("a <b " + "c " * 1000, (7,))) > 1000


hostile = st.lists(
    st.sampled_from([*ATTACKS, "[1]", "[2, 1]", "`", "\u3002", "www", "http", "x", "\n"])
    | st.text(max_size=8)
    | st.sampled_from("<>[]()!&;:/.#x "),
    max_size=10,
).map("".join)
sizes = st.lists(st.integers(1, 9), min_size=1, max_size=8).map(tuple)


@given(hostile, sizes)
@example("".join(ATTACKS), (3,))
@example("\u3002[1] (http://evil.example)", (1,))
@example("www.evil.example\u3002[1] (http://evil.example)", (1,))
@settings(max_examples=500, deadline=None)
def test_in_whatever_pieces_it_comes_the_same_harmless_text_is_shown(text: str, sizes: tuple[int, ...]) -> None:
    out = shown(text, sizes)
    assert out == shown(text, (100_000,))
    assert "](" not in out
    assert "]:" not in out
    plain = " ".join(OURS.sub(" ", out).split())
    assert neutralise(plain) == plain


@pytest.mark.parametrize("unit", ["a", "a.", "&amp;", "[", "[1]", "<", "<a ", "a@", "\u3002", "[1 "])
def test_hostile_text_takes_no_long_time(unit: str) -> None:
    started = time.perf_counter()
    shown(unit * (20_000 // len(unit)), (1,))
    assert time.perf_counter() - started < 10
