"""How English words relate in meaning: the same, one broader than the other, opposites, or two of one sort.

`lexicon.json.gz` is made from WordNet 3.0 (Fellbaum 1998; licence in `lexicon.LICENSE`) by scripts/make_lexicon.py.
Words are given as `lemma` gives them.
"""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from enum import Enum
from functools import cache, lru_cache
from pathlib import Path

import numpy as np

from generator.words import stem
from models.protocols import Matrix

PATH = Path(__file__).with_name("lexicon.json.gz")
VECTORS = PATH.with_name("lexicon.npz")
FURTHEST = 4
"""Steps up within which a meaning counts as broader: a herring is a fish, and no entity."""
NARROW = 5
"""Meanings above a meaning from which it says enough for two of its kinds to exclude each other."""

OPPOSITES = (
    (
        "increas rise grow gain climb rais higher up more improv expand doubl extend gain lengthen",
        "decreas fall drop declin shrink lower down fewer less reduc cut halv worsen sink shorten",
    ),
    ("cheaper", "more dearer"),
    ("stärker höher größer länger mehr", "schwächer niedriger kleiner kürzer weniger"),
    ("stieg steigt gestiegen wuch zunahm", "sank sink sinkt gesunken fiel gefallen abnahm"),
    ("geöffnet offen", "geschlossen"),
    ("erlaubt gestattet zulässig", "verboten untersagt"),
    ("befor earlier", "after later"),
    ("abov over", "below under beneath"),
    ("first earliest", "last final latest"),
    ("left", "right"),
    ("front", "rear back"),
    ("highest maximum", "lowest minimum"),
    ("largest biggest", "smallest"),
    ("most", "least fewest"),
    ("best", "worst"),
    ("longest", "shortest"),
    ("higher", "lower"),
    ("larger bigger", "smaller"),
    ("longer", "shorter"),
    ("more", "less fewer"),
    ("expens dear dearer dearest", "cheap cheaper cheapest"),
    ("faster quicker fastest quickest", "slower slowest"),
    ("win", "lose"),
    ("clockwis", "anticlockwis counterclockwis"),
    ("north northern", "south southern"),
    ("east eastern", "west western"),
    ("wet", "dry"),
    ("indoor insid", "outdoor outsid"),
    ("begin start", "end stop finish"),
    ("buy purchas", "sell"),
    ("common", "rare uncommon"),
    ("uncommon", "rare"),
    ("upper", "lower"),
    ("allow permit may", "forbid prohibit ban"),
    ("present attend", "absent"),
    ("includ cover", "exclud except"),
    ("accept approv agre", "reject refus declin"),
    ("for favour favor", "against"),
    ("safe harmless", "danger danger dangerous"),
    ("full", "empti"),
    ("damag broken injur hurt destroy", "intact undamag unharm unhurt"),
    ("chang alter", "stay remain unchang same"),
    ("forbidden prohibit illeg", "legal lawful"),
    ("easi", "difficult hard"),
    ("mandatori compulsori oblig", "option voluntari"),
    ("appear arriv", "disappear vanish"),
    ("succeed success", "fail failur"),
    ("public", "privat secret"),
    ("major", "minor"),
    ("doubl twice", "half halv"),
)
"""Groups of stems that exclude each other beside WordNet's antonyms, which are given for a few forms only. Those of
one side may stand for one another."""
EXCLUDING = (
    ("man men boy son father brother husband king", "woman women girl daughter mother sister wife queen lady"),
    ("mr", "mrs ms"),
    ("morn", "even night afternoon"),
    ("winter", "summer spring autumn"),
    ("summer", "spring autumn"),
)
"""The same, but those of one side may not."""
_ALIKE = frozenset(
    (one, other)
    for sides in OPPOSITES
    for side in sides
    for one in side.split()
    for other in side.split()
    if one != other
)


_GROWN = "man woman lady"
_YOUNG = "child kid boy girl toddler babi teenag"
_DOING = "player rider skier surfer swimmer runner climber cyclist biker skater skateboard worker student hiker"
PEOPLE = {
    **{
        word: frozenset(f"{_GROWN} {_YOUNG} {_DOING}".split())
        for word in ["person", "peopl", "human", "someon", "individu"]
    },
    **{word: frozenset(_YOUNG.split()) for word in ["child", "kid", "young", "youngster"]},
    **{word: frozenset(_GROWN.split()) for word in ["adult"]},
    **{word: frozenset(f"{_GROWN} {_YOUNG} person peopl".split()) for word in _DOING.split()},
}
"""Words for people that may be said of the same ones: WordNet makes siblings of `boy` and `child`."""


ROLES = frozenset(
    [
        "person",
        "peopl",
        "employe",
        "worker",
        "custom",
        "client",
        "patient",
        "guest",
        "visitor",
        "member",
        "owner",
        "user",
        "tenant",
        "student",
        "teacher",
        "resid",
        "citizen",
        "passeng",
        "particip",
        "applic",
        "buyer",
        "seller",
        "author",
        "leader",
        "chair",
    ]
)
"""Parts that a person plays beside others: an employee may be a technician."""

COLORS = frozenset(
    map(
        stem,
        [
            "black",
            "white",
            "grey",
            "red",
            "green",
            "blue",
            "yellow",
            "orange",
            "purple",
            "pink",
            "brown",
            "violet",
            "beige",
        ],
    )
)


WORDS_KEPT, PAIRS_KEPT = 2**15, 2**17
"""Words, and pairs of them, of which is remembered what was found: enough for many answers, and not without end."""


class Relation(Enum):
    """What one word is to another."""

    SAME = "same"
    KIND = "kind"
    """The second is of the kind that the first names: `fish` and `herring`."""
    OPPOSITE = "opposite"
    SIBLING = "sibling"
    """Two kinds of one thing, such as `cat` and `dog`: what is the one is not the other."""
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The tables of the file. Meanings are numbers; `broader[m]` are those right above meaning m."""

    senses: dict[str, list[int]]
    broader: list[list[int]]
    opposites: frozenset[tuple[str, str]]
    derived: frozenset[tuple[str, str]]
    irregular: dict[str, str]
    verbs: frozenset[str]


@cache
def lexicon() -> Lexicon:
    """The lexicon, read once (60 ms)."""
    tables = json.loads(gzip.decompress(PATH.read_bytes()))
    ours = (
        (one, other)
        for ones, others in (*OPPOSITES, *EXCLUDING)
        for one in ones.split()
        for other in others.split()
        if one != other
    )
    opposites = {*map(tuple, tables["opposites"]), *ours}
    return Lexicon(
        tables["senses"],
        tables["broader"],
        frozenset(opposites | {(other, one) for one, other in opposites}),
        frozenset({pair for one, other in tables["derived"] for pair in ((one, other), (other, one))}),
        tables["irregular"],
        frozenset(tables["verbs"]),
    )


PAST = {
    "paid": "pay",
    "fell": "fall",
    "rose": "rise",
    "found": "find",
    "saw": "see",
    "felt": "feel",
    "wound": "wind",
    "bore": "bear",
}
"""Irregular forms that are also words of their own."""


@lru_cache(maxsize=WORDS_KEPT)
def lemma(word: str) -> str:
    """The stem of a word; that of its base form where it is irregular (`took`, `children`)."""
    found = stem(word)
    found = PAST.get(found, found)
    return lexicon().irregular.get(found, found)


@cache
def _places() -> dict[str, int]:
    return dict(zip(lexicon().senses, range(len(_vectors())), strict=False))


@cache
def _vectors() -> Matrix:
    vectors = np.load(VECTORS)["vectors"].astype(np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


def likeness(one: str, other: str) -> float:
    """How near two words are in meaning, in [-1, 1]; 0 where one of them is rare."""
    places = _places()
    if one not in places or other not in places:
        return 0.0
    return float(_vectors()[places[one]] @ _vectors()[places[other]])


@lru_cache(maxsize=PAIRS_KEPT)
def relation(one: str, other: str) -> Relation:
    """What the word `one` is to `other`."""
    if one == other or (one, other) in lexicon().derived:
        return Relation.SAME
    if (one, other) in lexicon().opposites:
        return Relation.OPPOSITE
    if (one, other) in _ALIKE:
        return Relation.SAME
    if one in COLORS and other in COLORS:
        return Relation.SIBLING
    mine, theirs = lexicon().senses.get(one, []), lexicon().senses.get(other, [])
    if set(mine) & set(theirs):
        return Relation.SAME
    if one in PEOPLE and other in PEOPLE[one]:
        return Relation.KIND
    broader = _broader(other)
    if any(meaning in broader and _is_narrow(meaning) for meaning in mine):
        return Relation.KIND
    if one in ROLES or other in ROLES:
        return Relation.NONE
    # Of the first, most frequent meaning alone: nearly all words are siblings in some rare one.
    if mine and theirs and _are_siblings(mine[0], theirs[0]):
        return Relation.SIBLING
    return Relation.NONE


@lru_cache(maxsize=WORDS_KEPT)
def _broader(word: str) -> frozenset[int]:
    """The meanings that any meaning of a word is a kind of."""
    return frozenset().union(*(above(meaning, FURTHEST) for meaning in lexicon().senses.get(word, [])))


def _is_narrow(meaning: int) -> bool:
    return len(above(meaning, 20)) >= NARROW - 1


def _are_siblings(mine: int, theirs: int) -> bool:
    shared = set(above(mine, 2)) & set(above(theirs, 2))
    apart = mine not in above(theirs, 20) and theirs not in above(mine, 20)
    return apart and any(len(above(one, 20)) >= NARROW for one in shared)


@cache
def above(meaning: int, steps: int) -> frozenset[int]:
    """The meanings broader than one, at most so many steps up."""
    found: set[int] = set()
    level = {meaning}
    for _ in range(steps):
        level = {up for one in level for up in lexicon().broader[one]} - found
        if not level:
            break
        found |= level
    return frozenset(found)
