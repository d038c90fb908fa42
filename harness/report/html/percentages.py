"""Lengths and positions in pictures as percentages with one decimal, from whole numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

_LEAST, _GAP = 16, 5
"""The least width of a part of a bar, and the gap between two parts, in tenths of a percent."""


def percent(part: int, whole: int) -> str:
    """A share of a whole in percent, as text with one decimal: `33.3`."""
    return tenths(part * 1000 // max(whole, 1))


def tenths(number: int) -> str:
    """Tenths as a text with one decimal."""
    return f"{number // 10}.{number % 10}"


def bar(parts: Iterable[Mapping[str, Any]], whole: int) -> list[dict[str, str]]:
    """The rectangles of a bar: the kind, position and width of each part with a count. `whole` is the full length."""
    known = [each for each in parts if each["count"]]
    widths = _fitted([max(each["count"] * 1000 // max(whole, 1), _LEAST) for each in known])
    placed, at = [], 0
    for each, width in zip(known, widths, strict=True):
        placed.append({"kind": str(each["kind"]), "x": tenths(at), "width": tenths(width)})
        at += width + _GAP
    return placed


def _fitted(widths: list[int]) -> list[int]:
    """The widths, with the largest one shortened if they and their gaps are longer than the whole."""
    over = sum(widths) + _GAP * (len(widths) - 1) - 1000
    if over > 0:
        largest = widths.index(max(widths))
        widths[largest] = max(widths[largest] - over, _LEAST)
    return widths
