"""Warm connections to one wallet, lent to one exchange at a time."""

from __future__ import annotations

import ssl
import time

from harness.client.connection import Connection
from harness.client.dial import connect
from harness.client.failure import TransmissionError
from harness.client.names import Names
from harness.client.route import Route

IDLE_LIMIT_NS = 1_000_000_000
"""A connection idle for longer is replaced. Servers close idle ones after 2 to 75 seconds, and one that closes while a
request is on its way leaves us with an answer that is lost; opening a new one costs far less than that doubt."""


class Pool:
    """At most `size` idle connections, the last used first."""

    def __init__(self, route: Route, tls: ssl.SSLContext | None, size: int) -> None:
        """Open nothing yet."""
        self._route = route
        self._tls = tls
        self._size = size
        self._names = Names()
        self._idle: list[Connection] = []

    def take(self, deadline_ns: int) -> Connection:
        """A connection that the wallet has not closed: an idle one, else a new one. Raises TransmissionError."""
        return self.take_idle() or self.open(deadline_ns)

    def take_idle(self) -> Connection | None:
        """An idle connection that is still good, if there is one."""
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
        """Keep a connection for later, or close it when there are enough."""
        if len(self._idle) >= self._size:
            connection.close()
            return
        connection.idle_since_ns = time.monotonic_ns()
        self._idle.append(connection)

    def close(self) -> None:
        """Close every idle connection."""
        while self._idle:
            self._idle.pop().close()
