"""Fetches the unfamiliar pictures into a folder: `unfamiliar.py OUT [--check]`.

`corpora/unfamiliar/recipe.toml` says which picture lies in which Python package, and whether people or dogs are in it.
`--check` describes them, and prints how many descriptions claim people or dogs where there are none, as certain and as
possible, and then what is said of each picture.
"""

from __future__ import annotations

import argparse
import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from api.settings import Settings
from api.wiring import Builtin
from indexer.pictures import decode_picture
from models.builtin.describer import LIKELY_CAPTION
from models.protocols import DescribeContext
from scripts.caption_judge import DOGS, PEOPLE, speaks_of
from scripts.caption_words import words_of
from scripts.demo_corpus import DemoCorpusError, Package, Photo, fetch_photos

RECIPE = Path(__file__).resolve().parent.parent / "corpora" / "unfamiliar" / "recipe.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfamiliar(Photo):
    """One picture, and whether a person or a dog, or part of one, is in it, also painted or drawn."""

    people: bool
    dogs: bool


@dataclass(frozen=True, slots=True)
class UnfamiliarRecipe:
    """Which pictures lie in which packages."""

    packages: Mapping[str, Package]
    photos: tuple[Unfamiliar, ...]


def load_unfamiliar(path: Path = RECIPE) -> UnfamiliarRecipe:
    """The recipe, in the order of the file. Raises `TypeError` for a missing or unknown field."""
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    return UnfamiliarRecipe(
        packages={name: Package(**fields) for name, fields in raw["packages"].items()},
        photos=tuple(Unfamiliar(**fields) for fields in raw["photos"]),
    )


def main() -> int:
    """The exit status: 0 fetched, 1 refused with a message."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path, metavar="OUT")
    parser.add_argument("--check", action="store_true", help="describe them")
    arguments = parser.parse_args()
    recipe = load_unfamiliar()
    try:
        written = fetch_photos(recipe.packages, recipe.photos, arguments.out)
    except DemoCorpusError as error:
        print(error, file=sys.stderr)
        return 1
    without = sum(not photo.people and not photo.dogs for photo in recipe.photos)
    print(f"{len(recipe.photos)} pictures, {without} without people and dogs, {len(written)} of them new")
    if arguments.check:
        check(recipe.photos, arguments.out)
    return 0


def check(photos: Sequence[Unfamiliar], folder: Path) -> None:
    """Describe the pictures and print what is said, false claims of people and dogs first."""
    settings = Settings()
    describer = Builtin(settings.model_cache).describer
    lines: dict[str, list[str]] = {"certain": [], "possible": [], "nothing false": []}
    for photo in photos:
        picture = decode_picture((folder / photo.name).read_bytes(), settings.file_limits())
        (said,) = describer.describe([picture.pixels], [DescribeContext()])
        # A caption below the level of `LIKELY_CAPTION` is kept, but not said.
        scene = said.sentence.partition(".")[0] if (said.caption_probability or 0) >= LIKELY_CAPTION else ""
        words = words_of(scene)
        is_false = (speaks_of(PEOPLE, words) and not photo.people) or (speaks_of(DOGS, words) and not photo.dogs)
        level = ("possible" if scene.startswith("Perhaps") else "certain") if is_false else "nothing false"
        lines[level].append(f"{photo.name} {photo.shows}: {said.sentence}")
    print(
        f"people or dogs are claimed where there are none in {len(lines['certain'])} of {len(photos)} as certain, "
        f"in {len(lines['possible'])} as possible"
    )
    for level, said_of in lines.items():
        print(f"\n{level}")
        print("\n".join(said_of))


if __name__ == "__main__":
    sys.exit(main())
