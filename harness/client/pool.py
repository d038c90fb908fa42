"""Open connections to one wallet. Each serves one exchange at a time."""

from __future__ import annotations

import ssl
import time

from harness.client.connection import Connection
from harness.client.dial import connect
from harness.client.failure import TransmissionError
from harness.client.names import Names
from harness.client.route import Route
from harness.model import Failure, FailureKind

IDLE_LIMIT_NS = 1_000_000_000
"""The longest idle time of a connection, in nanoseconds. After it the connection is replaced.

Servers close idle connections after 2 to 75 seconds. If one closes while a request is on its way, the answer is lost. A
new connection costs far less than such a lost answer.
"""


class Pool:
    """Keeps at most `size` idle connections. The connection that was used last is used first.

    It learns from a connection that closes without an answer how many exchanges the server allows on a connection.
    Later connections are replaced after as many. So such a server costs one answer of a run, and not one of every few.
    """

    def __init__(self, route: Route, tls: ssl.SSLContext | None, size: int) -> None:
        """Prepare without opening a connection."""
        self._route = route
        self._tls = tls
        self._size = size
        self._names = Names()
        self._idle: list[Connection] = []
        self._most_exchanges: int | None = None
        """How many exchanges a connection may carry. None unless a reused connection has failed."""

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
            # Nothing listens there: connections were closed because the wallet has gone.
            self._most_exchanges = None
            raise

    def give_back(self, connection: Connection) -> None:
        """Keep a connection that has carried an exchange for later, or close it if it is not needed any more."""
        connection.exchanges += 1
        is_used_up = self._most_exchanges is not None and connection.exchanges >= self._most_exchanges
        if is_used_up or len(self._idle) >= self._size:
            connection.close()
            return
        connection.idle_since_ns = time.monotonic_ns()
        self._idle.append(connection)

    def note_failure(self, connection: Connection, failure: Failure, *, begun: bool) -> None:
        """Learn from an exchange that failed. `begun` is true if a part of the answer came.

        If the connection was reused and no answer began, the server has probably closed the other idle connections,
        too. So the next request opens a fresh one.
        """
        if begun or not connection.exchanges or failure.kind is FailureKind.LOST:
            return
        if failure.kind is FailureKind.CLOSED:
            self._most_exchanges = min(self._most_exchanges or connection.exchanges, connection.exchanges)
        self.close()

    def close(self) -> None:
        """Close every idle connection."""
        while self._idle:
            self._idle.pop().close()
