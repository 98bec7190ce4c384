"""Which sentences a claim is read with."""

from __future__ import annotations

from generator.assessment import claim_statements
from generator.basis import Material
from generator.evidence import number_evidence
from generator.excerpt import WORDS, excerpt
from generator.reading import read
from store.records import Hit, Item, Kind

FILLER = " ".join(f"In room {number} there stands a case with coins of the {number}th century." for number in range(9))
TEXT = f"The mill burned down in 1871. {FILLER} It was rebuilt by Anna Berg, who had made a fortune in wool."


def material(text: str) -> Material:
    item = Item("one", Kind.PASSAGE, "one", page=1, text=text)
    return Material([read(piece) for piece in number_evidence([Hit(1, item, "/one.pdf", 1.0, 0.9)])])


def test_what_fits_comes_in_the_order_of_the_evidence() -> None:
    found = excerpt(claim_statements("Anna Berg rebuilt the mill that burned down."), material(TEXT))
    assert found.index("The mill burned down in 1871.") < found.index("It was rebuilt by Anna Berg")


def test_it_is_short_where_the_evidence_is_long() -> None:
    found = excerpt(claim_statements("The mill burned down in 1871."), material(TEXT))
    assert len(found.split()) <= WORDS
    assert len(TEXT.split()) > WORDS
    assert "1871" in found


def test_a_single_long_sentence_is_kept_whole() -> None:
    sentence = "The mill " + "that stood by the river " * 30 + "burned down."
    assert excerpt(claim_statements("The mill burned down."), material(sentence)) == sentence


def test_nothing_comes_of_nothing() -> None:
    assert excerpt(claim_statements("The mill burned down."), Material([])) == ""
