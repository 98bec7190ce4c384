"""Prints at which rank one plain word finds its photo among those of the demo corpus: `everyday.py` after `make demo`.

The captions that the built-in encoder was trained on hardly mention these things.
"""

from __future__ import annotations

from pathlib import Path

from api.search_request import SearchRequest
from api.service import Viscite
from api.settings import Settings
from store.records import Kind

PHOTOS = Path(__file__).resolve().parent.parent / ".demo" / "photos"

SHOWN = {
    "aquarium": "2221", "astronaut": "2300", "boat": "2055 2148", "brick": "2160", "bridge": "2157 2193",
    "camera": "2034 2292", "cat": "2047 2230 2246", "coffee": "2081 2287", "coins": "2205", "drone": "2240",
    "Ferris wheel": "2109", "fish": "2025 2063 2175 2221 2281", "flower": "2176", "fruit": "2141",
    "galaxy": "2092 2273", "game controller": "2187 2305", "goldfish": "2063", "guitar": "2266",
    "island": "2115", "jellyfish": "2290", "laptop": "2223", "moon": "2310", "motorcycle": "2087",
    "mountain": "2074 2128 2241", "mug": "2230", "puppy": "2132 2168", "rocket": "2041", "ruins": "2101 2272",
    "skyscraper": "2178", "snowflake": "2151", "sunrise": "2213", "telephone": "2301", "temple": "2069 2272",
    "tent": "2078", "turtle": "2085", "uniform": "2254",
}  # fmt: skip
"""A word, and the numbers of the photos that show it."""


def main() -> None:
    """Search each word among the photos and print the rank of the first that shows it."""
    within = 0
    viscite = Viscite(Settings.load())
    try:
        for word, numbers in SHOWN.items():
            request = SearchRequest(
                text=word, kinds=(Kind.IMAGE,), under=(str(PHOTOS),), limit=len(list(PHOTOS.iterdir())), fold=False
            )
            found = [Path(hit.path).stem.removeprefix("IMG_") for hit in viscite.search(request, "demo").hits]
            rank = min(found.index(number) + 1 for number in numbers.split() if number in found)
            within += rank <= 3
            print(f"{word:16} {rank:3}")
    finally:
        viscite.close()
    print(f"{within} of {len(SHOWN)} in the first three of {len(found)} photos")


if __name__ == "__main__":
    main()
