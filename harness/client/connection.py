"""One non-blocking connection to a wallet. Every wait on it ends at a deadline, even if bytes arrive slowly."""

from __future__ import annotations

import socket
import ssl
import time
from contextlib import suppress

from urllib3.util import wait

_CHUNK_BYTES = 16 * 1024


class Connection:
    """A connected, non-blocking socket, with TLS or without."""

    __slots__ = ("exchanges", "idle_since_ns", "round_trip_ns", "socket", "where")

    def __init__(self, connected: socket.socket, where: str, round_trip_ns: int) -> None:
        """Use a connected socket. `where` names its other end for a reader."""
        self.socket = connected
        self.where = where
        self.round_trip_ns = round_trip_ns
        """The duration of the TCP handshake, which is one round trip to the other end, in nanoseconds."""
        self.idle_since_ns = 0
        self.exchanges = 0
        """How many whole exchanges it has carried."""

    def fileno(self) -> int:
        """The socket's file descriptor, for a selector."""
        return self.socket.fileno()

    def send_some(self, data: memoryview | bytes) -> int:
        """Pass bytes to the kernel and return how many it took. 0 means that it has no room now. Raises OSError."""
        try:
            return self.socket.send(data)
        except (BlockingIOError, ssl.SSLWantWriteError, ssl.SSLWantReadError):
            return 0

    def receive(self) -> bytes | None:
        """The bytes that have arrived: None if there are none, empty if the other end has closed. Raises OSError."""
        try:
            return self.socket.recv(_CHUNK_BYTES)
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return None

    def end_sending(self) -> None:
        """Close the sending side and keep reading. Over TLS this does nothing, because TLS has no such message."""
        if not isinstance(self.socket, ssl.SSLSocket):
            with suppress(OSError):
                self.socket.shutdown(socket.SHUT_WR)

    @property
    def pending(self) -> bool:
        """True if TLS holds decrypted bytes that a wait on the socket would not report."""
        return isinstance(self.socket, ssl.SSLSocket) and self.socket.pending() > 0

    def wait(self, deadline_ns: int, *, read: bool = False, write: bool = False) -> bool:
        """True if the socket became ready before the deadline, a time of `time.monotonic_ns()`."""
        left_ns = deadline_ns - time.monotonic_ns()
        return left_ns > 0 and wait.wait_for_socket(self.socket, read, write, left_ns / 1e9)

    def stale(self) -> bool:
        """True if an idle connection is unusable: the other end closed it or sent bytes that no request asked for."""
        try:
            return self.receive() is not None
        except OSError:
            return True

    def close(self) -> None:
        """Close the connection. Bytes that were sent are still delivered."""
        self.socket.close()
