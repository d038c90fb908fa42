"""Open connections to one wallet. Each serves one exchange at a time."""

from __future__ import annotations

import ssl
import time

from harness.client.connection import Connection
from harness.client.dial import connect
from harness.client.failure import TransmissionError
from harness.client.names import Names
from harness.client.route import Route

IDLE_LIMIT_NS = 1_000_000_000
"""The longest idle time of a connection, in nanoseconds. After it the connection is replaced.

Servers close idle connections after 2 to 75 seconds. If one closes while a request is on its way, the answer is lost. A
new connection costs far less than such a lost answer.
"""


class Pool:
    """Keeps at most `size` idle connections. The connection that was used last is used first."""

    def __init__(self, route: Route, tls: ssl.SSLContext | None, size: int) -> None:
        """Prepare without opening a connection."""
        self._route = route
        self._tls = tls
        self._size = size
        self._names = Names()
        self._idle: list[Connection] = []

    def take(self, deadline_ns: int) -> Connection:
        """An open connection: an idle one, else a new one. Raises TransmissionError."""
        return self.take_idle() or self.open(deadline_ns)

    def take_idle(self) -> Connection | None:
        """An idle connection that is still usable, or None."""
        while self._idle:
            try:
                connection = self._idle.pop()
            except IndexError:
                break
            if time.monotonic_ns() - connection.idle_since_ns < IDLE_LIMIT_NS and not connection.stale():
                return connection
            connection.close()
        return None

    def open(self, deadline_ns: int) -> Connection:
        """A new connection. Raises TransmissionError."""
        try:
            return connect(self._route, self._tls, self._names, deadline_ns)
        except TransmissionError:
            self._names.forget()
            raise

    def give_back(self, connection: Connection) -> None:
        """Keep a connection for later, or close it if there are enough."""
        if len(self._idle) >= self._size:
            connection.close()
            return
        connection.idle_since_ns = time.monotonic_ns()
        self._idle.append(connection)

    def close(self) -> None:
        """Close every idle connection."""
        while self._idle:
            self._idle.pop().close()
