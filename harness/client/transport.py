"""Sends requests to a wallet and records the bytes of both sides, the times, or the failure."""

from __future__ import annotations

import time
from collections.abc import Sequence
from types import TracebackType
from typing import Self

import requests

from harness.client.adapter import WalletAdapter
from harness.client.failure import ConfigurationError
from harness.client.outgoing import Incoming, Outgoing, TransmissionFailed, Writer
from harness.client.pace import Pace
from harness.client.pool import Pool
from harness.client.release import release
from harness.client.route import route_to
from harness.client.tls import tls_context
from harness.model import Failure, FailureKind, Loss, Message, Request, Tls, Transmission

MEBIBYTE = 1024 * 1024
_MOST_AT_ONCE = 64 * MEBIBYTE
"""How many bytes all answers to requests that are released together may have. Each of them may have a mebibyte."""
_ORDINARY_TLS = Tls()


class Transport:
    """Sends requests to one wallet over open connections.

    No behaviour of the wallet or the network raises an exception.

    Proxies are read from the environment once, at construction. `~/.netrc` is never read. `send` may be called from
    several threads. Raises ConfigurationError for a URL, a certificate or a header that cannot work.
    """

    def __init__(
        self,
        base_url: str,
        *,
        time_out_seconds: float = 10,
        limit_bytes: int = 10 * MEBIBYTE,
        tls: Tls = _ORDINARY_TLS,
        user_agent: str = "walletproof",
        connections: int = 50,
        requests_per_second: float | None = None,
        pace: Pace | None = None,
        loss_wait_seconds: float = 0.05,
    ) -> None:
        """Prepare, without connecting.

        The deadline `time_out_seconds` is that of a whole exchange, connecting included. The size `limit_bytes` limits
        an answer's body, before and after decompression. At most `connections` idle connections are kept. Other
        transports to the same wallet may share the `pace`. The time `loss_wait_seconds` is that of `Loss.TIME_OUT`.
        """
        route = route_to(base_url)
        self._backwards = False
        self._time_out_seconds = time_out_seconds
        self._limit_bytes = limit_bytes
        self._pace = pace or Pace(requests_per_second)
        self._pool = Pool(route, tls_context(tls) if route.secure else None, connections)
        self._writer = Writer(route, user_agent)
        self._adapter = WalletAdapter(
            self._pool,
            self._writer,
            limit_bytes=limit_bytes,
            time_out_seconds=time_out_seconds,
            loss_wait_seconds=loss_wait_seconds,
        )
        self.session = requests.Session()
        """The session with the adapter. A test may mount another adapter in its place."""
        self.session.trust_env = False
        self.session.mount("http://", self._adapter)
        self.session.mount("https://", self._adapter)

    def send(
        self, request: Request, *, loss: Loss | None = None, time_out_seconds: float | None = None
    ) -> Transmission:
        """Send one request once. With `loss` its answer is lost on purpose, and the failure is `LOST`."""
        self._pace.wait()
        outgoing = self._writer.write(request, loss)
        started_ns = time.monotonic_ns()
        try:
            adapter = self.session.get_adapter(str(outgoing.url))
            response = adapter.send(outgoing, timeout=time_out_seconds or self._time_out_seconds)
        except TransmissionFailed as failed:
            return failed.transmission
        except requests.RequestException as error:
            return _recorded_elsewhere(outgoing, None, _failure_of(error), started_ns)
        if isinstance(response, Incoming):
            return response.transmission
        return _recorded_elsewhere(outgoing, _message_of(response), None, started_ns)

    def release(
        self, requests: Sequence[Request], *, time_out_seconds: float | None = None
    ) -> tuple[Transmission, ...]:
        """Release the requests together (see `harness.client.release`), each once. The answers are in the order given.

        The limit of requests per second does not apply, because the requests must arrive together.
        `harness.client.spread` measures how close together they were sent. One request is always first, and an error
        may need one order of two kinds of requests. So each release uses the opposite order of the release before.
        """
        order = -1 if self._backwards else 1
        self._backwards = not self._backwards
        released = release(
            self._pool,
            [self._writer.write(request) for request in requests[::order]],
            limit_bytes=min(self._limit_bytes, max(MEBIBYTE, _MOST_AT_ONCE // max(1, len(requests)))),
            time_out_seconds=time_out_seconds or self._time_out_seconds,
        )
        return released[::order]

    def close(self) -> None:
        """Close every connection."""
        self.session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _recorded_elsewhere(
    outgoing: Outgoing, received: Message | None, failure: Failure | None, started_ns: int
) -> Transmission:
    """The record of an exchange by another adapter, such as a stub in a test. It has no intermediate times."""
    finished_ns = time.monotonic_ns()
    return Transmission(outgoing.sent, received, failure, started_ns, started_ns, finished_ns, finished_ns)


def _message_of(response: requests.Response) -> Message:
    headers = tuple((name.lower(), value) for name, value in response.headers.items())
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
    head = f"HTTP/1.1 {response.status_code} {response.reason or ''}\r\n{lines}\r\n".encode("latin-1", "replace")
    return Message(head, response.content, response.status_code, headers)


def _failure_of(error: requests.RequestException) -> Failure:
    kinds = (
        (requests.exceptions.SSLError, FailureKind.TLS),
        (requests.exceptions.Timeout, FailureKind.TIME_OUT),
        (requests.exceptions.ConnectionError, FailureKind.CLOSED),
    )
    kind = next((kind for type_, kind in kinds if isinstance(error, type_)), FailureKind.GARBAGE)
    return Failure(kind, f"the exchange failed: {type(error).__name__}")


__all__ = ["ConfigurationError", "Tls", "Transport"]
