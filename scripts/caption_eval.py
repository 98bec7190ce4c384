"""Makes an evaluation folder of captioned photos: `caption_eval.py DATA OUT [--split val]`.

DATA holds `photos.tar` and `captions.jsonl` (image, split, captions). OUT gets `photos/`, `queries.jsonl` (every
caption) and `qrels.tsv` (its photo). Then: `viscite index OUT --collection val && viscite eval OUT --collection val`.
"""

from __future__ import annotations

import argparse
import tarfile
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
    photos = out / "photos"
    photos.mkdir(parents=True, exist_ok=True)
    with tarfile.open(data / "photos.tar") as archive:
        names = {photo.image for photo in chosen}
        for member in archive:
            name, file = Path(member.name).name, archive.extractfile(member)
            if name in names and file is not None:
                (photos / name).write_bytes(file.read())
    queries = write_queries(
        out,
        (
            (f"{photo.image}-{number}", caption, f"photos/{photo.image}")
            for photo in chosen
            for number, caption in enumerate(photo.captions)
        ),
    )
    return len(chosen), queries


if __name__ == "__main__":
    main()
