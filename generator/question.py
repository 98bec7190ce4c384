"""What a question asks for: a number, a sum of money, a time, a person, pictures of something, or anything."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import takewhile

from generator.months import ENGLISH_WORDS
from generator.quantities import quantities
from generator.units import UNITS
from generator.words import STOP_WORDS, content_words, language_of, stem, stems, word_set, words


class Asks(StrEnum):
    """The sort of answer that a question wants."""

    NUMBER = "number"
    MONEY = "money"
    LENGTH = "length"
    DURATION = "duration"
    FREQUENCY = "frequency"
    WEIGHT = "weight"
    TIME = "time"
    DATE = "date"
    PERSON = "person"
    ANYTHING = "anything"


MONEY_WORDS = r"cost|costs|price|priced|prices|pay|paid|fee|fees|fare|fares|salary|earn|earns|rent|expensive|charged?"
PATTERNS: tuple[tuple[Asks, str], ...] = (
    (Asks.MONEY, r"\bhow much (?:vat|tax)\b|^what\b.*\btotal\b.*\bowes?\b|\b(?:total|amount) (?:due|owed|payable)\b"),
    (
        Asks.MONEY,
        r"^(?:the )?(?:price|cost|fee|charge|fare|rent)s? (?:of|for)\b|\b(?:price|cost|fee|charge|fare|rent)$",
    ),
    (Asks.MONEY, rf"\bhow (?:much|expensive)\b.*\b(?:{MONEY_WORDS}|expensive)\b|\bhow much (?:is|are) (?:a|an|one)\b"),
    (Asks.MONEY, r"\bwie (?:teuer|viel (?:kostet|kosten))\b|\bwas (?:kostet|kosten|hat .* gekostet|soll.* kosten)\b"),
    (Asks.MONEY, r"^(?:welche\w*|wie hoch|quel\w*)\b.*(?:gesamtbetrag|preis|geb\u00fchr|\bmontant|\bprix|\bco\u00fbt)"),
    (Asks.MONEY, r"\bcombien (?:co\u00fbte|a co\u00fbt\u00e9|faut-il payer)"),
    (Asks.DURATION, r"\bwie (?:lange|alt)\b|\bcombien de temps\b"),
    (Asks.LENGTH, r"\bwie (?:tief|weit|breit|lang)\b"),
    (Asks.WEIGHT, r"\bwie schwer\b"),
    (Asks.NUMBER, r"\bwie (?:viele?n?|hoch|gro\u00df|warm|kalt|laut|schnell)\b|\bwelcher anteil\b|\bcombien\b"),
    (Asks.TIME, r"^(?:ab |bis |seit )?wann\b|\b(?:an )?welche[mnrs]? (?:tag|datum|jahr|monat)\b|^quand\b"),
    (Asks.PERSON, r"^(?:(?:von|mit|an|bei) )?(?:wer|wem|wen)\b|^(?:par |\u00e0 )?qui\b"),
    (Asks.MONEY, rf"^(?:what|which)\b.*\b(?:{MONEY_WORDS})\b(?!-)"),
    (Asks.WEIGHT, r"\bhow (?:heavy|much .*\bweighs?)\b"),
    (Asks.LENGTH, r"\bhow (?:deep|tall|wide|far|thick)\b"),
    (Asks.FREQUENCY, r"\bhow often\b|\bwie oft\b"),
    (Asks.DURATION, r"\bhow (?:long|old|soon|many (?:seconds|minutes|hours|days|weeks|months|years))\b"),
    (Asks.NUMBER, r"\bhow (?:many|much|big|large|small|high|hot|warm|cold|loud|fast|heavy)\b"),
    (Asks.NUMBER, r"^(?:what is the number|welche nummer|quel est le num\u00e9ro)\b"),
    (Asks.NUMBER, r"\bwhat (?:\w+ )?(?:number|percentage|proportion|share|temperature|speed|size|population)\b"),
    (Asks.DATE, r"^(?:and )?(?:by|until) (?:when|what date)\b|\b(?:what|which) date\b"),
    (Asks.TIME, r"^(?:and )?(?:since )?when\b|\b(?:what|which) (?:day|date|year|month|time|hours?)\b"),
    (
        Asks.PERSON,
        r"^(?:and )?(?:to |by |from |with )?who(?:m|se)?\b|^what is the name of the \w+(?:er|or|on|an|ist)\b",
    ),
)

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
CODE = re.compile(r": [A-Z]{1,4}-?\d[\w -]*$")
"""What a thing is filed under, and no sum: `Invoice number: CI-9264`."""
UNIT_IN_NAME = re.compile(r"(?P<name>[^;:()]+)\((?P<unit>[^\W\d][^()]{0,9})\): (?P<number>[\d.,]+)")
"""A cell under a name with a unit: `Hold (min): 17`."""
FIGURE_REQUEST = re.compile(
    r"\b(?:chart|graph|diagram|plot|drawing|figure|flow ?chart|schematic|\w*diagramm|abbildung|grafik|schaubild|"
    r"graphique|sch\u00e9ma|courbe)s?\b|\b(?:charts|plots|graphs)\b",
    re.IGNORECASE,
)
"""A chart or drawing of a document is asked for, or what it shows."""
PERSON_WORDS = word_set(
    "man woman boy girl child person people nurse doctor warden manager director mayor chair tenant landlord owner "
    "mother father daughter son wife husband captain driver teacher engineer staff committee team council company "
    "family friends guests visitors patient farmer king queen president minister author artist"
)
TIME_WORDS = ENGLISH_WORDS | word_set(
    "monday tuesday wednesday thursday friday saturday sunday mondays tuesdays wednesdays thursdays fridays saturdays "
    "sundays weekday weekdays weekend weekends daily weekly monthly yearly hourly once twice every spring summer "
    "autumn winter easter christmas morning afternoon evening noon midnight night day days week weeks month months "
    "year years hour hours minute minutes today tomorrow century seconds annually sunrise sunset dawn dusk"
)
ROW_LENGTH = 80
"""A row of a price list may give sums without their currency; longer text with a colon is prose."""
_DURATION_UNITS = {"h", "min", "s", "day", "week", "month", "year"}
_LENGTH_UNITS = {"m", "km", "cm", "mm", "mi", "nmi", "ft", "in"}
_WEIGHT_UNITS = {"kg", "g", "mg", "t"}
_MONEY_UNITS = {"$", "\u20ac", "\u00a3"}
_MONEY_NAMES = word_set("crowns francs yen rupees krone kroner kronor zloty cents pence free charge")


FOCUS = re.compile(
    r"\bhow (?:many|much) (?P<counted>.+)"
    r"|^(?:and )?(?:what|who|which) (?:is|was|are|were|will be) (?:the|a|an) (?P<named>.+)"
)
"""What comes behind these words is the thing itself that is asked for: `how many ships`, `who is the director`."""
NUMBERED = re.compile(
    r"\b(?P<thing>[^\W\d_]{3,})(?:\s(?:no\.|nr\.|number|nummer))?:?\s#?(?P<number>[A-Z]{0,3}\d{1,4}[a-zA-Z]?)"
    r"(?![\w.,:/-]*\d|\s?[%\u2013-])"
)
MEASURES = word_set("kinds kind types type sorts species money percent percentage share") | UNITS.keys()
"""Words that name how something is counted, so that the thing itself comes after them."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question taken apart. `subject` is the words that it is about, `pictures_of` what pictures are asked of.

    `focus` is those of them that an answer must speak of itself, not only its document.
    `of_figure` is whether it is asked of a chart or drawing.
    `names` are the stems of its capitalised words and `years` its years: an answer about others is none. `numbered` are
    the numbers of things in it that have one, as `room 8`, by the stem of the thing.
    """

    text: str
    asks: Asks
    subject: tuple[str, ...]
    focus: tuple[str, ...]
    names: frozenset[str]
    years: frozenset[int]
    numbered: Mapping[str, frozenset[str]]
    pictures_of: str | None
    of_figure: bool = False


def parse_question(text: str) -> Question:
    """The question in its parts. Any text is a question; what is not understood asks for anything."""
    lowered = text.casefold().strip()
    asks = next((asks for asks, pattern in PATTERNS if re.search(pattern, lowered)), Asks.ANYTHING)
    subject = tuple(dict.fromkeys(word for word in content_words(text) if word not in FRAME_WORDS))
    pictures = PICTURE_REQUEST.match(text.strip()) or SUBJECT_FIRST.match(text.strip())
    wanted = pictures["subject"].strip(" ?.!") if pictures else None
    return Question(
        text,
        asks,
        subject or tuple(content_words(text)),
        _focus(lowered),
        _names(text),
        years(text),
        numbered(text),
        wanted,
        bool(FIGURE_REQUEST.search(text)),
    )


def _focus(lowered: str) -> tuple[str, ...]:
    match = FOCUS.search(lowered)
    if not match:
        return ()
    rest = [word for word in words(match["counted"] or match["named"]) if word not in MEASURES]
    rest = rest[1:] if rest[:1] == ["of"] else rest
    thing = takewhile(lambda word: word not in STOP_WORDS, rest)
    return tuple(word for word in thing if word not in FRAME_WORDS)


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


def can_answer(asks: Asks, sentence: str) -> bool:
    """Whether a sentence holds the sort of thing that is asked for, so that it may be the answer at all."""
    if asks in (Asks.ANYTHING, Asks.PERSON):
        return asks is Asks.ANYTHING or names_person(sentence)
    sentence = UNIT_IN_NAME.sub(r"\g<name>: \g<number> \g<unit>", sentence)
    found = quantities(sentence)
    units = {quantity.unit for quantity in found}
    said = set(words(sentence))
    dated = any(isinstance(reading, tuple) for quantity in found for reading in quantity.readings)
    if asks is Asks.DATE:
        return dated
    if asks is Asks.TIME:
        return dated or bool(said & TIME_WORDS) or bool(years(sentence))
    if asks is Asks.DURATION:
        return bool(units & (_DURATION_UNITS | _LENGTH_UNITS)) or bool(said & TIME_WORDS)
    if asks is Asks.FREQUENCY:
        return bool(found) or bool(said & (TIME_WORDS | {"never", "always", "immer", "nie"}))
    if asks is Asks.MONEY:
        return (
            bool(units & _MONEY_UNITS)
            or bool(said & _MONEY_NAMES)
            or (": " in sentence and bool(found) and len(sentence) <= ROW_LENGTH and not CODE.search(sentence))
        )
    if asks is Asks.LENGTH:
        return bool(units & _LENGTH_UNITS)
    if asks is Asks.WEIGHT:
        return bool(units & _WEIGHT_UNITS)
    return bool(found) or bool(said & {"half", "third", "quarter", "none", "dozen", "once", "twice"})


def names_person(sentence: str) -> bool:
    """Whether a sentence may name somebody: a capital inside it, or a word such as `nurse`."""
    inner = re.findall(r"(?<=[\w,;:] )[A-Z][\w'-]+|^[A-Z][a-z]+ [A-Z][a-z]+", sentence)
    return any(name.casefold() not in TIME_WORDS for name in inner) or bool(PERSON_WORDS & set(words(sentence)))
