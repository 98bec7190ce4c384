"""A dataset is asked, ranked places become corpus ids, and every channel is measured."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping, Sequence

import pytest
from rich.console import Console

from evaluation.dataset import Dataset, EvaluationQuery, file_of
from evaluation.metrics import METRICS
from evaluation.run import CHANNELS, UnknownDocuments, corpus_id, evaluate
from evaluation.tables import channels

CORPUS = {"boat.jpg", "dogs/two.jpg", "a.pdf#page=1", "a.pdf#page=2", "b.pdf#page=1"}


def dataset(relevant: Mapping[str, Mapping[str, int]], unjudged: Sequence[str] = ()) -> Dataset:
    return Dataset(tuple(EvaluationQuery(id, f"text of {id}") for id in relevant), relevant, tuple(unjudged))


def test_places_become_corpus_ids() -> None:
    assert corpus_id("/photos/dogs/two.jpg", None, "/photos") == "dogs/two.jpg"
    assert corpus_id("/photos/a.pdf", 2, "/photos/") == "a.pdf#page=2"
    assert corpus_id("/photos-old/boat.jpg", None, "/photos") == "/photos-old/boat.jpg"
    assert corpus_id("/boat.jpg", None, "/") == "boat.jpg"


def test_passages_and_figures_count_for_their_page_once() -> None:
    ranked = {"lexical": ["a.pdf#page=2", "a.pdf#page=2", "a.pdf#page=2", "b.pdf#page=1", "a.pdf#page=2"]}
    metrics = evaluate(dataset({"q1": {"b.pdf#page=1": 1}}), lambda query: ranked, CORPUS)["lexical"]
    assert metrics["median_rank"] == 2


def test_every_channel_is_measured() -> None:
    answers = {
        "q1": {"visual": ["boat.jpg", "dogs/two.jpg"], "fused": ["dogs/two.jpg", "boat.jpg"]},
        "q2": {"visual": ["boat.jpg"], "semantic": [], "fused": ["a.pdf#page=2"]},
    }
    data = dataset({"q1": {"boat.jpg": 1}, "q2": {"a.pdf#page=2": 1}}, unjudged=["q3"])
    result = evaluate(data, lambda query: answers[query.id], CORPUS)
    seconds = result.pop("seconds")
    assert 0 <= seconds < 1
    visual = {"recall@1": 0.5, "recall@5": 0.5, "recall@10": 0.5, "mrr@10": 0.5, "ndcg@10": 0.5, "median_rank": 3.5}
    fused = {"recall@1": 0.5, "recall@5": 1, "recall@10": 1, "mrr@10": 0.75, "median_rank": 1.5}
    assert result == {
        "visual": visual,
        "semantic": dict.fromkeys(METRICS),
        "lexical": dict.fromkeys(METRICS),
        "fused": fused | {"ndcg@10": pytest.approx((1 + 0.63093) / 2, abs=1e-5)},
        "queries": 2,
        "unjudged": 1,
    }


def test_a_judgment_of_a_whole_file_is_met_by_its_best_page() -> None:
    ranked = {"fused": ["boat.jpg", "a.pdf#page=2", "a.pdf#page=1", "b.pdf#page=1"]}
    by_file = evaluate(dataset({"q1": {"a.pdf": 1, "b.pdf": 1}}), lambda query: ranked, CORPUS)
    # a.pdf is second; its other page is no document of its own, so that b.pdf is third.
    assert by_file["fused"]["median_rank"] == 2
    assert by_file["fused"]["ndcg@10"] == pytest.approx((0.63093 + 0.5) / (1 + 0.63093), abs=1e-5)
    by_page = evaluate(dataset({"q1": {"a.pdf#page=1": 1}}), lambda query: ranked, CORPUS)
    assert by_page["fused"]["median_rank"] == 3


def test_the_query_reaches_the_ranker_as_it_was_written() -> None:
    asked = []
    query = EvaluationQuery("q1", "sales", within="reports")

    def rank(query: EvaluationQuery) -> dict[str, list[str]]:
        asked.append(query)
        return {}

    evaluate(Dataset((query,), {"q1": {"boat.jpg": 1}}), rank, CORPUS)
    assert asked == [query]


def test_expected_documents_that_are_not_indexed_are_refused() -> None:
    unknown = {f"missing{number}.jpg": 1 for number in range(7)}
    with pytest.raises(UnknownDocuments) as error:
        evaluate(dataset({"q1": {"boat.jpg": 1, "a.pdf#page=3": 1, **unknown}}), lambda query: {}, CORPUS)
    assert str(error.value).startswith(
        "8 expected documents are not in the index: "
        "a.pdf#page=3, missing0.jpg, missing1.jpg, missing2.jpg, missing3.jpg, ..."
    )


def test_the_result_is_rendered_as_a_table() -> None:
    ranked = {"visual": ["boat.jpg"], "fused": ["dogs/two.jpg", "boat.jpg"]}
    result = evaluate(dataset({"q1": {"boat.jpg": 1}}), lambda query: ranked, CORPUS)
    console = Console(width=120, no_color=True)
    with console.capture() as capture:
        console.print(channels(result))
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in capture.get().splitlines() if "│" in line]
    assert rows == [
        ["visual", "100.0 %", "100.0 %", "100.0 %", "100.0 %", "100.0 %", "1"],
        ["semantic", "-", "-", "-", "-", "-", "-"],
        ["lexical", "-", "-", "-", "-", "-", "-"],
        ["fused", "0.0 %", "100.0 %", "100.0 %", "50.0 %", "63.1 %", "2"],
    ]


def test_a_channel_that_a_ranker_names_later_is_measured_over_all_queries() -> None:
    answers = {"q1": {"fused": ["boat.jpg"]}, "q2": {"fused": ["boat.jpg"], "reranked": ["boat.jpg"]}}
    data = dataset({"q1": {"boat.jpg": 1}, "q2": {"boat.jpg": 1}})
    result = evaluate(data, lambda query: answers[query.id], CORPUS)
    assert list(result)[:5] == [*CHANNELS, "reranked"]
    assert result["fused"]["recall@1"] == 1
    assert (result["reranked"]["recall@1"], result["reranked"]["median_rank"]) == (0.5, (1 + len(CORPUS) + 1) / 2)


def test_evaluation_itself_is_fast() -> None:
    corpus = [corpus_id(f"/corpus/report{number // 10}.pdf", number % 10 + 1, "/corpus") for number in range(1000)]
    random.Random(0).shuffle(corpus)
    data = dataset({str(number): {file_of(corpus[number]): 1} for number in range(500)})
    started = time.process_time()
    result = evaluate(data, lambda query: dict.fromkeys(CHANNELS, corpus), corpus)
    assert result["queries"] == 500
    assert time.process_time() - started < 2  # a quarter of a second on an idle core; 5,000 queries take ten times that
