"""Numbers, dates, times and units in a text, in a form in which equal quantities are equal."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_MONTH = "|".join(f"{month}|{month[:3]}|{month[:4]}" for month in MONTHS)
_SCALES = {"hundred": 100.0, "thousand": 1e3, "million": 1e6, "billion": 1e9, "bn": 1e9, "mn": 1e6}

_UNITS_OF_TEN = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TEENS = ("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
SMALL_NUMBERS = (
    {word: float(value) for value, word in enumerate(("zero", *_UNITS_OF_TEN, *_TEENS))}
    | {tens: 10.0 * count for count, tens in enumerate(_TENS, 2)}
    | {
        f"{tens}-{unit}": 10.0 * count + more
        for count, tens in enumerate(_TENS, 2)
        for more, unit in enumerate(_UNITS_OF_TEN, 1)
    }
)

UNITS = {
    spelling: unit
    for unit, spellings in {
        "%": "% percent per\u00a0cent pc",
        "km": "km kilometre kilometres kilometer kilometers",
        "m": "m metre metres meter meters",
        "cm": "cm centimetre centimetres centimeter centimeters",
        "mm": "mm millimetre millimetres millimeter millimeters",
        "mi": "mile miles",
        "ft": "ft foot feet",
        "in": "inch inches",
        "kg": "kg kilogram kilograms kilogramme kilogrammes kilo kilos",
        "g": "g gram grams gramme grammes",
        "mg": "mg milligram milligrams",
        "t": "t tonne tonnes ton tons",
        "l": "l litre litres liter liters",
        "ml": "ml millilitre millilitres milliliter milliliters",
        "ha": "ha hectare hectares",
        "h": "h hour hours hr hrs",
        "min": "min mins minute minutes",
        "s": "s sec secs second seconds",
        "day": "day days",
        "week": "week weeks",
        "month": "month months",
        "year": "year years",
        "\u00b0c": "\u00b0c celsius",
        "\u00b0f": "\u00b0f fahrenheit",
        "km/h": "km/h kph",
        "mph": "mph",
        "kn": "knot knots",
        "w": "w watt watts",
        "kw": "kw kilowatt kilowatts",
        "mw": "mw megawatt megawatts",
        "kwh": "kwh",
        "v": "v volt volts",
        "bar": "bar bars",
        "nm": "nm n\u00b7m",
        "$": "$ dollar dollars usd",
        "\u20ac": "\u20ac euro euros eur",
        "\u00a3": "\u00a3 pound pounds gbp",
    }.items()
    for spelling in spellings.split(" ")
}
_UNIT = "|".join(sorted((re.escape(spelling) for spelling in UNITS), key=len, reverse=True))
_MONEY = r"[$\u20ac\u00a3]"
_DIGITS = r"\d{1,3}(?:[ \u00a0\u2009\u202f]\d{3})+(?![\d])|\d+(?:[.,]\d+)*"

ISO_DATE = re.compile(r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)")
DAY_FIRST = re.compile(rf"(?<!\d)(\d{{1,2}})(?:st|nd|rd|th)?(?: of)? ({_MONTH})\b\.?(?:,? (\d{{4}}))?", re.IGNORECASE)
MONTH_FIRST = re.compile(rf"\b({_MONTH})\.? (\d{{1,2}})(?:st|nd|rd|th)?\b(?![.,:]?\d)(?:,? (\d{{4}}))?", re.IGNORECASE)
TIME = re.compile(
    r"(?<![\d.,])(\d{1,2})(?:[:.](\d{2}))?\s?([ap])\.?m\b\.?|(?<!\d)(\d{1,2}):(\d{2})(?!\d)", re.IGNORECASE
)
NUMBER = re.compile(
    rf"(?P<money>{_MONEY})?\s?(?<![\w.,])(?P<digits>{_DIGITS})(?:st|nd|rd|th\b)?"
    rf"(?:\s?(?P<scale>{'|'.join(_SCALES)})\b)?(?:[\s-]?(?P<unit>{_UNIT})(?![\w]))?",
    re.IGNORECASE,
)
_SMALL = "|".join(sorted(SMALL_NUMBERS, key=len, reverse=True))
SPELLED = re.compile(
    rf"\b(?P<word>{_SMALL})(?:[\s-](?P<scale>{'|'.join(_SCALES)}))?\b(?:[\s-](?P<unit>{_UNIT})(?!\w))?", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number, date or time. `readings` are the values that its notation may mean; `unit` is "" where none is given.

    A date has readings such as `("d", 2023, 3, 12)`, with None for what is not said; a time has `("t", 14, 30)`.
    """

    text: str
    readings: frozenset[float | tuple[str | int | None, ...]]
    unit: str = ""

    def stands_in(self, others: Iterable[Quantity]) -> bool:
        """Whether one of the others says the same. A unit must agree only where both give one."""
        return any(self._agrees(other) for other in others)

    def _agrees(self, other: Quantity) -> bool:
        if self.unit and other.unit and self.unit != other.unit:
            return False
        return any(_same(mine, theirs) for mine in self.readings for theirs in other.readings)


def quantities(text: str, *, spelled: bool = True) -> list[Quantity]:
    """The quantities of a text: dates, then times, then numbers. `spelled` takes in `twelve` and `two hundred`."""
    found: list[Quantity] = []
    for pattern, read in ((ISO_DATE, _iso_date), (DAY_FIRST, _day_first), (MONTH_FIRST, _month_first), (TIME, _time)):
        found += [Quantity(match.group().strip(), frozenset({read(match)})) for match in pattern.finditer(text)]
        text = pattern.sub(lambda match: " " * len(match.group()), text)
    found += [_number(match) for match in NUMBER.finditer(text)]
    if spelled:
        found += [_spelled(match) for match in SPELLED.finditer(NUMBER.sub(" ", text))]
    return found


def pool(text: str) -> list[Quantity]:
    """All that a quantity may be found as in evidence: its quantities, and the parts of its dates and number groups."""
    found = quantities(text)
    parts = [Quantity(number, frozenset({float(number)})) for number in re.findall(r"\d+", text)]
    years = [
        Quantity(quantity.text, frozenset({float(year)}))
        for quantity in found
        for reading in quantity.readings
        if isinstance(reading, tuple) and isinstance(year := reading[1], int) and reading[0] == "d"
    ]
    # "1,204" holds no 204: the parts of a number count only where blanks may have parted two numbers.
    apart = {float(number) for number in re.findall(r"(?<![\d.,])\d+(?![\d]|[.,]\d)", text)}
    return found + years + [part for part in parts if part.readings <= apart and not _has_unit(part, found)]


def _has_unit(part: Quantity, found: list[Quantity]) -> bool:
    return any(quantity.unit and quantity.readings & part.readings for quantity in found)


def _same(mine: float | tuple[str | int | None, ...], theirs: float | tuple[str | int | None, ...]) -> bool:
    if isinstance(mine, tuple) and isinstance(theirs, tuple):
        return mine[0] == theirs[0] and all(a is None or a == b for a, b in zip(mine[1:], theirs[1:], strict=True))
    return mine == theirs


def _month(name: str) -> int:
    return next(number for number, month in enumerate(MONTHS, 1) if month.startswith(name.casefold()[:3]))


def _iso_date(match: re.Match[str]) -> tuple[str | int | None, ...]:
    return ("d", int(match[1]), int(match[2]), int(match[3]))


def _day_first(match: re.Match[str]) -> tuple[str | int | None, ...]:
    return ("d", int(match[3]) if match[3] else None, _month(match[2]), int(match[1]))


def _month_first(match: re.Match[str]) -> tuple[str | int | None, ...]:
    return ("d", int(match[3]) if match[3] else None, _month(match[1]), int(match[2]))


def _time(match: re.Match[str]) -> tuple[str | int | None, ...]:
    if match[4]:
        return ("t", int(match[4]), int(match[5]))
    afternoon = 12 if match[3].casefold() == "p" else 0
    return ("t", int(match[1]) % 12 + afternoon, int(match[2] or 0))


def _number(match: re.Match[str]) -> Quantity:
    scale = _SCALES[match["scale"].casefold()] if match["scale"] else 1.0
    unit = UNITS[(match["unit"] or match["money"] or "").casefold()] if match["unit"] or match["money"] else ""
    return Quantity(match.group().strip(), frozenset(value * scale for value in _values(match["digits"])), unit)


def _spelled(match: re.Match[str]) -> Quantity:
    scale = _SCALES[match["scale"].casefold()] if match["scale"] else 1.0
    unit = UNITS[match["unit"].casefold()] if match["unit"] else ""
    return Quantity(match.group(), frozenset({SMALL_NUMBERS[match["word"].casefold()] * scale}), unit)


def _values(digits: str) -> set[float]:
    """What a number may mean: `1,200` and `1 200` are 1200, `1.200` is 1200 or 1.2, `1,5` is 1.5."""
    digits = re.sub(r"\s", "", digits)
    marks = re.findall(r"[.,]", digits)
    if not marks:
        return {float(digits)}
    whole, _, tail = digits.rpartition(marks[-1])
    grouped = re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", digits) is not None and len(set(marks)) == 1
    values = {float(re.sub(r"[.,]", "", digits))} if grouped else set()
    if len(marks) == 1 and not (grouped and marks[0] == ","):
        values.add(float(f"{whole}.{tail}"))
    elif len(set(marks)) == 2:
        values.add(float(f"{re.sub('[.,]', '', whole)}.{tail}"))
    return values or {float(re.sub(r"[.,]", "", whole + tail))}
