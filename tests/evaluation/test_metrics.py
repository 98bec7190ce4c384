"""The metrics by hand on small rankings, by property on any, and beside ir-measures, which wraps trec_eval."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.metrics import METRICS, Metrics, Tally

POOL = [f"{number}.jpg" for number in range(15)]

documents = st.sampled_from(POOL)
rankings = st.lists(documents, unique=True)
grades = st.dictionaries(documents, st.integers(1, 3), min_size=1, max_size=12)
queries = st.lists(st.tuples(rankings, grades), min_size=1, max_size=5)

Queries = list[tuple[list[str], dict[str, int]]]


def tallied(judged: Queries) -> Metrics:
    tally = Tally(len(POOL))
    for ranking, relevant in judged:
        tally.add(ranking, relevant)
    return tally.metrics()


def measured(judged: Queries) -> dict[str, float]:
    return {name: value for name, value in tallied(judged).items() if value is not None}


def test_one_query_by_hand() -> None:
    values = measured([(["a", "b", "c", "d", "e", "f"], {"b": 1, "f": 1, "g": 1})])
    assert values == {
        "recall@1": 0,
        "recall@5": pytest.approx(1 / 3),
        "recall@10": pytest.approx(2 / 3),
        "mrr@10": 0.5,
        # ranks 2 and 6 gain 1 / log2(3) + 1 / log2(7); the best ranking gains 1 + 1 / log2(3) + 1 / 2
        "ndcg@10": pytest.approx((0.63093 + 0.35621) / (1 + 0.63093 + 0.5), abs=1e-5),
        "median_rank": 2,
    }


def test_a_grade_counts_for_ndcg_alone() -> None:
    values = measured([(["a", "b"], {"a": 1, "b": 3})])
    assert values["ndcg@10"] == pytest.approx((1 + 3 * 0.63093) / (3 + 1 * 0.63093), abs=1e-5)
    assert values["recall@1"] == 0.5


def test_rank_eleven_counts_for_the_median_alone() -> None:
    values = measured([(POOL, {POOL[10]: 1})])
    assert values == dict.fromkeys(METRICS, 0) | {"median_rank": 11}


def test_a_document_that_was_never_ranked_lies_behind_the_pool() -> None:
    found: Queries = [(["a"], {"a": 1})]
    assert measured([*found, ([], {"a": 1})])["median_rank"] == (1 + len(POOL) + 1) / 2
    assert measured([*found, (["b"], {"a": 1}), (["b"], {"a": 1})])["median_rank"] == len(POOL) + 1


def test_a_channel_that_ranked_nothing_has_no_metrics() -> None:
    assert tallied([([], {"a": 1}), ([], {"b": 1})]) == dict.fromkeys(METRICS)
    assert measured([([], {"a": 1}), (["a"], {"b": 1})])["recall@10"] == 0


@given(st.lists(grades, min_size=1, max_size=5))
def test_a_perfect_ranking_reaches_all_that_can_be_reached(judgments: list[dict[str, int]]) -> None:
    perfect = [(sorted(relevant, key=lambda id: -relevant[id]), relevant) for relevant in judgments]
    values = measured(perfect)
    assert values["mrr@10"] == values["ndcg@10"] == values["median_rank"] == 1
    for depth in (1, 5, 10):
        reachable = [min(depth / len(relevant), 1) for relevant in judgments]
        assert values[f"recall@{depth}"] == pytest.approx(sum(reachable) / len(reachable))


@given(queries)
def test_every_metric_keeps_its_bounds(judged: Queries) -> None:
    values = measured(judged)
    if any(ranking for ranking, _ in judged):
        assert 1 <= values.pop("median_rank") <= len(POOL) + 1
        assert all(0 <= value <= 1 for value in values.values())
        assert values["recall@1"] <= values["recall@5"] <= values["recall@10"]
    else:
        assert values == {}


@given(queries, st.randoms())
def test_the_order_of_queries_and_judgments_is_of_no_matter(judged: Queries, random: object) -> None:
    shuffled = [(ranking, dict(reversed(relevant.items()))) for ranking, relevant in judged]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert measured(shuffled) == pytest.approx(measured(judged))


@given(rankings, grades, st.data())
def test_moving_a_relevant_document_up_never_hurts(
    ranking: list[str], relevant: dict[str, int], data: st.DataObject
) -> None:
    ranked = [place for place, document in enumerate(ranking) if document in relevant and place > 0]
    if not ranked:
        return
    place = data.draw(st.sampled_from(ranked))
    above = ranking[place - 1]
    if relevant.get(above, 0) >= relevant[ranking[place]]:
        return
    better = [*ranking[: place - 1], ranking[place], above, *ranking[place + 1 :]]
    before, after = measured([(ranking, relevant)]), measured([(better, relevant)])
    assert after.pop("median_rank") <= before.pop("median_rank")
    assert all(after[name] >= before[name] - 1e-12 for name in before)


@settings(max_examples=50)
@given(queries.filter(lambda judged: any(ranking for ranking, _ in judged)))
def test_the_metrics_are_those_of_trec_eval(judged: Queries) -> None:
    ir_measures = pytest.importorskip("ir_measures", reason="has no wheel for Linux on ARM")
    from ir_measures import RR, R, nDCG

    names = {R @ 1: "recall@1", R @ 5: "recall@5", R @ 10: "recall@10", RR @ 10: "mrr@10", nDCG @ 10: "ndcg@10"}
    qrels = {str(number): relevant for number, (_, relevant) in enumerate(judged)}
    run = {
        str(number): {document: -float(rank) for rank, document in enumerate(ranking)}
        for number, (ranking, _) in enumerate(judged)
    }
    theirs = {names[name]: value for name, value in ir_measures.calc_aggregate(names, qrels, run).items()}
    ours = measured(judged)
    del ours["median_rank"]  # trec_eval has none
    assert ours == pytest.approx(theirs)
