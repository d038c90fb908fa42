"""A platform's client of one wallet: it sends operations and returns exchanges. Only this package uses HTTP."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from harness.client.carrier import Carrier
from harness.client.evidence import bounded, bounded_reply
from harness.client.pace import Pace
from harness.client.prepare import prepare
from harness.client.spread import spread_us
from harness.client.transport import ConfigurationError, Transport
from harness.contracts import Contract, Credentials, Decoded
from harness.model import Alteration, Exchange, Lateness, Loss, Operation, Request, Transmission

__all__ = ["Call", "Carrier", "Client", "ConfigurationError", "Pace", "Transport", "spread_us", "unix_ms"]

_UNALTERED = Alteration()


def unix_ms() -> int:
    """The current Unix time in milliseconds, as the platform signs it."""
    return time.time_ns() // 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One operation to send, and its place in the scenario."""

    operation: Operation
    alteration: Alteration = field(default=_UNALTERED)
    loss: Loss | None = None
    step: int = 0
    line: int = 0
    late: Lateness | None = None
    session_in_doubt: bool = False
    path: str = ""
    """A path below the wallet's URL in place of the operation's own, or empty."""


class Client:
    """Sends a contract's operations to one wallet. No behaviour of the wallet raises an exception."""

    def __init__(
        self,
        contract: Contract,
        transport: Carrier,
        credentials: Credentials,
        *,
        paths: Mapping[str, str] | None = None,
        time_out_seconds: float = 10,
        batch_time_out_seconds: float = 30,
        now_ms: Callable[[], int] = unix_ms,
        request_id: Callable[[], str],
    ) -> None:
        """Prepare a client for one wallet without sending anything.

        The mapping `paths` overrides the documented paths by operation name. The clock `now_ms` dates signatures, in
        Unix milliseconds. The function `request_id` returns a fresh id for each HTTP call, from the run's seed.
        """
        self.contract = contract
        self._transport = transport
        self._credentials = credentials
        self._paths = paths or {}
        self._time_out_seconds = time_out_seconds
        self._batch_time_out_seconds = batch_time_out_seconds
        self._now_ms = now_ms
        self._request_id = request_id
        self._races = 0
        self.existing = {name for name, spec in contract.specs.items() if spec.core}
        """The operations that the wallet is known to have. Their answers never count as absence."""
        self._accepted: Request | None = None
        self._body = b""
        """The body of the last answer, as it was kept."""

    def call(
        self, call: Call, *, time_out_seconds: float | None = None, at_most_seconds: float | None = None
    ) -> Exchange:
        """Send one request once and return its exchange.

        `time_out_seconds` replaces the usual time-out, and `at_most_seconds` shortens it.
        """
        request, name = self._prepare(call)
        allowed = time_out_seconds or self._usual_seconds([name])
        transmission = self._transport.send(
            request, loss=call.loss, time_out_seconds=min(allowed, at_most_seconds or allowed)
        )
        exchange = self._exchange(call, request, name, transmission, None)
        if exchange.succeeded and exchange.alteration == _UNALTERED:
            self._accepted = request
        return exchange

    def race(self, calls: Sequence[Call], *, at_most_seconds: float | None = None) -> tuple[Exchange, ...]:
        """Release the requests together, each once. The exchanges are in the order of `calls`.

        `at_most_seconds` shortens the usual time-out.
        """
        self._races += 1
        prepared = [self._prepare(call) for call in calls]
        allowed = self._usual_seconds([name for _, name in prepared])
        transmissions = self._transport.release(
            [request for request, _ in prepared], time_out_seconds=min(allowed, at_most_seconds or allowed)
        )
        return tuple(
            self._exchange(call, request, name, transmission, self._races)
            for call, (request, name), transmission in zip(calls, prepared, transmissions, strict=True)
        )

    def _usual_seconds(self, names: Sequence[str]) -> float:
        """The time-out of requests that are sent together. That of batches is longer."""
        batch = any(self.contract.specs[name].batch for name in names)
        return self._batch_time_out_seconds if batch else self._time_out_seconds

    def path_of(self, name: str) -> str:
        """The path of an operation below the wallet's URL."""
        return self._paths.get(name) or self.contract.specs[name].path

    def close(self) -> None:
        """Close every connection."""
        self._transport.close()

    def _prepare(self, call: Call) -> tuple[Request, str]:
        name = self.contract.name_of(call.operation)
        path = call.path or self.path_of(name)
        request = prepare(
            self.contract,
            call.operation,
            call.alteration,
            self._credentials,
            self._now_ms(),
            path,
            self._request_id(),
            self._accepted,
        )
        return request, name

    def _exchange(
        self, call: Call, request: Request, name: str, transmission: Transmission, race: int | None
    ) -> Exchange:
        received = transmission.received
        decoded = Decoded(None) if received is None else self.contract.decode(call.operation, received, request)
        decoded, transmission = bounded_reply(decoded, call.operation), bounded(transmission, self._body)
        self._body = transmission.received.body if transmission.received is not None else b""
        return Exchange(
            operation=call.operation,
            name=name,
            transmission=transmission,
            reply=decoded.reply,
            problems=decoded.problems,
            alteration=call.alteration,
            step=call.step,
            line=call.line,
            loss=call.loss,
            race=race,
            late=call.late,
            session_in_doubt=call.session_in_doubt,
            absent=decoded.absent and name not in self.existing,
        )
