"""Makes an evaluation folder of captioned photos: `caption_eval.py DATA OUT [--split val]`.

DATA holds `photos.tar` and `captions.jsonl` (image, split, captions). OUT gets `photos/`, `queries.jsonl` (every
caption) and `qrels.tsv` (its photo). Then: `viscite index OUT --collection val && viscite eval OUT --collection val`.
"""

from __future__ import annotations

import argparse
import tarfile
from collections.abc import Set
from pathlib import Path

from scripts.captioned_photos import read_captions
from scripts.evaluation_folder import write_queries


def main() -> None:
    """Write the folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--split", default="val")
    arguments = parser.parse_args()
    photos, queries = write_folder(arguments.data, arguments.out, arguments.split)
    print(f"{photos} photos and {queries} queries in {arguments.out}")


def write_folder(data: Path, out: Path, split: str) -> tuple[int, int]:
    """Write the evaluation folder of a split; how many photos and queries it has."""
    chosen = read_captions(data, split)
    write_photos(data, out / "photos", {photo.image for photo in chosen})
    queries = write_queries(
        out,
        (
            (f"{photo.image}-{number}", caption, f"photos/{photo.image}")
            for photo in chosen
            for number, caption in enumerate(photo.captions)
        ),
    )
    return len(chosen), queries


def write_photos(data: Path, folder: Path, names: Set[str]) -> None:
    """Write the photos of these names into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with tarfile.open(data / "photos.tar") as archive:
        for member in archive:
            name, file = Path(member.name).name, archive.extractfile(member)
            if name in names and file is not None:
                (folder / name).write_bytes(file.read())


if __name__ == "__main__":
    main()
