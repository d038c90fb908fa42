"""The geometry of the pictures: bars fill their room, races overlap as they did, latencies stand where they are."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.report.html.balance_chart import charts
from harness.report.html.latency_chart import histogram, milliseconds
from harness.report.html.percentages import bar, percent
from harness.report.html.race_lanes import races
from harness.report.latency import EDGES

COUNTS = st.lists(st.integers(0, 500), min_size=1, max_size=6).filter(sum)


def ends_of(parts: Sequence[dict[str, str]]) -> list[tuple[Decimal, Decimal]]:
    """Where each part of a bar begins and ends, in percent."""
    return [(Decimal(each["x"]), Decimal(each["x"]) + Decimal(each["width"])) for each in parts]


@given(COUNTS)
def test_the_parts_of_a_bar_are_all_seen_and_none_covers_another(counts: list[int]) -> None:
    parts = bar([{"kind": str(place), "count": each} for place, each in enumerate(counts)], sum(counts))
    assert [each["kind"] for each in parts] == [str(place) for place, each in enumerate(counts) if each]
    ends = ends_of(parts)
    assert all(end - start >= Decimal("1.6") for start, end in ends)
    assert all(one[1] < two[0] for one, two in pairwise(ends))
    assert ends[-1][1] <= 100


@pytest.mark.parametrize(("part", "whole", "shown"), [(1, 3, "33.3"), (0, 5, "0.0"), (5, 5, "100.0"), (1, 0, "100.0")])
def test_a_share_has_one_decimal(part: int, whole: int, shown: str) -> None:
    assert percent(part, max(whole, 1)) == shown


def exchange(index: int, times: tuple[int, int, int], *, race: int | None = 1, run: int = 0) -> dict[str, Any]:
    released, first_byte, finished = times
    microseconds = {"started": released, "released": released, "first_byte": first_byte, "finished": finished}
    return {
        "run": run,
        "index": index,
        "race": race,
        "operation": "bet",
        "outcome": "ok",
        "code": "OK",
        "microseconds": microseconds,
        "balances": [],
    }


def test_lanes_show_when_most_were_on_their_way() -> None:
    spans = [(0, 90, 100), (50, 190, 200), (80, 90, 110)]
    (race,) = races([exchange(index, span) for index, span in enumerate(spans)], {})
    assert race["most"] == "all 3"
    assert race["overlap"] == {"x": "40.0", "width": "10.0"}, "from 80 to 100 of 200 microseconds"
    assert [(each["x"], each["answered"]) for each in race["bars"]] == [
        ("0.0", "45.0"),
        ("25.0", "95.0"),
        ("40.0", "45.0"),
    ]


def test_requests_that_did_not_overlap_are_called_that() -> None:
    (race,) = races([exchange(0, (0, 10, 10)), exchange(1, (10, 20, 20))], {})
    assert race["overlap"] is None
    assert "one after the other" in race["sentence"]


def test_a_finding_is_marked_in_its_lane_of_its_run() -> None:
    racing = [exchange(index, (0, 10, 20), run=run) for run in (0, 1) for index in (0, 1)]
    first, second = races(racing, {(1, 0): "fail"})
    assert [each["kind"] for each in first["bars"]] == ["pass", "pass"]
    assert [each["kind"] for each in second["bars"]] == ["fail", "pass"]


def balance(shown: str | None, *expected: str) -> dict[str, Any]:
    return {"player": "1", "situation": "new", "shown": shown, "expected": list(expected)}


def test_a_wrong_balance_has_a_gap_to_the_expected_one() -> None:
    points = [("10.00 EUR", "10.00 EUR"), ("30.00 EUR", "20.00 EUR")]
    exchanges = [
        {**exchange(index, (0, 1, 2), race=None), "balances": [balance(shown, expected)]}
        for index, (shown, expected) in enumerate(points)
    ]
    (chart,) = charts(exchanges, {(0, 1)})
    assert [each["wrong"] for each in chart["marks"]] == [False, True]
    (gap,) = chart["gaps"]
    assert gap["height"] > 0
    assert [each["text"] for each in chart["grid"]] == ["30.00", "10.00"]
    assert chart["currency"] == "EUR"
    assert "expected 20.00 EUR, shown 30.00 EUR" in chart["label"]


def test_a_player_whose_balance_never_moves_has_one_line() -> None:
    exchanges = [
        {**exchange(index, (0, 1, 2), race=None), "balances": [balance("5 JPY", "5 JPY")]} for index in range(3)
    ]
    (chart,) = charts(exchanges)
    assert len(chart["grid"]) == 1
    assert not chart["wrong"]


@given(st.lists(st.integers(0, 2000), min_size=len(EDGES) + 1, max_size=len(EDGES) + 1).filter(sum))
def test_a_histogram_stays_within_its_axis(counts: list[int]) -> None:
    figures = {"operation": "bet", "histogram": counts, "median": 100, "p95": 400, "p99": 900, "max": 1000}
    drawn = histogram(figures)
    assert len(drawn["bars"]) == sum(map(bool, counts))
    for start, end in ends_of(drawn["bars"]):
        assert Decimal(0) <= start < end <= Decimal("100.1")
    assert all(0 <= Decimal(each["x"]) <= 100 for each in (*drawn["marks"], *drawn["ticks"]))
    assert [each["name"].split(",")[0] for each in drawn["marks"]] == ["p50", "p95", "p99"]


@pytest.mark.parametrize(("microseconds", "shown"), [(0, "0.00"), (1234, "1.23"), (1_234_567, "1,234.56")])
def test_milliseconds_have_two_decimals(microseconds: int, shown: str) -> None:
    assert milliseconds(microseconds) == shown
