"""Two evaluations of one dataset side by side: what changed, whether by more than chance, and for which queries."""

from __future__ import annotations

from typing import Any

import numpy as np

from evaluation.collection import Evaluation
from evaluation.metrics import METRICS, Tally
from evaluation.significance import of_means, of_ranks

MOST_CHANGED = 10
"""Queries that are named."""


def compare(before: Evaluation, after: Evaluation) -> dict[str, Any]:
    """`channels`: for each metric its value before and after, the p of a paired test, and how many queries it rose and
    fell for (a rank that fell is better). `changed`: the queries whose first relevant document moved most.

    Channels that only one of the two has, or that found nothing in one, are left out.
    """
    shared = [
        channel
        for channel, tally in after.tallies.items()
        if tally.found_something and channel in before.tallies and before.tallies[channel].found_something
    ]
    return {
        "before": {"version": before.version, "profile": before.profile},
        "after": {"version": after.version, "profile": after.profile},
        "channels": {channel: _compare(before.tallies[channel], after.tallies[channel]) for channel in shared},
        "changed": _changed(before, after, shared[-1]) if shared else [],
    }


def _compare(before: Tally, after: Tally) -> dict[str, dict[str, float | None]]:
    old, new = before.by_query(), after.by_query()
    p_values = [*of_means(old[:, :-1], new[:, :-1]), of_ranks(old[:, -1], new[:, -1])]
    was, now = before.metrics(), after.metrics()
    return {
        name: {
            "before": was[name],
            "after": now[name],
            "p_value": float(p_values[place]),
            "rose": int((new[:, place] > old[:, place]).sum()),
            "fell": int((new[:, place] < old[:, place]).sum()),
        }
        for place, name in enumerate(METRICS)
    }


def _changed(before: Evaluation, after: Evaluation, channel: str) -> list[dict[str, Any]]:
    """By the change of 1 / rank, because a place among the first is worth more than one further down."""
    old, new = before.tallies[channel].first_ranks(), after.tallies[channel].first_ranks()
    worth = [abs(1 / (now or np.inf) - 1 / (was or np.inf)) for was, now in zip(old, new, strict=True)]
    order = sorted(range(len(worth)), key=lambda place: -worth[place])
    return [
        {
            "query": after.dataset.queries[place].id,
            "text": after.dataset.queries[place].text,
            "channel": channel,
            "rank_before": old[place],
            "rank_after": new[place],
        }
        for place in order[:MOST_CHANGED]
        if old[place] != new[place]
    ]
