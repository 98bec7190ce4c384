"""What descriptions add to the search of photos: `description_ablation.py DATA`.

DATA holds `photos.tar` and `captions.jsonl`. The photos of `val` are indexed with nothing but tags, with nothing but
captions, and with whole descriptions; every caption that a person wrote is asked. Prints the recall of the visual
channel alone, and for each kind of description that of both text channels and of the fused ranking.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

from api.service import Viscite
from api.settings import Settings
from api.wiring import Builtin
from models.builtin.describer import BuiltinDescriber
from models.protocols import DescribeContext, Fingerprint, Pixels
from scripts.caption_eval import write_folder
from store.records import Description

SHOWN = ("recall@1", "recall@5", "recall@10")


def only_tags(said: Description) -> Description:
    """The names of things as the classifier gives them."""
    return Description(", ".join(tag.name for tag in said.tags), tags=said.tags)


def only_caption(said: Description) -> Description:
    """The caption, where there is one."""
    return Description(said.caption or "", caption=said.caption)


PARTS: Mapping[str, Callable[[Description], Description]] = {
    "tags": only_tags,
    "captions": only_caption,
    "all": lambda said: said,
}


class PartialDescriber:
    """The built-in describer, of whose descriptions a part is kept."""

    def __init__(self, whole: BuiltinDescriber, part: str) -> None:
        self._whole = whole
        self._part = part

    @property
    def fingerprint(self) -> Fingerprint:
        """That of the whole, under another name."""
        return replace(self._whole.fingerprint, name=f"{self._whole.fingerprint.name}, {self._part}")

    def describe(self, images: Sequence[Pixels], contexts: Sequence[DescribeContext]) -> list[Description]:
        """One description a picture, in order."""
        return [PARTS[self._part](said) for said in self._whole.describe(images, contexts)]


class PartialBuiltin(Builtin):
    """The built-in models with a describer that keeps a part of what it says."""

    def __init__(self, cache: Path, part: str) -> None:
        super().__init__(cache)
        self._part = part

    @cached_property
    def describer(self) -> PartialDescriber:  # type: ignore[override]
        return PartialDescriber(super().describer, self._part)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        photos = Path(folder) / "val"
        write_folder(arguments.data, photos, "val")
        print("| | recall@1 | recall@5 | recall@10 |\n|---|---|---|---|")
        for number, part in enumerate(PARTS):
            settings = Settings(home=Path(folder) / part, read_text=False)
            viscite = Viscite(settings, PartialBuiltin(Settings().model_cache, part))
            viscite.index([photos], "val")
            found = viscite.evaluate(photos, "val")
            if not number:
                print_row("visual", found["visual"])
            for channel in ("semantic", "lexical"):
                print_row(f"{part}, {channel} alone", found[channel])
            print_row(f"visual + {part}", found["fused"])
            viscite.close()


def print_row(name: str, metrics: Mapping[str, Any]) -> None:
    print(f"| {name} | {' | '.join(f'{metrics[one]:.1%}' for one in SHOWN)} |", flush=True)


if __name__ == "__main__":
    main()
