"""Faults that spoil the answer. The wallet has processed the request, and the client cannot read that it has.

A platform must take such an answer for none. A harness must find the format wrong, and never the money.
"""

from __future__ import annotations

from dataclasses import dataclass

from mock_server.app import Receive, Scope, Send
from mock_server.weather.fault import Fault, answer, answer_of, hang_up, recorded, without

HTML = (b"content-type", b"text/html; charset=utf-8")


@dataclass
class CutBody(Fault):
    """The wallet processes the request, and the connection closes after the head and `keep` bytes of the body."""

    keep: int = 10

    async def strike(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request, send a part of the answer and close the connection."""
        start, body = await recorded(self.app, scope, receive)
        await send(start)
        await send({"type": "http.response.body", "body": body[: self.keep], "more_body": True})
        await hang_up(scope, receive, send)


@dataclass
class Truncated(Fault):
    """The answer ends in the middle of its JSON, and its length agrees with that."""

    async def strike(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request and send the first half of the answer."""
        start, body = await recorded(self.app, scope, receive)
        await answer(send, start, body[: len(body) // 2])


@dataclass
class WrongType(Fault):
    """The answer announces HTML. Its body is right."""

    async def strike(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request and change the content type of the answer."""
        start, body = await recorded(self.app, scope, receive)
        await answer(send, {**start, "headers": without(start, b"content-type")}, body, HTML)


@dataclass
class BareError(Fault):
    """The answer is 500 with a page of HTML, although the wallet has processed the request."""

    async def strike(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request and answer 500."""
        await recorded(self.app, scope, receive)
        await answer(send, answer_of(500, HTML), b"<h1>Internal Server Error</h1>\n")
