"""The interface for sending requests to a wallet. `Transport` implements it over sockets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from harness.model import Loss, Request, Transmission


class Carrier(Protocol):
    """A way to send requests to one wallet. No behaviour of the wallet raises an exception."""

    def send(
        self, request: Request, *, loss: Loss | None = None, time_out_seconds: float | None = None
    ) -> Transmission:
        """Send one request once. With `loss` its answer is lost on purpose, and the failure is `LOST`."""

    def release(
        self, requests: Sequence[Request], *, time_out_seconds: float | None = None
    ) -> tuple[Transmission, ...]:
        """Send the requests together, each once. The transmissions are in the order of the requests."""

    def close(self) -> None:
        """Close the connections to the wallet."""
