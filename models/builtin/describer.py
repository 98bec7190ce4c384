"""The first describer: names of what the classifier sees, dominant colours and the words of the file name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from models.builtin.backbone import PREPROCESSING, Backbone
from models.builtin.colors import dominant_colors, is_plain
from models.builtin.file_names import words_of
from models.protocols import DescribeContext, Fingerprint, Pixels
from store.records import Description, Tag

PROMPT_VERSION = "1"
"""Raised when the same picture would be described otherwise."""

SURE = 0.5
"""From this probability on a thing is stated; measured accuracy is above it (see CARD.md)."""
LIKELY = 0.3
"""From this probability on it is stated as probable; below, the sentence does not name it."""
TAG = 0.1
"""Below this probability a name is no tag."""
MOST_TAGS = 8

MASS = frozenset(
    [
        "broccoli",
        "carbonara",
        "cauliflower",
        "chain mail",
        "chocolate syrup",
        "consomme",
        "corn",
        "dough",
        "eggnog",
        "espresso",
        "face powder",
        "food",
        "fruit",
        "furniture",
        "guacamole",
        "hair spray",
        "hay",
        "lotion",
        "meatloaf",
        "packaging",
        "perfume",
        "rapeseed",
        "red wine",
        "sunscreen",
        "toilet paper",
        "velvet fabric",
        "wine",
        "wool",
        "bread",
        "coffee",
        "cattle",
        "camel",
        "shellfish",
        "sports equipment",
    ]
) - {"camel"}
"""Names that take no article, beside plurals."""


@dataclass(frozen=True, slots=True)
class Names:
    """What the 1000 classes are called: `names` are the words, and `members` is float32[words, 1000], a one where a
    class belongs to a word. Ordered from the narrowest word to the broadest."""

    names: tuple[str, ...]
    members: npt.NDArray[np.float32]

    @classmethod
    def load(cls) -> Names:
        """Words from the lists beside this file; classes of one name are one word."""
        classes: dict[str, set[int]] = {}
        for index, name in enumerate(read_classes()):
            classes.setdefault(name, set()).add(index)
        for name, indices in read_groups().items():
            classes.setdefault(name, set()).update(indices)
        ordered = sorted(classes, key=lambda name: len(classes[name]))
        members = np.zeros((len(ordered), 1000), np.float32)
        for row, name in zip(members, ordered, strict=True):
            row[list(classes[name])] = 1
        return cls(tuple(ordered), members)


class BuiltinDescriber:
    """A `Describer` that says only what it is fairly sure of."""

    def __init__(self, backbone: Backbone) -> None:
        self._backbone = backbone
        self._names = Names.load()

    @property
    def fingerprint(self) -> Fingerprint:
        """Of the classifier and the wording; no vector comes out."""
        return Fingerprint("viscite-tags", self._backbone.weights, PREPROCESSING, 0, PROMPT_VERSION)

    def describe(self, images: Sequence[Pixels], contexts: Sequence[DescribeContext]) -> list[Description]:
        """One description a picture, in order."""
        probabilities = self._backbone.run(images).probabilities @ self._names.members.T
        return [
            self._describe(pixels, context, row)
            for pixels, context, row in zip(images, contexts, probabilities, strict=True)
        ]

    def _describe(
        self, pixels: Pixels, context: DescribeContext, probabilities: npt.NDArray[np.float32]
    ) -> Description:
        # The classifier must name something even in a wall of one colour.
        tags = () if is_plain(pixels) else self._tags(probabilities)
        colors = dominant_colors(pixels)
        parts = (_subject(tags), _palette(colors), _file_name(context.file_name))
        return Description(" ".join(part for part in parts if part), tags=tags, colors=colors)

    def _tags(self, probabilities: npt.NDArray[np.float32]) -> tuple[Tag, ...]:
        """Narrow words first among equals, so that the leaf stands before the group that it fills."""
        likely = [row for row in np.argsort(-probabilities.round(2), kind="stable") if probabilities[row] >= TAG]
        return tuple(Tag(self._names.names[row], min(1.0, float(probabilities[row]))) for row in likely[:MOST_TAGS])


def read_classes() -> list[str]:
    """The names of the 1000 ImageNet classes, by index."""
    return Path(__file__).with_name("classes.txt").read_text(encoding="utf-8").splitlines()


def read_groups() -> dict[str, set[int]]:
    """Broader words and the classes that they cover."""
    groups: dict[str, set[int]] = {}
    for line in Path(__file__).with_name("groups.tsv").read_text(encoding="utf-8").splitlines():
        name, ranges = line.split("\t")
        bounds = (part.partition("-") for part in ranges.split())
        groups[name] = {index for first, _, last in bounds for index in range(int(first), int(last or first) + 1)}
    return groups


def with_article(name: str) -> str:
    """`a tabby cat`, `an owl`, `jeans`, `hay`."""
    plural = name.endswith("s") and not name.endswith(("ss", "us", "as", "is"))
    if plural or name in MASS:
        return name
    return (
        f"{'an' if name[0].lower() in 'aeiou' and not name.startswith(('unicycle', 'Euro', 'ukulele')) else 'a'} {name}"
    )


def _subject(tags: Sequence[Tag]) -> str:
    """The narrowest thing that is sure, else the likeliest that is probable, else nothing."""
    broad = {"animal", "vehicle", "food", "furniture", "building"}
    sure = [tag for tag in tags if tag.probability >= SURE]
    if sure:
        narrow = [tag for tag in sure if tag.name not in broad] or sure
        best = narrow[-1] if len(narrow) > 1 and narrow[0].name not in read_classes() else narrow[0]
        text = with_article(best.name)
        return f"{text[0].upper()}{text[1:]}."
    likely = [tag for tag in tags if tag.probability >= LIKELY]
    return f"Probably {with_article(likely[0].name)}." if likely else ""


def _palette(colors: Sequence[str]) -> str:
    return f"Mostly {' and '.join(colors[:2])}." if colors else ""


def _file_name(name: str) -> str:
    words = words_of(name)
    return f'File name: "{" ".join(words)}".' if words else ""
