"""Null distributions: what they are fitted to, and what they make of a score."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from api.search_request import SearchRequest
from api.service import Viscite
from retriever.background import Background, Usual
from retriever.calibration import CERTAIN, Calibration, Null, Nulls, bank, open_calibration
from retriever.confidence import MOST_LEXICAL, Grounds, confidence, match_probability
from retriever.matches import Shares
from retriever.search import EVEN


def test_the_fit_finds_a_gumbel_distribution_again() -> None:
    generator = random.Random(1)
    sample = np.array([0.3 - 0.05 * math.log(-math.log(generator.random())) for _ in range(20_000)])
    null = Null.fit(sample, 0.01)
    assert null.location == pytest.approx(0.3, abs=0.005)
    assert null.scale == pytest.approx(0.05, abs=0.003)
    assert null.probability(float(np.median(sample))) == pytest.approx(0.5, abs=0.01)


def test_a_few_null_queries_that_do_match_change_little() -> None:
    sample = np.arange(0.3, 0.4, 0.001)
    assert Null.fit(np.append(sample, [0.9, 0.95]), 0.01).location == pytest.approx(
        Null.fit(sample, 0.01).location, abs=0.005
    )


def test_a_score_counts_by_what_its_item_usually_has() -> None:
    nulls = Nulls(2, 0, {"visual": Null(2.0, 0.5)})
    usual = Usual(np.array([0.2, 0.4], np.float32), np.array([0.05, 0.1], np.float32))
    calibration = Calibration(nulls, {"visual": usual})
    assert calibration.evidence("visual", "image", 0, 0.4) > calibration.evidence("visual", "image", 1, 0.4)
    assert calibration.probability("visual", "image", 0, 0.3) == pytest.approx(
        Null(2.0, 0.5).probability(2.0), abs=1e-4
    )
    # whatever kind of item has a score, it is held to the best of all
    assert calibration.probability("visual", "page", 0, 0.3) == calibration.probability("visual", "image", 0, 0.3)
    assert calibration.probability("semantic", "page", 0, 0.3) is None
    assert calibration.evidence("semantic", "page", 0, 0.3) == 0


def test_words_are_counted_for_each_kind_of_item_by_itself() -> None:
    calibration = Calibration(Nulls(2, 0, {"lexical image": Null(0.5, 1.0), "lexical passage": Null(2.0, 2.0)}), {})
    assert calibration.evidence("lexical", "image", 0, 6.0) > calibration.evidence("lexical", "passage", 1, 6.0) > 0
    assert calibration.evidence("lexical", "page", 2, 6.0) == 0


def test_a_copy_of_the_picture_asked_for_is_certain() -> None:
    calibration = Calibration(Nulls(1, 0, {"picture": Null(2.0, 0.5)}), {})
    assert calibration.probability("picture", "image", 0, 0.99) == 1
    assert calibration.evidence("picture", "image", 0, 0.99) == CERTAIN


@pytest.mark.parametrize("probability", [confidence, match_probability])
def test_probability_grows_with_evidence_of_every_channel_and_with_words(
    probability: Callable[[Grounds], float],
) -> None:
    chance = probability(Grounds({}))
    assert 0 < chance < EVEN
    for heard in ({"visual": 6.0}, {"semantic": 6.0}, {"lexical": 6.0}):
        assert probability(Grounds(heard, is_text=True)) > chance
    assert probability(Grounds({}, Shares(1.0, 0.0))) > probability(Grounds({}, Shares(0.5, 0.0))) > chance
    # rare words of a long query add up to any height
    assert probability(Grounds({"lexical": 40.0})) == probability(Grounds({"lexical": MOST_LEXICAL}))


@pytest.mark.parametrize("probability", [confidence, match_probability])
def test_what_would_have_been_named_counts_against_an_item_but_not_against_its_words(
    probability: Callable[[Grounds], float],
) -> None:
    seen = {"visual": 3.0}
    assert (
        probability(Grounds(seen, unnamed=1.0)) < probability(Grounds(seen, unnamed=0.5)) < probability(Grounds(seen))
    )
    assert probability(Grounds(seen, Shares(1.0, 0.0), unnamed=1.0)) == probability(Grounds(seen, Shares(1.0, 0.0)))


def test_words_that_an_item_states_tell_more_than_those_that_its_description_guesses() -> None:
    heard = {"lexical": 8.0}
    stated, guessed = Grounds(heard, Shares(1.0, 1.0)), Grounds(heard, Shares(1.0, 0.0))
    assert confidence(stated) > 0.9 > 0.5 > confidence(guessed)


def test_what_a_description_means_says_that_a_picture_matches_but_not_that_it_is_the_one() -> None:
    plain, told = Grounds({"visual": 3.0}), Grounds({"visual": 3.0, "semantic": 3.0})
    assert confidence(told) == confidence(plain)
    assert match_probability(told) > match_probability(plain)


def test_what_is_usual_is_measured_again_for_new_rows_alone(viscite: Viscite, photo: Callable[..., Path]) -> None:
    first = photo("red.png", "red")
    viscite.index([first.parent], "default")
    reader = viscite.retriever("default").reader
    kept = Background.open(reader)
    assert kept is not None
    photo("blue.png", "blue")
    viscite.index([first.parent], "default")
    later = viscite.retriever("default").reader
    grown = Background.open(later)
    assert grown is not None
    at = later.catalogue.row_of[reader.catalogue.ids[0]]
    assert grown.usual["visual"].mean[at] == kept.usual["visual"].mean[0]
    other = 1 - at
    vectors = np.concatenate([vectors for _, vectors in later.vector_batches("image_vector")])
    expected = (grown.banks["visual"] @ vectors[other]).mean()
    assert grown.usual["visual"].mean[other] == pytest.approx(expected, abs=1e-5)


def test_a_damaged_background_is_measured_anew(viscite: Viscite, photo: Callable[..., Path]) -> None:
    viscite.index([photo("red.png", "red").parent], "default")
    reader = viscite.retriever("default").reader
    (reader.folder / "background.npz").write_bytes(b"not an archive")
    assert Background.open(reader) is None
    models = viscite.models(reader.manifest.profile)
    open_calibration(reader, models.encoder, models.embedder)
    assert Background.open(reader) is not None


def test_the_bank_has_many_different_queries() -> None:
    assert len(set(bank())) == len(bank()) >= 400


def test_filters_do_not_lower_the_bar(viscite: Viscite, photo: Callable[..., Path]) -> None:
    for color in ("red", "green", "blue", "white"):
        photo(f"{color}.png", color)
    other = photo("orange.png", "orange", folder="other")
    viscite.index([other.parent.parent], "default")
    everywhere = viscite.search(SearchRequest(text="blue"), "default").hits
    within = viscite.search(SearchRequest(text="blue", under=(str(other.parent),)), "default").hits
    assert [Path(hit.path).name for hit in within] == ["orange.png"]
    same = next(hit for hit in everywhere if hit.item.id == within[0].item.id)
    assert within[0].confidence == pytest.approx(same.confidence)


def test_evidence_is_the_surprise_of_a_score() -> None:
    null = Null(2.0, 0.5)
    for score in (1.0, 2.0, 4.0):
        assert null.evidence(score) == pytest.approx(-math.log(1 - null.probability(score)))
    # where the probability is 1 to the last digit, evidence still tells scores apart
    assert null.probability(22.0) == null.probability(21.0) == 1
    assert null.evidence(22.0) - null.evidence(21.0) == pytest.approx(2.0)
    assert null.evidence(-1000.0) == 0
