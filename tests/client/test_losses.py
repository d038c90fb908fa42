"""Answers that are lost on purpose: what reached the wallet, and that nobody learns what it said."""

from __future__ import annotations

import queue

import pytest
from hostile import Server, Visit, message, saying
from patience import PATIENCE_SECONDS

from harness.client.transport import Transport
from harness.model import FailureKind, Loss, Request, Transmission

BET = Request("/bet", (), b'{"amount":12345}')


class Witness:
    """A wallet that tells what it received: whole requests, and in the end what was left when the client went."""

    def __init__(self) -> None:
        self.requests: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self.ends: queue.SimpleQueue[bytes] = queue.SimpleQueue()

    def __call__(self, visit: Visit) -> None:
        received = b""
        try:
            while piece := visit.connection.recv(65536):
                received += piece
                if received.endswith(BET.body):
                    self.requests.put(received)
                    received = b""
                    visit.say(message(b"paid"))
        finally:
            self.ends.put(received)


def lose(loss: Loss) -> tuple[Transmission, Witness]:
    witness = Witness()
    with Server(witness) as server, Transport(server.url, loss_wait_seconds=0.02) as transport:
        seen = transport.send(BET, loss=loss)
        witness.ends.put(witness.ends.get(timeout=PATIENCE_SECONDS))
    return seen, witness


@pytest.mark.parametrize("loss", [Loss.AFTER_SENDING, Loss.HALF_ANSWER, Loss.TIME_OUT])
def test_the_whole_request_arrives_and_its_answer_is_lost(loss: Loss) -> None:
    seen, witness = lose(loss)
    assert witness.requests.get(timeout=PATIENCE_SECONDS) == seen.sent.head + BET.body
    assert seen.received is None
    assert seen.failure is not None
    assert seen.failure.kind is FailureKind.LOST
    assert seen.failure.detail.endswith("on purpose")
    assert not seen.failure.never_sent
    assert 0 < seen.started_ns < seen.released_ns <= seen.finished_ns


def test_half_a_request_lacks_its_last_byte() -> None:
    seen, witness = lose(Loss.HALF_REQUEST)
    assert witness.requests.empty()
    assert witness.ends.get(timeout=PATIENCE_SECONDS) == seen.sent.head + BET.body[:-1]
    assert seen.failure is not None
    assert (seen.failure.kind, seen.failure.never_sent) == (FailureKind.LOST, False)
    assert seen.released_ns == 0


def test_half_a_request_without_a_body_is_half_a_head() -> None:
    received: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    with Server(lambda visit: received.put(visit.connection.recv(65536))) as server, Transport(server.url) as transport:
        seen = transport.send(Request("/bet", (), b""), loss=Loss.HALF_REQUEST)
        half = received.get(timeout=PATIENCE_SECONDS)
    assert seen.sent.head.startswith(half)
    assert 0 < len(half) < len(seen.sent.head)


def test_half_an_answer_has_begun() -> None:
    seen, _ = lose(Loss.HALF_ANSWER)
    assert seen.released_ns < seen.first_byte_ns <= seen.finished_ns


def test_the_wait_of_a_time_out_is_kept() -> None:
    seen, _ = lose(Loss.TIME_OUT)
    assert seen.finished_ns - seen.released_ns >= 20_000_000
    assert seen.first_byte_ns == 0


@pytest.mark.parametrize("loss", list(Loss))
def test_the_next_request_gets_its_own_answer_on_a_connection_of_its_own(loss: Loss) -> None:
    def behaviour(visit: Visit) -> None:
        while visit.request():
            visit.say(message(b"%d" % visit.index))

    with Server(behaviour) as server, Transport(server.url, loss_wait_seconds=0.02) as transport:
        transport.send(BET)
        transport.send(BET, loss=loss)
        received = transport.send(BET).received
    assert received is not None
    assert received.body == b"1"


@pytest.mark.parametrize("loss", list(Loss))
def test_a_wallet_that_cannot_be_reached_is_told_as_it_is(loss: Loss) -> None:
    with Server(lambda visit: None) as server:
        port = server.port
    with Transport(f"http://127.0.0.1:{port}") as transport:
        failure = transport.send(BET, loss=loss).failure
    assert failure is not None
    assert (failure.kind, failure.never_sent) == (FailureKind.UNREACHABLE, True)


def test_half_an_answer_that_does_not_come_is_a_time_out_or_a_closed_connection() -> None:
    with Server(Visit.stall) as server, Transport(server.url, time_out_seconds=0.1) as transport:
        stalled = transport.send(BET, loss=Loss.HALF_ANSWER).failure
    with Server(saying(b"")) as server, Transport(server.url) as transport:
        closed = transport.send(BET, loss=Loss.HALF_ANSWER).failure
    assert stalled is not None
    assert closed is not None
    assert (stalled.kind, closed.kind) == (FailureKind.TIME_OUT, FailureKind.CLOSED)
