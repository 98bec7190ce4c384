"""Whether a caption is right, told from what people wrote of the same photo."""

from __future__ import annotations

from collections.abc import Sequence

from scripts.caption_words import words_of

PEOPLE = frozenset(
    [
        *("man", "men", "woman", "women", "boy", "boys", "girl", "girls", "child", "children", "kid", "kids", "people"),
        *("person", "persons", "guy", "guys", "lady", "ladies", "baby", "babies", "toddler", "toddlers", "player"),
        *("players", "adult", "adults", "couple", "crowd", "group", "team", "family", "mother", "father", "girlfriend"),
        *("biker", "bikers", "cyclist", "cyclists", "surfer", "surfers", "skier", "skiers", "skateboarder", "climber"),
        *("snowboarder", "rider", "riders", "runner", "runners", "swimmer", "hiker", "hikers", "friends", "someone"),
        *(
            "performer",
            "performers",
            "bicyclist",
            "racer",
            "racers",
            "wrestlers",
            "dancer",
            "dancers",
            "band",
            "soldier",
        ),
        *("motorcyclist", "skateboarders", "snowboarders", "climbers", "swimmers", "teenager", "teenagers", "teen"),
        *("teens", "youth", "individual", "individuals", "human", "dad", "mom", "son", "daughter", "brother", "sister"),
        *(
            "sisters",
            "brothers",
            "athlete",
            "athletes",
            "worker",
            "workers",
            "cowboy",
            "goalie",
            "quarterback",
            "artist",
        ),
        *("photographer", "musician", "musicians", "pedestrians", "pedestrian", "spectators", "students", "toddler's"),
        *("he", "she", "his", "her", "him", "they", "their"),
    ]
)
DOGS = frozenset(
    [
        *("dog", "dogs", "puppy", "puppies", "greyhound", "greyhounds", "poodle", "retriever", "dalmatian", "terrier"),
        *("collie", "shepherd", "bulldog", "pug", "labrador", "lab", "hound", "canine", "husky", "beagle", "boxer"),
    ]
)
STOP = frozenset(
    [
        *("a", "an", "the", "is", "are", "was", "were", "be", "being", "been", "of", "in", "on", "at", "to", "with"),
        *("and", "or", "by", "for", "from", "into", "onto", "over", "up", "down", "out", "off", "through", "near"),
        *(
            "next",
            "while",
            "as",
            "its",
            "it",
            "that",
            "this",
            "there",
            "some",
            "two",
            "three",
            "four",
            "one",
            "several",
        ),
        *("many", "other", "another", "both", "each", "front", "behind", "side", "top", "back", "around", "along"),
        *("across", "under"),
    ]
)
LEAST_SHARED = 0.5
"""Share of a caption's words of content that people wrote too."""


def is_right(caption: str, truths: Sequence[str]) -> bool:
    """Whether it speaks of people and of dogs if and only if some of `truths` do, and shares half its words with them.

    Words count as shared if their first four letters agree (`running`, `runs`); all words for people are one.
    """
    if not speaks_rightly(caption, truths):
        return False
    content = [word for word in words_of(caption) if word not in STOP | PEOPLE | DOGS]
    stems = {word[:4] for truth in truths for word in words_of(truth)}
    return sum(word[:4] in stems for word in content) >= LEAST_SHARED * len(content)


def speaks_rightly(caption: str, truths: Sequence[str]) -> bool:
    """Whether it speaks of people and of dogs if and only if some of `truths` do."""
    words, told = words_of(caption), {word for truth in truths for word in words_of(truth)}
    return all(speaks_of(group, words) == speaks_of(group, told) for group in (PEOPLE, DOGS))


def speaks_of(group: frozenset[str], words: Sequence[str] | set[str]) -> bool:
    """Whether any of the words is of the group."""
    return not group.isdisjoint(words)
