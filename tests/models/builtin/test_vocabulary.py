"""Which names of the describer a text asks for."""

from __future__ import annotations

import pytest

from models.builtin.heads import Heads
from models.builtin.minilm import MiniLM
from models.builtin.vocabulary import LEAST, BuiltinVocabulary
from models.protocols import Vocabulary


@pytest.fixture(scope="module")
def vocabulary(minilm: MiniLM) -> BuiltinVocabulary:
    return BuiltinVocabulary(minilm, Heads.load())


def test_it_is_a_vocabulary(vocabulary: BuiltinVocabulary) -> None:
    assert isinstance(vocabulary, Vocabulary)


@pytest.mark.parametrize(
    ("text", "name"),
    [("zebra", "zebra"), ("laptop", "notebook computer"), ("sofa", "couch"), ("cars", "car"), ("a toaster", "toaster")],
)
def test_other_words_for_a_thing_ask_for_its_name(vocabulary: BuiltinVocabulary, text: str, name: str) -> None:
    assert vocabulary.naming(text)[name] > 0.9


def test_broader_words_are_names_too(vocabulary: BuiltinVocabulary) -> None:
    assert vocabulary.naming("dog")["dog"] > 0.99
    assert vocabulary.naming("furniture")["furniture"] > 0.99


@pytest.mark.parametrize(
    "text", ["a man with a red hat waits at a bus stop", "milky way", "what is the half-life of caesium", ""]
)
def test_a_text_that_is_no_name_asks_for_none(vocabulary: BuiltinVocabulary, text: str) -> None:
    assert max(vocabulary.naming(text).values(), default=0.0) < 0.5


def test_what_says_something_else_is_left_out(vocabulary: BuiltinVocabulary) -> None:
    shares = vocabulary.naming("zebra")
    assert "toaster" not in shares
    assert all(LEAST <= share <= 1 for share in shares.values())
