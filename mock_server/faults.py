"""Network and server faults around the app: each is an ASGI wrapper with its settings as fields.

A sound wallet stays correct under every fault. A fault affects the requests that its `Strikes` selects, by count or by
seed. The field `fired` counts them, because a fault that never fired has tested nothing. Faults can be nested:
`Latency(DropReply(app, ...), ...)`.
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
"""Called once for each request. Returns True if the fault affects it."""

HANG_UP = "walletproof.hang_up"
"""The scope extension through which a fault closes the connection on a server other than uvicorn."""


def always() -> bool:
    """Affect every request."""
    return True


@dataclass
class Every:
    """Affect each `nth` request after the first `skip` requests, at most `most` times (0: without limit)."""

    nth: int = 1
    skip: int = 0
    most: int = 0
    _count: int = field(default=0, init=False)
    _struck: int = field(default=0, init=False)

    def __call__(self) -> bool:
        """Count this request and return whether it is affected."""
        self._count += 1
        turn = self._count > self.skip and (self._count - self.skip - 1) % self.nth == 0
        if not turn or (self.most and self._struck >= self.most):
            return False
        self._struck += 1
        return True


@dataclass
class Seeded:
    """Affect about `percent` of the requests. The same seed selects the same requests."""

    percent: int
    seed: int
    _random: random.Random = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    def __call__(self) -> bool:
        """Draw the random number for this request."""
        return self._random.randrange(100) < self.percent


@dataclass
class Fault:
    """One fault around an application."""

    app: Asgi
    strikes: Strikes = always
    fired: int = field(default=0, init=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, with the fault if it is selected."""
        if scope["type"] == "http" and self.strikes():
            self.fired += 1
            await self.strike(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    @abstractmethod
    async def strike(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request with the fault."""


@dataclass
class Latency(Fault):
    """The answer is slow: the wallet acts `milliseconds` after the request."""

    milliseconds: int = 60

    async def strike(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Wait, then serve."""
        await asyncio.sleep(self.milliseconds / 1000)
        await self.app(scope, receive, send)


@dataclass
class Unavailable(Fault):
    """The answer is 503 before the wallet acts, and its body has no shape of a contract."""

    async def strike(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 503."""
        del scope, receive
        body = b"the wallet is overloaded\n"
        headers = [(b"content-type", b"text/plain"), (b"content-length", b"%d" % len(body)), (b"retry-after", b"1")]
        await send({"type": "http.response.start", "status": 503, "headers": headers})
        await send({"type": "http.response.body", "body": body})


@dataclass
class DropReply(Fault):
    """The wallet processes the request, and the connection closes without one byte of an answer."""

    async def strike(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request, then close the connection instead of answering."""
        await _recorded(self.app, scope, receive)
        await hang_up(scope, receive, send)


@dataclass
class CutBody(Fault):
    """The wallet processes the request, and the connection closes after the head and `keep` bytes of the body."""

    keep: int = 10

    async def strike(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request, send a part of the answer and close the connection."""
        start, body = await _recorded(self.app, scope, receive)
        await send(start)
        await send({"type": "http.response.body", "body": body[: self.keep], "more_body": True})
        await hang_up(scope, receive, send)


@dataclass
class Chunked(Fault):
    """The answer is sent in chunks of `size` bytes, without a length. HTTP permits this."""

    size: int = 7

    async def strike(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request and send the answer in chunks."""
        start, body = await _recorded(self.app, scope, receive)
        await send({**start, "headers": _without(start, b"content-length")})
        for position in range(0, len(body), self.size):
            await send({"type": "http.response.body", "body": body[position : position + self.size], "more_body": True})
        await send({"type": "http.response.body", "body": b""})


@dataclass
class Gzip(Fault):
    """The answer is compressed if the client accepts compression. HTTP permits this."""

    async def strike(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request and compress the answer."""
        start, body = await _recorded(self.app, scope, receive)
        headers = _without(start, b"content-length")
        if b"gzip" in dict(scope["headers"]).get(b"accept-encoding", b""):
            body = gzip.compress(body, mtime=0)
            headers += [(b"content-encoding", b"gzip"), (b"vary", b"accept-encoding")]
        await send({**start, "headers": [*headers, (b"content-length", b"%d" % len(body))]})
        await send({"type": "http.response.body", "body": body})


@dataclass
class CloseConnection(Fault):
    """The server closes the connection after each answer and announces it in a header. HTTP permits this."""

    async def strike(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request and announce the close."""

        async def announcing(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], (b"connection", b"close")]}
            await send(message)

        await self.app(scope, receive, announcing)


async def hang_up(scope: Scope, receive: Receive, send: Send) -> None:
    """Close the connection now and return when it is closed.

    ASGI has no message for this. With uvicorn, `send` is a method of the object that holds the connection. Another
    server passes a function as the scope's extension `HANG_UP`. Raises TypeError if there is neither.
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
