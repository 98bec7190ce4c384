"""The words of a file name, as the full-text index and those that explain its matches read them."""

from __future__ import annotations

import re
from pathlib import PurePath


def file_words(file_name: str) -> str:
    """The words of a file name, for the full-text index: `holiday_in-Rome2.jpg` gives `holiday in Rome 2`."""
    stem = PurePath(file_name).stem
    return " ".join(re.findall(r"[^\W\d_]+|\d+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", stem)))
