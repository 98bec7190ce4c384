"""The single checks of a claim against evidence. Each is a pure function that returns what is wrong, or None.

None of them knows who wrote the claim, and none follows anything that the evidence says: it is data.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from generator.quantities import pool, quantities
from generator.words import comparable, content_words, stem, stems, word_set, words

QUOTED = re.compile(r"[\u201c\u201e\u00ab\"]([^\u201c\u201d\u201e\u00ab\u00bb\"]{2,})[\u201d\u201c\u00bb\"]")

NEGATIONS = word_set(
    "not no never none neither nor nobody nothing nowhere without cannot hardly isn't aren't wasn't weren't don't "
    "doesn't didn't won't can't couldn't shouldn't wouldn't hasn't haven't hadn't mustn't forbidden prohibited banned "
    "unable impossible lacks lacked lacking failed fails refused absent"
)
OPPOSITES: tuple[tuple[frozenset[str], frozenset[str]], ...] = tuple(
    (frozenset(map(stem, one.split())), frozenset(map(stem, other.split())))
    for one, other in (
        (
            "rise rises rose risen raise raised increase increased grow grew grown gained climbed higher up more",
            "fall fell fallen decrease decreased drop dropped declined shrank lost lower lowered down fewer less",
        ),
        ("open opened opens", "closed closes shut"),
        ("before earlier", "after later"),
        ("above over", "below under"),
        ("first earliest", "last final latest"),
        ("north northern", "south southern"),
        ("east eastern", "west western"),
        ("left", "right"),
        ("highest largest biggest most", "lowest smallest least fewest"),
        ("won win wins", "lost loses lose"),
        ("hot hotter warm warmer", "cold colder cool cooler"),
        ("began started start starts begins", "ended stopped stops ends finished"),
        ("bought buys", "sold sells"),
        ("man men boy", "woman women girl"),
        ("indoors inside", "outdoors outside"),
        ("best", "worst"),
        ("minimum least", "maximum most"),
    )
)
COLORS = word_set(
    "black white grey gray red green blue yellow orange purple pink brown violet turquoise beige silver gold"
)


def exists(number: int, shown: Collection[int]) -> str | None:
    """Whether a cited number was shown for this question."""
    return None if number in shown else f"evidence {number} was not shown for this question"


def quotation(claim: str, evidence: str) -> str | None:
    """Whether all that stands between quotation marks stands in the evidence, as written but for case and spacing."""
    there = comparable(evidence)
    for quoted in QUOTED.findall(claim):
        if comparable(quoted).rstrip(".,;:!?") not in there:
            return f"the evidence does not hold the quoted words \u201c{quoted}\u201d"
    return None


def numbers(claim: str, evidence: str) -> str | None:
    """Whether every number, date, time and unit of the claim stands in the evidence, in whatever notation."""
    available = pool(evidence)
    for quantity in quantities(claim):
        if quantity.text.casefold() != "one" and not quantity.stands_in(available):
            return f"\u201c{quantity.text}\u201d does not stand in the cited evidence"
    return None


def names(claim: str, evidence: str) -> str | None:
    """Whether every capitalised word of the claim, but its first, stands in the evidence."""
    available = set(words(evidence)) | {part for word in words(evidence) for part in re.split(r"[\d_]+", word)}
    inner = re.sub(r"^\W*\w+(?:['\u2019]\w+)?", "", claim)
    for name in re.findall(r"\b[A-Z][\w'\u2019]+", inner):
        if not set(words(name)) <= available:
            return f"the name \u201c{name}\u201d does not stand in the cited evidence"
    return None


def colors(claim: str, evidence: str) -> str | None:
    """Whether every colour of the claim stands in the evidence."""
    missing = sorted((COLORS & set(words(claim))) - set(words(evidence)))
    return f"the cited evidence does not say \u201c{missing[0]}\u201d" if missing else None


def polarity(claim: str, sentence: str) -> str | None:
    """Whether claim and sentence agree in what they deny, and in pairs of opposites such as rose and fell."""
    nearest = _nearest_clauses(claim, sentence)
    if _negated(claim) != _negated(nearest) and _negated(claim) != _negated(sentence):
        return "the evidence denies this" if _negated(sentence) else "the evidence does not deny this"
    if not _negated(claim) and _negated(nearest):
        return "the evidence denies this"
    mine, theirs = set(map(stem, words(claim))), set(map(stem, words(sentence)))
    for one, other in OPPOSITES:
        for said, opposite in ((one, other), (other, one)):
            if mine & said and not mine & opposite and theirs & opposite and not theirs & said:
                return f"the claim says \u201c{_word(claim, said)}\u201d, not \u201c{_word(sentence, opposite)}\u201d"
    return None


def _negated(text: str) -> bool:
    return bool(NEGATIONS & set(re.findall(r"[a-z]+(?:'[a-z]+)?", text.casefold().replace("\u2019", "'"))))


def _nearest_clauses(claim: str, sentence: str) -> str:
    """The clauses of the sentence that share the most words with the claim."""
    clauses = re.split(r"[,;:\u2014]\s|\s(?:but|because|while|although|whereas|since|and|yet)\s", sentence)
    wanted = set(stems(claim))
    shared = [len(wanted & set(stems(clause))) for clause in clauses]
    most = max(shared)
    return (
        " ".join(clause for clause, count in zip(clauses, shared, strict=True) if count == most) if most else sentence
    )


def _word(text: str, group: frozenset[str]) -> str:
    return next(word for word in words(text) if stem(word) in group)


def speaks_of(claim: str) -> set[str]:
    """The stems that evidence must hold to support the claim: its content words, without those that frame a picture."""
    return {stem(word) for word in content_words(claim)} - PICTURE_FRAME


PICTURE_FRAME = frozenset(map(stem, word_set("shows picture pictures photo photograph image described")))
