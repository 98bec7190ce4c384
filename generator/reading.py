"""Evidence read for checking: each sentence with its statements, words and quantities, found once a request."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from generator.evidence import known, whole_text
from generator.quantities import Quantity, pool
from generator.sentences import Sentence, item_sentences, read_sentences
from generator.statements import Statement, Word, leading, read_words, statements
from generator.words import words
from store.records import Evidence


class Stated:
    """A sentence of the evidence, cut into statements. `around` are the lemmas of its heading and what it points to."""

    def __init__(self, sentence: Sentence) -> None:
        self.sentence = sentence
        self.text = sentence.in_place

    @cached_property
    def statements(self) -> tuple[Statement, ...]:
        """Those of a sentence; a row of a table is one."""
        text = self.sentence.text
        if self.sentence.is_row:
            return (Statement(text, tuple(read_words(text, text, True)), tuple(self.pool), denied=False),)
        return tuple(statements(text))

    @cached_property
    def words(self) -> tuple[Word, ...]:
        return tuple(word for one in self.statements for word in one.words)

    @cached_property
    def lemmas(self) -> frozenset[str]:
        return frozenset(word.lemma for word in self.words)

    @cached_property
    def around(self) -> frozenset[str]:
        text = f"{self.sentence.context} {self.sentence.before}"
        return frozenset(word.lemma for word in read_words(text, text, False))

    @cached_property
    def before(self) -> tuple[Word, ...]:
        """Of the sentence that its opening pronoun points back to."""
        return tuple(read_words(self.sentence.before, self.sentence.before, True))

    @cached_property
    def pool(self) -> list[Quantity]:
        return pool(self.sentence.text) + pool(self.sentence.context)


@dataclass(frozen=True)
class Reading:
    """One evidence read: its sentences, and its words as they stand, lower case."""

    stated: tuple[Stated, ...]
    words: frozenset[str]
    text: str

    @cached_property
    def lemmas(self) -> frozenset[str]:
        return frozenset().union(*(one.lemmas for one in self.stated))

    @cached_property
    def topics(self) -> frozenset[str]:
        """The lemmas of what it speaks of: of its title, and of what its sentences say something of."""
        return frozenset(
            word.lemma
            for one in self.stated
            for said in one.statements[:1]
            if not one.sentence.is_row
            for word in leading(said)
        )

    @property
    def rows(self) -> int:
        """How many rows of tables it holds."""
        return sum(one.sentence.is_row for one in self.stated)


def read(evidence: Evidence) -> Reading:
    """The sentences of the description, of the text and of what else is known, and all words with the file's name."""
    item = evidence.hit.item
    details = [Sentence(detail, detail) for detail in known(evidence)]
    sentences = read_sentences(item.description) + item_sentences(item) + details
    text = whole_text(evidence)
    return Reading(tuple(map(Stated, sentences)), frozenset(words(text)), text)
