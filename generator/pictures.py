"""Sentences about pictures, which assert no more than the description of each picture does."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from generator.counting import count_sentence
from generator.evidence import file_name
from generator.safety import neutralise
from generator.sentences import split_sentences
from generator.vectors import Vectors
from generator.words import coverage, stems
from store.records import Evidence

ALIKE = 0.5
"""The cosine of subject and description from which a picture bears on the subject, whatever its words."""
ALIKE_IF_SEEN = 0.3
"""The same where the visual channel is sure too."""
SURE = 0.9
"""The calibrated probability of the visual channel from which it counts as sure."""
LEAST_CONFIDENCE = 0.1
"""The confidence from which a picture bears on the subject where no word says so: that of one which, going by its looks
alone, matches as likely as not."""
MOST_PICTURES = 10

CLAUSE = re.compile(r"\b(?:is|are|was|were|has|have)\b", re.IGNORECASE)
ARTICLE = re.compile(
    r"(?:An?|The|One|Two|Three|Some|Several|Probably|Perhaps|Possibly|Maybe|Mostly|People|Men|Women)\b"
)


def picture_sentences(subject: str, evidence: Sequence[Evidence], vectors: Vectors) -> Iterator[str]:
    """A cited sentence for each picture that bears on the subject, in the order of the evidence."""
    for piece in bearing(subject, evidence, vectors)[:MOST_PICTURES]:
        yield f"{described(piece)} [{piece.number}]. "


def counted_pictures(subject: str, evidence: Sequence[Evidence], vectors: Vectors) -> Iterator[str]:
    """How many pictures bear on the subject, then a sentence for each."""
    found = bearing(subject, evidence, vectors)
    if found:
        yield count_sentence(subject, [piece.number for piece in found])
        yield from picture_sentences(subject, found, vectors)


def bearing(subject: str, evidence: Sequence[Evidence], vectors: Vectors) -> list[Evidence]:
    """The pictures that bear on the subject, in the order of the evidence."""
    told = [piece for piece in evidence if piece.hit.item.description.strip()]
    return [piece for piece in told if bears_on(subject, piece, vectors)]


def bears_on(subject: str, evidence: Evidence, vectors: Vectors) -> bool:
    """Whether a picture has to do with the subject, by the words of its description, by meaning, or by its looks."""
    item = evidence.hit.item
    wanted = stems(subject)
    if not wanted:
        return False
    if coverage(wanted, stems(f"{item.description} {item.text} {_name_words(evidence)}")) == 1.0:
        return True
    # "A small dog" is much like "a cat" in meaning; how likely a hit is relevant tells them apart.
    if evidence.hit.confidence < LEAST_CONFIDENCE:
        return False
    sentences = split_sentences(item.description)
    alike = float((vectors.of(sentences) @ vectors.of([subject])[0]).max())
    seen = any(signal.channel == "visual" and (signal.probability or 0.0) >= SURE for signal in evidence.hit.signals)
    return alike >= (ALIKE_IF_SEEN if seen else ALIKE)


def described(evidence: Evidence) -> str:
    """What a picture shows, in the words of its description: `“harbour.jpg” shows probably a lighthouse`."""
    name = f"\u201c{file_name(evidence)}\u201d"
    said = neutralise(split_sentences(evidence.hit.item.description)[0]).rstrip(".!?;:, ")
    lowered = said[0].lower() + said[1:] if ARTICLE.match(said) else said
    return f"In {name}, {lowered}" if CLAUSE.search(said) else f"{name} shows {lowered}"


def _name_words(evidence: Evidence) -> str:
    return re.sub(r"[_\W]+", " ", file_name(evidence))
