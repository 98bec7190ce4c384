"""Why a hit was found, as a sentence that a person can read, made of the signals of its channels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from store.records import Kind, Query, Signal

LIKE = 0.9
"""From this probability on something is said to be like the query; from `SOMEWHAT` on, somewhat like it."""
SOMEWHAT = 0.5
"""Below this probability a score is said to be no better than chance, and goes unsaid beside a better one."""

TEXT_OF = {
    Kind.IMAGE: "the text in it says",
    Kind.FIGURE: "the text in it says",
    Kind.PAGE: "the page says",
    Kind.PASSAGE: "the passage says",
}
MEANING_OF = {
    Kind.IMAGE: "its description means",
    Kind.FIGURE: "its description means",
    Kind.PAGE: "the page means",
    Kind.PASSAGE: "the passage means",
}


@dataclass(frozen=True, slots=True)
class Said:
    """The words of the query that an item holds, and the first of three places that holds each."""

    words: tuple[str, ...] = ()
    in_file_name: tuple[str, ...] = ()
    in_text: tuple[str, ...] = ()
    in_description: tuple[str, ...] = ()

    @classmethod
    def of(cls, in_file_name: Sequence[str], in_text: Sequence[str], in_description: Sequence[str]) -> Said:
        """From all words that each place holds. A description also quotes the file name and the text."""
        text = tuple(word for word in in_text if word not in in_file_name)
        description = tuple(word for word in in_description if word not in (*in_file_name, *in_text))
        return cls((*in_file_name, *text, *description), tuple(in_file_name), text, description)


def explain(query: Query, kind: Kind, signals: Sequence[Signal], said: Said, unnamed: float = 0.0) -> str:
    """A sentence or two, such as `Looks like the query (visual 0.47, better than 99 % of what chance finds).`

    The likeliest channel comes first. A likeness no better than chance is named only where there is nothing else.
    `unnamed` is that of the `Grounds` of the item.
    """
    by_channel = {signal.channel: signal for signal in signals}
    channels = [by_channel[name] for name in ("visual", "semantic", "lexical") if name in by_channel]
    if not channels:
        return ""
    channels.sort(key=lambda signal: -_probability(signal))
    # Words that match are a fact, and are named even where many items hold them.
    shown = [one for one in channels if _probability(one) >= SOMEWHAT or one.channel == "lexical"] or channels[:1]
    found = _joined([_clause(query, kind, signal, said) for signal in shown])
    if _probability(channels[0]) < SOMEWHAT:
        found = f"one of the nearest, but no better than chance: {found}"
    sentence = found.removeprefix("it ")
    sentence = f"{sentence[0].upper()}{sentence[1:]}."
    if unnamed >= SOMEWHAT:
        sentence += " The describer has a name for this, and did not give it here."
    if "reranker" in by_channel:
        reread = by_channel["reranker"]
        sentence += f" The reranker puts it {_ordinal(reread.rank)} (score {reread.score:.2f})."
    return sentence


def _clause(query: Query, kind: Kind, signal: Signal, said: Said) -> str:
    match signal.channel:
        case "visual":
            return (
                f"it looks {_degree(signal, 'like', 'somewhat like', 'little like')} {_asked(query)} {_worth(signal)}"
            )
        case "semantic":
            same = _degree(signal, "much the same", "something similar", "something else")
            return f"{MEANING_OF[kind]} {same} {_worth(signal)}"
        case _:
            return _words(kind, said) or f"it shares words with the query {_worth(signal)}"


def _words(kind: Kind, said: Said) -> str:
    places = (
        ("its file name says", said.in_file_name),
        (TEXT_OF[kind], said.in_text),
        ("its description says", said.in_description),
    )
    return _joined([f"{place} {_joined([f'“{word}”' for word in words])}" for place, words in places if words])


def _asked(query: Query) -> str:
    added = [one for one in query.images if one.weight > 0]
    pictures = "the picture" if len(added) == 1 else "the pictures"
    if not added:
        return "the query"
    return f"the words and {pictures}" if query.words else pictures


def _degree(signal: Signal, much: str, some: str, little: str) -> str:
    probability = _probability(signal)
    if probability >= LIKE:
        return much
    return some if probability >= SOMEWHAT else little


def _worth(signal: Signal) -> str:
    score = f"{signal.channel} {signal.score:.2f}"
    if signal.probability is None or signal.probability < SOMEWHAT:
        return f"({score})"
    # Never rounded up: nothing is better than all that chance could find.
    percent = min(99, int(100 * signal.probability + 1e-9))
    return f"({score}, better than {percent} % of what chance finds)"


def _probability(signal: Signal) -> float:
    """Where chance was not measured, a channel's word stands."""
    return 1.0 if signal.probability is None else signal.probability


def _joined(parts: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(parts[:-1]), *parts[-1:])))


def _ordinal(number: int) -> str:
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th") if number % 100 not in (11, 12, 13) else "th"
    return f"{number}{ending}"
