"""Looks host names up under a deadline, which the system's resolver does not support."""

from __future__ import annotations

import queue
import socket
import threading
import time
from typing import TypeAlias

from harness.client.failure import TransmissionError
from harness.model import FailureKind

Address: TypeAlias = tuple[socket.AddressFamily, int, tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes]]
"""Address family, protocol number, and the argument of `connect`."""


class Names:
    """Looks host names up under a deadline, and keeps the addresses as long as connecting to them works."""

    def __init__(self) -> None:
        """Start without any known name."""
        self._known: dict[tuple[str, int], list[Address]] = {}

    def resolve(self, host: str, port: int, deadline_ns: int) -> list[Address]:
        """The addresses of a host. Raises TransmissionError if there is none, or none in time."""
        found = self._known.get((host, port))
        if found is None:
            found = self._known[host, port] = _look_up(host, port, deadline_ns)
        return found

    def forget(self) -> None:
        """Discard all known addresses, because connecting has failed. The next call looks them up again."""
        self._known.clear()


def _look_up(host: str, port: int, deadline_ns: int) -> list[Address]:
    # The system's resolver accepts no deadline, so it runs in its own thread, which may be abandoned.
    answers: queue.SimpleQueue[list[Address] | OSError] = queue.SimpleQueue()

    def ask() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answers.put([(family, protocol, address) for family, _, protocol, _, address in found])
        except OSError as error:
            answers.put(error)
        except UnicodeError:
            answers.put(OSError("the name is not valid"))

    threading.Thread(target=ask, name="walletproof-resolver", daemon=True).start()
    try:
        answer = answers.get(timeout=max(0.0, (deadline_ns - time.monotonic_ns()) / 1e9))
    except queue.Empty:
        detail = f"the host name {host} could not be resolved in time: check the URL and the name server"
        raise TransmissionError(FailureKind.TIME_OUT, detail, never_sent=True) from None
    if isinstance(answer, OSError):
        why = (answer.strerror or str(answer)).lower()
        detail = f"the host name {host} cannot be resolved ({why}): check its spelling in the URL"
        raise TransmissionError(FailureKind.UNREACHABLE, detail, never_sent=True) from answer
    return answer
