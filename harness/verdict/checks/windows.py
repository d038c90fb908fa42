"""Groups exchanges that are judged together, and swaps answers to one id in a batch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from harness.model import Exchange, id_of
from harness.oracle import Event
from harness.verdict.checks.facts import Part


def windows(exchanges: Sequence[Exchange]) -> Iterator[list[tuple[int, Exchange]]]:
    """Exchanges with their indices, one by one, or all of a race together."""
    window: list[tuple[int, Exchange]] = []
    for index, exchange in enumerate(exchanges):
        if window and (exchange.race is None or exchange.race != window[-1][1].race):
            yield window
            window = []
        window.append((index, exchange))
    if window:
        yield window


def exchanged(pairs: Sequence[tuple[Part, Event]]) -> list[tuple[Part, Event]]:
    """A batch's transactions, with the answers to equal ids in reverse order; empty without equal ids."""
    by_id: dict[str, list[int]] = defaultdict(list)
    for index, (part, _) in enumerate(pairs):
        by_id[id_of(part.item)].append(index)
    if len(by_id) == len(pairs):
        return []
    result = list(pairs)
    for indices in by_id.values():
        for index, other in zip(indices, reversed(indices), strict=True):
            (part, event), (other_part, other_event) = pairs[index], pairs[other]
            swapped = replace(event, accepted=other_event.accepted, balance=other_event.balance)
            result[index] = (replace(part, answer=other_part.answer), swapped)
    return result
