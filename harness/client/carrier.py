"""What carries requests to a wallet: `Transport` over sockets, or anything that answers like it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from harness.model import Loss, Request, Transmission


class Carrier(Protocol):
    """The way to one wallet. Whatever the wallet does, nothing is raised."""

    def send(
        self, request: Request, *, loss: Loss | None = None, time_out_seconds: float | None = None
    ) -> Transmission:
        """One request, once. With `loss` its answer is lost on purpose, and the failure is `LOST`."""

    def release(
        self, requests: Sequence[Request], *, time_out_seconds: float | None = None
    ) -> tuple[Transmission, ...]:
        """Requests in flight at once, each once, answered in the order given."""

    def close(self) -> None:
        """Let go of the wallet."""
