"""Sends one request and reads its answer over one connection, and records the times."""

from __future__ import annotations

import time

from harness.client.answer_reader import Answer
from harness.client.connection import Connection
from harness.client.failure import TransmissionError, interrupted, seconds
from harness.model import FailureKind

_now = time.monotonic_ns


class Times:
    """The times of one exchange, in nanoseconds of `time.monotonic_ns()`. 0 means that the event did not happen."""

    __slots__ = ("_allowed_ns", "deadline", "finished", "first_byte", "released", "reused", "started")

    def __init__(self, time_out_seconds: float) -> None:
        """Start the clock."""
        self.started = _now()
        self._allowed_ns = int(time_out_seconds * 1e9)
        self.deadline = self.started + self._allowed_ns
        self.released = self.first_byte = self.finished = 0
        self.reused = False
        """True if the connection had carried an exchange before."""

    def allow_again(self) -> None:
        """Start the allowed time again from now, after the preparation."""
        self.deadline = _now() + self._allowed_ns

    @property
    def allowed(self) -> str:
        """The whole allowed time, for a reader."""
        return seconds(self._allowed_ns)


def exchange(connection: Connection, wire: bytes, answer: Answer, times: Times) -> None:
    """Send a request and read its answer until it is complete. Raises TransmissionError."""
    sent = send_all(connection, wire, answer, times)
    receive_answer(connection, answer, times)
    if sent < len(wire):
        answer.reusable = False


def send_all(connection: Connection, wire: bytes, answer: Answer, times: Times) -> int:
    """Pass `wire` to the kernel and return how many bytes it took.

    It is less than all only if the wallet answers early.

    `times.released` is taken just before the last byte goes, so that no effect of the request can be earlier. Raises
    TransmissionError.
    """
    sent = 0
    view = memoryview(wire)
    while sent < len(wire):
        times.released = _now()
        try:
            taken = connection.send_some(view[sent:] if sent else wire)
        except OSError as error:
            if not sent:
                times.released = 0
                raise _nothing_sent(connection, error) from error
            # A server that refuses a large request may answer, stop reading and close. Its answer may have arrived.
            _rescue(connection, answer, times, error)
            return sent
        sent += taken
        if not taken and _answers_early(connection, answer, times, sent):
            return sent
    return sent


def receive_answer(connection: Connection, answer: Answer, times: Times) -> None:
    """Read until the answer is complete. Raises TransmissionError, at the latest at the deadline."""
    while not answer.complete:
        if not connection.pending and not connection.wait(times.deadline, read=True):
            raise time_is_up(connection, answer, times)
        receive_some(connection, answer, times)


def receive_part(connection: Connection, answer: Answer, times: Times) -> None:
    """Read until the first bytes of the answer have arrived. Raises TransmissionError if none arrive in time."""
    while not answer.begun:
        if not connection.pending and not connection.wait(times.deadline, read=True):
            raise time_is_up(connection, answer, times)
        receive_some(connection, answer, times)


def receive_some(connection: Connection, answer: Answer, times: Times) -> bool:
    """Read the bytes that have arrived. Returns true if there were any."""
    try:
        data = connection.receive()
    except OSError as error:
        raise interrupted(connection.where, error, answer.progress) from error
    if data is None:
        return False
    if not times.first_byte and data:
        times.first_byte = _now()
    if data:
        answer.feed(data)
    else:
        answer.end()
    return True


def _answers_early(connection: Connection, answer: Answer, times: Times, sent: int) -> bool:
    """Wait until the kernel has room for more of the request. Returns true if the wallet answers before that."""
    if not connection.wait(times.deadline, read=True, write=True):
        detail = f"{connection.where} did not take the whole request within {times.allowed}"
        raise TransmissionError(FailureKind.TIME_OUT, detail, never_sent=not sent)
    return receive_some(connection, answer, times)


def _rescue(connection: Connection, answer: Answer, times: Times, error: OSError) -> None:
    try:
        receive_answer(connection, answer, times)
    except TransmissionError:
        raise interrupted(connection.where, error, "while the request was being sent") from error


def _nothing_sent(connection: Connection, error: OSError) -> TransmissionError:
    failure = interrupted(connection.where, error, "before anything was sent").failure
    return TransmissionError(failure.kind, failure.detail, never_sent=True)


def time_is_up(connection: Connection, answer: Answer, times: Times) -> TransmissionError:
    """The error for a missed deadline. Its text depends on how much of the answer had arrived."""
    if not answer.begun:
        detail = f"{connection.where} gave no answer within {times.allowed}"
    else:
        detail = f"{connection.where} did not finish its answer within {times.allowed}: it stopped {answer.progress}"
    return TransmissionError(FailureKind.TIME_OUT, detail)
