"""Moments in the form in which cameras write them, `2019-05-04T17:30:00`, which sort as text."""

from __future__ import annotations

import calendar
import re
from datetime import datetime

from store.errors import InvalidInput

PERIOD = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2})(?:[T ](\d{2}):(\d{2})(?::(\d{2}))?)?)?)?", re.ASCII)


def first_moment(period: str) -> str:
    """The first second of a year, month, day, minute or second. Raises `InvalidInput` for anything else."""
    return _moment(period, last=False)


def last_moment(period: str) -> str:
    """The last second of a year, month, day, minute or second. Raises `InvalidInput` for anything else."""
    return _moment(period, last=True)


def _moment(period: str, last: bool) -> str:
    match = PERIOD.fullmatch(period.strip())
    if match is None:
        raise InvalidInput(f"'{period[:40]}' is no date. Write a year, a month or a day: 2019, 2019-05 or 2019-05-04.")
    given = [int(part) for part in match.groups() if part is not None]
    try:
        year, month = (*given, 12 if last else 1)[:2]
        ends = (year, month, calendar.monthrange(year, month)[1], 23, 59, 59) if last else (year, month, 1, 0, 0, 0)
        year, month, day, hour, minute, second = (*given, *ends[len(given) :])
        return datetime(year, month, day, hour, minute, second).isoformat()
    except (ValueError, calendar.IllegalMonthError) as error:
        raise InvalidInput(
            f"There is no date '{period[:40]}'. Write for example 2019, 2019-05 or 2019-05-04."
        ) from error
