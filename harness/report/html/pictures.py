"""The geometry of the page's pictures: balances by exchange, overlapping requests, and latencies.

All results are whole numbers. The template draws them as SVG, where text is escaped as everywhere else.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction
from typing import Any

from harness.report.latency import EDGES

WIDTH, HEIGHT, MARGIN = 640, 180, 24
LEFT = 110
"""Room for amounts, before the first point of a plot."""
MOST_POINTS, MOST_PLOTS, MOST_LANES, MOST_LABELS = 60, 3, 60, 24
LANE = 14


def plots(exchanges: Sequence[Mapping[str, Any]], named: Collection[tuple[int, int]] = ()) -> list[dict[str, Any]]:
    """A plot for each player with more than one known balance, of the first run in which anything is wrong.

    `named` are the runs and indices of exchanges that a finding calls impossible. In a race the order is unknown, so
    only these are known to be wrong.
    """
    run = min((number for number, _ in named), default=exchanges[0]["run"] if exchanges else 0)
    by_player: dict[str, list[tuple[int, Mapping[str, Any]]]] = {}
    for exchange in exchanges:
        if exchange["run"] == run:
            for balance in exchange["balances"]:
                point = {**balance, "raced": exchange["race"] is not None}
                by_player.setdefault(balance["player"], []).append((exchange["index"], point))
    drawn = [(player, points[:MOST_POINTS]) for player, points in by_player.items() if len(points) > 1]
    guilty = {index for number, index in named if number == run}
    return [_plot(player, points, guilty) for player, points in drawn[:MOST_PLOTS]]


def _plot(player: str, points: Sequence[tuple[int, Mapping[str, Any]]], guilty: Collection[int]) -> dict[str, Any]:
    amounts = [_amount(text) for _, each in points for text in (*each["expected"], each["shown"]) if text is not None]
    low, high = min(amounts, default=Fraction(0)), max(amounts, default=Fraction(0))
    room = (high - low) or Fraction(1)

    def height(text: str) -> int:
        return MARGIN + int((high - _amount(text)) / room * (HEIGHT - 2 * MARGIN))

    step = (WIDTH - LEFT - MARGIN) // max(len(points) - 1, 1)
    marks = []
    for place, (index, each) in enumerate(points):
        shown = each["shown"]
        marks.append(
            {
                "x": LEFT + place * step,
                "index": index,
                "situation": each["situation"],
                "expected": [{"y": height(text), "text": text} for text in each["expected"]],
                "shown": None if shown is None else {"y": height(shown), "text": shown},
                "wrong": shown is not None and shown not in each["expected"] and _is_known(index, each, guilty),
                "unclear": shown is not None and (each["raced"] or not each["expected"]),
                "label": index if len(points) <= MOST_LABELS else "",
            }
        )
    line = " ".join(f"{mark['x']},{mark['expected'][0]['y']}" for mark in marks if len(mark["expected"]) == 1)
    ends = [text for _, each in points for text in (*each["expected"], each["shown"]) if text is not None]
    return {
        "player": player,
        "marks": marks,
        "line": line,
        "width": WIDTH,
        "height": HEIGHT,
        "high": max(ends, key=_amount, default=""),
        "low": min(ends, key=_amount, default=""),
        "wrong": any(mark["wrong"] for mark in marks),
        "unclear": any(mark["unclear"] and not mark["wrong"] for mark in marks),
    }


def _is_known(index: int, point: Mapping[str, Any], guilty: Collection[int]) -> bool:
    """True if an unexpected balance is certainly wrong."""
    return index in guilty or (bool(point["expected"]) and not point["raced"])


def _amount(text: str) -> Fraction:
    return Fraction(text.partition(" ")[0])


def lanes(exchanges: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """A picture for each race: one lane for each request, from its release to the end of its answer."""
    races: dict[tuple[int, int], list[Mapping[str, Any]]] = {}
    for exchange in exchanges:
        if exchange["race"] is not None:
            races.setdefault((exchange["run"], exchange["race"]), []).append(exchange)
    return [_lanes(run, each[:MOST_LANES]) for (run, _), each in races.items() if len(each) > 1]


def _lanes(run: int, racing: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    times = [each["microseconds"] for each in racing]
    begun = min(each["released"] or each["started"] or 0 for each in times)
    ended = max(each["finished"] or begun for each in times)
    scale = Fraction(WIDTH - 200, max(ended - begun, 1))
    bars = []
    for place, (each, moment) in enumerate(zip(racing, times, strict=True)):
        start = (moment["released"] or moment["started"] or begun) - begun
        finish = max((moment["finished"] or ended) - begun, start)
        bars.append(
            {
                "x": 150 + int(start * scale),
                "width": max(int((finish - start) * scale), 2),
                "y": 20 + place * LANE,
                "index": each["index"],
                "operation": each["operation"],
                "outcome": each["outcome"] or "no answer",
                "kind": "ok" if each["outcome"] == "ok" else "no" if each["outcome"] else "none",
                "from": start,
                "to": finish,
            }
        )
    return {"run": run, "bars": bars, "width": WIDTH, "height": 30 + len(bars) * LANE, "microseconds": ended - begun}


def histogram(counts: Sequence[int]) -> dict[str, Any]:
    """Bars for the counts up to each edge, without empty bars at both ends."""
    filled = [place for place, count in enumerate(counts) if count]
    if not filled:
        return {"bars": [], "width": 0}
    most = max(counts)
    bars = [
        {
            "x": (place - filled[0]) * 46,
            "height": max(counts[place] * 60 // most, 1 if counts[place] else 0),
            "count": counts[place],
            "label": _label(place),
        }
        for place in range(filled[0], filled[-1] + 1)
    ]
    return {"bars": bars, "width": len(bars) * 46}


def _label(place: int) -> str:
    if place >= len(EDGES):
        return f">{EDGES[-1] // 1_000_000} s"
    edge = EDGES[place]
    if edge >= 1_000_000:
        return f"{edge // 1_000_000} s"
    return f"{edge // 1_000} ms" if edge >= 1_000 else f"0.{edge // 100} ms"
