"""Bad weather around the app: a fault is an ASGI wrapper whose fields are its settings. A sound wallet survives it.

A fault strikes the requests that its `Strikes` picks, counted or seeded, and counts in `fired` how often it did: one
that never fired has tested nothing. Faults nest: `Latency(DropReply(app, ...), ...)`.
"""

from __future__ import annotations

import asyncio
import gzip
import random
from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from mock_server.app import Asgi, Message, Receive, Scope, Send

Strikes: TypeAlias = Callable[[], bool]
"""Asked once for each request: does the fault strike this one?"""

HANG_UP = "walletproof.hang_up"
"""The scope extension by which a server without uvicorn's connection lets a fault drop it."""


def always() -> bool:
    """Strike every request."""
    return True


@dataclass
class Every:
    """Strike each `nth` request, the first time after `skip` others, and no more than `most` times (0: for ever)."""

    nth: int = 1
    skip: int = 0
    most: int = 0
    _seen: int = field(default=0, init=False)
    _struck: int = field(default=0, init=False)

    def __call__(self) -> bool:
        """Count this request, and say whether it is struck."""
        self._seen += 1
        turn = self._seen > self.skip and (self._seen - self.skip - 1) % self.nth == 0
        if not turn or (self.most and self._struck >= self.most):
            return False
        self._struck += 1
        return True


@dataclass
class Seeded:
    """Strike about `percent` of the requests: the same ones for the same seed."""

    percent: int
    seed: int
    _random: random.Random = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    def __call__(self) -> bool:
        """Throw the dice for this request."""
        return self._random.randrange(100) < self.percent


@dataclass
class Weather:
    """One fault around an application."""

    app: Asgi
    strikes: Strikes = always
    fired: int = field(default=0, init=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, struck or not."""
        if scope["type"] == "http" and self.strikes():
            self.fired += 1
            await self.strike(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    @abstractmethod
    async def strike(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request badly."""


@dataclass
class Latency(Weather):
    """The answer is slow: the wallet acts after `milliseconds`."""

    milliseconds: int = 60

    async def strike(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Wait, then serve."""
        await asyncio.sleep(self.milliseconds / 1000)
        await self.app(scope, receive, send)


@dataclass
class Unavailable(Weather):
    """503 before the wallet acts, without a body of a contract's shape."""

    async def strike(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse to serve."""
        del scope, receive
        body = b"the wallet is overloaded\n"
        headers = [(b"content-type", b"text/plain"), (b"content-length", b"%d" % len(body)), (b"retry-after", b"1")]
        await send({"type": "http.response.start", "status": 503, "headers": headers})
        await send({"type": "http.response.body", "body": body})


@dataclass
class DropReply(Weather):
    """The wallet books, and the connection closes without one byte of an answer."""

    async def strike(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve, and hang up instead of answering."""
        await _recorded(self.app, scope, receive)
        await hang_up(scope, receive, send)


@dataclass
class CutBody(Weather):
    """The wallet books, and the connection closes after the head and `keep` bytes of the body."""

    keep: int = 10

    async def strike(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve, answer in part, hang up."""
        start, body = await _recorded(self.app, scope, receive)
        await send(start)
        await send({"type": "http.response.body", "body": body[: self.keep], "more_body": True})
        await hang_up(scope, receive, send)


@dataclass
class Chunked(Weather):
    """The answer comes in chunks of `size` bytes, without a length: a permitted way to answer."""

    size: int = 7

    async def strike(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve, and answer piece by piece."""
        start, body = await _recorded(self.app, scope, receive)
        await send({**start, "headers": _without(start, b"content-length")})
        for position in range(0, len(body), self.size):
            await send({"type": "http.response.body", "body": body[position : position + self.size], "more_body": True})
        await send({"type": "http.response.body", "body": b""})


@dataclass
class Gzip(Weather):
    """The answer is compressed where the client accepts that: a permitted way to answer."""

    async def strike(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve, and compress the answer."""
        start, body = await _recorded(self.app, scope, receive)
        headers = _without(start, b"content-length")
        if b"gzip" in dict(scope["headers"]).get(b"accept-encoding", b""):
            body = gzip.compress(body, mtime=0)
            headers += [(b"content-encoding", b"gzip"), (b"vary", b"accept-encoding")]
        await send({**start, "headers": [*headers, (b"content-length", b"%d" % len(body))]})
        await send({"type": "http.response.body", "body": body})


@dataclass
class CloseConnection(Weather):
    """The server closes the connection after each answer, and says so: a permitted way to answer."""

    async def strike(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve, and announce the close."""

        async def announcing(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], (b"connection", b"close")]}
            await send(message)

        await self.app(scope, receive, announcing)


async def hang_up(scope: Scope, receive: Receive, send: Send) -> None:
    """Close the connection now, and return when it is closed.

    ASGI has no word for that. uvicorn's `send` is a method of the object that holds the connection; another server
    gives a function of its own as the scope's extension `HANG_UP`. Raises TypeError where there is neither.
    """
    close = scope.get("extensions", {}).get(HANG_UP)
    if close is not None:
        close()
        return
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    if transport is None:
        raise TypeError("this server does not let a fault close the connection: serve it with uvicorn")
    transport.close()
    while (await receive())["type"] != "http.disconnect":
        pass


async def _recorded(app: Asgi, scope: Scope, receive: Receive) -> tuple[Message, bytes]:
    """The head and the body of the app's answer."""
    starts: list[Message] = []
    body = bytearray()

    async def record(message: Message) -> None:
        if message["type"] == "http.response.start":
            starts.append(message)
        else:
            body.extend(message.get("body", b""))

    await app(scope, receive, record)
    if not starts:
        raise asyncio.CancelledError("the client went away before its request was complete")
    return starts[0], bytes(body)


def _without(start: Message, name: bytes) -> list[tuple[bytes, bytes]]:
    headers: list[tuple[bytes, bytes]] = start["headers"]
    return [(key, value) for key, value in headers if key.lower() != name]
