"""Requests that are released together really are in flight together, and every answer finds its request."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Callable

import pytest
from hostile import Server, Visit, echoing, message
from patience import PATIENCE_SECONDS

from harness.client import release
from harness.client.connection import Connection
from harness.client.spread import answer_spread_us, answered_before_the_last, spread_us
from harness.client.transport import Transport
from harness.model import FailureKind, Message, Request, Transmission


def numbered(count: int) -> list[Request]:
    return [Request("/a", (), b'{"request":%d}' % each) for each in range(count)]


def bodies(seen: tuple[Transmission, ...]) -> list[bytes]:
    return [each.received.body if each.received else repr(each.failure).encode() for each in seen]


@pytest.mark.parametrize("count", [0, 1, 2, 50])
@pytest.mark.parametrize("distant", [False, True], ids=["nearby", "distant"])
def test_every_body_arrives_and_every_answer_finds_its_request(
    count: int, distant: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if distant:
        monkeypatch.setattr(release, "_NEARBY_NS", -1)
        monkeypatch.setattr(release, "_SLOW_OPENING_NS", -1)
    with Server(echoing) as server, Transport(server.url) as transport:
        for _ in range(3):
            sent = numbered(count)
            seen = transport.release(sent)
            assert bodies(seen) == [each.body for each in sent]
            assert [each.sent.body for each in seen] == [each.body for each in sent]
        assert server.visits == count


def test_the_spread_that_was_achieved_is_reported() -> None:
    began_ns = time.monotonic_ns()
    with Server(echoing) as server, Transport(server.url) as transport:
        seen = transport.release(numbered(20))
    whole_us = (time.monotonic_ns() - began_ns) / 1000
    released = [each.released_ns for each in seen]
    assert released == sorted(released)
    assert spread_us(seen) == (released[-1] - released[0]) / 1000
    assert 0 < spread_us(seen) < whole_us
    assert all(each.started_ns < each.released_ns < each.first_byte_ns <= each.finished_ns for each in seen)


def record(released_us: int, first_byte_us: int) -> Transmission:
    return Transmission(
        Message(b"", b""), None, None, 1, released_us * 1000, first_byte_us * 1000, first_byte_us * 1000
    )


def test_spreads_are_read_from_the_record() -> None:
    together = (record(10, 100), record(20, 400), record(30, 200))
    assert (spread_us(together), answer_spread_us(together), answered_before_the_last(together)) == (20, 300, 0)
    in_turn = (record(10, 15), record(20, 25), record(30, 35))
    assert answered_before_the_last(in_turn) == 2
    unsent = (record(0, 0), record(20, 30))
    assert (spread_us(unsent), spread_us(()), spread_us((record(0, 0),))) == (0, 0, 0)
    assert (answer_spread_us(unsent), answered_before_the_last(())) == (0, 0)


class CheckThenAct:
    """A wallet that looks at the balance, then takes the money: its window stays open until everybody has looked."""

    def __init__(self, racers: int) -> None:
        self.balance = 50
        self._everybody_has_looked = threading.Barrier(racers)

    def __call__(self, visit: Visit) -> None:
        while visit.request():
            enough = self.balance >= 50
            self._everybody_has_looked.wait(PATIENCE_SECONDS)
            if enough:
                self.balance -= 50
            visit.say(message(b"paid" if enough else b"refused"))


def test_a_check_then_act_window_sees_all_of_them_at_once() -> None:
    wallet = CheckThenAct(20)
    with Server(wallet) as server, Transport(server.url) as transport:
        seen = transport.release(numbered(20))
    assert bodies(seen) == [b"paid"] * 20
    assert wallet.balance == 50 - 20 * 50
    assert answered_before_the_last(seen) == 0


def test_all_but_the_last_byte_of_each_is_there_before_the_first_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    everybody_waits = threading.Barrier(11)
    whole: list[bytes] = []

    def behaviour(visit: Visit) -> None:
        request = b""
        while not request.endswith(b'"x"'):
            request += visit.connection.recv(1)
        everybody_waits.wait(PATIENCE_SECONDS)
        whole.append(request + visit.connection.recv(10))
        visit.say(message(b"{}"))

    sent: list[release.Lane] = []
    send_one_byte = release._send_one_byte

    def look_before_the_first_last_byte(lane: release.Lane) -> None:
        if len(sent) == 10:
            everybody_waits.wait(PATIENCE_SECONDS)
            assert whole == []
        sent.append(lane)
        send_one_byte(lane)

    monkeypatch.setattr(release, "_send_one_byte", look_before_the_first_last_byte)
    with Server(behaviour) as server, Transport(server.url) as transport:
        seen = transport.release([Request("/a", (), b'"x"!')] * 10)
    assert bodies(seen) == [b"{}"] * 10
    assert all(request.endswith(b'\r\n\r\n"x"!') for request in whole)


def test_garbage_is_not_collected_while_the_last_bytes_go(monkeypatch: pytest.MonkeyPatch) -> None:
    collecting: dict[int, set[bool]] = {}
    send_some: Callable[..., int] = Connection.send_some

    def send(self: Connection, data: bytes) -> int:
        collecting.setdefault(len(data), set()).add(gc.isenabled())
        return send_some(self, data)

    monkeypatch.setattr(Connection, "send_some", send)
    with Server(echoing) as server, Transport(server.url) as transport:
        transport.release(numbered(5))
    assert collecting.pop(1) == {False}
    assert list(collecting.values()) == [{True}]
    assert gc.isenabled()


def test_connections_are_used_again_by_the_next_release_and_by_single_requests() -> None:
    with Server(echoing) as server, Transport(server.url) as transport:
        transport.send(numbered(1)[0])
        transport.release(numbered(10))
        transport.release(numbered(10))
        transport.send(numbered(1)[0])
        assert server.visits == 10


def test_large_and_empty_bodies_are_released_too() -> None:
    large = [Request("/a", (), bytes([65 + each]) * 3_000_000) for each in range(4)]
    with Server(echoing) as server, Transport(server.url) as transport:
        assert bodies(transport.release(large)) == [each.body for each in large]
        assert bodies(transport.release([Request("/a", (), b"")] * 3)) == [b""] * 3


def test_one_that_fails_spoils_no_other() -> None:
    def behaviour(visit: Visit) -> None:
        which = visit.request()[-2:-1]
        if which == b"1":
            visit.reset()
        elif which == b"2":
            visit.say(b"garbage\r\n\r\n")
        elif which == b"3":
            visit.stall()
        elif which != b"4":
            visit.say(message(b"fine"))

    with Server(behaviour) as server, Transport(server.url, time_out_seconds=0.5) as transport:
        seen = transport.release(numbered(6))
    kinds = [each.failure.kind if each.failure else None for each in seen]
    assert kinds == [
        None,
        FailureKind.CLOSED,
        FailureKind.GARBAGE,
        FailureKind.TIME_OUT,
        FailureKind.CLOSED,
        None,
    ]
    assert not any(each.failure.never_sent for each in seen if each.failure)
    assert all(each.finished_ns >= each.released_ns > 0 for each in seen)


def test_a_wallet_that_is_not_there_fails_each_request_unsent() -> None:
    with Server(echoing) as server:
        port = server.port
    with Transport(f"http://127.0.0.1:{port}") as transport:
        seen = transport.release(numbered(3))
    assert {each.failure.kind for each in seen if each.failure} == {FailureKind.UNREACHABLE}
    assert all(each.failure is not None and each.failure.never_sent and not each.released_ns for each in seen)


def test_an_answer_before_the_last_byte_is_an_answer() -> None:
    def behaviour(visit: Visit) -> None:
        visit.connection.recv(1000)
        visit.say(message(b"denied", status="401 Unauthorized"))
        visit.stall()

    with Server(behaviour) as server, Transport(server.url) as transport:
        assert bodies(transport.release(numbered(4))) == [b"denied"] * 4
