"""Numbers that a claim works out of those in the evidence: sums, differences, products, durations and counts.

Each only where the claim says that it reckons: among many numbers some pair adds up to anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import combinations

from generator.quantities import Quantity
from generator.units import SCALES

SUM = re.compile(
    r"\b(?:together|total\w*|altogether|in all|combined|sum|both|overall|plus|from the driver|zusammen|insgesamt)\b",
    re.I,
)
DIFFERENCE = re.compile(
    r"\b(?:more|fewer|less|additional|extra|gr[eo]wn?|grown|increased?|decreased?|fell|fallen|dropped|rose|risen|difference|surplus|"
    r"profit|deficit|loss|remaining|remain|left|longer|shorter|cheaper|dearer|higher|lower|gained?|saved?|not|other|mehr|weniger)\b",
    re.I,
)
PRODUCT = re.compile(
    r"\b(?:total\w*|capacity|altogether|in all|together|each|both|half|double|twice|child\w*|other|insgesamt)\b", re.I
)
DURATION = re.compile(r"\b(?:takes?|lasts?|lasted|long|journey|ride|trip|duration|hours?|minutes?|dauert)\b", re.I)
MOST_OPERANDS = 10
YEARS = range(1800, 2101)
ENUMERATION = re.compile(r"[\w'\u2019 .-]+(?:, [\w'\u2019 .-]+)+,? (?:and|or|und) [\w'\u2019 .-]+")
LARGEST_COUNT = 20


def worked_out(claim: str, wanted: Quantity, given: Sequence[Quantity]) -> bool:
    """Whether a number of the claim follows from those given, in the way that the claim speaks of."""
    operands = [one for one in given if _is_operand(one)][:MOST_OPERANDS]
    results = [*_moments(claim, given)]
    if SUM.search(claim):
        results += [(sum(group), unit) for size in (2, 3) for group, unit in _groups(operands, size)]
        results += [(sum(group), unit) for group, unit in _groups(operands, len(operands)) if len(operands) > 3]
    if DIFFERENCE.search(claim):
        results += [(abs(one - other), unit) for (one, other), unit in _groups(operands, 2)]
    if PRODUCT.search(claim):
        results += [(one.value * other.value, one.unit or other.unit) for one, other in combinations(operands, 2)
                    if one.value and other.value and not (one.unit and other.unit)]  # fmt: skip
        results += [(one.value / 2, one.unit) for one in operands if one.value]
    return any(wanted.agrees(Quantity("", frozenset({round(value, 6)}), unit)) for value, unit in results if value)


def counted(claim: str, wanted: Quantity, rows: int, sentence: str) -> bool:
    """Whether a small number of the claim is that of the rows of a table, or of the things that a sentence lists."""
    number = wanted.value
    if number is None or wanted.unit or not 2 <= number <= LARGEST_COUNT or number != int(number):
        return False
    lists = [
        len(re.split(r", (?:and |or |und )?| (?:and|or|und) ", match.group()))
        for match in ENUMERATION.finditer(sentence)
    ]
    return number == rows or number in lists


def _is_operand(quantity: Quantity) -> bool:
    return quantity.value is not None and not quantity.is_soft and not (quantity.value in YEARS and not quantity.unit)


def _groups(operands: Sequence[Quantity], size: int) -> Iterator[tuple[tuple[float, ...], str]]:
    """The values of so many operands in one unit, converted where they have different units of one measure."""
    for group in combinations(operands, size):
        units = {one.unit for one in group if one.unit}
        measures = {SCALES[unit].measures for unit in units}
        if len(units) <= 1:
            yield tuple(one.value or 0.0 for one in group), next(iter(units), "")
        elif len(measures) == 1:
            unit = group[0].unit or next(iter(units))
            yield (
                tuple((one.value or 0.0) * SCALES[one.unit or unit].factor / SCALES[unit].factor for one in group),
                unit,
            )


def _moments(claim: str, given: Sequence[Quantity]) -> Iterator[tuple[float, str]]:
    """The minutes between two times of day."""
    if not DURATION.search(claim):
        return
    times = sorted({60 * int(hour or 0) + int(minute or 0) for one in given for kind, hour, minute, *_ in
                    (reading for reading in one.readings if isinstance(reading, tuple)) if kind == "t"})  # fmt: skip
    for earlier, later in combinations(times[:MOST_OPERANDS], 2):
        yield float(later - earlier), "min"
