"""Send requests to a wallet and record what became of them: the bytes of both sides, the times, or the failure."""

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
_ORDINARY_TLS = Tls()


class Transport:
    """The way to one wallet, with warm connections. Whatever the wallet or the network does, nothing is raised.

    Proxies are read from the environment once, at construction; `~/.netrc` never is. `send` may be called from several
    threads. Raises ConfigurationError for a URL, a certificate or a header that cannot work.
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

        `time_out_seconds` is for a whole exchange, connecting included. `limit_bytes` is for an answer's body, before
        and after decompression. `connections` is how many idle connections are kept. `pace` is shared with other
        ways to the same wallet. `loss_wait_seconds` is how long
        `Loss.TIME_OUT` waits.
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
        """The session that the adapter is mounted on; another adapter may be mounted in its place."""
        self.session.trust_env = False
        self.session.mount("http://", self._adapter)
        self.session.mount("https://", self._adapter)

    def send(
        self, request: Request, *, loss: Loss | None = None, time_out_seconds: float | None = None
    ) -> Transmission:
        """One request, once. With `loss` its answer is lost on purpose, and the failure is `LOST`."""
        self._pace.wait()
        outgoing = self._writer.write(request, loss)
        started_ns = time.monotonic_ns()
        try:
            adapter = self.session.get_adapter(str(outgoing.url))
            response = adapter.send(outgoing, timeout=time_out_seconds or self._time_out_seconds)
        except TransmissionFailed as failed:
            return failed.transmission
        except requests.RequestException as error:
            return _seen_by_another(outgoing, None, _failure_of(error), started_ns)
        if isinstance(response, Incoming):
            return response.transmission
        return _seen_by_another(outgoing, _message_of(response), None, started_ns)

    def release(
        self, requests: Sequence[Request], *, time_out_seconds: float | None = None
    ) -> tuple[Transmission, ...]:
        """Requests released together (see `harness.client.release`), each once, answered in the order given.

        The limit of requests per second does not hold them back: that they arrive together is the point.
        `harness.client.spread` says how close together they really were. However close, one is the first: the next
        release goes in the opposite order, because a race between two kinds of requests may be lost in one order only.
        """
        order = -1 if self._backwards else 1
        self._backwards = not self._backwards
        released = release(
            self._pool,
            [self._writer.write(request) for request in requests[::order]],
            limit_bytes=self._limit_bytes,
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


def _seen_by_another(
    outgoing: Outgoing, received: Message | None, failure: Failure | None, started_ns: int
) -> Transmission:
    """What an adapter that is not ours has seen (a stub in a test): it knows no times in between."""
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
