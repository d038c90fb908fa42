"""Loses an answer on purpose, as networks do. The wallet may or may not have processed the request."""

from __future__ import annotations

import time
from typing import NoReturn

from harness.client.answer_reader import Answer
from harness.client.connection import Connection
from harness.client.exchange import Times, receive_part, send_all
from harness.client.failure import TransmissionError, seconds
from harness.client.outgoing import Outgoing
from harness.model import FailureKind, Loss

CLOSE_WAIT_NS = 50_000_000
"""How long the harness waits for the wallet to close the connection after a truncated request, in nanoseconds."""


def lose(connection: Connection, outgoing: Outgoing, answer: Answer, times: Times, wait_seconds: float) -> NoReturn:
    """Send a request and lose its answer in the way of the request's `loss`. The caller then closes the connection.

    Always raises TransmissionError: `LOST` if the answer was lost as intended, else the failure that happened instead.
    """
    if outgoing.loss is Loss.HALF_REQUEST:
        # Send all but the last byte of the body. A parser that tolerates a missing bracket would have everything it
        # needs. Without a body, send half of the head.
        end = len(outgoing.wire) - 1 if outgoing.head_bytes < len(outgoing.wire) else len(outgoing.wire) // 2
        send_all(connection, outgoing.wire[:end], answer, times)
        # The byte that would complete the request was never sent.
        times.released = 0
        # A wallet that acts on half a request does so when the request ends. The next read must come after that.
        connection.end_sending()
        connection.wait(time.monotonic_ns() + CLOSE_WAIT_NS, read=True)
        raise _lost("we closed the connection before the end of the request, on purpose")
    send_all(connection, outgoing.wire, answer, times)
    if outgoing.loss is Loss.HALF_ANSWER:
        receive_part(connection, answer, times)
        raise _lost("we closed the connection after the first bytes of the answer, on purpose")
    if outgoing.loss is Loss.TIME_OUT:
        # The answer stays unread in the kernel, as after a platform's own time-out.
        pause_ns = min(int(wait_seconds * 1e9), max(0, times.deadline - time.monotonic_ns()))
        time.sleep(pause_ns / 1e9)
        raise _lost(f"we gave up waiting after {seconds(pause_ns)}, on purpose")
    raise _lost("we closed the connection without reading the answer, on purpose")


def _lost(detail: str) -> TransmissionError:
    return TransmissionError(FailureKind.LOST, detail)
