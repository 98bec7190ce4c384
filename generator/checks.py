"""The single checks of a claim against evidence. Each is a pure function that returns what is wrong, or None.

None of them knows who wrote the claim, and none follows anything that the evidence says: it is data.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from generator.alignment import Alignment, counts_for
from generator.arithmetic import YEARS, counted, worked_out
from generator.lexicon import lemma, lexicon
from generator.months import ENGLISH_WORDS
from generator.quantities import Quantity, pool
from generator.statements import Statement, Word, leading
from generator.units import SCALES
from generator.words import STOP_WORDS, comparable, words

QUOTED = re.compile(r"[\u201c\u201e\u00ab\"]([^\u201c\u201d\u201e\u00ab\u00bb\"]{2,})[\u201d\u201c\u00bb\"]")
LIMITED = re.compile(r"\b(?:only|some|few|nur|einige)\b(?! after| until| in part)", re.IGNORECASE)
CALENDAR = {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", *ENGLISH_WORDS}
PASSIVE = re.compile(r"\b(?:is|are|was|were|been|being|be)\s(?:\w+\s){1,4}by\b", re.IGNORECASE)
SUFFERED = re.compile(r"\b(?:is|are|was|were|been|being|be)\s(?:\w+ly\s)?\w+(?:ed|en|t)\b", re.IGNORECASE)
MONEY = ("$", "\u20ac", "\u00a3")
FREE = re.compile(r"\bfree\b|\bnothing\b|\bno charge\b|\bwithout charge\b|\bkostenlos\b|\bgratis\b", re.IGNORECASE)
WIDE = re.compile(
    r"\b(?:all|every|each|any|anyone|everyone|always|also|too|as well|alone|on (?:their|your|its|his|her) own"
    r"|both|non|alle|jede[rsn]?)\b",
    re.IGNORECASE,
)


def exists(number: int, shown: Collection[int]) -> str | None:
    """Whether a cited number was shown for this question."""
    return None if number in shown else f"evidence {number} was not shown for this question"


def quotation(claim: str, evidence: str) -> str | None:
    """Whether all that stands between quotation marks stands in the evidence, as written but for case and spacing."""
    there = comparable(evidence)
    for quoted in QUOTED.findall(claim):
        if comparable(quoted).rstrip(".,;:!?") not in there:
            return f"the evidence does not hold the quoted words \u201c{quoted}\u201d"
    return None


def numbers(
    claimed: Sequence[Quantity], available: Sequence[Quantity], claim: str, rows: int, sentence: str
) -> list[Quantity]:
    """The numbers, dates and times of a claim that are not among those available, nor follow from them."""
    return [
        one
        for one in claimed
        if not (one.is_soft or one.text.casefold() == "one")
        and not one.stands_in(available)
        and not worked_out(claim, one, available)
        and not counted(claim, one, rows, sentence)
    ]


def rival(wanted: Quantity, claim: str, available: Sequence[Quantity], sentence: str) -> Quantity | None:
    """A quantity of the evidence that measures the same as one of the claim, and differs."""
    kind, year, counts = _kind(wanted), _is_year(wanted), _counted(wanted, claim)
    for one in available:
        if _kind(one) != kind or _is_year(one) != year or one.is_soft or wanted.agrees(one):
            continue
        # A part of a date or a time is no count.
        if not (one.end or year):
            continue
        # Three thieves are at odds with two thieves, not with 14 January.
        if kind or year or not counts or _counted(one, sentence) in ("", counts):
            return one
    return None


def _counted(quantity: Quantity, text: str) -> str:
    """The lemma of the word behind a number, which says what it counts; empty where none follows."""
    behind = re.match(r"[\s-]*([^\W\d_]+)", text[quantity.end :])
    return lemma(behind[1].casefold()) if behind and behind[1].casefold() not in STOP_WORDS else ""


def _is_year(quantity: Quantity) -> bool:
    return not quantity.unit and quantity.value in YEARS


def _kind(quantity: Quantity) -> str:
    if quantity.unit:
        return SCALES[quantity.unit].measures
    reading = next(iter(quantity.readings))
    return str(reading[0]) if isinstance(reading, tuple) else ""


def cells(row: str, claimed: Sequence[Quantity], claim: str) -> str | None:
    """Whether each number of a claim stands in the column of the row that the claim names."""
    pairs = [(name, cell) for name, found, cell in (part.partition(": ") for part in row.split("; ")) if found]
    said = set(words(claim))
    named = {name: len(set(words(name)) & said) / max(1, len(set(words(name)))) for name, _ in pairs}
    best = max(named.values(), default=0.0)
    for quantity in claimed:
        columns = [name for name, cell in pairs if quantity.stands_in(pool(cell))]
        if columns and best == 1.0 and max(named[name] for name in columns) < 1.0:
            right = next(name for name in named if named[name] == 1.0)
            values = [other for name, cell in pairs if name == right for other in pool(cell)]
            # A cell that names the row is no value of the column that the claim asks about.
            if quantity.text not in right and any(_kind(quantity) == _kind(other) for other in values):
                return (
                    f"\u201c{quantity.text}\u201d stands under \u201c{columns[0]}\u201d, not under \u201c{right}\u201d"
                )
    return None


def names(claimed: Sequence[Word], evidence: Collection[str]) -> list[Word]:
    """The names of a claim of which no part stands in the evidence. `evidence` holds its words, lower case."""
    return [word for word in claimed if word.is_name and not _stands(word, evidence)]


def _stands(word: Word, evidence: Collection[str]) -> bool:
    parts = words(word.text)
    return all(part in evidence or part.rstrip("s") in evidence for part in parts) or word.lemma in evidence


def denial(claimed: Statement, stated: Statement, aligned: Alignment, parts: Sequence[Statement]) -> str | None:
    """Whether claim and evidence agree in what they deny; two opposites (`open`, `closed`) turn one into the other.

    `parts` are the statements of the sentence of which `stated` is one: what one of them excludes (`but not the tank`)
    is denied where the rest is said, and the other way round.
    """
    excluded = exclusion(claimed, parts)
    denied = stated.denied if excluded is None else excluded.denied
    turned = excluded is None and len(aligned.opposites) % 2 == 1
    if claimed.denied == (denied != turned):
        return None
    # "No lift for wheelchairs" does not contradict that there is a lift.
    if excluded is None and claimed.denied and not turned and any(word.weight >= 1 for word in aligned.missing):
        return None
    if turned:
        mine, theirs = aligned.opposites[0]
        return f"the claim says \u201c{mine.text}\u201d, the evidence \u201c{theirs.text}\u201d"
    return "the evidence denies this" if denied else "the evidence does not deny this"


def exclusion(claimed: Statement, parts: Sequence[Statement]) -> Statement | None:
    """The part of a sentence, such as `but not the tank`, that alone speaks of what the claim speaks of."""
    elsewhere = {lemma for one in parts if not one.is_exclusion for lemma in one.lemmas}
    for one in parts:
        if one.is_exclusion:
            named = any(word.lemma in claimed.lemmas - elsewhere and word.weight >= 1 for word in one.words)
            if named or any(figure.stands_in(claimed.quantities) for figure in one.quantities):
                return one
    return None


def price(claimed: Statement, stated: Statement) -> str | None:
    """Whether a claim says that something is free for which the evidence gives a price."""
    asked = next((one for one in stated.quantities if one.unit in MONEY and one.value), None)
    if asked and FREE.search(claimed.text) and not claimed.denied and not FREE.search(stated.text):
        return f"the evidence says \u201c{asked.text}\u201d"
    return None


def scope(claimed: Statement, stated: Statement) -> str | None:
    """Whether a claim says of all, or of others too, what the evidence says of some only."""
    if LIMITED.search(stated.text) and WIDE.search(claimed.text) and not LIMITED.search(claimed.text):
        return f"the evidence says it only of some: \u201c{stated.text.strip(' ,.;:')}\u201d"
    return None


def siblings(aligned: Alignment) -> str | None:
    """Whether the evidence speaks of another of the same sort where the claim speaks of one: a cat for a dog."""
    if not aligned.siblings:
        return None
    mine, theirs = aligned.siblings[0]
    return f"the claim says \u201c{mine.text}\u201d, the evidence \u201c{theirs.text}\u201d"


def instead(rivals: Sequence[tuple[Word, Word]], displaced: Collection[Word]) -> str | None:
    """Whether the evidence has another word in the place of one of the claim, of which it speaks elsewhere.

    A word of which it does not speak at all may mean the same: `27 days of holiday`, `of leave`.
    """
    found = next(((mine, theirs) for mine, theirs in rivals if mine in displaced), None)
    return f"the evidence says \u201c{found[1].text}\u201d, not \u201c{found[0].text}\u201d" if found else None


def parties(claimed: Statement, stated: Statement, parts: Sequence[Statement]) -> str | None:
    """Whether a claim says of one party what the evidence, in the same breath, says of another.

    `parts` are the statements of the sentences, of which `stated` says most of what the claim says.
    """
    here = (*stated.subject, *stated.words)
    for mine in _parties(claimed.words):
        there = any(mine.lemma in one.lemmas for one in parts if one is not stated)
        rivals = [one for one in _parties(here) if one.lemma not in claimed.lemmas and one.is_name == mine.is_name]
        if there and mine.lemma not in {word.lemma for word in here} and rivals:
            return f"the evidence says this of \u201c{rivals[0].text}\u201d, not of \u201c{mine.text}\u201d"
    return None


def subjects(claimed: Statement, stated: Statement, sentence: Sequence[Statement]) -> str | None:
    """Whether a claim makes one do what the evidence, in one sentence, says of another: `while two dogs watch`."""
    if any(one.is_exclusion for one in sentence):
        return None
    mine = next((word for word in leading(claimed) if word.weight >= 1), None)
    theirs = next((word for word in (*stated.subject, *leading(stated)) if word.weight >= 1), None)
    if mine is None or theirs is None:
        return None
    heads = [word.lemma for one in sentence if one is not stated and not one.subject for word in one.words[:2]]
    here = {word.lemma for word in (*stated.subject, *stated.words)}
    if mine.lemma in heads and mine.lemma not in here and theirs.lemma not in claimed.lemmas:
        return f"the evidence says this of \u201c{theirs.text}\u201d, not of \u201c{mine.text}\u201d"
    return None


def roles(claimed: Statement, stated: Statement) -> str | None:
    """Whether two that a verb joins stand on the sides of it on which the evidence has them."""
    mine = [word.lemma for word in claimed.words]
    theirs = [word.lemma for word in stated.words]
    shared = [one for one in mine if one in theirs]
    if len(shared) < 3 or len(set(mine)) < len(mine) or len(set(theirs)) < len(theirs):
        return None
    if any(SUFFERED.search(one.text) and not PASSIVE.search(one.text) for one in (claimed, stated)):
        return None
    turned = bool(PASSIVE.search(claimed.text)) != bool(PASSIVE.search(stated.text))
    for verb in (one for one in shared[1:-1] if one in lexicon().verbs):
        place = theirs.index(verb)
        before = {one for one in shared if mine.index(one) < mine.index(verb)}
        was_before = {one for one in shared if theirs.index(one) < place}
        after = set(shared) - before - {verb}
        crossed = before and after and not before & was_before and after <= was_before
        kept = before and after and before <= was_before and not after & was_before
        if (crossed and not turned) or (kept and turned):
            return "the evidence has it the other way round"
    return None


def _parties(said: Sequence[Word]) -> list[Word]:
    return [word for word in said if word.is_name and word.text.casefold() not in CALENDAR]


def stranger(claimed: Statement, stated: Sequence[Word], before: Collection[str]) -> str | None:
    """Whether a claim has a name where its sentence in the evidence has another."""
    here = {word.lemma for word in stated} | set(before)
    foreign = [word for word in claimed.words if word.is_name and word.lemma not in here]
    rivals = [word for word in stated if word.is_name and word.lemma not in claimed.lemmas]
    for name in foreign:
        dated = _is_dated(name)
        rival = next((other for other in rivals if _is_dated(other) == dated), None)
        if rival is not None:
            return f"the claim says \u201c{name.text}\u201d, the evidence \u201c{rival.text}\u201d"
    return None


def _is_dated(name: Word) -> bool:
    return name.text.casefold().rstrip("s") in CALENDAR


def agent(claimed: Statement, stated: Statement) -> str | None:
    """Whether what is done is done by the same: `paid for by the county` and `paid for by the firm`."""
    mine, theirs = AGENT.search(claimed.text), AGENT.search(stated.text)
    if not mine or not theirs:
        return None
    said = [word for word in claimed.words if word.text in mine.group()]
    found = [word for word in stated.words if word.text in theirs.group()]
    if said and found and not any(counts_for(one.lemma, other.lemma) for one in said for other in found):
        return f"the claim says \u201c{mine.group()}\u201d, the evidence \u201c{theirs.group()}\u201d"
    return None


AGENT = re.compile(r"\bby (?:the |an? |its |their |his |her )?[^\W\d_]+(?: [A-Z]\w+| [a-z]{4,}(?=[.,]|$))?")
