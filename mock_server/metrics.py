"""Counts what the wallet does, and writes the counts in the text format of Prometheus.

Counting is plain arithmetic, and the client library is imported when somebody asks for the counts.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prometheus_client.core import Metric

BUCKETS_MS = (1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000)
"""Upper ends of the classes of the duration of a request, in milliseconds."""

Labels = tuple[str, ...]


class Metrics:
    """The counts of one process since it was started."""

    def __init__(self) -> None:
        """Nothing was counted yet."""
        self.requests: Counter[Labels] = Counter()
        """Answers by contract, operation and HTTP status."""
        self.transactions: Counter[Labels] = Counter()
        """Transactions that were received, by contract and operation."""
        self.errors: Counter[Labels] = Counter()
        """Errors of the wallet itself, by what is known of the request: `undone` or `uncertain`."""
        self.weather: Counter[Labels] = Counter()
        """Faults that were made on request, by fault."""
        self.turned_away: Counter[Labels] = Counter()
        """Requests and connections that a limit refused, by limit."""
        self.in_progress = 0
        """Requests that are being served."""
        self.connections: Callable[[], int] = lambda: 0
        """Returns the number of open connections."""
        self._durations: dict[Labels, list[int]] = {}
        self._nanoseconds: Counter[Labels] = Counter()

    def answered(self, contract: str, operation: str, status: int, duration_ns: int) -> None:
        """Count one answer."""
        self.requests[contract, operation, str(status)] += 1
        labels = contract, operation
        classes = self._durations.setdefault(labels, [0] * (len(BUCKETS_MS) + 1))
        classes[bisect_left(BUCKETS_MS, duration_ns / 1_000_000)] += 1
        self._nanoseconds[labels] += duration_ns

    def text(self) -> tuple[str, bytes]:
        """The content type and the body of an answer to a scrape."""
        from prometheus_client import CollectorRegistry
        from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

        registry = CollectorRegistry()
        registry.register(self)
        return CONTENT_TYPE_PLAIN_0_0_4, generate_latest(registry)

    def collect(self) -> Iterator[Metric]:
        """Every count, as the client library wants it."""
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

        for name, meaning, labels, counts in (
            ("requests", "Answers by HTTP status.", ("contract", "operation", "status"), self.requests),
            ("transactions", "Transactions that were received.", ("contract", "operation"), self.transactions),
            ("internal_errors", "Errors of the wallet itself.", ("books",), self.errors),
            ("weather", "Faults that were made on request.", ("fault",), self.weather),
            ("turned_away", "Requests and connections that a limit refused.", ("limit",), self.turned_away),
        ):
            family = CounterMetricFamily(f"wallet_{name}", meaning, labels=labels)
            for values, count in sorted(counts.items()):
                family.add_metric(values, count)
            yield family
        yield self._histogram()
        yield GaugeMetricFamily("wallet_requests_in_progress", "Requests being served.", self.in_progress)
        yield GaugeMetricFamily("wallet_connections", "Open connections.", self.connections())

    def _histogram(self) -> Metric:
        from prometheus_client.core import HistogramMetricFamily

        family = HistogramMetricFamily(
            "wallet_request_seconds", "Duration of a request.", labels=("contract", "operation")
        )
        for labels, classes in sorted(self._durations.items()):
            ends = [*(str(each / 1000) for each in BUCKETS_MS), "+Inf"]
            sums = [sum(classes[: number + 1]) for number in range(len(classes))]
            family.add_metric(labels, list(zip(ends, sums, strict=True)), self._nanoseconds[labels] / 1_000_000_000)
        return family
