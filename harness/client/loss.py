"""Lose an answer on purpose, the way networks do: the wallet may or may not have acted, and we must not know."""

from __future__ import annotations

import time
from typing import NoReturn

from harness.client.answer_reader import Answer
from harness.client.connection import Connection
from harness.client.exchange import Times, receive_part, send_all
from harness.client.failure import TransmissionError, seconds
from harness.client.outgoing import Outgoing
from harness.model import FailureKind, Loss

HEARING_NS = 50_000_000
"""How long a wallet is given to hang up on a request that broke off. One that does not is not waited for."""


def lose(connection: Connection, outgoing: Outgoing, answer: Answer, times: Times, wait_seconds: float) -> NoReturn:
    """Send a request and lose its answer as the request's `loss` says; the caller then closes the connection.

    Always raises TransmissionError: `LOST` when the loss came about, and what happened instead when it did not.
    """
    if outgoing.loss is Loss.HALF_REQUEST:
        # All but the last byte of the body: whoever forgives a missing bracket has everything else that he needs.
        # Without a body, half of the head.
        end = len(outgoing.wire) - 1 if outgoing.head_bytes < len(outgoing.wire) else len(outgoing.wire) // 2
        send_all(connection, outgoing.wire[:end], answer, times)
        # Not one byte that would make the request whole has gone.
        times.released = 0
        # A wallet that acts on half a request does so when it hears of its end: what is read next must come after.
        connection.end_sending()
        connection.wait(time.monotonic_ns() + HEARING_NS, read=True)
        raise _lost("we closed the connection before the end of the request, on purpose")
    send_all(connection, outgoing.wire, answer, times)
    if outgoing.loss is Loss.HALF_ANSWER:
        receive_part(connection, answer, times)
        raise _lost("we closed the connection after the first bytes of the answer, on purpose")
    if outgoing.loss is Loss.TIME_OUT:
        # The answer is left in the kernel unread: what a platform does whose patience has ended.
        pause_ns = min(int(wait_seconds * 1e9), max(0, times.deadline - time.monotonic_ns()))
        time.sleep(pause_ns / 1e9)
        raise _lost(f"we gave up waiting after {seconds(pause_ns)}, on purpose")
    raise _lost("we closed the connection without reading the answer, on purpose")


def _lost(detail: str) -> TransmissionError:
    return TransmissionError(FailureKind.LOST, detail)
