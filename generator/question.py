"""What a question is about: its words, names, years and numbers, and whether pictures or figures may answer it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from generator.months import ENGLISH_WORDS
from generator.words import content_words, language_of, stem, stems, word_set, words

FACT_REQUEST = re.compile(
    r"^(?:(?:and|but|by|until|since|from|to|with|ab|bis|seit|von|mit|an|bei|par|\u00e0) )?(?:how|why|when|who(?:m|se)?"
    r"|wie|warum|wann|we[rnm]|combien|pourquoi|quand|qui)\b"
    r"|\b(?:costs?|prices?|priced?|pays?|paid|fees?|fares?|salary|earns?|rents?|expensive|charged?|kosten?|kostet|preis"
    r"|prix|co\u00fbte?)\b"
    r"|^what (?:is|are|was|were) the (?:\w+ ){1,3}of\b"
    r"|\b(?:what|which|welche[mnrs]?) (?:\w+ )?(?:number|percentage|proportion|share|temperature|speed|size|population"
    r"|dates?|days?|years?|months?|times?|hours?|nummer|tag|datum|jahr|monat)\b",
    re.IGNORECASE,
)
"""What no picture tells is asked for: a number, a price, a time, a person, a reason, a way to do something."""

FRAME_WORDS = word_set(
    "somewhere something someone anyone anything anybody somebody many much often long big large small hot warm loud "
    "deep tall high far old soon tell show find list name called thing kind sort type number amount day date time "
    "happen happened mean means say says document documents file files collection please want know need 's"
)
"""Words that say what is asked for, not what it is about."""

PICTURES = r"(?:pictures?|photos?|photographs?|images?|snapshots?|pics?)"
LINKING = (
    r"(?:of|with|showing|shows?|contain(?:s|ing)?|has|have|having|depict(?:s|ing)?|featur(?:es?|ing)|includ(?:es?|ing)|"
    r"where|in which|taken (?:at|in|on|of|by)|from|about|(?:can|do|could) (?:i|we|you|one) (?:see|find))"
)
PICTURE_REQUEST = re.compile(
    rf"^(?!who\b|when\b|why\b|how\b).*?\b{PICTURES}\b(?:\s+(?:that|which|do|does|we|you|i|here|there|are|is|any))*"
    rf"\s+{LINKING}\s+(?P<subject>.+)$",
    re.IGNORECASE,
)
SUBJECT_FIRST = re.compile(
    r"^(?:show|find|give|get|list|i want|i need|any|search|look)\b(?: me)?(?: for)?(?: all| any| some| the| my)*"
    rf"\s+(?P<subject>.+?)\s+{PICTURES}[.?!]*$",
    re.IGNORECASE,
)
FIGURE_REQUEST = re.compile(
    r"\b(?:chart|graph|diagram|plot|drawing|figure|flow ?chart|schematic|\w*diagramm|abbildung|grafik|schaubild|"
    r"graphique|sch\u00e9ma|courbe)s?\b|\b(?:charts|plots|graphs)\b",
    re.IGNORECASE,
)
"""A chart or drawing of a document is asked for, or what it shows."""
TIME_WORDS = ENGLISH_WORDS | word_set(
    "monday tuesday wednesday thursday friday saturday sunday mondays tuesdays wednesdays thursdays fridays saturdays "
    "sundays weekday weekdays weekend weekends daily weekly monthly yearly hourly once twice every spring summer "
    "autumn winter easter christmas morning afternoon evening noon midnight night day days week weeks month months "
    "year years hour hours minute minutes today tomorrow century seconds annually sunrise sunset dawn dusk"
)
NUMBERED = re.compile(
    r"\b(?P<thing>[^\W\d_]{3,})(?:\s(?:no\.|nr\.|number|nummer))?:?\s#?(?P<number>[A-Z]{0,3}\d{1,4}[a-zA-Z]?)"
    r"(?![\w.,:/-]*\d|\s?[%\u2013-])"
)


@dataclass(frozen=True, slots=True)
class Question:
    """A question taken apart. `subject` is the words that it is about, `pictures_of` what pictures are asked of.

    `of_fact` is whether it asks for what no picture tells, `of_figure` whether it is asked of a chart or drawing.
    `names` are the stems of its capitalised words and `years` its years: an answer about others is none. `numbered` are
    the numbers of things in it that have one, as `room 8`, by the stem of the thing.
    """

    text: str
    subject: tuple[str, ...]
    names: frozenset[str]
    years: frozenset[int]
    numbered: Mapping[str, frozenset[str]]
    pictures_of: str | None
    of_fact: bool
    of_figure: bool


def parse_question(text: str) -> Question:
    """The question in its parts. Any text is a question."""
    subject = tuple(dict.fromkeys(word for word in content_words(text) if word not in FRAME_WORDS))
    pictures = PICTURE_REQUEST.match(text.strip()) or SUBJECT_FIRST.match(text.strip())
    return Question(
        text,
        subject or tuple(content_words(text)),
        _names(text),
        years(text),
        numbered(text),
        pictures["subject"].strip(" ?.!") if pictures else None,
        bool(FACT_REQUEST.search(text.strip())),
        bool(FIGURE_REQUEST.search(text)),
    )


def years(text: str) -> frozenset[int]:
    """The years from 1500 to 2099 that a text speaks of."""
    return frozenset(int(year) for year in re.findall(r"(?<![\d.,])(1[5-9]\d\d|20\d\d)(?![\d]|[.,]\d)", text))


def numbered(text: str) -> Mapping[str, frozenset[str]]:
    """The numbers of things in a text, as `quay 5` or `Code: F7`, by the stem of the thing."""
    found: dict[str, set[str]] = {}
    for match in NUMBERED.finditer(text):
        for thing in stems(match["thing"]):
            if thing not in TIME_WORDS:
                found.setdefault(thing, set()).add(match["number"].casefold())
    return {thing: frozenset(numbers) for thing, numbers in found.items()}


def _names(text: str) -> frozenset[str]:
    if language_of(tuple(words(text))) == "de":
        # Every noun has a capital.
        return frozenset()
    inner = re.findall(r"(?<=[\w,;:\u201c\"'] )[A-Z]\w+(?:-\d\w*)*", text)
    # Where most words have a capital, as in a title, a capital says nothing.
    if len(inner) > 2 / 3 * len(text.split()):
        return frozenset()
    return frozenset(stem(word) for name in inner for word in content_words(name) if word not in TIME_WORDS)
