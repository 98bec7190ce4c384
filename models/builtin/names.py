"""The words for what the classifier knows: the names of its 1000 classes and the broader words above them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from models.builtin.backbone import Floats

MASS = frozenset(
    [
        *("bread", "broccoli", "carbonara", "cattle", "cauliflower", "chain mail", "chocolate syrup", "coffee"),
        *("consomme", "corn", "dough", "eggnog", "espresso", "face powder", "food", "fruit", "furniture", "guacamole"),
        *("hair spray", "hay", "lotion", "meatloaf", "packaging", "perfume", "rapeseed", "red wine", "shellfish"),
        *("sports equipment", "sunscreen", "toilet paper", "velvet fabric", "wine", "wool"),
    ]
)
"""Names that take no article, beside plurals."""


@dataclass(frozen=True, slots=True)
class Names:
    """The words for the classes, from the narrowest to the broadest.

    `members` is float32[words, 1000], a one where a class belongs to a word. Classes of one name are one word.
    """

    words: tuple[str, ...]
    members: Floats

    @classmethod
    def load(cls) -> Names:
        """Words from the lists beside this file."""
        covered: dict[str, set[int]] = {}
        for index, name in enumerate(read_classes()):
            covered.setdefault(name, set()).add(index)
        for name, indices in read_groups().items():
            covered.setdefault(name, set()).update(indices)
        words = sorted(covered, key=lambda word: len(covered[word]))
        members = np.zeros((len(words), 1000), np.float32)
        for row, word in zip(members, words, strict=True):
            row[list(covered[word])] = 1
        return cls(tuple(words), members)

    def probabilities(self, classes: Floats) -> Floats:
        """float32[n, words] from float32[n, 1000]: a broader word is as likely as its classes together."""
        summed: Floats = np.minimum(classes @ self.members.T, 1)
        return summed

    def with_broader(self, row: int) -> str:
        """`a Golden Retriever (dog)`: the word and the narrowest broader one that it does not hold already."""
        word = self.words[row]
        covers = np.flatnonzero((self.members >= self.members[row]).all(axis=1))
        broader = [self.words[other] for other in covers if self.words[other].lower() not in word.lower()]
        return f"{with_article(word)} ({broader[0]})" if broader else with_article(word)


def read_classes() -> list[str]:
    """The names of the 1000 ImageNet classes, by index."""
    return Path(__file__).with_name("classes.txt").read_text(encoding="utf-8").splitlines()


def read_groups() -> dict[str, set[int]]:
    """Broader words and the indices of the classes that they cover."""
    groups: dict[str, set[int]] = {}
    for line in Path(__file__).with_name("groups.tsv").read_text(encoding="utf-8").splitlines():
        name, ranges = line.split("\t")
        bounds = (part.partition("-") for part in ranges.split())
        groups[name] = {index for first, _, last in bounds for index in range(int(first), int(last or first) + 1)}
    return groups


def with_article(name: str) -> str:
    """`a tabby cat`, `an axolotl`, `jeans`, `hay`."""
    plural = name.endswith("s") and not name.endswith(("ss", "us", "as", "is"))
    if plural or name in MASS:
        return name
    sounds_open = name[0].lower() in "aeiou" and not name.startswith(("European", "unicycle"))
    return f"{'an' if sounds_open else 'a'} {name}"
