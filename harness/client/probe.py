"""Checks the way to a wallet step by step before any HTTP request: its name, its port, its certificate."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any, TypeVar

from harness.client.connection import Connection
from harness.client.dial import connect
from harness.client.failure import TransmissionError, unreachable, untrusted
from harness.client.names import Names
from harness.client.route import route_to
from harness.client.tls import tls_context
from harness.model import Failure, FailureKind, Tls

T = TypeVar("T")

WELCOME_NS = 1_000_000_000
"""How long to wait for a server's verdict on our certificate, in nanoseconds. Most servers send it at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Secured:
    """An established TLS connection. Fields that are unknown, because nothing was verified, are empty or 0."""

    version: str
    issuer: str = ""
    expires: int = 0
    """The expiry of the wallet's own certificate, in Unix seconds."""


class Probe:
    """Performs the steps to a wallet. Each method returns its result, or the failure that stopped it."""

    def __init__(self, base_url: str, tls: Tls, time_out_seconds: float) -> None:
        """Check the settings. Raises ConfigurationError for a URL or a certificate file that cannot work."""
        self._route = route_to(base_url)
        self._context = tls_context(tls) if self._route.secure else None
        self._names = Names()
        self._time_out_ns = int(time_out_seconds * 1e9)

    @property
    def secure(self) -> bool:
        """True if the URL begins with https://."""
        return self._route.secure

    @property
    def host(self) -> str:
        """The wallet's host, as written in the URL."""
        return self._route.host

    @property
    def nearest(self) -> str:
        """The host whose name is looked up here: the proxy's if there is one, else the wallet's."""
        return self._route.proxy.host if self._route.proxy is not None else self._route.host

    @property
    def where(self) -> str:
        """The host and port to connect to: the proxy's if there is one, else the wallet's."""
        return self._route.proxy.where if self._route.proxy is not None else self._route.where

    def addresses(self) -> tuple[str, ...] | Failure:
        """The addresses of the wallet's host.

        With a proxy these are the proxy's, because the proxy looks the host up.
        """
        nearest = self._route.proxy or self._route
        found = self._try(lambda deadline: self._names.resolve(nearest.host, nearest.port, deadline))
        return found if isinstance(found, Failure) else tuple(dict.fromkeys(str(each[2][0]) for each in found))

    def connect(self) -> int | Failure:
        """Connect and close. Returns the round trip of the TCP handshake in nanoseconds."""
        return self._try(self._round_trip)

    def secured(self) -> Secured | Failure:
        """Connect, perform the TLS handshake, and close. Only for a URL with https://."""
        return self._try(self._handshake)

    def _round_trip(self, deadline: int) -> int:
        with closing(connect(self._route, None, self._names, deadline)) as connection:
            return connection.round_trip_ns

    def _handshake(self, deadline: int) -> Secured:
        with closing(connect(self._route, self._context, self._names, deadline)) as connection:
            if not isinstance(connection.socket, ssl.SSLSocket):
                return Secured(version="none")
            found = found_in(connection.socket.version() or "", connection.socket.getpeercert() or {})
            if found.version == "TLSv1.3":
                _await_welcome(connection, deadline)
            return found

    def _try(self, step: Callable[[int], T]) -> T | Failure:
        try:
            return step(time.monotonic_ns() + self._time_out_ns)
        except TransmissionError as error:
            return error.failure


def _await_welcome(connection: Connection, deadline: int) -> None:
    """Wait for the server's verdict on our certificate. Raises TransmissionError if the server rejects it.

    In TLS 1.3 our side of the handshake ends before the server has checked our certificate. A server that accepts it
    usually sends session tickets. One that rejects it sends an alert and closes the connection. A request that is sent
    meanwhile could cause a reset, and the alert would be lost.
    """
    if not connection.wait(min(deadline, time.monotonic_ns() + WELCOME_NS), read=True):
        return
    try:
        closed = connection.receive() == b""
    except ssl.SSLError as error:
        raise untrusted(connection.where, error) from error
    except OSError as error:
        raise unreachable(connection.where, error) from error
    if closed:
        raise TransmissionError(
            FailureKind.TLS,
            f"{connection.where} hung up right after the TLS handshake: it may demand a client certificate",
            never_sent=True,
        )


def found_in(version: str, certificate: Mapping[str, Any]) -> Secured:
    """The content of a verified certificate in the form of the `ssl` module.

    An empty certificate gives empty fields.
    """
    if not certificate:
        return Secured(version=version)
    names = dict(_pairs(certificate.get("issuer", ())))
    issuer = ", ".join(names[each] for each in ("commonName", "organizationName") if each in names)
    return Secured(version=version, issuer=issuer, expires=int(ssl.cert_time_to_seconds(certificate["notAfter"])))


def _pairs(name: Sequence[Sequence[tuple[str, str]]]) -> Iterator[tuple[str, str]]:
    return (pair for part in name for pair in part)
