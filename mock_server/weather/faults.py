"""Faults under which a sound wallet stays correct, and a patient platform gets its answers.

Each is an ASGI wrapper with its settings as fields. Faults can be nested: `Latency(DropReply(app, ...), ...)`.
"""

from __future__ import annotations

import asyncio
import gzip
from dataclasses import dataclass

from mock_server.app import Message, Receive, Scope, Send
from mock_server.lag import LAG_MS
from mock_server.weather.fault import (
    Fault,
    again,
    answer,
    answer_of,
    arrived,
    discard,
    hang_up,
    passing_on,
    recorded,
    without,
)

PIECES = 10
"""Number of pieces in which a slow body comes."""
TEXT = (b"content-type", b"text/plain")


@dataclass
class Latency(Fault):
    """The answer is slow: the wallet acts `milliseconds` after the request."""

    milliseconds: int = 60

    async def strike(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Wait, then serve."""
        await asyncio.sleep(self.milliseconds / 1000)
        await self.app(scope, receive, send)


@dataclass
class SlowBody(Fault):
    """The head of the answer comes at once, and its body piece by piece within `milliseconds`."""

    milliseconds: int = 500

    async def strike(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request and send the answer slowly."""
        start, body = await recorded(self.app, scope, receive)
        await send(start)
        size = len(body) // PIECES + 1
        for position in range(0, len(body), size):
            await asyncio.sleep(self.milliseconds / 1000 / PIECES)
            await send({"type": "http.response.body", "body": body[position : position + size], "more_body": True})
        await send({"type": "http.response.body", "body": b""})


@dataclass
class Busy(Fault):
    """The answer is 429 before the wallet acts, with a `Retry-After` of `seconds`."""

    seconds: int = 1

    async def strike(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read the request and answer 429."""
        del scope
        await discard(receive)
        await answer(send, answer_of(429, TEXT), b"too many requests\n", (b"retry-after", b"%d" % self.seconds))


@dataclass
class Unavailable(Fault):
    """The answer is 503 before the wallet acts, with a `Retry-After` of `seconds`. It has no shape of a contract."""

    seconds: int = 1

    async def strike(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read the request and answer 503."""
        del scope
        await discard(receive)
        body = b"the wallet is overloaded\n"
        await answer(send, answer_of(503, TEXT), body, (b"retry-after", b"%d" % self.seconds))


@dataclass
class DropRequest(Fault):
    """The connection closes when the whole request has arrived. The wallet never sees the request."""

    async def strike(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read the request and close the connection."""
        await discard(receive)
        await hang_up(scope, receive, send)


@dataclass
class DropReply(Fault):
    """The wallet processes the request, and the connection closes without one byte of an answer."""

    async def strike(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request, then close the connection instead of answering."""
        await recorded(self.app, scope, receive)
        await hang_up(scope, receive, send)


@dataclass
class Reset(Fault):
    """The wallet processes the request, and the connection is reset without one byte of an answer."""

    async def strike(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request, then reset the connection instead of answering."""
        await recorded(self.app, scope, receive)
        await hang_up(scope, receive, send, reset=True)


@dataclass
class Duplicate(Fault):
    """The wallet receives the request twice, as from a proxy that repeats it. The first answer is sent."""

    async def strike(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request twice. Both start in the same turn, so that no other request comes between them."""
        body, whole = await arrived(receive)
        if not whole:
            return
        both = (recorded(self.app, scope, again(body, receive)) for _ in range(2))
        (start, found), _ = await asyncio.gather(*both)
        await answer(send, start, found)


@dataclass
class Lag(Fault):
    """A balance that the wallet shows is the one of `milliseconds` ago, as from a copy of the books that is behind."""

    milliseconds: int = 200

    async def strike(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request from older books. It affects readings of the balance alone."""
        before = LAG_MS.set(self.milliseconds)
        try:
            await self.app(scope, receive, send)
        finally:
            LAG_MS.reset(before)


@dataclass
class Chunked(Fault):
    """The answer is sent in chunks of `size` bytes, without a length. HTTP permits this."""

    size: int = 7

    async def strike(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request and send the answer in chunks."""
        start, body = await recorded(self.app, scope, receive)
        await send({**start, "headers": without(start, b"content-length")})
        for position in range(0, len(body), self.size):
            await send({"type": "http.response.body", "body": body[position : position + self.size], "more_body": True})
        await send({"type": "http.response.body", "body": b""})


@dataclass
class Gzip(Fault):
    """The answer is compressed if the client accepts compression. HTTP permits this."""

    async def strike(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request and compress the answer."""
        start, body = await recorded(self.app, scope, receive)
        if b"gzip" in dict(scope["headers"]).get(b"accept-encoding", b""):
            packed = (b"content-encoding", b"gzip"), (b"vary", b"accept-encoding")
            await answer(send, start, gzip.compress(body, mtime=0), *packed)
        else:
            await answer(send, start, body)


@dataclass
class CloseConnection(Fault):
    """The server closes the connection after each answer and announces it in a header. HTTP permits this."""

    async def strike(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request and announce the close."""

        def announcing(message: Message) -> Message:
            if message["type"] == "http.response.start":
                return {**message, "headers": [*message["headers"], (b"connection", b"close")]}
            return message

        await self.app(scope, receive, passing_on(send, announcing))
