"""How the parts of a search are written on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.search_request import SearchRequest, parse_dates, parse_numbers, parse_part, subtracted
from api.settings import Settings
from store.errors import InvalidInput
from store.records import Range, Weighted


@pytest.mark.parametrize(
    ("written", "part"),
    [
        ("people", Weighted("people", 1.0)),
        ("0.5:people", Weighted("people", 0.5)),
        (".5:a dog: big", Weighted("a dog: big", 0.5)),
        ("-2:people", Weighted("people", -2.0)),
        ("1:3:10 to Yuma", Weighted("3:10 to Yuma", 1.0)),
        ("note: this", Weighted("note: this", 1.0)),
        ("0.5:", Weighted("0.5:", 1.0)),
        ("x" * 5000, Weighted("x" * 5000, 1.0)),
        ("nul\0", Weighted("nul\0", 1.0)),
    ],
)
def test_a_text_and_its_weight(written: str, part: Weighted[str]) -> None:
    assert parse_part(written, Path.read_bytes) == part


def test_a_file_and_its_weight(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.jpg").write_bytes(b"a")
    Path("2:b.jpg").write_bytes(b"b")
    assert parse_part("a.jpg", Path.read_bytes) == Weighted(b"a", 1.0)
    assert parse_part("0.5:a.jpg", Path.read_bytes) == Weighted(b"a", 0.5)
    assert parse_part("2:b.jpg", Path.read_bytes) == Weighted(b"b", 1.0)
    assert subtracted(Weighted(b"a", 0.5)) == Weighted(b"a", -0.5)
    with pytest.raises(InvalidInput, match="without a sign"):
        subtracted(Weighted("a", -0.5))


def test_ranges() -> None:
    assert parse_dates(None) == Range()
    assert parse_dates("2019..2021-05") == Range("2019", "2021-05")
    assert parse_dates("2019..") == Range("2019", None)
    assert parse_dates("2019") == Range("2019", "2019")
    assert parse_numbers("3..7", "range", alone=True) == Range(3, 7)
    assert parse_numbers(" ..7", "range", alone=False) == Range(None, 7)
    assert parse_numbers("3", "range", alone=True) == Range(3, 3)


@pytest.mark.parametrize("written", ["", "..", "a..b", "3", "-3..4", "1.5..2", "9" * 10 + "..", "3..4..5"])
def test_what_is_no_range_of_numbers_is_refused(written: str) -> None:
    with pytest.raises(InvalidInput, match="Write for example"):
        parse_numbers(written, "range of sizes", alone=False)


def test_dates_without_an_end_are_refused() -> None:
    with pytest.raises(InvalidInput, match="no end"):
        parse_dates("..")


def test_half_a_character_is_refused() -> None:
    with pytest.raises(InvalidInput, match="no Unicode"):
        SearchRequest(text="red \ud800").check(Settings())
