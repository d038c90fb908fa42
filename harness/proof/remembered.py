"""Judges each history once. Most wallets with a defect answer most scenarios as the sound wallet does.

A judgement follows from the history, the contract and the policy alone. So a history that equals an earlier one has the
same judgement. Some details may not matter to a judge: absolute times, numbers of races, and the heads of requests with
their signatures. They are removed before a history is compared and judged.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from functools import cache
from hashlib import blake2b

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
        plain = replace(history, exchanges=tuple(_plain(history.exchanges)))
        key = _digest(plain, contract, policy)
        if (known := self._known.get(key)) is None:
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
    """A number of the judge's whole input. Equal digests mean equal inputs."""
    digest = blake2b(digest_size=16)
    digest.update(repr((contract.name, policy)).encode())
    for name in _others(History, "exchanges"):
        digest.update(repr(getattr(history, name)).encode())
    for each in history.exchanges:
        received = each.transmission.received
        digest.update(each.transmission.sent.body)
        if received is not None:
            digest.update(received.head)
            digest.update(received.body)
            digest.update(repr(received.cut).encode())
        digest.update(repr(tuple(_values(each))).encode())
    return digest.digest()


def _values(exchange: Exchange) -> Iterator[object]:
    """The values that the bytes of an exchange do not show. Its reply follows from the answer and the operation."""
    sent = exchange.transmission
    yield from (len(sent.sent.body), sent.failure, sent.started_ns, sent.released_ns, sent.first_byte_ns)
    yield from (sent.finished_ns, sent.received is None)
    yield from (getattr(exchange, name) for name in _others(Exchange, "transmission", "reply"))


@cache
def _others(kind: type[History | Exchange], *without: str) -> tuple[str, ...]:
    return tuple(each.name for each in fields(kind) if each.name not in without)
