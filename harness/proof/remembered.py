"""Judges each history once. Most wallets with a defect answer most scenarios as the sound wallet does.

A judgement follows from the history, the contract and the policy alone. So a history that equals an earlier one has the
same judgement. Some details may not matter to a judge: absolute times, numbers of races, and the heads of requests with
their signatures. They are removed before a history is compared and judged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields, replace
from hashlib import blake2b
from operator import attrgetter

from harness.contracts import Contract
from harness.model import Exchange, History, Message, Policy
from harness.verdict import RED
from harness.verdict.checks import Judge, Judged, examine


class Remembered:
    """A judge with a memory for the judgements of one wallet after the other."""

    def __init__(self, judge: Judge = examine, *, courses: bool = False) -> None:
        """`judge` judges the histories that are new. With `courses`, judgements with a finding keep their course."""
        self._judge = judge
        self._courses = courses
        self._known: dict[bytes, Judged] = {}

    def __call__(self, history: History, contract: Contract, policy: Policy) -> Judged:
        """The judgement of a history, in general without its course of balances."""
        key = _digest(history, contract, policy)
        if (known := self._known.get(key)) is None:
            plain = replace(history, exchanges=tuple(_plain(history.exchanges)))
            known = self._judge(plain, contract, policy)
            if not (self._courses and any(each.status in RED for each in known.verdicts)):
                known = replace(known, course=())
            self._known[key] = known
        return known


def _plain(exchanges: Sequence[Exchange]) -> Iterator[Exchange]:
    """The exchanges with times that begin at 0, with races that are numbered from 0, and without heads of requests."""
    first_ns = exchanges[0].transmission.started_ns if exchanges else 0
    races: dict[int | None, int | None] = {None: None}
    for each in exchanges:
        sent = each.transmission
        transmission = replace(
            sent,
            sent=Message(b"", sent.sent.body),
            started_ns=sent.started_ns - first_ns,
            released_ns=sent.released_ns - first_ns,
            first_byte_ns=sent.first_byte_ns - first_ns,
            finished_ns=sent.finished_ns - first_ns,
        )
        yield replace(each, transmission=transmission, race=races.setdefault(each.race, len(races) - 1))


def _digest(history: History, contract: Contract, policy: Policy) -> bytes:
    """A number of the judge's whole input, which is the history with the exchanges of `_plain`.

    Equal digests mean equal inputs. Most histories are known, so their plain exchanges are never made.
    """
    first_ns = history.exchanges[0].transmission.started_ns if history.exchanges else 0
    races: dict[int | None, int | None] = {None: None}
    digest = blake2b(digest_size=16)
    digest.update(repr((contract.name, policy, _of_history(history))).encode())
    for each in history.exchanges:
        received = each.transmission.received
        digest.update(each.transmission.sent.body)
        if received is not None:
            digest.update(received.head)
            digest.update(received.body)
            digest.update(repr(received.cut).encode())
        race = races.setdefault(each.race, len(races) - 1)
        digest.update(repr((race, _times(each, first_ns), _of_exchange(each))).encode())
    return digest.digest()


def _times(exchange: Exchange, first_ns: int) -> tuple[object, ...]:
    """The values of a transmission that its bytes do not show. Times are in nanoseconds since `first_ns`."""
    sent = exchange.transmission
    return (
        *(len(sent.sent.body), sent.failure, sent.received is None),
        *(sent.started_ns - first_ns, sent.released_ns - first_ns),
        *(sent.first_byte_ns - first_ns, sent.finished_ns - first_ns),
    )


def _others(kind: type[History | Exchange], *without: str) -> Callable[[History | Exchange], object]:
    """Reads all other fields of a kind at once."""
    return attrgetter(*(each.name for each in fields(kind) if each.name not in without))


_of_history = _others(History, "exchanges")
_of_exchange = _others(Exchange, "transmission", "reply", "race")
"""The reply of an exchange follows from the answer and the operation."""
