"""Counts how long a run has waited for the wallet, by what was asked, so that a slow kind of request can be named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from harness.model import Exchange, id_of, transactions

WORTH_NAMING_SECONDS = 0.05
_NS = 1_000_000_000


@dataclass(slots=True)
class _Group:
    """The answers to one operation, sent first or again."""

    count: int = 0
    total_ns: int = 0


_NOTHING = (("", False), _Group())


@dataclass(slots=True)
class SlowAnswers:
    """The time between requests and the ends of their answers, in nanoseconds."""

    _groups: dict[tuple[str, bool], _Group] = field(default_factory=dict)
    """By the operation's name, and whether all transactions of the request had been sent before."""
    _known: set[str] = field(default_factory=set)

    def note(self, exchanges: Sequence[Exchange]) -> None:
        """Count requests that were sent together, of which the one that took longest was waited for."""
        if not exchanges:
            return
        slowest = max(exchanges, key=_duration_ns)
        group = self._groups.setdefault((slowest.name, self._is_known(slowest)), _Group())
        group.count += 1
        group.total_ns += _duration_ns(slowest)
        for exchange in exchanges:
            self._known.update(map(id_of, transactions(exchange.operation)))

    def longest(self) -> str:
        """What was waited for most, for a reader. Empty if that took no time worth a word."""
        (name, again), group = max(self._groups.items(), key=lambda pair: pair[1].total_ns, default=_NOTHING)
        seconds, plural = group.total_ns / _NS, "" if group.count == 1 else "s"
        if seconds < WORTH_NAMING_SECONDS:
            return ""
        repeated = f" that {'were' if plural else 'was'} sent again" if again else ""
        what = f"{name} request{plural}{repeated}"
        each = f", {seconds / group.count:.1f} s each" if plural else ""
        return f"the answer{plural} to {group.count} {what} took {seconds:.1f} s of it{each}"

    def _is_known(self, exchange: Exchange) -> bool:
        ids = {id_of(each) for each in transactions(exchange.operation)} - {""}
        return bool(ids) and ids <= self._known


def _duration_ns(exchange: Exchange) -> int:
    return exchange.transmission.finished_ns - exchange.transmission.started_ns
