"""An answer model that writes nothing of its own: it quotes the sentences of the evidence that answer the question.

Pictures are spoken of through their descriptions only. Where nothing bears on the question it says nothing.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from generator.bylines import byline
from generator.conversation import standalone
from generator.counting import asked_count
from generator.details import detail_sentences
from generator.evidence import file_name, is_picture, opening
from generator.pictures import counted_pictures, picture_sentences
from generator.question import FIGURE_REQUEST, Question, parse_question, years
from generator.relevance import Candidate, Scored, rank
from generator.safety import neutralise
from generator.sentences import item_sentences, split_sentences
from generator.superlatives import extreme_rows
from generator.vectors import Vectors
from generator.words import comparable, coverage, stem, stems
from models.protocols import AnswerSelector, Fingerprint, TextEmbedder, Turn
from store.records import Evidence, Kind

ANSWERS = -0.8
"""The score from which a sentence is taken for an answer."""
IN_DOUBT = 3.5
"""The same where the search found nothing that is like the question."""
WITHIN = 1.0
"""How far behind the best a further sentence may lie."""
SAME = 0.85
"""The cosine from which two sentences say the same, so that the second is left out."""
CLOSEST = {Kind.FIGURE: 0, Kind.PAGE: 2}
"""In what order the kinds of items are read for sentences that several hold."""
NAMES = re.compile(r"[^\W\d_]{2,}")
"""The words of a figure that are no numbers along an axis."""
ABOUT = 0.45
"""How much of the subject a figure must hold, or how near in meaning it must come, to be the one that is asked for."""
MOST_SENTENCES = 3
MOST_CANDIDATES = 240
"""Sentences that are looked at, in the order of the hits: about what ten full pages hold."""


class ExtractiveAnswerModel:
    """An `AnswerModel` that quotes: verbatim sentences, each with its number.

    The `embedder` finds the sentences that are like a question, the `reader` says which of these answers it.
    """

    def __init__(self, embedder: TextEmbedder, reader: AnswerSelector) -> None:
        self._embedder = embedder
        self._reader = reader

    @property
    def fingerprint(self) -> Fingerprint:
        """Of the weights of all that choose sentences, for the answers depend on them."""
        weights = "+".join([self._embedder.fingerprint.weights, self._reader.fingerprint.weights])
        return Fingerprint("extractive", weights, "sentences", 0)

    def answer(self, question: str, evidence: Sequence[Evidence], history: Sequence[Turn]) -> Iterator[str]:
        """The answer, a sentence a piece; no piece where nothing in the evidence answers the question."""
        asked = parse_question(standalone(question, history))
        vectors = Vectors(self._embedder)
        pictures = [piece for piece in evidence if is_picture(piece)]
        details = detail_sentences(asked.text, evidence, vectors)
        if details is not None:
            yield from (cited(sentence, number) for sentence, number in details)
            return
        counting = asked_count(asked.text)
        if counting is not None:
            yield from counted_pictures(counting, pictures, vectors)
            return
        if asked.pictures_of is not None:
            yield from picture_sentences(asked.pictures_of, pictures, vectors)
            return
        if (written := byline(asked.text, evidence)) is not None:
            yield cited(*written)
            return
        if asked.of_figure and (figure := asked_figure(asked, evidence, vectors)):
            yield figure
            return
        candidates = _candidates(evidence)
        extreme = extreme_rows(asked.text, candidates)
        quoted = _each_quoted(extreme) if extreme else self._quotes(asked, candidates, vectors, ANSWERS)
        yield from quoted
        if not quoted and not asked.of_fact:
            yield from picture_sentences(" ".join(asked.subject), pictures, vectors)

    def answer_in_doubt(self, question: str, evidence: Sequence[Evidence]) -> Iterator[str]:
        """The same of what the search thinks is not meant: sentences that answer without a doubt, and no pictures."""
        yield from self._quotes(parse_question(question), _candidates(evidence), Vectors(self._embedder), IN_DOUBT)

    def _quotes(self, question: Question, candidates: Sequence[Candidate], vectors: Vectors, least: float) -> list[str]:
        """The best sentences, none with a score below `least`."""
        ranked = rank(question, candidates, vectors, self._reader) if question.subject else []
        chosen: list[Scored] = []
        for scored in ranked:
            if len(chosen) == MOST_SENTENCES or scored.score < max(least, ranked[0].score - WITHIN):
                break
            if not _repeats(scored, chosen, vectors):
                chosen.append(scored)
        return _each_quoted([scored.candidate for scored in chosen])


def asked_figure(question: Question, evidence: Sequence[Evidence], vectors: Vectors) -> str:
    """The name of the figure that a question for one means, with its number; "" where none is about its subject."""
    figures = [piece for piece in evidence if piece.hit.item.kind is Kind.FIGURE and piece.hit.item.description.strip()]
    if not figures:
        return ""
    subject = [word for word in question.subject if not FIGURE_REQUEST.fullmatch(word)]
    asked = vectors.of([" ".join(subject) or question.text])[0]
    told = [" ".join([piece.hit.item.description, *NAMES.findall(piece.hit.item.text)]) for piece in figures]
    near = vectors.of(told) @ asked
    fits = [
        max(float(cosine), coverage(map(stem, subject), stems(text))) for cosine, text in zip(near, told, strict=True)
    ]
    best = max(range(len(figures)), key=lambda at: (fits[at], -at))
    if fits[best] < ABOUT:
        return ""
    item = figures[best].hit.item
    return cited(str(item.attributes.get("caption") or split_sentences(item.description)[0]), figures[best].number)


def _each_quoted(candidates: Sequence[Candidate]) -> list[str]:
    """Each sentence with its number, behind the one that its pronoun points back to; none twice."""
    quotes = (
        cited(sentence, candidate.evidence.number)
        for candidate in candidates
        for sentence in (candidate.sentence.before, candidate.sentence.text)
        if sentence
    )
    return list(dict.fromkeys(quotes))


def cited(sentence: str, number: int) -> str:
    """A sentence made harmless, with its number before the full stop, and a blank behind it."""
    text = neutralise(sentence).rstrip()
    body, stop = (text[:-1], text[-1]) if text[-1:] in ".!?" else (text.rstrip(";:,"), ".")
    return f"{body} [{number}]{stop} "


def _candidates(evidence: Sequence[Evidence]) -> list[Candidate]:
    """The sentences of the evidence, each once: of a figure, else of a passage, rather than of the page around them."""
    texts = [piece for piece in evidence if piece.hit.item.text.strip() or piece.hit.item.kind is Kind.FIGURE]
    documents = _documents(texts)
    seen: set[str] = set()
    candidates = []
    for piece in sorted(texts, key=lambda piece: CLOSEST.get(piece.hit.item.kind, 1)):
        for sentence in item_sentences(piece.hit.item):
            key = comparable(sentence.quote)
            if key not in seen:
                seen.add(key)
                title = frozenset(stems(opening(piece)))
                candidates.append(Candidate(piece, sentence, *documents[piece.hit.path], title))
    return sorted(candidates[:MOST_CANDIDATES], key=lambda candidate: candidate.evidence.number)


def _documents(evidence: Sequence[Evidence]) -> dict[str, tuple[frozenset[str], frozenset[int]]]:
    """The stems of all that is shown of each file, of how it opens and of its name, and the years among them."""
    shown: defaultdict[str, str] = defaultdict(str)
    for piece in evidence:
        shown[piece.hit.path] += f"{re.sub('_', ' ', file_name(piece))}\n{opening(piece)}\n{piece.hit.item.text}\n"
    return {path: (frozenset(stems(text)), years(text)) for path, text in shown.items()}


def _repeats(scored: Scored, chosen: Sequence[Scored], vectors: Vectors) -> bool:
    if not chosen:
        return False
    texts = [other.candidate.sentence.text for other in chosen]
    return float((vectors.of(texts) @ vectors.of([scored.candidate.sentence.text])[0]).max()) >= SAME
