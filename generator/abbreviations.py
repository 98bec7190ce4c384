"""Abbreviations of forms and tables spelled out: for comparing and reading, never for quoting."""

from __future__ import annotations

import re
from functools import lru_cache

SPELLED = {
    **{"art no": "article number", "no": "number", "nos": "numbers", "qty": "quantity", "amt": "amount"},
    **{"acct": "account", "dept": "department", "tel": "telephone", "ref": "reference", "dob": "date of birth"},
    **{"art nr": "Artikelnummer", "nr": "Nummer", "mwst": "Mehrwertsteuer"},
    **{
        "n\u00b0": "num\u00e9ro",
        "qt\u00e9": "quantit\u00e9",
        "t\u00e9l": "t\u00e9l\u00e9phone",
        "r\u00e9f": "r\u00e9f\u00e9rence",
    },
}
SHORT = re.compile(
    r"(?<!\w)(?:(?:art\.?[\s-]*n[or]|qty|amt|acct|dept|dob|nr|mwst|n\u00b0|qt\u00e9|t\u00e9l|r\u00e9f)(?!\w)\.?"
    r"|(?:nos?|ref|tel)(?:\.(?=\s*[:;\d])|(?=:)))",
    re.IGNORECASE,
)
"""`No`, `ref` and `Tel` are words besides: they count with a full stop before a number, or before a colon."""


@lru_cache(maxsize=4096)
def spelled_out(text: str) -> str:
    """`Art. no.: HB-9216; Qty: 3` as `article number: HB-9216; quantity: 3`."""
    return SHORT.sub(_spelled, text)


def _spelled(match: re.Match[str]) -> str:
    return SPELLED[" ".join(re.findall(r"[^\W\d]+\u00b0?", match.group().casefold()))]
