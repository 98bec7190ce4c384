"""The names of the months, as texts write them."""

from __future__ import annotations

ENGLISH = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
GERMAN = (
    *("Januar", "Februar", "M\u00e4rz", "April", "Mai", "Juni"),
    *("Juli", "August", "September", "Oktober", "November", "Dezember"),
)
FRENCH = (
    *("janvier", "f\u00e9vrier", "mars", "avril", "mai", "juin"),
    *("juillet", "ao\u00fbt", "septembre", "octobre", "novembre", "d\u00e9cembre"),
)
LANGUAGES = (ENGLISH, GERMAN, FRENCH)
ENGLISH_WORDS = frozenset(name.casefold() for name in ENGLISH)

MONTH = "|".join(f"{name}|{name[:4]}|{name[:3]}" for names in LANGUAGES for name in names)
"""A pattern for a month, in full or cut short."""


def number_of(name: str) -> int:
    """1 for January, of a name that `MONTH` found in any case."""
    name = name.casefold()
    return next(at for names in LANGUAGES for at, full in enumerate(names, 1) if full.casefold().startswith(name))
