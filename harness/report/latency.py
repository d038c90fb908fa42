"""Latencies of the wallet for each operation, in microseconds, as whole numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from harness.verdict import ScenarioResult

EDGES = tuple(each * 10**power for power in range(2, 7) for each in (1, 2, 5))
"""The upper edges of a histogram's bars, from 0.1 ms to 5 s. Slower answers are in a last bar."""


def latencies(results: Sequence[ScenarioResult]) -> list[dict[str, Any]]:
    """Count, quantiles and histogram of each operation, slowest first. Races are left out, because their requests wait
    for each other.
    """
    times: dict[tuple[str, str], list[int]] = {}
    for result in results:
        for operation, measured in result.latencies:
            times.setdefault((result.contract, operation), []).extend(measured)
    found = [_figures(contract, operation, sorted(measured)) for (contract, operation), measured in times.items()]
    return sorted(found, key=lambda each: -each["median"])


def _figures(contract: str, operation: str, times: list[int]) -> dict[str, Any]:
    bars = [0] * (len(EDGES) + 1)
    for each in times:
        bars[next((index for index, edge in enumerate(EDGES) if each <= edge), len(EDGES))] += 1
    return {
        "contract": contract,
        "operation": operation,
        "count": len(times),
        "median": _quantile(times, 50),
        "p95": _quantile(times, 95),
        "p99": _quantile(times, 99),
        "max": times[-1],
        "histogram": bars,
    }


def _quantile(times: list[int], percent: int) -> int:
    return times[min(len(times) - 1, len(times) * percent // 100)]
