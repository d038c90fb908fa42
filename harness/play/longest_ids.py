"""Measures how long a transaction id the wallet takes, after it has refused a long one.

No document names a limit. A wallet may have one, and its ids are then compared at the longest length that it takes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from harness.client import Call, Client
from harness.model import Exchange, FaultCase, Operation
from harness.scenario.plan import Bound

LENGTHS = (255, 128, 100, 64, 50, 40, 36)
"""The lengths that are tried. An ordinary id has the last one."""


class LongestIds:
    """The length of the ids that one wallet takes. Each length is tried once a run."""

    def __init__(self, client: Client) -> None:
        """Measure with this client. Nothing is sent yet."""
        self._client = client
        self._takes: dict[int, bool] = {}

    def below(self, length: int, harmless: Callable[[int], Operation]) -> int:
        """The longest tried length that the wallet takes, if it refuses this length. 0 if it takes it, or none.

        `harmless` makes a request with an id of a given length, which moves no money.
        """
        if self._is_taken(length, harmless):
            return 0
        shorter = (each for each in LENGTHS if each < length)
        return next((each for each in shorter if self._is_taken(each, harmless)), 0)

    def _is_taken(self, length: int, harmless: Callable[[int], Operation]) -> bool:
        if length not in self._takes:
            self._takes[length] = self._client.call(Call(operation=harmless(length))).succeeded
        return self._takes[length]


def is_refused(exchange: Exchange) -> bool:
    """True if the wallet, or a framework in front of it, refused the request. A server error is no refusal."""
    received = exchange.transmission.received
    if exchange.reply is not None:
        return not exchange.succeeded
    return received is not None and 400 <= received.status < 500


def fitted(text: str, longest: int) -> str:
    """An id that is cut before its last character, by which similar ids differ. A longest of 0 is no limit."""
    return text if not longest or len(text) <= longest else text[: longest - 1] + text[-1]


def fitted_to(bound: tuple[Bound, ...], longest: int) -> tuple[Bound, ...]:
    """Transactions whose ids have at most that many characters. A longest of 0 is no limit."""
    return tuple(replace(each, id=fitted(each.id, longest), original=fitted(each.original, longest)) for each in bound)


def beyond_limit(exchange: Exchange, length: int) -> Exchange:
    """The exchange, marked as one with an id that is longer than the wallet takes."""
    name = f"an id of {length} characters, which a wallet may refuse"
    case = FaultCase(name=name, beyond_limit=True)
    return replace(exchange, alteration=replace(exchange.alteration, case=case))
