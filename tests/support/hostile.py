"""A small server for tests that sends exact bytes, sound or hostile, on raw sockets.

A *behaviour* is a function of one `Visit`. It is called for each connection, in a thread of its own. The connection is
closed when it returns. No behaviour sleeps: those that stall wait until the client has gone.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Self, TypeAlias

from patience import PATIENCE_SECONDS

PACE_SECONDS = 0.01
"""The time between two pieces of a trickle. A real attacker waits longer."""


class Visit:
    """One connection to the server."""

    def __init__(self, connection: socket.socket, stopping: threading.Event, index: int) -> None:
        self.connection = connection
        self.index = index
        """The number of earlier connections."""
        self.ended = threading.Event()
        self._stopping = stopping
        self._rest = b""

    def request(self) -> bytes:
        """The next whole request, head and body. Empty if the client has closed first."""
        data = self._rest
        while b"\r\n\r\n" not in data:
            data += (piece := self._receive())
            if not piece:
                return b""
        head, _, rest = data.partition(b"\r\n\r\n")
        length = next(
            (int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0
        )
        while len(rest) < length:
            rest += (piece := self._receive())
            if not piece:
                return b""
        self._rest = rest[length:]
        return head + b"\r\n\r\n" + rest[:length]

    def say(self, data: bytes) -> None:
        """Send bytes. Raises OSError if the client has gone."""
        self.connection.sendall(data)

    def trickle(self, data: Iterator[bytes]) -> None:
        """Send the pieces slowly, until there are no more or the client has gone."""
        for piece in data:
            self.say(piece)
            if self._stopping.wait(PACE_SECONDS):
                return

    def stopped_within(self, seconds: float) -> bool:
        """Wait for so long. True if the server stops before that."""
        return self._stopping.wait(seconds)

    def stall(self) -> None:
        """Send nothing more, and wait until the client has gone."""
        while self._receive():
            pass

    def reset(self) -> None:
        """Reset the connection instead of closing it."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def secure(self, context: ssl.SSLContext) -> None:
        """Continue with TLS, as after a proxy's tunnel."""
        self.connection = context.wrap_socket(self.connection, server_side=True)

    def _receive(self) -> bytes:
        try:
            return self.connection.recv(65536)
        except OSError:
            return b""


Behaviour: TypeAlias = Callable[[Visit], None]


@contextlib.contextmanager
def reserved_port() -> Iterator[int]:
    """A port at which nothing listens, and which no other process is given. A `Server` may listen at it."""
    with socket.socket() as bound:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]


class Server:
    """A listening socket on 127.0.0.1 with a behaviour. As a context manager it stops what it started."""

    def __init__(self, behaviour: Behaviour, *, tls: ssl.SSLContext | None = None, port: int = 0) -> None:
        self._behaviour = behaviour
        self._tls = tls
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []
        self._visits: list[Visit] = []
        self._listening = socket.create_server(("127.0.0.1", port), backlog=128, reuse_port=bool(port))
        self.port: int = self._listening.getsockname()[1]
        self.visits = 0
        """The number of connections so far."""

    @property
    def url(self) -> str:
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}"

    def wait_for_end_of(self, index: int) -> None:
        """Wait until the behaviour has closed that connection."""
        assert self._visits[index].ended.wait(PATIENCE_SECONDS), "a behaviour did not end"

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.set()
        # A shutdown wakes the accepting thread. Closing alone would leave it waiting.
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for visit in list(self._visits):
            with contextlib.suppress(OSError):
                visit.connection.shutdown(socket.SHUT_RDWR)
        for thread in list(self._threads):
            thread.join(timeout=PATIENCE_SECONDS)
            assert not thread.is_alive(), "a behaviour did not end"

    def _start(self, target: Callable[[], None]) -> None:
        thread = threading.Thread(target=target, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._stopping.is_set():
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            visit = Visit(connection, self._stopping, self.visits)
            self.visits += 1
            self._visits.append(visit)
            self._start(lambda visit=visit: self._serve(visit))  # type: ignore[misc]

    def _serve(self, visit: Visit) -> None:
        try:
            if self._tls is not None:
                visit.secure(self._tls)
            self._behaviour(visit)
        except OSError:
            pass
        finally:
            visit.connection.close()
            visit.ended.set()


def message(body: bytes, *headers: str, status: str = "200 OK", length: int | None = None) -> bytes:
    """An HTTP answer with a `Content-Length`, which may be wrong."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}", *headers, "", ""]
    return "\r\n".join(lines).encode("latin-1") + body


def head(*headers: str, status: str = "200 OK") -> bytes:
    """The head of an HTTP answer, with those headers only."""
    return "\r\n".join([f"HTTP/1.1 {status}", *headers, "", ""]).encode("latin-1")


def saying(*answers: bytes) -> Behaviour:
    """Answers each request on a connection with the next of these bytes, then closes it."""

    def behaviour(visit: Visit) -> None:
        for answer in answers:
            if not visit.request():
                return
            visit.say(answer)

    return behaviour


def always(answer: bytes) -> Behaviour:
    """Answers every request with these bytes, and keeps the connection."""

    def behaviour(visit: Visit) -> None:
        while visit.request():
            visit.say(answer)

    return behaviour


def echoing(visit: Visit) -> None:
    """Answers every request with its own body."""
    while request := visit.request():
        visit.say(message(request.partition(b"\r\n\r\n")[2]))
