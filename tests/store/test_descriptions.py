"""Descriptions are found again by content and describer, and their number is bounded."""

from __future__ import annotations

from pathlib import Path

from store.descriptions import ASKED_AT_ONCE, Descriptions
from store.records import Description, ReadLine, Tag

WHOLE = Description(
    "A red boat.",
    caption="a red boat",
    tags=(Tag("boat", 0.75),),
    lines=(ReadLine("Möwe", (0.1, 0.2, 0.3, 0.4), 0.9),),
    colors=("red", "white"),
)


def test_what_is_kept_comes_back_whole(tmp_path: Path) -> None:
    descriptions = Descriptions(tmp_path / "new" / "descriptions.sqlite3")
    assert descriptions.find("a", ["x"]) == {}
    descriptions.keep("a", {"x": WHOLE, "y": Description("")})
    assert Descriptions(tmp_path / "new" / "descriptions.sqlite3").find("a", ["x", "y", "z"]) == {
        "x": WHOLE,
        "y": Description(""),
    }


def test_another_describer_has_its_own(tmp_path: Path) -> None:
    descriptions = Descriptions(tmp_path / "descriptions.sqlite3")
    descriptions.keep("a", {"x": WHOLE})
    assert descriptions.find("b", ["x"]) == {}
    descriptions.keep("b", {"x": Description("Other.")})
    descriptions.keep("a", {"x": Description("Newer.")})
    assert descriptions.find("a", ["x"]) == {"x": Description("Newer.")}
    assert descriptions.find("b", ["x"]) == {"x": Description("Other.")}


def test_the_oldest_make_room(tmp_path: Path) -> None:
    descriptions = Descriptions(tmp_path / "descriptions.sqlite3", most=3)
    for number in range(5):
        descriptions.keep("a", {str(number): Description(f"Number {number}.")})
    assert set(descriptions.find("a", [str(number) for number in range(5)])) == {"2", "3", "4"}


def test_many_are_asked_for_at_once(tmp_path: Path) -> None:
    descriptions = Descriptions(tmp_path / "descriptions.sqlite3")
    contents = [str(number) for number in range(2 * ASKED_AT_ONCE + 1)]
    descriptions.keep("a", dict.fromkeys(contents, WHOLE))
    assert set(descriptions.find("a", contents)) == set(contents)
