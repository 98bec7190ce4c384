"""Makes collections with queries that have an answer and queries that have none: `answerable_eval.py OUT DATA`.

DATA holds `photos.tar` and `captions.jsonl`; its `val` split was never trained on. OUT gets

- `val/photos/a` and `val/photos/b`, half of the photos each; `val/everywhere`, 200 queries with an answer (80 captions,
  80 captions of at most six words, 40 single words) and the 200 without one of corpora/eval/answerable, which were
  written by topic; `val/folder`, the same restricted to photos/a;
- `unfamiliar/pictures`, pictures that packages carry, and `unfamiliar/everywhere`, what they show, and those without.

Then: `viscite index OUT/val/photos -c val`, `viscite eval OUT/val/everywhere -c val`, and so on.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from scripts.caption_eval import write_photos
from scripts.captioned_photos import Captioned, read_captions
from scripts.demo_corpus import fetch_photos
from scripts.evaluation_folder import write_judged
from scripts.unfamiliar import load_unfamiliar

WITHOUT = Path(__file__).resolve().parent.parent / "corpora" / "eval" / "answerable" / "queries.jsonl"

WORDS = [
    "dog",
    "girl",
    "beach",
    "skateboard",
    "bicycle",
    "soccer",
    "tent",
    "snow",
    "mountain",
    "motorcycle",
    "horse",
    "football",
    "bench",
    "kayak",
    "climber",
    "fountain",
    "crowd",
    "car",
    "hat",
    "surfing",
    "swing",
    "trampoline",
    "baby",
    "bride",
    "tennis",
    "basketball",
    "lake",
    "rocks",
    "bird",
    "sunset",
    "ball",
    "pool",
    "boat",
    "skier",
    "street",
    "jacket",
    "bike",
    "grass",
    "river",
    "camera",
]
"""Words that captions of these photos use: a photo answers to one that stands in any of its five."""

MANY = 80
SHORT_WORDS = 6

SHOWN_AFTER_ALL = {"the eiffel tower", "a gothic cathedral window"}
"""Queries without an answer elsewhere that an unfamiliar picture does answer."""

Judged = tuple[Mapping[str, Any], Sequence[str]]


def main() -> None:
    """Write the folders."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("data", type=Path)
    arguments = parser.parse_args()
    val, unfamiliar = arguments.out / "val", arguments.out / "unfamiliar"
    without = queries_without()

    photos = read_captions(arguments.data, "val")
    folder_of = {photo.image: "ab"[place % 2] for place, photo in enumerate(photos)}
    for folder in "ab":
        write_photos(arguments.data, val / "photos" / folder, {name for name in folder_of if folder_of[name] == folder})
    asked = caption_queries(photos, folder_of)
    write_judged(val / "everywhere", [*asked, *without])
    inside = [(query, kept) for query, images in asked if (kept := [name for name in images if name.startswith("a/")])]
    write_judged(val / "folder", [({**query, "within": "a"}, images) for query, images in [*inside, *without]])

    recipe = load_unfamiliar()
    fetch_photos(recipe.packages, recipe.photos, unfamiliar / "pictures")
    shown: list[Judged] = [({"_id": photo.name, "text": photo.shows}, [photo.name]) for photo in recipe.photos]
    unshown = [judged for judged in without if judged[0]["text"] not in SHOWN_AFTER_ALL]
    write_judged(unfamiliar / "everywhere", [*shown, *unshown])
    print(f"{len(asked)} queries with an answer, {len(inside)} of them in a; {len(without)} without one")


def queries_without() -> list[Judged]:
    """The queries that nothing in these collections answers."""
    every = [json.loads(line) for line in WITHOUT.read_text(encoding="utf-8").splitlines()]
    return [(query, []) for query in every if not query.get("answerable", True)]


def caption_queries(photos: Sequence[Captioned], folder_of: Mapping[str, str]) -> list[Judged]:
    """Captions, short captions and words, with the photos they are of."""
    pairs = [(caption.strip(" ."), photo.image) for photo in photos for caption in photo.captions]
    random.Random(0).shuffle(pairs)
    short = [pair for pair in pairs[MANY:] if len(pair[0].split()) <= SHORT_WORDS]
    asked: list[Judged] = [
        ({"_id": f"caption-{place}", "text": text}, [f"{folder_of[image]}/{image}"])
        for place, (text, image) in enumerate(pairs[:MANY] + short[:MANY])
    ]
    for word in WORDS:
        speaks = re.compile(rf"\b{word}s?\b", re.IGNORECASE)
        images = [photo.image for photo in photos if any(map(speaks.search, photo.captions))]
        asked.append(({"_id": word, "text": word}, [f"{folder_of[image]}/{image}" for image in images]))
    return asked


if __name__ == "__main__":
    main()
