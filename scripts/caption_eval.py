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
    chosen = read_captions(arguments.data, arguments.split)
    photos = arguments.out / "photos"
    photos.mkdir(parents=True, exist_ok=True)
    with tarfile.open(arguments.data / "photos.tar") as archive:
        names = {photo.image for photo in chosen}
        for member in archive:
            name, file = Path(member.name).name, archive.extractfile(member)
            if name in names and file is not None:
                (photos / name).write_bytes(file.read())
    count = write_queries(
        arguments.out,
        (
            (f"{photo.image}-{number}", caption, f"photos/{photo.image}")
            for photo in chosen
            for number, caption in enumerate(photo.captions)
        ),
    )
    print(f"{len(chosen)} photos and {count} queries in {arguments.out}")


if __name__ == "__main__":
    main()
