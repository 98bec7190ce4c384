"""Units as they are written, and what each is worth in the base unit of what it measures."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scale:
    """What a unit measures, and how many of the base unit it is. `exact` is false between imperial and metric ones."""

    measures: str
    factor: float
    exact: bool = True


_TABLE: tuple[tuple[str, str, float, str], ...] = (
    ("%", "share", 0.01, "% percent per\u00a0cent pc prozent"),
    ("km", "length", 1000, "km kilometre kilometres kilometer kilometers"),
    ("m", "length", 1, "m metre metres meter meters metern"),
    ("cm", "length", 0.01, "cm centimetre centimetres centimeter centimeters zentimeter"),
    ("mm", "length", 0.001, "mm millimetre millimetres millimeter millimeters"),
    ("mi", "length", 1609.344, "mile miles"),
    ("nmi", "length", 1852, "nmi nautical\u00a0mile nautical\u00a0miles"),
    ("ft", "length", 0.3048, "ft foot feet"),
    ("in", "length", 0.0254, "inch inches"),
    ("yd", "length", 0.9144, "yard yards"),
    ("m\u00b2", "area", 1, "m\u00b2 m2 sqm quadratmeter"),
    ("ha", "area", 10_000, "ha hectare hectares hektar"),
    ("kg", "mass", 1000, "kg kilogram kilograms kilogramme kilogrammes kilo kilos kilogramm"),
    ("g", "mass", 1, "g gram grams gramme grammes gramm"),
    ("mg", "mass", 0.001, "mg milligram milligrams milligramm"),
    ("t", "mass", 1_000_000, "t tonne tonnes ton tons tonnen"),
    ("lb", "mass", 453.592, "lb lbs"),
    ("l", "volume", 1, "l litre litres liter liters litern"),
    ("ml", "volume", 0.001, "ml millilitre millilitres milliliter milliliters"),
    ("cl", "volume", 0.01, "cl centilitre centilitres"),
    ("h", "time", 3600, "h hour hours hr hrs stunde stunden"),
    ("min", "time", 60, "min mins minute minutes minuten"),
    ("s", "time", 1, "s sec secs second seconds sekunde sekunden"),
    ("day", "time", 86_400, "day days tag tage tagen"),
    ("week", "time", 604_800, "week weeks woche wochen"),
    ("month", "months", 1, "month months monat monate monaten"),
    ("year", "months", 12, "year years jahr jahre jahren"),
    ("decade", "months", 120, "decade decades jahrzehnt jahrzehnte"),
    ("\u00b0c", "temperature", 1, "\u00b0c celsius degrees degree grad \u00b0"),
    ("\u00b0f", "fahrenheit", 1, "\u00b0f fahrenheit"),
    ("km/h", "speed", 1, "km/h kph"),
    ("mph", "speed", 1.609344, "mph"),
    ("kn", "speed", 1.852, "knot knots"),
    ("w", "power", 1, "w watt watts"),
    ("kw", "power", 1e3, "kw kilowatt kilowatts"),
    ("mw", "power", 1e6, "mw megawatt megawatts"),
    ("wh", "energy", 1, "wh"),
    ("kwh", "energy", 1e3, "kwh"),
    ("mwh", "energy", 1e6, "mwh"),
    ("gwh", "energy", 1e9, "gwh"),
    ("mb", "data", 1e6, "mb megabyte megabytes"),
    ("gb", "data", 1e9, "gb gigabyte gigabytes"),
    ("v", "voltage", 1, "v volt volts"),
    ("bar", "pressure", 1, "bar bars"),
    ("nm", "torque", 1, "nm n\u00b7m"),
    ("$", "dollars", 1, "$ dollar dollars usd"),
    ("\u20ac", "euros", 1, "\u20ac euro euros eur"),
    ("\u00a3", "pounds", 1, "\u00a3 pound pounds gbp"),
)
IMPERIAL = frozenset({"mi", "ft", "in", "yd", "lb", "mph", "kn"})

UNITS = {
    written: unit
    for unit, _, _, spellings in _TABLE
    for spelling in spellings.split(" ")
    for written in (spelling, spelling.replace("\u00a0", " "))
}
"""The unit that a spelling means."""
SCALES = {unit: Scale(measures, factor, unit not in IMPERIAL) for unit, measures, factor, _ in _TABLE}
