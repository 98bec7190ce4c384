"""Sentences in which a model says that it found no answer, in its own words."""

from __future__ import annotations

import re

from store.records import Claim

SOURCES = (
    r"(?:evidence|documents?|sources?|context|passages?|pages?|pictures?|images?|photos?|excerpts?|texts?|collection|"
    r"materials?|information|details?|data)"
)
CANNOT = (
    r"(?:do(?:es)? not|don't|doesn't|did not|didn't|cannot|can't|could not|couldn't|(?:am|are|is) (?:un|not )able to)"
)
TELL = (
    r"(?:answer|confirm|contain|cover|determine|discuss|find|give|hold|identify|include|indicate|know|locate|mention|"
    r"offer|provide|say|see|show|specify|state|tell)"
)
NOTHING = r"(?:no|nothing|not any|insufficient|not enough)"
REFUSALS = (
    rf"\b{SOURCES}\b[^.]{{0,60}}\b{CANNOT} (?:\w+ly )?{TELL}\b",
    rf"\b(?:i|we) {CANNOT} (?:\w+ )?{TELL}\b",
    rf"\b(?:there (?:is|are)|there's|(?:i|we) (?:see|find|found|have)|contains?|provides?|holds?) {NOTHING}\b"
    rf"[^.]{{0,40}}\b(?:{SOURCES}|answers?|mentions?)\b",
    rf"^no (?:\w+ )?(?:{SOURCES}|answer|mention)\b[^.]{{0,80}}\b(?:about|on|of|for|found|given|available|provided)\b",
    rf"\b(?:not|nowhere|never) (?:\w+ ){{0,2}}(?:in|from|by) (?:the|this|these|any of the)(?: \w+){{0,2}} {SOURCES}\b",
    r"\b(?:not enough|insufficient) (?:evidence|information|context|data)\b",
    r"^(?:it is )?(?:unknown|not known|unclear|not stated|not specified|not mentioned|n/?a|not in the evidence)\W*$",
)
REFUSAL = re.compile("|".join(REFUSALS), re.IGNORECASE)


def is_refusal(text: str) -> bool:
    """Whether a sentence says that the evidence does not answer, as in `The documents do not mention a mayor.`"""
    return REFUSAL.search(text.replace("\u2019", "'")) is not None


def refuses(claim: Claim) -> bool:
    """Whether a claim is such a sentence. One that stands word for word in the evidence is a quotation."""
    return claim.support < 1.0 and is_refusal(claim.text)
