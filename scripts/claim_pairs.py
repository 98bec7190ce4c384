"""Reads the labelled pairs of claim and evidence in corpora/claims (its README.md says how they were made).

A pair names its evidence: a text of corpora/claims/documents, `demo/NAME` for a document of the demo corpus,
`caption/IMAGE/INDEX` for a picture that is described by what a person wrote of it, `photo/IMAGE` for a picture as the
built-in models see it. Captions and photos are not part of Viscite, and are read from the folder that holds them.
"""

from __future__ import annotations

import argparse
import io
import json
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from api.settings import Settings
from api.wiring import Builtin
from generator.evidence import number_evidence
from indexer.documents.reading import read_pages
from indexer.limits import FileLimits
from models.protocols import DescribeContext, Pixels
from scripts.captioned_photos import read_captions
from store.records import Evidence, Hit, Item, Kind, Verdict

CLAIMS = Path(__file__).resolve().parent.parent / "corpora" / "claims"


@dataclass(frozen=True, slots=True)
class Pair:
    """A claim, the evidence that it is to be checked against, what the verdict should be, and how it was made."""

    claim: str
    evidence: Sequence[Evidence]
    label: Verdict
    category: str
    source: str


class EvidenceSource:
    """Finds the evidence that pairs name. `demo` is a built demo corpus, `data` holds the captioned photos."""

    def __init__(self, builtin: Builtin, limits: FileLimits, demo: Path | None, data: Path | None) -> None:
        self._builtin = builtin
        self._limits = limits
        self._demo = demo
        self._data = data
        self._captions = {photo.image: photo.captions for photo in read_captions(data, "val")} if data else {}
        self._known: dict[str, list[Evidence]] = {}

    def pairs(self, split: str) -> Iterator[Pair]:
        """The pairs of a split whose evidence is here, in the order of the file."""
        rows = read_rows(split)
        self._look({row["evidence"] for row in rows})
        for row in rows:
            if self._is_here(row["evidence"]):
                yield Pair(
                    self._claim(row["claim"]),
                    self._evidence(row["evidence"]),
                    Verdict(row["label"]),
                    row["category"],
                    row["evidence"],
                )

    def _is_here(self, name: str) -> bool:
        kind = name.split("/")[0]
        return {"demo": self._demo, "caption": self._data, "photo": self._data}.get(kind, CLAIMS) is not None

    def _claim(self, claim: str | Mapping[str, Any]) -> str:
        return claim if isinstance(claim, str) else self._caption(claim["caption"], claim["index"])

    def _caption(self, image: str, index: int) -> str:
        return self._captions[image][index].replace(" .", ".").replace(" ,", ",").strip()

    def _evidence(self, name: str) -> list[Evidence]:
        if name not in self._known:
            self._known[name] = number_evidence(
                [Hit(rank, item, path, 1 / rank, 0.9) for rank, (item, path) in enumerate(self._items(name), 1)]
            )
        return self._known[name]

    def _items(self, name: str) -> Iterator[tuple[Item, str]]:
        kind, _, rest = name.partition("/")
        if kind == "demo" and self._demo:
            data = (self._demo / "documents" / f"{rest}.pdf").read_bytes()
            for page in _all_pages(data, self._limits):
                yield Item(f"{name}-{page[0]}", Kind.PAGE, name, page=page[0], text=page[1]), f"/demo/{rest}.pdf"
        elif kind == "caption":
            image, index = rest.split("/")
            yield Item(name, Kind.IMAGE, name, description=self._caption(image, int(index))), "/photos/IMG_4711.jpg"
        else:
            text = (CLAIMS / "documents" / f"{name}.txt").read_text(encoding="utf-8")
            for number, passage in enumerate(text.split("\n---\n"), 1):
                yield Item(f"{name}-{number}", Kind.PASSAGE, name, page=number, text=passage), f"/files/{name}.pdf"

    def _look(self, names: set[str]) -> None:
        """See the photos among the evidence with the built-in models."""
        wanted = sorted(name.removeprefix("photo/") for name in names if name.startswith("photo/"))
        if not self._data or not wanted:
            return
        pictures = _photos(self._data, wanted)
        vectors = self._builtin.encoder.encode_images(pictures)
        descriptions = self._builtin.describer.describe(pictures, [DescribeContext() for _ in pictures])
        for image, vector, description in zip(wanted, vectors, descriptions, strict=True):
            item = Item(image, Kind.IMAGE, image, description=description.sentence, image_vector=vector)
            self._known[f"photo/{image}"] = [Evidence(1, Hit(1, item, "/photos/IMG_4711.jpg", 1.0, 0.9))]


def evidence_parser(description: str | None) -> argparse.ArgumentParser:
    """What says where the evidence lies that is not part of Viscite."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--demo", type=Path)
    parser.add_argument("--data", type=Path)
    return parser


def tuning_pairs(builtin: Builtin, demo: Path | None, data: Path | None) -> list[Pair]:
    """The pairs of the tuning half whose evidence is text, which weights are fitted on."""
    source = EvidenceSource(builtin, Settings().file_limits(), demo, data)
    return [pair for pair in source.pairs("tune") if not pair.source.startswith("photo/")]


def read_rows(split: str) -> list[dict[str, Any]]:
    """The pairs of a split as they stand in the file."""
    lines = (CLAIMS / f"{split}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def _all_pages(pdf: bytes, limits: FileLimits) -> list[tuple[int, str]]:
    import pymupdf

    with pymupdf.open("pdf", pdf) as document:
        count = document.page_count
    return [(page.number, page.text) for page in read_pages(pdf, 1, count, limits)]


def _photos(data: Path, names: Sequence[str]) -> list[Pixels]:
    found: dict[str, Pixels] = {}
    with tarfile.open(data / "photos.tar") as archive:
        for member in archive:
            name, file = Path(member.name).name, archive.extractfile(member)
            if name in names and file is not None:
                found[name] = np.asarray(Image.open(io.BytesIO(file.read())).convert("RGB"))
    return [found[name] for name in names]
