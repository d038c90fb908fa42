"""A carrier to the bundled wallet in this process: no sockets, always the same order, the same bytes as over HTTP."""

from __future__ import annotations

import time
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from harness.model import Failure, FailureKind, Loss, Message, Request, Transmission
from mock_server.app import App
from mock_server.clock import MovedClock
from mock_server.in_process import run, run_together
from mock_server.wire import Answer

STEP_MS = 1000
"""Milliseconds that a clock moves with each request. So a suite also finds what a wallet does after some time."""


class InProcessCarrier:
    """Answers requests through an app. Requests released together take turns: a rule that waits lets the others run."""

    def __init__(
        self,
        app: App,
        place: str,
        clock: MovedClock | None = None,
        *,
        now_ns: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        """`place` is the path of the requests in the app: a slash and a contract's name, or the provisioning address.

        A `clock` moves by `STEP_MS` after each request, and after each group of requests in flight together. The times
        of the transmissions come from `now_ns`, in nanoseconds.
        """
        self._app = app
        self._place = place
        self._clock = clock
        self._now_ns = now_ns
        self._backwards = False

    def send(
        self, request: Request, *, loss: Loss | None = None, time_out_seconds: float | None = None
    ) -> Transmission:
        """Send one request once. Even if the answer is lost, the wallet has acted, unless the request broke off."""
        del time_out_seconds
        started_ns = self._now_ns()
        answer = None
        if loss is Loss.HALF_REQUEST:
            run(self._app.break_off(self._place + request.path, _by_name(request), arriving(request.body)))
        else:
            answer = run(self._ask(request))
        self._move_clock()
        return _transmission(request, answer, loss, started_ns, self._now_ns())

    def release(
        self, requests: Sequence[Request], *, time_out_seconds: float | None = None
    ) -> tuple[Transmission, ...]:
        """Send requests in flight together: none ends before the last one has begun.

        They take turns in the order given, and at the next call in the opposite order.
        """
        del time_out_seconds
        started_ns = self._now_ns()
        order = -1 if self._backwards else 1
        self._backwards = not self._backwards
        answers = run_together([self._ask(request) for request in requests[::order]])[::order]
        self._move_clock()
        last_ns = self._now_ns()
        made = [_transmission(*pair, None, started_ns, last_ns) for pair in zip(requests, answers, strict=True)]
        return tuple(made)

    def close(self) -> None:
        """Does nothing, since no connection is open."""

    def _move_clock(self) -> None:
        if self._clock is not None:
            self._clock.move(STEP_MS)

    def _ask(self, request: Request) -> Coroutine[Any, Any, Answer]:
        return self._app.answer(request.method, self._place + request.path, _by_name(request), request.body)


def arriving(body: bytes) -> bytes:
    """The part of a body that arrives if the request breaks off: all but its last byte, as over a socket."""
    return body[:-1]


def _by_name(request: Request) -> dict[str, str]:
    return {name.lower(): value for name, value in request.headers}


def _transmission(
    request: Request, answer: Answer | None, loss: Loss | None, started_ns: int, finished_ns: int
) -> Transmission:
    failure = None if loss is None else Failure(FailureKind.LOST, f"lost on purpose: {loss.replace('_', ' ')}")
    received = None if answer is None or loss is not None else _received(answer)
    return Transmission(_sent(request), received, failure, started_ns, started_ns, finished_ns, finished_ns)


def _sent(request: Request) -> Message:
    headers = (*request.headers, ("content-length", str(len(request.body))))
    return Message(_head(f"{request.method} {request.path} HTTP/1.1", headers), request.body, headers=headers)


def _received(answer: Answer) -> Message:
    headers = tuple((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in answer.headers)
    return Message(_head(f"HTTP/1.1 {answer.status}", headers), answer.body, answer.status, headers)


def _head(first: str, headers: Sequence[tuple[str, str]]) -> bytes:
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
    return f"{first}\r\n{lines}\r\n".encode("latin-1", "replace")
