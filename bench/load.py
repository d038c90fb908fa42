"""Requests for the reference wallet, and the connections that send them as fast as the wallet answers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from typing import cast

import uvloop

from harness.contracts import Credentials, load
from harness.model import Operation

CASINO = load("casino")
CREDENTIALS = Credentials(api_key="key", secret="secret")
ENVIRONMENT = {"WALLET_API_KEY": CREDENTIALS["api_key"], "WALLET_SECRET": CREDENTIALS["secret"]}
LENGTH = b"content-length: "


def wire(operation: Operation) -> bytes:
    """A signed request as its bytes on the wire."""
    request = CASINO.request(operation, CREDENTIALS, time.time_ns() // 1_000_000)
    head = [f"POST /casino{request.path} HTTP/1.1", "host: wallet", f"content-length: {len(request.body)}"]
    return (
        "\r\n".join([*head, *(f"{name}: {value}" for name, value in request.headers), "", ""]).encode() + request.body
    )


class Connection(asyncio.Protocol):
    """Sends the next request when the answer to the last one is complete."""

    def __init__(self, messages: Iterator[bytes], items: int, done: asyncio.Future[int]) -> None:
        """All connections share `messages`. Each answer must accept `items`. `done` gets the number of answers."""
        self._messages = messages
        self._items = items
        self._done = done
        self._received = bytearray()
        self._missing = 0
        self._answers = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the first request."""
        self._transport = cast("asyncio.Transport", transport)
        self._next()

    def data_received(self, data: bytes) -> None:
        """Receive a piece of an answer."""
        self._received += data
        if not self._missing:
            end = self._received.find(b"\r\n\r\n") + 4
            if end < 4:
                return
            head = bytes(self._received[:end])
            length = head.lower().partition(LENGTH)[2].partition(b"\r\n")[0]
            self._missing = end + int(length)
        if len(self._received) < self._missing:
            return
        if self._received.count(b'"RS_OK"') < self._items:
            self._fail(f"the wallet refused: {bytes(self._received[:1000])!r}")
            return
        self._received.clear()
        self._missing = 0
        self._answers += 1
        self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        """The wallet must not end a connection."""
        self._fail(f"the wallet ended a connection: {exc}")

    def _fail(self, reason: str) -> None:
        if not self._done.done():
            self._done.set_exception(SystemExit(reason))

    def _next(self) -> None:
        message = next(self._messages, None)
        if message is not None:
            self._transport.write(message)
            return
        self._done.set_result(self._answers)
        self._transport.close()


def until(deadline: float, messages: Sequence[bytes], least: int) -> Iterator[bytes]:
    """The messages until the deadline, in seconds of `perf_counter`, and at least so many."""
    for number, each in enumerate(messages):
        if number >= least and time.perf_counter() > deadline:
            return
        yield each


def rate(port: int, messages: Sequence[bytes], items: int, *, connections: int, seconds: float) -> float:
    """Accepted items in a second. `items` is the number of items in each message."""

    async def load() -> tuple[int, float]:
        loop = asyncio.get_running_loop()
        began = time.perf_counter()
        left = until(began + seconds, messages, connections)
        ends = [loop.create_future() for _ in range(connections)]
        for end in ends:
            await loop.create_connection(lambda end=end: Connection(left, items, end), "127.0.0.1", port)  # type: ignore[misc]
        return sum(await asyncio.gather(*ends)), time.perf_counter() - began

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        answers, took = runner.run(load())
    return answers * items / took
