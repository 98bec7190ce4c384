"""Checked claims into the answer that a person reads."""

from __future__ import annotations

from collections.abc import Sequence

from generator.abstention import abstention
from generator.events import Checked
from generator.places import GAP, quote_boxes
from generator.refusal import refuses
from generator.words import coverage, stems
from store.records import Answer, Citation, Claim, Evidence, Kind, Removed, Verdict

PART = 0.7
"""The share of a sentence up to which some of its words are quoted rather than all."""


def compose(
    question: str,
    checked: Sequence[Checked],
    evidence: Sequence[Evidence],
    *,
    keep_unsupported: bool = False,
    nothing_matches: bool = False,
) -> Answer:
    """The answer of the claims that stand, or one that abstains."""
    shown = [each for each in checked if is_shown(each.claim, keep_unsupported)]
    removed = tuple(
        Removed(each.claim.text, each.claim.reason)
        for each in checked
        if not is_shown(each.claim, keep_unsupported) and not refuses(each.claim)
    )
    if not shown:
        return Answer(question, abstention(question, evidence, nothing_matches), (), (), removed, abstained=True)
    claims = tuple(each.claim for each in shown)
    text = " ".join(map(readable, claims))
    return Answer(question, text, claims, citations(question, shown, evidence), removed, abstained=False)


def is_shown(claim: Claim, keep_unsupported: bool) -> bool:
    """Whether a claim stays in the answer. That the evidence says nothing is no claim about the world."""
    return claim.verdict is not Verdict.UNSUPPORTED or (keep_unsupported and not refuses(claim))


def readable(claim: Claim) -> str:
    """The claim with its numbers before the full stop, and a mark where no evidence supports it."""
    body, stop = (claim.text[:-1], claim.text[-1]) if claim.text[-1] in ".!?" else (claim.text, "")
    markers = "".join(f"[{number}]" for number in claim.citations)
    mark = f" (not supported: {claim.reason})" if claim.verdict is Verdict.UNSUPPORTED else ""
    # A bracket behind a marker would make a Markdown link of it, hence the blank.
    return f"{body}{' ' if markers else ''}{markers}{mark}{stop}"


def citations(question: str, shown: Sequence[Checked], evidence: Sequence[Evidence]) -> tuple[Citation, ...]:
    """Each evidence that is cited, in order of number, with the words that the claims lean on."""
    quotes: dict[int, list[str]] = {}
    tables = {piece.number for piece in evidence if piece.hit.item.attributes.get("table")}
    for each in shown:
        for number, quote in each.quotes.items():
            known = quotes.setdefault(number, [])
            # A row of a table is read as a whole.
            own = quote if number in tables else _own_words(each.claim.text, quote)
            if own and own not in known:
                known.append(own)
    return tuple(_citation(question, piece, quotes[piece.number]) for piece in evidence if piece.number in quotes)


def _own_words(claim: str, quote: str) -> str:
    """The words of a claim where it quotes no more than a part of the sentence that it leans on; else the sentence."""
    said = claim.strip().rstrip(".!?")
    return said if said and len(said) < PART * len(quote) and said in quote else quote


def _citation(question: str, evidence: Evidence, quotes: Sequence[str]) -> Citation:
    """The quotes with their places, first that which speaks of the most that was asked: others lead up to it.

    A figure is shown whole: its caption and the names on its axes say nothing apart from it.
    """
    if evidence.hit.item.kind is Kind.FIGURE:
        return Citation(evidence, GAP.join(quotes))
    asked = set(stems(question))
    pieces = [piece for quote in quotes for piece in quote.split(GAP)]
    bearing = sorted(pieces, key=lambda piece: -coverage(asked, stems(piece)))
    places = (box for piece in bearing for box in quote_boxes(evidence.hit.item, piece))
    return Citation(evidence, GAP.join(quotes), tuple(dict.fromkeys(places)))
