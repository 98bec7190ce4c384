"""A question asked in a conversation, made into one that stands alone, so that it can be searched for.

The rules are for English and for a model that cannot do it itself: a bare year, place or name takes the place of its
like in the question before, a pronoun is replaced by what was spoken of, and what is too short leans on all of it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from generator.markers import without_markers
from generator.safety import neutralise
from generator.words import content_words, word_set, words
from models.protocols import Turn

RECENT = 12
"""Turns that are looked at; what was said before them is forgotten."""
LONGEST_TURN = 1000
"""Characters of one turn that are looked at."""
SHORT = 2
"""A question with no more content words than this, and no thing or name, leans on the one before it."""

OPENING = re.compile(
    r"^(?:(?:and|but|so|then|also|now|ok(?:ay)?)\b[\s,]*)?(?:(?:what|how) about\b|what of\b)?[\s,]*", re.IGNORECASE
)
QUESTION_WORDS = word_set(
    "who whom whose what which when where why how is are was were do does did can could has have had will would show "
    "find list tell give name should shall may might must am please "
    "wer wen wem wessen was welche welcher welches welchen welchem wann wo wohin woher warum wieso weshalb wie womit "
    "wozu worin worum ist sind war waren hat haben hatte hatten kann können darf dürfen muss müssen soll sollen wird "
    "werden gibt gab "
    "qui que quoi quel quelle quels quelles quand où pourquoi comment combien est sont a ont peut peuvent doit"
)
ASKED_OF = re.compile(
    r"^[^\W\d_]+\s+(?:what|which|whom|whose|wh(?:en|ere)|wel\w+|wem|wen|quel\w*|qui|quoi)\b", re.IGNORECASE
)
"""A question that opens with a preposition: `At what time`, `In welchem Jahr`."""
PREPOSITION = r"(?:in|on|at|for|from|by|of|to|since|until|during|before|after|under|near|with)"
NOUNS_OF_PHRASE = rf"(?:(?!{PREPOSITION}\b)[\w'\u2019-]+\s*)+"
YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")
PHRASE = re.compile(rf"^(?P<preposition>{PREPOSITION})\s+\S", re.IGNORECASE)
PERSON = re.compile(r"\b(?:he|she|him|his|hers?)\b(?!')", re.IGNORECASE)
THING = re.compile(
    r"\b(?:its?|they|them|theirs?|there)\b(?!')|\b(?:this|that|these|those)\b(?=\s*(?:[?.!]*$|(?:is|was|are|were)\b))",
    re.IGNORECASE,
)
POSSESSIVE = word_set("his her its their hers theirs")
NOUNS = r"(?:(?!(?:is|was|are|were|and|or|that)\b)[\w'\u2019-]+\s+){0,3}?[\w'\u2019-]+"
BEHIND = (
    rf"(?=\s+(?:{PREPOSITION}|is|was|are|were|built|opens?|opened|closed?|closes|made|called|have|has|take|takes|costs?|"
    r"weighs?|starts?|begins?|ends?|look|arrive|leave|and|or)\b|\s*[?.!,]|\s*$)"
)
SUBJECT = re.compile(
    r"\b(?:pictures?|photos?|images?)\s+(?:of|with|that show|showing|show)\s+(?P<shown>[^?.!,]+)"
    rf"|\b(?P<thing>(?:the|a|an|my|our)\s+{NOUNS}){BEHIND}",
    re.IGNORECASE,
)
NAME = re.compile(r"(?:\b(?:Dr|Mr|Mrs|Ms|Prof)\.\s+)?\b[A-Z][\w'\u2019-]+(?:[ \t]+[A-Z][\w'\u2019-]+)+")


def standalone(question: str, history: Sequence[Turn]) -> str:
    """The question, with what it leans on taken from the conversation before it."""
    alone = reply = ""
    for turn in history[-RECENT:]:
        said = turn.content[:LONGEST_TURN]
        if turn.role == "user":
            alone, reply = _resolved(said, alone, reply), ""
        else:
            reply = neutralise(without_markers(said))
    return _resolved(question, alone, reply)


def _resolved(question: str, before: str, reply: str) -> str:
    """The question with what it leans on from the one `before` it, which stands alone, and from the `reply` to that."""
    if not before.strip():
        return question
    rest = question[OPENING.match(question).end() :].rstrip(" ?.!")  # type: ignore[union-attr]
    opener = words(rest)[:1]
    if rest and opener and opener[0] not in QUESTION_WORDS and not ASKED_OF.match(rest):
        return _exchanged(rest, before) or f"{before} {question}"
    named = _with_names(question, before, reply)
    if named != question:
        return named
    is_bare = len(content_words(question)) <= SHORT and _subject(question) is None
    return f"{before} {question}" if is_bare else question


def _exchanged(rest: str, before: str) -> str | None:
    """The question before with the part that `rest` is like in its place: a year, `on Sunday`, `the bakery`."""
    phrase = PHRASE.match(rest)
    if YEAR.search(rest) and YEAR.search(before) and len(words(rest)) <= SHORT:
        return YEAR.sub(YEAR.search(rest).group(), before, count=1)  # type: ignore[union-attr]
    if phrase:
        same = rf"\b{phrase['preposition']}\s+{NOUNS_OF_PHRASE}"
        if re.search(same, before, re.IGNORECASE):
            return re.sub(same, lambda _: rest, before, count=1, flags=re.IGNORECASE)
        return f"{before.rstrip(' ?.!')} {rest}?"
    if len(content_words(rest)) > 2 * SHORT:
        return None
    subject = _subject(before)
    return before.replace(subject, rest, 1) if subject else None


def _with_names(question: str, before: str, reply: str) -> str:
    """The question with its first pronoun replaced by the person or thing that was spoken of."""
    person, thing = PERSON.search(question), THING.search(question)
    pronoun = person or thing
    if pronoun is None or SUBJECT.search(question[: pronoun.start()]):
        return question
    named = NAME.search(reply) or NAME.search(before) if person else None
    meant = named.group() if named else _subject(before)
    if not meant:
        return f"{before} {question}"
    if pronoun.group().casefold() == "there":
        meant = f"at {meant}"
    if pronoun.group().casefold() in POSSESSIVE:
        meant += "'s"
    return question[: pronoun.start()] + meant + question[pronoun.end() :]


def _subject(question: str) -> str | None:
    """The thing that a question is about, as it stands there."""
    found = SUBJECT.search(question)
    if found:
        return (found["shown"] or found["thing"]).strip()
    named = NAME.search(question)
    return named.group() if named else None
