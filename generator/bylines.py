"""Who wrote a document: the names under its title."""

from __future__ import annotations

import re
from collections.abc import Sequence

from generator.evidence import is_picture, opening
from generator.sentences import read_sentences
from generator.words import coverage, stems, word_set
from store.records import Evidence

ASKS_AUTHOR = re.compile(
    r"^(?:and )?who(?: has)? (?:wrote|written|authored)\b|\b(?:the )?authors? of\b|\bby whom was .* written\b"
    r"|^wer (?:schrieb|verfasste)\b|^wer hat\b.*\b(?:geschrieben|verfasst)\b|^qui a \u00e9crit\b",
    re.IGNORECASE,
)
_NAME = r"(?:(?:[^\W\d_a-z\u00df-\u00ff][\w.'\u2019-]*|van|von|der|den|de|del|la|le|da|dos) ?){2,5}"
NAMES = re.compile(rf"{_NAME}(?:(?:,|;| and| &| und| et| y)+ {_NAME})*")
UNDER_TITLE = 4
"""Lines at the head of a document, of which one may have its authors."""
ABOUT = 0.6
"""The share of what is asked of that the head of a document must say."""
WRITING = word_set(
    "wrote written author authors paper article report book study thesis geschrieben verfasst \u00e9crit"
)


def byline(question: str, evidence: Sequence[Evidence]) -> tuple[str, int] | None:
    """The names under the title of the document that the question is of, and the number of the evidence; or None."""
    if not ASKS_AUTHOR.search(question):
        return None
    asked = [found for found in stems(question) if found not in {one for word in WRITING for one in stems(word)}]
    for piece in evidence:
        item = piece.hit.item
        if item.page != 1 or is_picture(piece) or not asked:
            continue
        lines = [str(line["text"]) for line in item.attributes.get("lines") or ()]
        sentences = [one.quote for one in read_sentences(item.text)]
        if coverage(asked, stems(" ".join([*sentences[:1], opening(piece)]))) < ABOUT:
            continue
        # What stands on several lines may be read as one sentence.
        head = [*dict.fromkeys(lines)][:UNDER_TITLE] + [*dict.fromkeys(sentences)][:UNDER_TITLE]
        named = next((line for line in head if NAMES.fullmatch(line.strip()) and line not in sentences[:1]), None)
        if named:
            return named, piece.number
    return None
