"""Numbers, dates, times and units in a text, in a form in which equal quantities are equal."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from generator.months import MONTH, number_of
from generator.units import SCALES, UNITS

_SCALES = {
    **{"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "bn": 1e9, "mn": 1e6},
    **{"tausend": 1e3, "tsd": 1e3, "millionen": 1e6, "mio": 1e6, "milliarden": 1e9, "milliarde": 1e9, "mrd": 1e9},
    **{"mille": 1e3, "millions": 1e6, "milliard": 1e9, "milliards": 1e9},
}
_BEHIND_MONEY = {"k": 1e3, "m": 1e6, "b": 1e9}
"""What a letter behind a sum counts: $5m."""

_UNITS_OF_TEN = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TEENS = ("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_GERMAN = ["zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn", "elf", "zwölf"]
SMALL_NUMBERS = (
    {word: float(value) for value, word in enumerate(("zero", *_UNITS_OF_TEN, *_TEENS))}
    | {tens: 10.0 * count for count, tens in enumerate(_TENS, 2)}
    | {
        f"{tens}{between}{unit}": 10.0 * count + more
        for count, tens in enumerate(_TENS, 2)
        for more, unit in enumerate(_UNITS_OF_TEN, 1)
        for between in "- "
    }
    | {word: float(value) for value, word in enumerate(_GERMAN, 2)}
    | {"dozen": 12.0}
)
FRACTIONS = {"half": 1 / 2, "third": 1 / 3, "quarter": 1 / 4, "fifth": 1 / 5, "tenth": 1 / 10}

_UNIT = "|".join(sorted((re.escape(spelling) for spelling in UNITS), key=len, reverse=True))
_MONEY = r"[$\u20ac\u00a3]"
_DIGITS = r"\d{1,3}(?:[ \u00a0\u2009\u202f]\d{3})+(?:,\d{1,2})?(?![\d])|\d+(?:[.,]\d+)*"
_SCALE = "|".join(rf"{scale}\b\.?" if scale in ("tsd", "mio", "mrd") else rf"{scale}\b" for scale in _SCALES)
_SMALL = "|".join(sorted(SMALL_NUMBERS, key=len, reverse=True))

ISO_DATE = re.compile(r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)")
NUMERIC_DATE = re.compile(r"(?<![\d./])(\d{1,2})([./])(\d{1,2})\2(\d{4}|\d{2})?(?![\d/]|\.\d)(?(4)|(?!\s*$))")
DAY_MONTH = re.compile(r"(?<![\d./])(\d{1,2})/(\d{1,2})(?![\d/])")
DAY_FIRST = re.compile(
    rf"(?<!\d)(\d{{1,2}})(?:st|nd|rd|th|er|\.)?(?: of)? ({MONTH})\b\.?(?:,? (\d{{4}}))?", re.IGNORECASE
)
MONTH_FIRST = re.compile(
    rf"\b({MONTH})\.? (?:the )?(\d{{1,2}})(?:st|nd|rd|th)?\b(?![.,:]?\d)(?:,? (\d{{4}}))?", re.IGNORECASE
)
WEEKDAY = r"(?:Montag|Dienstag|Mittwoch|Donnerstag|Freitag|Samstag|Sonnabend|Sonntag|Wochenende)"
TIME = re.compile(
    rf"(?<![\d.,])(\d{{1,2}})(?:[:.](\d{{2}}))?\s?([ap])\.?m\b\.?(?!\s{WEEKDAY})"
    r"|(?<![\d:])(\d{1,2})[:.](\d{2})\s?(?:Uhr\b|o'clock)"
    r"|(?<![\d:])(\d{1,2}):(\d{2})(?![\d:])|(?<![\d.,])(\d{1,2})\s(?:Uhr\b|o'clock)",
    re.IGNORECASE,
)
SINCE_TIME = re.compile(
    r"(?<![\d.,:])(?P<hour>\d{1,2})(?:[:.](?P<minute>\d{2}))?"
    r"(?=\s?(?:-|\u2013|to|and|until|till|bis|und)\s?\d{1,2}(?:[:.]\d{2})?\s?(?:(?P<half>[ap])\.?m\b|Uhr\b|o'clock))",
    re.IGNORECASE,
)
"""The first of two times, of which only the second has what makes it one."""
FRENCH_TIME = re.compile(r"(?<![\d.,])(\d{1,2})\s?h\s?(\d{2})(?!\d)")
"""A time, or how long something takes."""
SPOKEN_TIME = re.compile(
    rf"\b(?:(?P<part>half|a quarter|quarter) (?P<way>past|to) (?P<hour>\d{{1,2}}|{'|'.join(_UNITS_OF_TEN)}|ten"
    rf"|eleven|twelve)"
    r"(?: in the (?P<day>morning|afternoon|evening)| at (?P<night>night))?|(?P<noon>noon|midday)"
    r"|(?P<midnight>midnight))\b",
    re.IGNORECASE,
)
VULGAR = "\u00bc-\u00be\u2150-\u215e"
"""From a quarter to seven eighths, each one character."""
HALVES = re.compile(
    rf"\b(?:(?P<whole>{_SMALL}|\d+) and )?(?P<part>a half|half|a quarter|a third|three quarters)"
    rf"(?: an?| of an?)?[\s-](?P<unit>{_UNIT})(?!\w)",
    re.IGNORECASE,
)
SHARE = re.compile(
    rf"\b(?:(?P<count>{_SMALL}|a)[\s-])?(?P<part>half|thirds?|quarters?|fifths?|tenths?)\b", re.IGNORECASE
)
ONE_UNIT = re.compile(
    r"\b(?:an?|one|each|every|per|eine[mnrs]?)\s(?P<unit>hour|minute|day|week|month|year|decade|Stunde|Tag|Woche|Monat|Jahr)\b",
    re.IGNORECASE,
)
NUMBER = re.compile(
    r"(?P<sign>(?<!\w)[-\u2212\u2013](?=[$\u20ac\u00a3\d])|\bminus\s)?"
    rf"(?P<money>{_MONEY})?\s?(?<![\w.,])(?P<digits>{_DIGITS})(?:st|nd|rd|th\b)?(?(money)(?P<short>[kmb]\b)?)"
    rf"(?:\s?(?P<scale>{_SCALE}))?(?:[\s-]?(?:d['\u2019])?(?P<unit>{_UNIT})(?![\w]))?"
    r"(?P<below>\s(?:below (?:zero|freezing)|unter Null))?",
    re.IGNORECASE,
)
MIXED = re.compile(
    rf"(?<![\w.,/])(?:(?:(?P<count>\d+)\s?)?(?P<part>[{VULGAR}])|(?P<whole>\d+)[\s-](?P<above>[1-7])/(?P<below>[2-8])(?![\d/]))"
    rf"(?:[\s-]?(?P<unit>{_UNIT})(?!\w))?",
    re.IGNORECASE,
)
SCALED = re.compile(rf"(?<={_MONEY})\d+(?=[kmb]\b)|\d+(?=\s?(?:{_SCALE}))", re.IGNORECASE)
"""What is counted in thousands or millions, and so does not stand for itself."""
SPELLED = re.compile(
    rf"\b(?P<word>{_SMALL}|a(?= (?:hundred|thousand|million|billion|dozen)))(?:[\s-](?P<scale>{_SCALE}))?(?!\w)"
    rf"(?: and (?P<rest>{_SMALL}))?(?:[\s-](?P<unit>{_UNIT})(?!\w))?",
    re.IGNORECASE,
)

FRACTION_CUES = ("half", "third", "quarter", "fifth", "tenth", "noon", "midday", "midnight")
"""A text that holds none of these letters holds no share and no spoken time."""
NUMBER_CUES = frozenset(part for word in SMALL_NUMBERS for part in re.split("[- ]", word)) | frozenset(_SCALES)
"""A text that holds none of these words holds no number in words."""

ABOUT = re.compile(
    r"\b(?:about|around|roughly|approximately|approx\.?|some|circa|ca\.?|etwa|rund|ungef\u00e4hr)$", re.IGNORECASE
)
OVER = re.compile(r"\b(?:over|more than|above|exceeding|upwards of|\u00fcber|mehr als|gut)$", re.IGNORECASE)
UNDER = re.compile(
    r"\b(?:nearly|almost|under|less than|fewer than|just below|close to|fast|knapp|weniger als)$", re.IGNORECASE
)
ROUGH = 0.06
"""The share by which what is said to be `about` a number may differ from it."""
ROUGH_BOUND = 0.15
"""The share by which a number may lie beyond what it is said to be `over` or `nearly`."""

FALLING = re.compile(
    r"\b(?:fell|fall|falls|fallen|dropped|drops?|decreased?|decreases|declined?|declines|shrank|sank|down|lower|reduced|reduces|"
    r"reduction|cut|loss|losses|lost|deficit|minus|negative|gesunken|fiel|gefallen|R\u00fcckgang|Verlust|weniger)\b"
    r"(?! (?:to|auf)\b)",
    re.IGNORECASE,
)
"""What says in words that a change is one downwards, so that it has no sign, or has it twice."""
UNDOTTED = str.maketrans("\u0130\u0131", "Ii")
"""Letters that a pattern takes for an `i` and no table of units holds."""

KEPT = 2048
"""Texts whose quantities are kept: the parts of one answer's evidence are read by several checks."""

Reading = float | tuple[str | int | None, ...]


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number, date or time. `readings` are the values that its notation may mean; `unit` is "" where none is given.

    A date has readings such as `("d", 2023, 3, 12)`, with None for what is not said; a time has `("t", 14, 30)`.
    `low` and `high` are how far, as shares, what it stands for may lie from it: `about 40`. `is_soft` is true of "a
    week", which is as often a rate as a duration. `start` and `end` are its place in the text.
    """

    text: str
    readings: frozenset[Reading]
    unit: str = ""
    low: float = 0.0
    high: float = 0.0
    is_soft: bool = False
    start: int = 0
    end: int = 0

    @property
    def value(self) -> float | None:
        """The number, the least where its notation may mean several."""
        numbers = [reading for reading in self.readings if isinstance(reading, float)]
        return min(numbers, key=lambda number: (number < 0, number)) if numbers else None

    def stands_in(self, others: Iterable[Quantity]) -> bool:
        """Whether one of the others says the same. A unit must agree only where both give one."""
        return any(self.agrees(other) for other in others)

    def agrees(self, other: Quantity) -> bool:
        """Whether the other says the same, converted where both give units of one measure."""
        mine, theirs, slack = 1.0, 1.0, 1e-6
        if self.unit and other.unit and self.unit != other.unit:
            scale, other_scale = SCALES[self.unit], SCALES[other.unit]
            if scale.measures != other_scale.measures:
                return False
            mine, theirs = scale.factor, other_scale.factor
            slack = 1e-6 if scale.exact and other_scale.exact else 0.02
        return any(
            self._same(one, other_one, mine, theirs, slack) for one in self.readings for other_one in other.readings
        )

    def _same(self, one: Reading, other: Reading, mine: float, theirs: float, slack: float) -> bool:
        if isinstance(one, tuple) or isinstance(other, tuple):
            return isinstance(one, tuple) and isinstance(other, tuple) and _same_moment(one, other)
        said, found = one * mine, other * theirs
        least, most = sorted((said * (1 - self.low - slack), said * (1 + self.high + slack)))
        return least <= found <= most


def quantities(text: str, *, spelled: bool = True) -> list[Quantity]:
    """The quantities of a text: dates, then times, then numbers. `spelled` takes in `twelve` and `two hundred`."""
    return list(_quantities(text, spelled))


@lru_cache(maxsize=KEPT)
def _quantities(text: str, spelled: bool) -> tuple[Quantity, ...]:
    found: list[Quantity] = []
    left = text = text.translate(UNDOTTED)
    readers: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Iterator[Quantity]]], ...] = (
        *((ISO_DATE, _iso_date), (NUMERIC_DATE, _numeric_date), (DAY_MONTH, _day_month)),
        *((DAY_FIRST, _day_first), (MONTH_FIRST, _month_first)),
        *((FRENCH_TIME, _french_time), (SINCE_TIME, _since_time), (TIME, _time)),
    )
    numeric = ((NUMBER, _number),)
    in_parts = ((SPOKEN_TIME, _spoken_time), (HALVES, _half))
    # Most sentences hold no digit, and no number in words, and the patterns for these are slow.
    digits, plain = any(map(str.isnumeric, text)), text.casefold()
    parts = spelled and any(cue in plain for cue in FRACTION_CUES)
    counted = spelled and not NUMBER_CUES.isdisjoint(re.findall(r"[^\W\d_]+", plain))
    for pattern, read in (
        *(((MIXED, _mixed), *readers) if digits else ()),
        *(in_parts if parts else ()),
        *(((ONE_UNIT, _one_unit),) if spelled else ()),
        *(numeric if digits else ()),
        *(((SHARE, _share),) if parts else ()),
        *(((SPELLED, _spelled),) if counted else ()),
    ):
        left = _take(pattern, read, left, found)
    falls = digits and FALLING.search(text) is not None
    return tuple(_hedged(_of_any_sign(quantity) if falls else quantity, text) for quantity in found)


def _take(
    pattern: re.Pattern[str], read: Callable[[re.Match[str]], Iterator[Quantity]], text: str, found: list[Quantity]
) -> str:
    """Adds what a pattern finds, and returns the text with blanks in its place."""
    for match in pattern.finditer(text):
        made = [replace(quantity, start=match.start(), end=match.end()) for quantity in read(match)]
        if made:
            found += made
            text = text[: match.start()] + " " * len(match.group()) + text[match.end() :]
    return text


def _of_any_sign(quantity: Quantity) -> Quantity:
    turned = {-reading for reading in quantity.readings if isinstance(reading, float)}
    return replace(quantity, readings=quantity.readings | turned)


def _hedged(quantity: Quantity, text: str) -> Quantity:
    before = text[max(0, quantity.start - 20) : quantity.start].rstrip()
    if ABOUT.search(before):
        return replace(quantity, low=ROUGH, high=ROUGH)
    if OVER.search(before):
        return replace(quantity, high=ROUGH_BOUND)
    return replace(quantity, low=ROUGH_BOUND) if UNDER.search(before) else quantity


def pool(text: str) -> list[Quantity]:
    """All that a quantity may be found as in evidence: its quantities, and the parts of its dates and number groups."""
    return list(_pool(text))


@lru_cache(maxsize=KEPT)
def _pool(text: str) -> tuple[Quantity, ...]:
    found = quantities(text)
    scaled = {one.group() for one in SCALED.finditer(text)}
    parts = [
        Quantity(number, frozenset({float(number)})) for number in re.findall(r"\d+", text) if number not in scaled
    ]
    years = [
        Quantity(quantity.text, frozenset({float(year)}))
        for quantity in found
        for reading in quantity.readings
        if isinstance(reading, tuple) and isinstance(year := reading[1], int) and reading[0] == "d"
    ]
    # "1,204" holds no 204: the parts of a number count only where blanks may have parted two numbers.
    apart = {float(number) for number in re.findall(r"(?<![\d.,:])\d+(?![\d]|[.,:]\d|\s?[" + VULGAR + r"])", text)}
    return (*found, *years, *(part for part in parts if part.readings <= apart and not _is_more(part, found)))


def _is_more(part: Quantity, found: list[Quantity]) -> bool:
    """Whether a number is one with a unit or below zero."""
    return any(
        isinstance(reading, float) and (quantity.unit or reading < 0) and abs(reading) in part.readings
        for quantity in found
        for reading in quantity.readings
    )


def _same_moment(mine: tuple[str | int | None, ...], theirs: tuple[str | int | None, ...]) -> bool:
    return mine[0] == theirs[0] and all(
        a is None or b is None or a == b for a, b in zip(mine[1:], theirs[1:], strict=True)
    )


def _date(match: re.Match[str], *dates: tuple[int | None, int, int]) -> Iterator[Quantity]:
    """A date that its notation may read in several ways; nothing where none of them is a date."""
    possible = {("d", *date) for date in dates if 1 <= date[1] <= 12 and 1 <= date[2] <= 31}
    if possible:
        yield Quantity(match.group().strip(), frozenset(possible))


def _iso_date(match: re.Match[str]) -> Iterator[Quantity]:
    return _date(match, (int(match[1]), int(match[2]), int(match[3])))


def _numeric_date(match: re.Match[str]) -> Iterator[Quantity]:
    first, second = int(match[1]), int(match[3])
    year = int(match[4]) + (2000 if len(match[4]) == 2 else 0) if match[4] else None
    # With full stops the day comes first; with strokes that depends on the country.
    american = ((year, first, second),) if match[2] == "/" else ()
    return _date(match, (year, second, first), *american)


def _day_month(match: re.Match[str]) -> Iterator[Quantity]:
    return _date(match, (None, int(match[2]), int(match[1])), (None, int(match[1]), int(match[2])))


def _day_first(match: re.Match[str]) -> Iterator[Quantity]:
    return _date(match, (int(match[3]) if match[3] else None, number_of(match[2]), int(match[1])))


def _month_first(match: re.Match[str]) -> Iterator[Quantity]:
    return _date(match, (int(match[3]) if match[3] else None, number_of(match[1]), int(match[2])))


def _time(match: re.Match[str]) -> Iterator[Quantity]:
    if match[3]:
        afternoon = 12 if match[3].casefold() == "p" else 0
        hour, minute = int(match[1]) % 12 + afternoon, int(match[2] or 0)
    else:
        hour, minute = int(match[4] or match[6] or match[8]), int(match[5] or match[7] or 0)
    if hour < 25 and minute < 60:
        yield Quantity(match.group().strip(), frozenset({("t", hour, minute)}))


def _since_time(match: re.Match[str]) -> Iterator[Quantity]:
    hour, minute = int(match["hour"]), int(match["minute"] or 0)
    # "9 to 11 am" is in one half of the day, "11 to 1 pm" in two.
    hours = {hour % 12, hour % 12 + 12} if match["half"] else {hour}
    if hour < 25 and minute < 60:
        yield Quantity(match.group(), frozenset({("t", one, minute) for one in hours}))


def _french_time(match: re.Match[str]) -> Iterator[Quantity]:
    hour, minute = int(match[1]), int(match[2])
    if minute < 60:
        yield Quantity(match.group(), frozenset({("t", hour, minute), hour + minute / 60}), "h")


def _spoken_time(match: re.Match[str]) -> Iterator[Quantity]:
    if match["noon"] or match["midnight"]:
        readings: set[Reading] = {("t", 12, 0)} if match["noon"] else {("t", 0, 0), ("t", 24, 0)}
    else:
        hour = int(_counted(match["hour"]))
        minute = 30 if match["part"].casefold() == "half" else 15
        hour, minute = (hour, minute) if match["way"].casefold() == "past" else (hour - 1, 60 - minute)
        day = (match["day"] or match["night"] or "").casefold()
        readings = {("t", hour % 12, minute)} if day != "morning" or hour != 12 else {("t", 0, minute)}
        later: set[Reading] = {("t", hour % 12 + 12, minute)}
        readings = readings if day == "morning" else later if day else readings | later
    yield Quantity(match.group(), frozenset(readings))


def _half(match: re.Match[str]) -> Iterator[Quantity]:
    whole = _counted(match["whole"]) if match["whole"] else 0.0
    part = {"three quarters": 0.75, "a quarter": 0.25, "a third": 1 / 3}.get(match["part"].casefold(), 0.5)
    unit = UNITS[match["unit"].casefold()]
    if unit == "s":
        return
    yield Quantity(match.group(), frozenset({whole + part}), unit)


def _mixed(match: re.Match[str]) -> Iterator[Quantity]:
    """`1½` and `1 1/2`; `1/2` alone may be a date."""
    part = unicodedata.numeric(match["part"]) if match["part"] else int(match["above"]) / int(match["below"])
    unit = UNITS[match["unit"].casefold()] if match["unit"] else ""
    if part < 1:
        yield Quantity(match.group(), frozenset({int(match["count"] or match["whole"] or 0) + part}), unit)


def _one_unit(match: re.Match[str]) -> Iterator[Quantity]:
    yield Quantity(match.group(), frozenset({1.0}), UNITS[match["unit"].casefold()], is_soft=True)


def _share(match: re.Match[str]) -> Iterator[Quantity]:
    count = _counted(match["count"]) if match["count"] and match["count"].casefold() != "a" else 1.0
    part = FRACTIONS[match["part"].casefold().rstrip("s")]
    # "The third" counts, "a third" and "two thirds" are shares.
    if match["part"].casefold() == "half" or match["count"]:
        yield Quantity(match.group(), frozenset({100 * count * part}), "%", low=0.02, high=0.02)


def _number(match: re.Match[str]) -> Iterator[Quantity]:
    scale = _scale(match["scale"]) * _BEHIND_MONEY.get((match["short"] or "").casefold(), 1.0)
    scale *= -1.0 if match["below"] or (match["sign"] and not _is_range(match)) else 1.0
    unit = UNITS[(match["unit"] or match["money"] or "").casefold()] if match["unit"] or match["money"] else ""
    yield Quantity(match.group().strip(), frozenset(value * scale for value in _values(match["digits"])), unit)


def _is_range(match: re.Match[str]) -> bool:
    """Whether what may be a sign parts two numbers, as in `9 -17`."""
    return match["sign"] in "-\u2212\u2013" and match.string[: match.start()].rstrip()[-1:].isdigit()


def _scale(name: str | None) -> float:
    return _SCALES[name.casefold().rstrip(".")] if name else 1.0


def _spelled(match: re.Match[str]) -> Iterator[Quantity]:
    scale = _scale(match["scale"])
    unit = UNITS[match["unit"].casefold()] if match["unit"] else ""
    rest = _counted(match["rest"]) if match["rest"] else 0.0
    word = match["word"].casefold()
    if match["rest"] and not match["scale"]:
        # "Two and three" are two numbers, "one hundred and forty" is one.
        yield Quantity(match["rest"], frozenset({rest}), unit)
        yield Quantity(match["word"], frozenset({SMALL_NUMBERS[word]}))
    else:
        yield Quantity(match.group(), frozenset({SMALL_NUMBERS.get(word, 1.0) * scale + rest}), unit)


def _counted(word: str) -> float:
    return float(word) if word.isdigit() else SMALL_NUMBERS[word.casefold()]


def _values(digits: str) -> set[float]:
    """What a number may mean: `1,200`, `1 200` and `1.000` are whole, `1.200` is 1200 or 1.2, `1,5` is 1.5."""
    digits = re.sub(r"\s", "", digits)
    marks = re.findall(r"[.,]", digits)
    if not marks:
        return {float(digits)}
    whole, _, tail = digits.rpartition(marks[-1])
    grouped = re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", digits) is not None and len(set(marks)) == 1
    values = {float(re.sub(r"[.,]", "", digits))} if grouped else set()
    if len(marks) == 1 and not (grouped and (marks[0] == "," or tail == "000")):
        values.add(float(f"{whole}.{tail}"))
    elif len(set(marks)) == 2:
        values.add(float(f"{re.sub('[.,]', '', whole)}.{tail}"))
    return values or {float(re.sub(r"[.,]", "", whole + tail))}
