"""The geometry of a chart of balances: what the wallet showed from exchange to exchange, and what was expected.

All positions are whole numbers. The template draws them as SVG, where text is escaped as everywhere else.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction
from typing import Any

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 520, 200, 84, 84, 16, 48
MOST_POINTS, MOST_CHARTS, MOST_LABELS, MOST_NAMES = 60, 3, 24, 6
"""Limits of points, of charts, of labels that are numbers, and of labels that are names of operations."""


def charts(exchanges: Sequence[Mapping[str, Any]], named: Collection[tuple[int, int]] = ()) -> list[dict[str, Any]]:
    """A chart for each player with more than one known balance, of the first run in which anything is wrong.

    `named` are the runs and indices of exchanges that a finding calls impossible. In a race the order is unknown, so
    only these are known to be wrong. Of the other players only the first one is drawn.
    """
    run = min((number for number, _ in named), default=exchanges[0]["run"] if exchanges else 0)
    by_player: dict[str, list[Mapping[str, Any]]] = {}
    for exchange in exchanges:
        if exchange["run"] == run:
            for balance in exchange["balances"]:
                point = {**balance, "raced": exchange["race"] is not None, **_place(exchange)}
                by_player.setdefault(balance["player"], []).append(point)
    guilty = {index for number, index in named if number == run}
    drawn = [_chart(player, points[:MOST_POINTS], guilty) for player, points in by_player.items() if len(points) > 1]
    return [each for at, each in enumerate(drawn[:MOST_CHARTS]) if each["wrong"] or not at]


def _place(exchange: Mapping[str, Any]) -> dict[str, Any]:
    return {"index": exchange["index"], "operation": exchange["operation"]}


def _chart(player: str, points: Sequence[Mapping[str, Any]], guilty: Collection[int]) -> dict[str, Any]:
    texts = [text for each in points for text in (*each["expected"], each["shown"]) if text is not None]
    low, high = (edge(map(_amount, texts), default=Fraction(0)) for edge in (min, max))
    step = (WIDTH - LEFT - RIGHT) // max(len(points) - 1, 1)

    def height(text: str) -> int:
        return TOP + int((high - _amount(text)) / ((high - low) or 1) * (HEIGHT - TOP - BOTTOM))

    marks: list[dict[str, Any]] = [
        {
            "x": LEFT + place * step,
            "expected": [{"y": height(text), "number": _number(text)} for text in each["expected"]],
            "shown": None if each["shown"] is None else {"y": height(each["shown"]), "number": _number(each["shown"])},
            "wrong": each["shown"] not in (None, *each["expected"]) and _is_known(each, guilty),
            "unclear": each["shown"] is not None and (each["raced"] or not each["expected"]),
            "label": _label(each, len(points)),
            "names": len(points) <= MOST_NAMES,
        }
        for place, each in enumerate(points)
    ]
    return {
        "player": player,
        "currency": next((text.partition(" ")[2] for text in texts), ""),
        "marks": marks,
        "grid": [{"y": height(text), "text": _number(text)} for text in _ends(texts)],
        "gaps": [_gap(each) for each in marks if each["wrong"] and len(each["expected"]) == 1],
        "shown": _stepped([(each["x"], each["shown"]["y"]) for each in marks if each["shown"]]),
        "expected": _stepped([(each["x"], each["expected"][0]["y"]) for each in marks if len(each["expected"]) == 1]),
        "width": WIDTH,
        "height": HEIGHT,
        "left": LEFT,
        "wrong": any(each["wrong"] for each in marks),
        "unclear": any(each["unclear"] and not each["wrong"] for each in marks),
        "label": _sentence(points),
    }


def _ends(texts: Sequence[str]) -> list[str]:
    """The highest and the lowest amount, once if they are the same."""
    found = sorted({_amount(text): text for text in texts}.items())
    return [text for _, text in dict.fromkeys((found[-1], found[0]))] if found else []


def _gap(mark: Mapping[str, Any]) -> dict[str, int]:
    shown, expected = mark["shown"]["y"], mark["expected"][0]["y"]
    return {"x": mark["x"], "y": min(shown, expected), "height": abs(shown - expected)}


def _stepped(points: Sequence[tuple[int, int]]) -> str:
    """The path of an SVG that keeps each height until the next point."""
    if not points:
        return ""
    (x, y), *rest = points
    return f"M{x} {y}" + "".join(f"H{x}V{y}" for x, y in rest)


def _label(point: Mapping[str, Any], count: int) -> str:
    if count <= MOST_NAMES:
        return str(point["operation"])
    return str(point["index"]) if count <= MOST_LABELS else ""


def _sentence(points: Sequence[Mapping[str, Any]]) -> str:
    """The chart in words, for those who do not see it."""
    parts = (
        f"{each['operation']} {each['index']}: expected {' or '.join(each['expected']) or 'unknown'}, "
        f"shown {each['shown'] or 'nothing'}"
        for each in points
    )
    return f"Balance from exchange to exchange. {'; '.join(parts)}"


def _is_known(point: Mapping[str, Any], guilty: Collection[int]) -> bool:
    """True if an unexpected balance is certainly wrong."""
    return point["index"] in guilty or (bool(point["expected"]) and not point["raced"])


def _amount(text: str) -> Fraction:
    return Fraction(text.partition(" ")[0])


def _number(text: str) -> str:
    return text.partition(" ")[0]
