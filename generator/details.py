"""Answers from what is known of pictures beside what they show: when they were taken, and how large they are."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from generator.evidence import dimensions, file_name, is_picture, taken, taken_at
from generator.months import ENGLISH, number_of
from generator.pictures import MOST_PICTURES, bears_on
from generator.question import PICTURES
from generator.vectors import Vectors
from store.records import Evidence

SHOT = r"(?:taken|shot|photographed|captured|snapped)"
FILE = r"\S+\.(?:jpe?g|png|webp|gif|bmp|tiff?|avif|heic)"
WHEN_TAKEN = re.compile(
    rf"^(?:when|(?:on|in) (?:what|which) (?:date|day|month|year)|what (?:date|day|year)) (?:was|were|did|is|are) "
    rf"(?P<subject>.+?) {SHOT}\b",
    re.IGNORECASE,
)
NAMES_PICTURE = re.compile(rf"\b{PICTURES}\b|{FILE}|\bphotographed\b", re.IGNORECASE)
HOW_LARGE = re.compile(
    rf"^(?:how (?:large|big|wide|tall|high) (?:is|are)|(?:what|which) (?:is|are) the (?:pixel )?"
    rf"(?:size|resolution|dimensions?|width|height)s? of|what (?:size|resolution|dimensions?) (?:is|are|has|have)) "
    rf"(?P<subject>.*?(?:\b{PICTURES}\b|{FILE}).*)$",
    re.IGNORECASE,
)
TAKEN_IN = re.compile(
    rf"^(?!(?:who|why|how|where)\b).*?\b{PICTURES}\b(?:\s+(?:of|with|showing|that show)\s+(?P<subject>.+?))?"
    rf"(?:\s+(?:that |which )?(?:are|were|was|did (?:i|we) (?:take|shoot)|{SHOT}|(?:i|we) took))*"
    r"\s+(?:in|from|during|on)\s+"
    rf"(?:(?P<day>\d{{1,2}})\s+)?(?:(?P<month>{'|'.join(ENGLISH)})\s+)?(?P<year>(?:19|20)\d\d)[\s?.!]*$",
    re.IGNORECASE,
)
FRAME = re.compile(
    rf"^(?:(?:the|this|that|these|those|my|our|all|an?|size|resolution)\s+)*(?:\b{PICTURES}\b\s*(?:of|with|showing|in)?\s*)?",
    re.IGNORECASE,
)


def detail_sentences(question: str, evidence: Sequence[Evidence], vectors: Vectors) -> list[tuple[str, int]] | None:
    """The sentences that answer a question about date or size, each with its number; None for any other question."""
    if found := WHEN_TAKEN.match(question.strip()):
        told = list(_told(found["subject"], taken, evidence, vectors))
        # Castles and decisions are taken too.
        return told if told or NAMES_PICTURE.search(question) else None
    if found := HOW_LARGE.match(question.strip()):
        return list(_told(found["subject"].rstrip(" ?.!"), dimensions, evidence, vectors))
    if found := TAKEN_IN.match(question.strip()):
        return list(_from(found, evidence, vectors))
    return None


def _told(
    subject: str, tell: Callable[[Evidence], str | None], evidence: Sequence[Evidence], vectors: Vectors
) -> Iterator[tuple[str, int]]:
    """What `tell` says of the pictures that are meant, with their numbers."""
    for piece in _meant(subject, evidence, vectors)[:MOST_PICTURES]:
        if sentence := tell(piece):
            yield sentence, piece.number


def _meant(subject: str, evidence: Sequence[Evidence], vectors: Vectors) -> list[Evidence]:
    """The pictures that are named, or that show the subject."""
    pictures = [piece for piece in evidence if is_picture(piece)]
    if named := [piece for piece in pictures if file_name(piece).casefold() in subject.casefold()]:
        return named
    shown = FRAME.sub("", subject).strip()
    return [piece for piece in pictures if piece.hit.item.description.strip() and bears_on(shown, piece, vectors)]


def _from(found: re.Match[str], evidence: Sequence[Evidence], vectors: Vectors) -> Iterator[tuple[str, int]]:
    """When each picture of that year, month or day was taken that shows what is asked for, if anything is."""
    month = number_of(found["month"]) if found["month"] else None
    shown = FRAME.sub("", found["subject"] or "").strip()
    for piece in _meant(shown, evidence, vectors) if shown else evidence:
        moment = taken_at(piece)
        if moment is None or moment.year != int(found["year"]):
            continue
        if (month and moment.month != month) or (found["day"] and moment.day != int(found["day"])):
            continue
        yield str(taken(piece)), piece.number
