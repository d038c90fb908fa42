"""The limits of connections: the size of a head, the time of a slow client, and how many are open at once.

Without them, one client can hold memory or connections for as long as it likes. uvicorn, which serves the requests,
limits none of it. Each refusal is an HTTP answer, and its connection is closed such that the client can read it.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from mock_server.limits import Limits, announced_bytes
from mock_server.metrics import Metrics


@dataclass(slots=True)
class Room:
    """The connections of one server, by what the server waits for. The longest wait comes first.

    Each value is the time of the event loop at which the wait began, in seconds.
    """

    limits: Limits
    metrics: Metrics
    idle: dict[Connection, float] = field(default_factory=dict)
    """Connections without a whole head of a request."""
    receiving: dict[Connection, float] = field(default_factory=dict)
    """Connections in the middle of a body."""
    unread: dict[Connection, float] = field(default_factory=dict)
    """Connections whose client does not read its answer."""

    def sweep(self, now: float) -> None:
        """End every wait that has lasted too long."""
        for each in _overdue(self.idle, now - self.limits.head_seconds):
            each.give_up("slow_head")
        for each in _overdue(self.receiving, now - self.limits.body_seconds):
            each.give_up("slow_body")
        for each in _overdue(self.unread, now - self.limits.answer_seconds):
            self.metrics.turned_away[("unread_answer",)] += 1
            each.transport.abort()

    def forget(self, connection: Connection) -> None:
        """Wait no longer for this connection."""
        for waits in (self.idle, self.receiving, self.unread):
            waits.pop(connection, None)

    def make(self, newcomer: Connection) -> bool:
        """Close the connection that has been idle for longest in favour of a new one. False if none is idle."""
        oldest = next((each for each in self.idle if each is not newcomer), None)
        if oldest is None:
            return False
        self.metrics.turned_away[("idle_connection",)] += 1
        self.forget(oldest)
        oldest.transport.close()
        return True


def _overdue(waits: Mapping[Connection, float], before: float) -> list[Connection]:
    found = []
    for each, since in waits.items():
        if since > before:
            break
        found.append(each)
    return found


class Connection(HttpToolsProtocol):
    """One connection within the limits of a `Room`. uvicorn makes an object for each."""

    room: Room

    def __init__(self, **arguments: Any) -> None:
        """The arguments are uvicorn's."""
        super().__init__(**arguments)
        self._head_bytes = 0
        self._discarded = 0
        self._ending = False

    def connection_made(self, transport: Any) -> None:
        """Take the connection, or refuse it if too many are busy."""
        super().connection_made(transport)
        if len(self.connections) > self.room.limits.connections and not self.room.make(self):
            self.refuse("connections", HTTPStatus.SERVICE_UNAVAILABLE, "too many connections", retry=True)
        else:
            self.room.idle[self] = self.loop.time()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self.room.forget(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read a part of a request. After a refusal everything is discarded."""
        if self._ending:
            self._discard(len(data))
            return
        if self in self.room.idle:
            if not self._head_bytes:
                # The time of a head begins with its first byte. The connection becomes the last one that is idle.
                self.room.idle.pop(self)
                self.room.idle[self] = self.loop.time()
            self._head_bytes += len(data)
        super().data_received(data)
        if self._head_bytes > self.room.limits.head_bytes and self in self.room.idle:
            self.refuse("head", HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, self._too_large)

    @property
    def _too_large(self) -> str:
        return f"the head is larger than {self.room.limits.head_bytes} bytes"

    def on_headers_complete(self) -> None:
        """Start to serve the request. A head that came in one piece is measured here."""
        self.room.idle.pop(self, None)
        self.room.receiving[self] = self.loop.time()
        self._head_bytes = self._discarded = 0
        size = len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)
        if size > self.room.limits.head_bytes:
            self.room.metrics.turned_away[("head",)] += 1
            self.app = refusing(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, self._too_large)
        super().on_headers_complete()
        length = next((value for name, value in self.headers if name == b"content-length"), b"")
        announced = announced_bytes(length.decode("latin-1"))
        if size > self.room.limits.head_bytes or announced > self.room.limits.discarded_bytes:
            self.cycle.transport = GentleTransport(self)  # type: ignore[assignment]

    def on_body(self, body: bytes) -> None:
        """Take a part of the body. Behind an answer it is discarded, up to a limit."""
        if self.cycle.response_complete:
            self._discard(len(body))
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The request has arrived."""
        self.room.receiving.pop(self, None)
        super().on_message_complete()
        if self.cycle.response_complete and not self.transport.is_closing():
            self.room.idle[self] = self.loop.time()

    def on_response_complete(self) -> None:
        """The answer is written. The connection is idle unless the next request or the rest of a body is there."""
        super().on_response_complete()
        if self.cycle.response_complete and not self.cycle.more_body and not self._ending:
            self.room.idle[self] = self.loop.time()

    def pause_writing(self) -> None:
        """The client does not read its answer."""
        self.room.unread[self] = self.loop.time()
        super().pause_writing()

    def resume_writing(self) -> None:
        """The client reads its answer again."""
        self.room.unread.pop(self, None)
        super().resume_writing()

    def give_up(self, limit: str) -> None:
        """End the connection of a client that is too slow. A client that has begun a request gets an answer."""
        unanswered = limit == "slow_body" and not self.cycle.response_started
        if unanswered or (limit == "slow_head" and self._head_bytes):
            self.refuse(limit, HTTPStatus.REQUEST_TIMEOUT, "the request did not arrive in time")
        else:
            self.room.forget(self)
            self.transport.close()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP."""
        self.refuse("no_http", HTTPStatus.BAD_REQUEST, msg)

    def refuse(self, limit: str, status: HTTPStatus, reason: str, *, retry: bool = False) -> None:
        """Answer outside of any request, and end the connection."""
        self.room.metrics.turned_away[(limit,)] += 1
        cycle = self._served()
        if cycle is not None and cycle.response_started and not cycle.response_complete:
            self.transport.abort()
            return
        body = json.dumps({"error": reason}).encode()
        lines = [
            f"HTTP/1.1 {status.value} {status.phrase}",
            "content-type: application/json",
            f"content-length: {len(body)}",
            "connection: close",
            *(("retry-after: 1",) if retry else ()),
        ]
        self.transport.write("\r\n".join([*lines, "", ""]).encode() + body)
        self.end()

    def end(self) -> None:
        """End the connection such that the client can read what was written.

        A connection that is closed with unread data is reset, and the client may lose the answer. So only the writing
        side is closed now, and what still arrives is discarded for a short time.
        """
        if self._ending or self.transport.is_closing():
            return
        self._ending = True
        self.room.forget(self)
        cycle = self._served()
        if cycle is not None and not cycle.response_complete:
            # The application stops waiting for the rest of the request.
            cycle.disconnected = True
            cycle.message_event.set()
        self.flow.resume_reading()
        self.transport.write_eof()
        self.loop.call_later(self.room.limits.linger_seconds, self.transport.abort)

    def _served(self) -> RequestResponseCycle | None:
        """The latest request, or None before the first one."""
        return self.cycle

    def _discard(self, size: int) -> None:
        self._discarded += size
        if self._discarded > self.room.limits.discarded_bytes:
            self.transport.abort()


class GentleTransport:
    """A transport whose `close` ends the connection by `Connection.end`. Everything else is the transport's own."""

    def __init__(self, connection: Connection) -> None:
        """The connection has the transport."""
        self._connection = connection

    def close(self) -> None:
        """End the connection."""
        self._connection.end()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection.transport, name)


def refusing(status: HTTPStatus, reason: str) -> Any:
    """An application that answers one request with a refusal and ends the connection."""
    body = json.dumps({"error": reason}).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", b"%d" % len(body)),
        (b"connection", b"close"),
    ]

    async def refuse(scope: Any, receive: Any, send: Any) -> None:
        del scope, receive
        await send({"type": "http.response.start", "status": status.value, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return refuse


def within(room: Room) -> type[Connection]:
    """The class of connections for one server."""
    return type("ConnectionOfServer", (Connection,), {"room": room})


class BoundedServer(uvicorn.Server):
    """uvicorn with limits for its connections."""

    def __init__(self, app: Any, room: Room, **settings: Any) -> None:
        """`settings` are those of uvicorn."""
        super().__init__(
            uvicorn.Config(
                app,
                http=within(room),
                ws="none",
                lifespan="off",
                access_log=False,
                server_header=False,
                # The address of a client decides who may use the admin paths. No header may change it.
                proxy_headers=False,
                log_config=None,
                **settings,
            )
        )
        self._room = room
        room.metrics.connections = lambda: len(self.server_state.connections)

    async def on_tick(self, counter: int) -> bool:
        """Do what is to be done ten times a second: end the waits that have lasted too long."""
        self._room.sweep(asyncio.get_running_loop().time())
        return await super().on_tick(counter)
