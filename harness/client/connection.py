"""One connection to a wallet, never blocking: every wait on it ends at a deadline, however the bytes trickle."""

from __future__ import annotations

import socket
import ssl
import time
from contextlib import suppress

from urllib3.util import wait

_CHUNK_BYTES = 16 * 1024


class Connection:
    """A connected, non-blocking socket, with TLS or without."""

    __slots__ = ("idle_since_ns", "round_trip_ns", "socket", "where")

    def __init__(self, connected: socket.socket, where: str, round_trip_ns: int) -> None:
        """Take over a connected socket; `where` names its other end for a reader."""
        self.socket = connected
        self.where = where
        self.round_trip_ns = round_trip_ns
        """How long the TCP handshake took: what one trip to the other end and back costs."""
        self.idle_since_ns = 0

    def fileno(self) -> int:
        """The socket's file descriptor, for a selector."""
        return self.socket.fileno()

    def send_some(self, data: memoryview | bytes) -> int:
        """Hand bytes to the kernel and say how many it took: 0 when it has no room now. Raises OSError."""
        try:
            return self.socket.send(data)
        except (BlockingIOError, ssl.SSLWantWriteError, ssl.SSLWantReadError):
            return 0

    def receive(self) -> bytes | None:
        """What has arrived: None when nothing has, empty when the other end has closed. Raises OSError."""
        try:
            return self.socket.recv(_CHUNK_BYTES)
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return None

    def end_sending(self) -> None:
        """Tell the other end that nothing more will come, and go on listening. TLS has no word for it."""
        if not isinstance(self.socket, ssl.SSLSocket):
            with suppress(OSError):
                self.socket.shutdown(socket.SHUT_WR)

    @property
    def pending(self) -> bool:
        """Whether TLS has decrypted bytes that no wait on the socket would show."""
        return isinstance(self.socket, ssl.SSLSocket) and self.socket.pending() > 0

    def wait(self, deadline_ns: int, *, read: bool = False, write: bool = False) -> bool:
        """Whether the socket became ready before the deadline, a time of `time.monotonic_ns()`."""
        left_ns = deadline_ns - time.monotonic_ns()
        return left_ns > 0 and wait.wait_for_socket(self.socket, read, write, left_ns / 1e9)

    def stale(self) -> bool:
        """Whether an idle connection is of no more use: the other end has closed it, or said something unasked."""
        try:
            return self.receive() is not None
        except OSError:
            return True

    def close(self) -> None:
        """Close it; what was sent is still delivered."""
        self.socket.close()
