"""Releases requests together: first all but the end of each, then the last bytes in one burst.

One thread does this. Threads, or an event loop that sends whole requests, spread them by tens of milliseconds. Most
wallets check a balance and change it within a shorter time, so such requests would not overlap.
"""

from __future__ import annotations

import gc
import selectors
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from harness.client.answer_reader import Answer
from harness.client.connection import Connection
from harness.client.exchange import Times, receive_some, send_all, time_is_up
from harness.client.failure import TransmissionError, interrupted
from harness.client.outgoing import Outgoing
from harness.client.pool import Pool
from harness.model import Failure, Message, Transmission

_NEARBY_NS = 1_000_000
"""The longest round trip of a nearby wallet, in nanoseconds: on this machine or next to it."""
_LONGEST_PAUSE_NS = 250_000_000
_SLOW_OPENING_NS = 5_000_000
"""The longest time to open a nearby connection, in nanoseconds. A distant wallet or TLS takes longer."""
_OPENING_AT_ONCE = 16


class Lane:
    """One of the requests that are released together, on its own connection."""

    __slots__ = ("answer", "connection", "failure", "outgoing", "over", "received", "rest", "spoilt", "times")

    def __init__(self, outgoing: Outgoing, connection: Connection, answer: Answer, times: Times) -> None:
        """Prepare without sending."""
        self.outgoing = outgoing
        self.connection = connection
        self.answer = answer
        self.times = times
        times.reused = connection.idle_since_ns > 0
        self.received: Message | None = None
        self.failure: Failure | None = None
        self.over = False
        """True if nothing more is to be read."""
        self.rest = b""
        """The bytes that are still to be sent after the first part: two bytes, then the last one, then nothing."""
        self.spoilt = False
        """True if the connection must not be used again, whatever the answer was."""

    def end(self, error: TransmissionError | None = None) -> None:
        """End this request, with a complete answer or with an error."""
        self.times.finished = time.monotonic_ns()
        self.over = True
        if error is not None:
            self.failure = error.failure
            self.answer.abandon()

    def read(self) -> None:
        """Read the bytes of the answer that have arrived."""
        try:
            while receive_some(self.connection, self.answer, self.times) and not self.answer.complete:
                if not self.connection.pending:
                    return
        except TransmissionError as error:
            self.end(error)
        else:
            if self.answer.complete:
                self.end()

    def decode(self) -> None:
        """Decode a complete answer. Call this when the time it takes can delay no other request."""
        if self.failure is None:
            try:
                self.received = self.answer.message()
            except TransmissionError as error:
                self.failure = error.failure

    def transmission(self) -> Transmission:
        """The record of this request."""
        times = self.times
        return Transmission(
            self.outgoing.sent,
            self.received,
            self.failure,
            times.started,
            times.released,
            times.first_byte,
            times.finished,
            times.reused,
        )


def release(
    pool: Pool, requests: Sequence[Outgoing], *, limit_bytes: int, time_out_seconds: float
) -> tuple[Transmission, ...]:
    """Send every request at the same moment, each on its own open connection, and read all the answers.

    The transmissions are in the order of the requests. `time_out_seconds` applies once to the preparation and once to
    the answers. No behaviour of the wallet or the network raises an exception.
    """
    ready = Times(time_out_seconds)
    opened = _open(pool, len(requests), ready.deadline)
    lanes = [
        Lane(request, connection, Answer(request.method or "", limit_bytes), Times(time_out_seconds))
        for request, connection in zip(requests, opened, strict=True)
        if isinstance(connection, Connection)
    ]
    try:
        _run(lanes)
    finally:
        for lane in lanes:
            _settle(pool, lane)
    ran = iter(lanes)
    return tuple(
        next(ran).transmission() if isinstance(each, Connection) else _never_ran(request, each, ready)
        for request, each in zip(requests, opened, strict=True)
    )


def _open(pool: Pool, count: int, deadline_ns: int) -> list[Connection | Failure]:
    """That many connections, idle ones first. Connections to a distant wallet are opened in parallel."""
    opened: list[Connection | Failure] = []
    while len(opened) < count and (idle := pool.take_idle()) is not None:
        opened.append(idle)
    while len(opened) < count:
        started_ns = time.monotonic_ns()
        opened.append(_open_one(pool, deadline_ns))
        if time.monotonic_ns() - started_ns > _SLOW_OPENING_NS:
            break
    if missing := count - len(opened):
        with ThreadPoolExecutor(min(missing, _OPENING_AT_ONCE), "walletproof-connect") as threads:
            opened.extend(threads.map(lambda _: _open_one(pool, deadline_ns), range(missing)))
    return opened


def _open_one(pool: Pool, deadline_ns: int) -> Connection | Failure:
    try:
        return pool.open(deadline_ns)
    except TransmissionError as error:
        return error.failure


def _run(lanes: list[Lane]) -> None:
    for lane in lanes:
        _send_ahead(lane)
    _let_arrive(lanes)
    live = [lane for lane in lanes if not lane.over]
    with selectors.DefaultSelector() as selector:
        for lane in live:
            selector.register(lane.connection, selectors.EVENT_READ, lane)
            lane.times.allow_again()
        _send_last_bytes(live)
        _collect(selector, live)


def _send_ahead(lane: Lane) -> None:
    ahead, lane.rest = lane.outgoing.wire[:-2], lane.outgoing.wire[-2:]
    try:
        if send_all(lane.connection, ahead, lane.answer, lane.times) < len(ahead):
            # The wallet answered before it received the whole request. How it would treat the rest is unknown.
            lane.rest = b""
            lane.spoilt = True
    except TransmissionError as error:
        lane.end(error)
    if lane.answer.complete:
        lane.end()
    lane.times.released = 0


def _let_arrive(lanes: list[Lane]) -> None:
    """Wait one or two round trips, until a distant wallet has received the first part of each request.

    For a nearby wallet there is no wait. In a few milliseconds its process and processor would become idle, and the
    first last byte would arrive long before the others (measured in `bench/client.py`).
    """
    round_trip_ns = max((lane.connection.round_trip_ns for lane in lanes), default=0)
    if round_trip_ns > _NEARBY_NS:
        time.sleep(min(2 * round_trip_ns, _LONGEST_PAUSE_NS) / 1e9)


def _send_last_bytes(lanes: list[Lane]) -> None:
    live = [lane for lane in lanes if lane.rest]
    with _without_garbage_collection():
        # The last byte but one completes no request. It wakes the wallet and the path to it just before the burst.
        for lane in live:
            _send_one_byte(lane)
        for lane in live:
            _send_one_byte(lane)
    for lane in live:
        if lane.rest and not lane.over:
            _send_stuck(lane)


def _send_one_byte(lane: Lane) -> None:
    byte = lane.rest[:1]
    lane.times.released = time.monotonic_ns()
    try:
        if lane.connection.send_some(byte):
            lane.rest = lane.rest[1:]
    except OSError as error:
        lane.end(interrupted(lane.connection.where, error, "before the last byte of the request"))
        lane.rest = b""


def _send_stuck(lane: Lane) -> None:
    try:
        if send_all(lane.connection, lane.rest, lane.answer, lane.times) < len(lane.rest):
            lane.spoilt = True
    except TransmissionError as error:
        lane.end(error)


@contextmanager
def _without_garbage_collection() -> Iterator[None]:
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _collect(selector: selectors.BaseSelector, lanes: list[Lane]) -> None:
    waiting = {id(lane) for lane in lanes if not lane.over}
    for lane in lanes:
        if lane.over:
            selector.unregister(lane.connection)
    while waiting:
        left_ns = max(lane.times.deadline for lane in lanes) - time.monotonic_ns()
        events = selector.select(left_ns / 1e9) if left_ns > 0 else []
        if not events:
            break
        for key, _ in events:
            lane = key.data
            lane.read()
            if lane.over:
                selector.unregister(lane.connection)
                waiting.discard(id(lane))
    for lane in lanes:
        if not lane.over:
            lane.end(time_is_up(lane.connection, lane.answer, lane.times))


def _settle(pool: Pool, lane: Lane) -> None:
    if lane.over:
        lane.decode()
    if lane.failure is not None:
        pool.note_failure(lane.connection, lane.failure, begun=lane.times.first_byte > 0)
    if lane.received is not None and lane.answer.reusable and not lane.spoilt:
        pool.give_back(lane.connection)
    else:
        lane.connection.close()


def _never_ran(request: Outgoing, failure: Failure, ready: Times) -> Transmission:
    return Transmission(request.sent, None, failure, ready.started, 0, 0, time.monotonic_ns())
