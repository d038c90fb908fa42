"""What every fault is made of: the type `Fault`, and the ways to answer, to record and to close a connection.

A fault affects the requests that its `Strikes` selects, by count or by seed. The field `fired` counts them, because a
fault that never fired has tested nothing.
"""

from __future__ import annotations

import socket
import struct
from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from mock_server.app import Asgi, Message, Receive, Scope, Send
from mock_server.weather.strikes import Strikes, always

TRANSPORT = "walletproof.transport"
"""The scope extension with uvicorn's transport, for faults that see the connection only through other faults."""
HANG_UP = "walletproof.hang_up"
"""The scope extension through which a fault closes the connection on a server other than uvicorn."""
_NO_LINGER = struct.pack("ii", 1, 0)


class Gone(Exception):
    """The client went away before its request was complete, so that there is no answer to change."""


@dataclass
class Fault:
    """One fault around an application."""

    app: Asgi
    strikes: Strikes = always
    fired: int = field(default=0, init=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, with the fault if it is selected."""
        if scope["type"] != "http" or not self.strikes():
            await self.app(scope, receive, send)
            return
        self.fired += 1
        try:
            await self.strike(scope, receive, send)
        except Gone:
            return

    @abstractmethod
    async def strike(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request with the fault. Raises Gone."""


async def hang_up(scope: Scope, receive: Receive, send: Send, *, reset: bool = False) -> None:
    """Close or reset the connection now, and return when it is closed.

    ASGI has no message for this. With uvicorn, `send` is a method of the object that holds the connection. Another
    server passes a function as the scope's extension `HANG_UP`. Raises TypeError if there is neither.
    """
    extensions = scope.get("extensions", {})
    close = extensions.get(HANG_UP)
    if close is not None:
        close()
        return
    transport = extensions.get(TRANSPORT) or transport_of(send)
    if transport is None:
        raise TypeError("this server does not let a fault close the connection: serve it with uvicorn")
    if reset:
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        transport.abort()
    else:
        transport.close()
    while (await receive())["type"] != "http.disconnect":
        pass


def transport_of(send: Send) -> Any:
    """Uvicorn's transport behind a function that sends, or None. Functions around it have the attribute, too."""
    return getattr(getattr(send, "__self__", send), "transport", None)


def passing_on(send: Send, message: Callable[[Message], Message]) -> Send:
    """A function that sends each message in a changed form."""

    async def changed(each: Message) -> None:
        await send(message(each))

    changed.transport = transport_of(send)  # type: ignore[attr-defined]
    return changed


async def recorded(app: Asgi, scope: Scope, receive: Receive) -> tuple[Message, bytes]:
    """The head and the body of the app's answer. Raises Gone."""
    starts: list[Message] = []
    body = bytearray()

    async def record(message: Message) -> None:
        if message["type"] == "http.response.start":
            starts.append(message)
        else:
            body.extend(message.get("body", b""))

    await app(scope, receive, record)
    if not starts:
        raise Gone
    return starts[0], bytes(body)


async def arrived(receive: Receive, most: int = 0) -> tuple[bytes, bool]:
    """The body of a request, and whether it is whole. More than `most` bytes are not waited for (0: without limit)."""
    body = bytearray()
    while not most or len(body) <= most:
        message = await receive()
        if message["type"] != "http.request":
            return bytes(body), False
        body += message.get("body", b"")
        if not message.get("more_body", False):
            return bytes(body), True
    return bytes(body), False


async def discard(receive: Receive) -> None:
    """Read the rest of a request. Closing a connection with unread bytes would reset it, and lose the answer."""
    while (message := await receive())["type"] == "http.request" and message.get("more_body", False):
        pass


def again(body: bytes, receive: Receive, *, whole: bool = True) -> Receive:
    """A function that receives a body that has arrived, as a `whole` or a part of it, and then what comes next."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": not whole}]

    async def replayed() -> Message:
        return messages.pop() if messages else await receive()

    return replayed


async def answer(send: Send, start: Message, body: bytes, *headers: tuple[bytes, bytes]) -> None:
    """Send an answer with the status and the headers of `start`, with further headers, and with this body."""
    length = (b"content-length", b"%d" % len(body))
    await send({**start, "headers": [*without(start, b"content-length"), *headers, length]})
    await send({"type": "http.response.body", "body": body})


def without(start: Message, name: bytes) -> list[tuple[bytes, bytes]]:
    """The headers of an answer but one."""
    headers: list[tuple[bytes, bytes]] = start["headers"]
    return [(key, value) for key, value in headers if key.lower() != name]


def answer_of(status: int, *headers: tuple[bytes, bytes]) -> Message:
    """The head of an answer."""
    return {"type": "http.response.start", "status": status, "headers": list(headers)}
