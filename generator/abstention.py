"""What an answer says when nothing stands: what was looked for, where, and what came nearest, asserting nothing."""

from __future__ import annotations

from collections.abc import Sequence

from generator.evidence import file_name, place
from generator.safety import neutralise
from store.records import Evidence

LONGEST_QUESTION = 200
MOST_FILES = 3


def abstention(question: str, evidence: Sequence[Evidence], nothing_matches: bool = False) -> str:
    """The text of an answer that abstains. The evidence is in the order of the hits, so its first is the nearest.

    `nothing_matches` is the word of the search: what it found is no more like the question than chance would have it.
    """
    asked = neutralise(question)
    if len(asked) > LONGEST_QUESTION:
        asked = asked[:LONGEST_QUESTION].rstrip() + "\u2026"
    if not evidence:
        return f"Nothing in this collection answers \u201c{asked}\u201d. The search found nothing that is like it."
    if nothing_matches:
        return (
            f"Nothing in this collection answers \u201c{asked}\u201d. The search found nothing that is like it; "
            f"the nearest is {place(evidence[0])}."
        )
    return (
        f"Nothing in this collection answers \u201c{asked}\u201d. Looked in {_count(len(evidence))} from "
        f"{_files(evidence)}; the nearest is {place(evidence[0])}."
    )


def _count(number: int) -> str:
    return f"the {number} nearest items" if number > 1 else "the nearest item"


def _files(evidence: Sequence[Evidence]) -> str:
    names = list(dict.fromkeys(f"\u201c{file_name(piece)}\u201d" for piece in evidence))
    rest = len(names) - MOST_FILES
    if rest > 0:
        return f"{', '.join(names[:MOST_FILES])} and {rest} more {'file' if rest == 1 else 'files'}"
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
