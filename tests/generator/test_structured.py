"""An answer in JSON, read as it comes."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.structured import StructuredText


def read(text: str, size: int = 1) -> str:
    reader = StructuredText()
    return "".join(reader.feed(text[at : at + size]) for at in range(0, len(text), size))


WHOLE = '{"sentences": [{"text": "It is 84 m high.", "evidence": [2, 13]}, {"text": "A dog\\nruns.", "evidence": []}]}'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (WHOLE, "It is 84 m high. [2][13]\nA dog runs. \n"),
        (f"```json\n{WHOLE}\n```", "It is 84 m high. [2][13]\nA dog runs. \n"),
        (json.dumps(json.loads(WHOLE), indent=2), "It is 84 m high. [2][13]\nA dog runs. \n"),
        (f"```json\r\n{WHOLE}\r\n```\nHope this helps.", "It is 84 m high. [2][13]\nA dog runs. \n"),
        (
            '{"sentences": [{"text": "Old.", "evidence": [1]}, {"text": "In C:\\x", "evidence": [2]}]}',
            "Old. [1]\nIn C:",
        ),
        ('{"sentences": []}', ""),
        ('{"sentences": [{"text": "It is 84', "It is 84"),
        ('{"sentences": [{"text": "Old.", "evidence": [1', "Old."),
        ('{"sentences": [{"text": "Old.", "evidence": [1]}, {"te', "Old. [1]\n"),
        ('{"sentences": [{"text": "Old.", "evidence": ["x", -1, 5000, 2]}]}', "Old. [2]\n"),
        ('{"sentences": "no"}', ""),
        ('{"sentences": [[1], {"text": 5, "evidence": 7}]}', "5 \n"),
        ('{"other": 1}', ""),
        ("[1] It is no JSON [2].", "[1] It is no JSON [2]."),
        ("It is 84 m high [2].", "It is 84 m high [2]."),
        ("", ""),
    ],
)
def test_what_is_read(text: str, said: str) -> None:
    assert read(text) == said
    assert read(text, 7) == said
    assert read(text, 10_000) == said


sentences = st.lists(st.fixed_dictionaries({"text": st.text(max_size=30), "evidence": st.lists(st.integers(0, 99))}))


@given(sentences, st.integers(1, 40), st.booleans())
@settings(max_examples=200, deadline=None)
def test_in_whatever_pieces_it_comes_it_reads_the_same(listed: list[object], size: int, ascii_only: bool) -> None:
    text = json.dumps({"sentences": listed}, ensure_ascii=ascii_only)
    assert read(text, size) == read(text, len(text))
