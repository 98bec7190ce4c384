"""Plain text and Markdown as passages."""

from __future__ import annotations

from dataclasses import replace

import pytest

from api.settings import Settings
from indexer.documents.text_files import MARKDOWN, PLAIN, decode_text, read_text
from store.errors import InvalidInput

LIMITS = Settings().file_limits()
LONG = "The keeper of the light was appointed in the spring and stayed until the station was automated. "

NOTES = f"""# Lights

Intro to **all** the [lights](https://example.org).

## Northern lights

{LONG * 3}

| Light | Year |
|-------|------|
| Skerry | 1911 |

## Southern lights

```
code <b>stays</b>
```
"""


def test_markdown_has_sections_and_lines() -> None:
    passages = read_text(NOTES.encode(), MARKDOWN, LIMITS)
    north, south = passages
    assert north.text.splitlines()[:3] == ["Lights", "Intro to all the lights.", "Northern lights"]
    assert north.text.splitlines()[-2:] == ["Light  Year", "Skerry  1911"]
    assert (north.first, north.section) == (1, ("Lights", "Northern lights"))
    assert south.text == "Southern lights\ncode <b>stays</b>"
    assert (south.first, south.section) == (13, ("Lights", "Southern lights"))


def test_plain_text_has_paragraphs_and_headings() -> None:
    text = f"HARBOURS\n\n{LONG * 3}\n\nLights\n======\nIt was lit\nin 1911.\n"
    one, two = read_text(text.encode(), PLAIN, LIMITS)
    assert (one.first, one.last, one.section) == (1, 3, ("HARBOURS",))
    assert (two.first, two.last, two.text) == (5, 8, "Lights\nIt was lit\nin 1911.")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"])
def test_encodings_are_told(encoding: str) -> None:
    words = "Der Wärter des großen Leuchtturms öffnete früh die Türen, während Möwen über den Dächern schrien. " * 3
    assert decode_text(words.encode(encoding)) == words


@pytest.mark.parametrize("data", [bytes(range(32)) * 40, b"\x00\x01\x02" * 500])
def test_what_is_no_text_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidInput, match="not a text"):
        read_text(data, PLAIN, LIMITS)


def test_a_text_that_is_too_long_is_refused() -> None:
    with pytest.raises(InvalidInput, match="VISCITE_MAX_TEXT_BYTES"):
        read_text(b"words " * 100, PLAIN, replace(LIMITS, text_bytes=99))
