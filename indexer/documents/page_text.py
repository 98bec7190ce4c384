"""The lines of a page's text layer, with their places on the upright page. It knows nothing of their order."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from indexer.documents.records import TextLine, share_inside
from store.records import Box

PRESENTATION_FORMS = re.compile("[\ufb1d-\ufdff\ufe70-\ufeff]+")
"""Letters of Arabic and Hebrew by their shape; who searches types them by their name."""
WHITE_SPACE = re.compile(r"\s+")
CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]+")
"""What a font that does not say which letters it draws leaves of them."""

LEADER = " ... "
"""What is left of the dots that lead to a page number."""
DOTS = re.compile(r"(?:\s?[.…·_]){5,}\s?")

BOLD_FLAG = 16
TICKABLE = ("CheckBox", "RadioButton")
WITHOUT_VALUE = ("Button", "Signature")
TICKED, EMPTY = "[x]", "[ ]"
SLOPE = 0.35
"""Lines steeper than this, as the sine of their angle, are drawings of letters such as watermarks set askew."""

SOFT_HYPHEN = "\u00ad"


def lines_of(page: Any) -> list[TextLine]:
    """Every line of an open page, and of the form fields on it, in the order of the file."""
    lines = list(_layer_lines(page))
    if page.parent.is_pdf and next(page.widgets(), None) is not None:
        lines = _with_fields(page, lines)
    return _without_overprints(lines)


def clean(text: str) -> str:
    """The text with single spaces, without control characters, Arabic and Hebrew letters by name."""
    if not text.isascii():
        text = PRESENTATION_FORMS.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text)
    return WHITE_SPACE.sub(" ", DOTS.sub(LEADER, CONTROLS.sub(" ", text))).strip()


def _layer_lines(page: Any) -> Iterator[TextLine]:
    import pymupdf

    # Ligatures are spelled out: who searches for "first" must find "ﬁrst".
    flags = pymupdf.TEXTFLAGS_DICT & ~pymupdf.TEXT_PRESERVE_LIGATURES & ~pymupdf.TEXT_PRESERVE_IMAGES
    # MuPDF gives text where it stood before the page was turned.
    turned = page.rotation_matrix if page.rotation else None
    for block in page.get_text("dict", sort=False, flags=flags)["blocks"]:
        for line in block.get("lines", ()):
            spans = line["spans"]
            text = clean("".join(span["text"] for span in spans))
            if not text:
                continue
            longest = max(spans, key=lambda span: len(span["text"]))
            across, down = line["dir"]
            box = line["bbox"]
            if turned is not None:
                across, down = across * turned.a + down * turned.c, across * turned.b + down * turned.d
                box = tuple((pymupdf.Rect(box) * turned).normalize())
            if min(abs(across), abs(down)) > SLOPE:
                continue
            bold = sum(len(span["text"]) for span in spans if span["flags"] & BOLD_FLAG or "Bold" in span["font"])
            yield TextLine(
                text,
                _rounded(box),
                round(longest["size"], 1),
                2 * bold > sum(len(span["text"]) for span in spans),
                _turn(across, down),
            )


def _turn(across: float, down: float) -> int:
    if abs(across) >= abs(down):
        return 0 if across >= 0 else 180
    return 90 if down > 0 else 270


def _with_fields(page: Any, lines: Sequence[TextLine]) -> list[TextLine]:
    """The lines with ticks in words, and with the values of fields that the file does not draw."""
    import pymupdf

    kept, added = list(lines), []
    for field in page.widgets():
        box = _rounded((pymupdf.Rect(field.rect) * page.rotation_matrix).normalize())
        size = min(12.0, box[3] - box[1])
        if field.field_type_string in TICKABLE:
            kept = [line for line in kept if share_inside(line.box, box) < 0.5]
            is_ticked = str(field.field_value or "Off") not in ("Off", "False")
            added.append(TextLine(TICKED if is_ticked else EMPTY, box, size))
        elif field.field_type_string in WITHOUT_VALUE:
            continue
        elif field.field_value and not any(share_inside(line.box, box) >= 0.5 for line in kept):
            value = field.field_value
            text = clean(", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value))
            if text:
                added.append(TextLine(text, box, size))
    return kept + added


def _rounded(box: Sequence[float]) -> Box:
    x0, y0, x1, y1 = (round(edge, 2) for edge in box)
    return x0, y0, x1, y1


def _without_overprints(lines: Sequence[TextLine]) -> list[TextLine]:
    """The lines, those that are printed twice to look bold or shadowed once."""
    kept: dict[tuple[str, int, int], TextLine] = {}
    for line in lines:
        place = (line.text, round(line.box[0] / 4), round(line.box[1] / 4))
        known = kept.get(place)
        kept[place] = line if known is None else replace(known, is_bold=True)
    return list(kept.values())
