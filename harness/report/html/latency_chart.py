"""The geometry of a histogram of latencies on a logarithmic axis, with the quantiles as lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import isqrt, log10
from typing import Any

from harness.report.html.percentages import tenths
from harness.report.latency import EDGES

_HIGHEST = 64
_FIRST = 10
"""The lower edge of the first bar, in microseconds."""
_LIMITS = (_FIRST, *EDGES, EDGES[-1] * 2)
_NAMES = (("median", "p50, solid"), ("p95", "p95, dashed"), ("p99", "p99, dotted"))


def histogram(figures: Mapping[str, Any]) -> dict[str, Any]:
    """The bars, ticks and quantile lines of one operation's latencies, with the histogram in words."""
    counts: Sequence[int] = figures["histogram"]
    filled = [place for place, count in enumerate(counts) if count] or [0]
    first, last = filled[0], filled[-1]
    low, high = _LIMITS[first], _LIMITS[last + 1]
    most = max(*counts, 1)
    marks = [
        {"name": name, "text": milliseconds(figures[key]), "x": _position(figures[key], low, high)}
        for key, name in _NAMES
        if key in figures
    ]
    return {
        **figures,
        "bars": [
            {
                "x": _position(_LIMITS[place], low, high),
                "width": tenths(_tenths_of(_LIMITS[place + 1], low, high) - _tenths_of(_LIMITS[place], low, high)),
                "height": max(isqrt(counts[place] * _HIGHEST * _HIGHEST // most), 2),
            }
            for place in filled
        ],
        "marks": marks,
        "ticks": _ticks(low, high),
        "slowest": milliseconds(figures["max"]),
        "label": _sentence(counts, filled),
    }


def milliseconds(microseconds: int) -> str:
    """Microseconds as milliseconds with two decimals."""
    return f"{microseconds // 1000:,}.{microseconds % 1000 // 10:02d}"


def _tenths_of(value: int, low: int, high: int) -> int:
    """The place of a value between two others on a logarithmic axis, in tenths of a percent."""
    inside = min(max(value, low), high)
    return round(1000 * (log10(inside) - log10(low)) / (log10(high) - log10(low)))


def _position(value: int, low: int, high: int) -> str:
    return tenths(_tenths_of(value, low, high))


def _ticks(low: int, high: int) -> list[dict[str, str]]:
    """A tick at each power of ten within the axis, and at both ends if there are fewer than two of them."""
    powers = [10**each for each in range(1, 8) if low <= 10**each <= high]
    values = powers if len(powers) > 1 else sorted({low, *powers, high})
    return [
        {
            "x": _position(value, low, high),
            "text": f"{value / 1000:g}",
            "anchor": "start" if value == low else "end" if value == high else "middle",
        }
        for value in values
    ]


def _sentence(counts: Sequence[int], filled: Sequence[int]) -> str:
    spans = list(pairwise(_LIMITS))
    parts = (
        f"{counts[place]} within {milliseconds(spans[place][0])} to {milliseconds(spans[place][1])} ms"
        for place in filled
    )
    return f"Histogram: {'; '.join(parts)}"
