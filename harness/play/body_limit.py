"""Measures how large a request the wallet takes, after it has refused one as too large."""

from __future__ import annotations

from collections.abc import Callable

from harness.client import Call, Client
from harness.model import Alteration, Exchange, Operation

TOO_LARGE = 413
_TRIES = 2
"""How often a size is tried. A server that refuses a body may close the connection, and the next answer is lost."""


def is_too_large(exchange: Exchange) -> bool:
    """True if the wallet, or something in front of it, refused the request for its size."""
    received = exchange.transmission.received
    return received is not None and received.status == TOO_LARGE


class Capacity:
    """The size of the requests that one wallet takes. It is measured once a run."""

    def __init__(self, client: Client) -> None:
        """Measure with this client. Nothing is sent yet."""
        self._client = client
        self._known: int | None = None

    def measured(self, refused: Exchange, harmless: Callable[[], Operation]) -> int:
        """The most bytes of a body that are not refused for their size. 0 if a small body is, too.

        `harmless` makes requests that move no money. They are sent with spaces behind their JSON, each well signed.
        """
        if self._known is None:
            self._known = self._between(0, len(refused.transmission.sent.body), harmless)
        return self._known

    def _between(self, low: int, high: int, harmless: Callable[[], Operation]) -> int:
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self._fits(middle, harmless()) else (low, middle)
        return low

    def _fits(self, size: int, operation: Operation) -> bool:
        contract = self._client.contract
        body = contract.stringify(contract.encode(operation, ""))
        padded = Alteration(body=body.ljust(size))
        for _ in range(_TRIES):
            exchange = self._client.call(Call(operation=operation, alteration=padded))
            if exchange.transmission.received is not None:
                return not is_too_large(exchange)
        return False
