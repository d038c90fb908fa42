"""Finds causes for answers that did not arrive whole, that arrived too late, or that belong to another request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from harness.model import Check, Exchange, FailureKind, id_of, transactions
from harness.verdict.causes.case import Case, Cause
from harness.verdict.causes.unreadable_answers import INCOMPLETE_BATCH_ANSWER, OTHER_IDS_ANSWERED
from harness.verdict.checks.facts import surplus

_KINDS: Mapping[FailureKind, Cause] = {
    FailureKind.TIME_OUT: Cause(
        "no_answer_in_time",
        "the wallet does not answer in time: it waits for a lock, a deadlock or another system",
        "look for the request in the wallet's log; answer within a few seconds, also under load",
    ),
    FailureKind.CLOSED: Cause(
        "closed_without_answer",
        "the connection is closed without an answer: the process crashed, or a proxy cut it",
        "look for the request in the wallet's and the proxy's logs",
    ),
    FailureKind.UNREACHABLE: Cause(
        "wallet_is_gone", "the wallet is no longer there: it crashed or restarted", "see the wallet's own log"
    ),
    FailureKind.GARBAGE: Cause(
        "answer_is_no_http", "the answer is no HTTP", "see what stands between the harness and the wallet"
    ),
    FailureKind.HTTP_2: Cause(
        "speaks_http_2_alone",
        "the server speaks HTTP/2 alone, and platforms send HTTP/1.1",
        "let the server, or the proxy in front of it, accept HTTP/1.1 too",
    ),
    FailureKind.MALFORMED: Cause(
        "answer_breaks_http",
        "the answer breaks the rules of HTTP (lengths, chunks, headers or compression), so that no client can read it",
        "let an HTTP library write answers, and see which proxy changes them",
    ),
    FailureKind.TOO_LARGE: Cause(
        "answer_too_large", "the answer is far too large", "answer with the documented fields alone"
    ),
}
_NOT_FINISHED = Cause(
    "answer_not_finished",
    "the answer begins in time and does not end: it comes in drips, or fewer bytes come than its head announces",
    "compute the length from the bytes that are sent, and send an answer at once when it is complete",
)
_BROKEN_OFF = Cause(
    "answer_broken_off",
    "the connection is closed in the middle of an answer: more bytes are announced than come, or the process or a "
    "proxy broke off",
    "compute the length from the bytes that are sent; look for the request in the wallet's and the proxy's logs",
)
_SLOW_REPETITION = Cause(
    "repetition_too_slow",
    "a transaction that was answered before gets no answer in time when it comes again: it waits for a lock that its "
    "first sending left, or is looked for in a place without an index",
    "find a known transactionId by a unique index, and answer from what was stored",
)
_TOO_FEW_CONNECTIONS = "too_few_connections"
_ANOTHERS_ANSWER = Cause(
    "answer_of_another_request",
    "a request is answered with the answer to another one: answers are given to the wrong caller",
    "keep nothing of a request in what requests share (globals, singletons, a client's pipeline)",
)
_NO_ANSWER = frozenset({FailureKind.TIME_OUT, FailureKind.CLOSED})

CONSEQUENCES: Mapping[str, frozenset[str]] = {
    _ANOTHERS_ANSWER.id: frozenset({INCOMPLETE_BATCH_ANSWER.id, OTHER_IDS_ANSWERED.id, "shows_another_player"}),
}
"""By the id of a cause: the ids of the causes that it explains."""


def diagnoses(case: Case) -> Iterator[Cause]:
    """The causes that a missing answer, or the ids in an answer, suggest."""
    exchange = case.exchange
    if exchange is None:
        return
    if case.verdict.check is Check.COMPLETENESS and _sent_before(case, set(surplus(exchange))):
        yield _ANOTHERS_ANSWER
    failure = exchange.transmission.failure
    if case.verdict.check is not Check.DELIVERY or failure is None:
        return
    if failure.kind in _NO_ANSWER:
        yield from _of_silence(case, exchange, failure.kind)
    if failure.kind in _KINDS:
        yield _KINDS[failure.kind]


def _of_silence(case: Case, exchange: Exchange, kind: FailureKind) -> Iterator[Cause]:
    sent = exchange.transmission
    if sent.first_byte_ns:
        yield _NOT_FINISHED if kind is FailureKind.TIME_OUT else _BROKEN_OFF
    elif exchange.race is not None:
        yield from _of_a_race(case, exchange)
    elif kind is FailureKind.TIME_OUT and _sent_before(case, _ids(exchange), answered=True):
        yield _SLOW_REPETITION


def _of_a_race(case: Case, exchange: Exchange) -> Iterator[Cause]:
    """The cause if some requests of a race were answered, and those on other connections were not."""
    race = [each for each in case.history.exchanges if each.race == exchange.race]
    answered = sum(each.transmission.received is not None for each in race)
    if answered:
        yield Cause(
            _TOO_FEW_CONNECTIONS,
            f"of {len(race)} requests in flight together, each on a connection of its own, {answered} "
            f"{'was' if answered == 1 else 'were'} answered: the wallet or a proxy serves fewer connections at once, "
            "or the requests wait for each other's locks",
            "raise the limits of workers and connections above what the platform opens; lock in one order",
        )


def _sent_before(case: Case, ids: set[str], *, answered: bool = False) -> bool:
    """True if one of the ids belongs to an earlier request of the history, which may have to have an answer."""
    earlier = case.history.exchanges[: case.index or 0]
    return any(ids & _ids(each) for each in earlier if not answered or each.reply is not None)


def _ids(exchange: Exchange) -> set[str]:
    return {id_of(each) for each in transactions(exchange.operation)} - {""}
