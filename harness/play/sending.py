"""Sends a scenario's requests to a wallet on a bad day.

An answer that was lost on its way is asked for again, `Retry-After` is obeyed, and a wallet that has gone is waited
for. No wallet and no run is waited for without end.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC
from email.utils import parsedate_to_datetime

from harness.client import Call, Client
from harness.model import Authenticate, Exchange, FailureKind, Operation, id_of, transactions
from harness.play.recovery import Recovery
from harness.play.waits import Waits

MOST_REPEATS = 3
"""How often a request is sent again because the wallet asked for it. A fresh connection is tried once."""
BUSY_STATUSES = frozenset({429, 503})
"""The statuses whose `Retry-After` says when the same request may come again."""
SHORTEST_SECONDS = 0.01
"""The least time for an answer. A request that is sent at the very end of a run ends with it."""
_GONE = frozenset({FailureKind.UNREACHABLE, FailureKind.TIME_OUT, FailureKind.TLS, FailureKind.CLOSED})


class WalletGone(Exception):
    """The run cannot go on. The text is the first cause: since when, and after which request."""


@dataclass(slots=True)
class Patience:
    """How long a run waits.

    * `recovery`: waits for a wallet that has stopped answering. None does not wait and does not ask.
    * `retry_seconds`: the longest `Retry-After` that is obeyed.
    * `until`: the end of the run, as a time of `now`; None is no end. `ends` says what set it.
    * `waits`: what the run has waited for.
    """

    recovery: Recovery | None = None
    retry_seconds: float = 0
    until: float | None = None
    ends: str = ""
    waits: Waits = field(default_factory=Waits)
    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    unix: Callable[[], float] = time.time
    outages: list[str] = field(default_factory=list)
    """What is said of each time at which the wallet was away and came back."""

    def check(self) -> None:
        """Raise WalletGone if the time of the run is over."""
        if self.until is not None and self.now() >= self.until:
            raise WalletGone("; ".join(filter(None, (self.ends, self.waits.longest()))))

    @property
    def left(self) -> float | None:
        """How many seconds the run may still last, at least `SHORTEST_SECONDS`. None without an end."""
        return None if self.until is None else max(SHORTEST_SECONDS, self.until - self.now())


class PatientSending:
    """Sends the requests of one run of a scenario."""

    def __init__(self, client: Client, patience: Patience, scenario: str, harmless: Callable[[], Operation]) -> None:
        """`harmless` makes a request that moves no money. It is sent while the wallet is waited for."""
        self._client = client
        self._patience = patience
        self._scenario = scenario
        self._harmless = harmless
        self._not_before = 0.0
        self.outage = ""
        """When and after which request the wallet stopped answering, and how long it was away."""

    def call(self, call: Call, *, counted: bool = False) -> tuple[Exchange, ...]:
        """Send one request. The last exchange has its answer; those before it were lost on their way, and repeated.

        A request is never sent again if its sendings are `counted`. Raises WalletGone.
        """
        again = not counted and call.loss is None and not isinstance(call.operation, Authenticate)
        found: list[Exchange] = []
        while True:
            self._wait_for_turn()
            exchange = self._once(call)
            if not again or not self._is_repeated(exchange, len(found)):
                break
            found.append(replace(exchange, repeated=True))
        found.append(exchange)
        if self._has_gone(exchange) and self._wait_for(found[-1:]) and again and _never_sent(exchange):
            # Nothing of it has reached the wallet, which is back.
            found[-1] = replace(exchange, repeated=True)
            found.append(self._once(call))
        return tuple(found)

    def _once(self, call: Call) -> Exchange:
        """Send one request once. Raises WalletGone if the end of the run has cut off the wait for its answer."""
        exchange = self._client.call(call, at_most_seconds=self._patience.left)
        self._note([exchange])
        return exchange

    def _note(self, exchanges: Sequence[Exchange]) -> None:
        self._patience.waits.note(exchanges)
        for exchange in exchanges:
            failure = exchange.transmission.failure
            if failure is not None and failure.kind is FailureKind.TIME_OUT:
                # Without this the wallet would be accused of an answer for which it had no time.
                self._patience.check()
            self._note_retry_after(exchange)

    def race(self, calls: Sequence[Call]) -> tuple[Exchange, ...]:
        """Release requests together, each once. Raises WalletGone."""
        self._wait_for_turn()
        found = self._client.race(calls, at_most_seconds=self._patience.left)
        self._note(found)
        if gone := [each for each in found if self._has_gone(each)]:
            self._wait_for(gone)
        return found

    def _is_repeated(self, exchange: Exchange, repeats: int) -> bool:
        if lost_on_the_way(exchange):
            return not repeats
        return exchange.reply is None and self._not_before > 0 and repeats < MOST_REPEATS

    # ----------------------------------------------------------------------------------------------------------------
    # Retry-After

    def _note_retry_after(self, exchange: Exchange) -> None:
        seconds = retry_after(exchange, self._patience.unix())
        if 0 < seconds <= self._patience.retry_seconds:
            self._not_before = max(self._not_before, self._patience.now() + seconds)

    def _wait_for_turn(self) -> None:
        """Wait until the wallet wants to be asked again. Raises WalletGone if the time of the run is over."""
        self._patience.check()
        if self._not_before:
            wait = self._not_before - self._patience.now()
            self._not_before = 0.0
            if self._patience.left is not None:
                wait = min(wait, self._patience.left)
            if wait > 0:
                self._patience.sleep(wait)
                self._patience.check()

    # ----------------------------------------------------------------------------------------------------------------
    # A wallet that has gone

    def _has_gone(self, exchange: Exchange) -> bool:
        failure = exchange.transmission.failure
        return self._patience.recovery is not None and failure is not None and failure.kind in _GONE

    def _wait_for(self, unanswered: Sequence[Exchange]) -> bool:
        """Wait until the wallet answers. True if it was away, false if it was there all the time. Raises WalletGone."""
        recovery = self._patience.recovery
        if recovery is None:
            return False
        since = f"the wallet stopped answering at {self._moment(unanswered[0])}, {after(unanswered, self._scenario)}"
        waited = recovery.wait(self._ask, until=self._patience.until)
        if waited is None:
            self._patience.check()
            raise WalletGone(since)
        if waited:
            self.outage = f"{since}; it answered again after {waited:.1f} s"
            self._patience.outages.append(self.outage)
        return bool(waited)

    def _ask(self, seconds: float) -> Exchange:
        return self._client.call(Call(operation=self._harmless()), time_out_seconds=seconds)

    def _moment(self, exchange: Exchange) -> str:
        """The time of day at which the request was sent, on this machine's clock."""
        ago_ns = time.monotonic_ns() - exchange.transmission.started_ns
        return time.strftime("%H:%M:%S", time.localtime(self._patience.unix() - ago_ns / 1_000_000_000))


def lost_on_the_way(exchange: Exchange) -> bool:
    """True if no byte of an answer came over a connection that had carried an exchange before.

    Servers close idle connections at times that no client can know. It is no crash.
    """
    sent = exchange.transmission
    closed = sent.failure is not None and sent.failure.kind is FailureKind.CLOSED
    return closed and sent.reused and not sent.first_byte_ns


def retry_after(exchange: Exchange, now: float) -> float:
    """How many seconds the wallet wants not to be asked. 0 if it does not say. `now` is Unix time in seconds."""
    received = exchange.transmission.received
    if received is None or received.status not in BUSY_STATUSES:
        return 0
    text = (received.header("retry-after") or "").strip()
    if text.isascii() and text.isdigit() and len(text) < 10:
        return int(text)
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return 0
    return max(0.0, (date if date.tzinfo is not None else date.replace(tzinfo=UTC)).timestamp() - now)


def after(unanswered: Sequence[Exchange], scenario: str) -> str:
    """The request that was in flight when the wallet stopped, if there was only one: `after bet 1a2b of input/...`."""
    if len(unanswered) > 1:
        return f"while {len(unanswered)} requests of {scenario} were in flight"
    (exchange,) = unanswered
    ids = [each for each in map(id_of, transactions(exchange.operation)) if each]
    which = f" {ids[0]}" if len(ids) == 1 else f" of {len(ids)} transactions" if ids else ""
    if _never_sent(exchange):
        return f"before {exchange.name}{which} of {scenario} could be sent"
    return f"after {exchange.name}{which} of {scenario}"


def _never_sent(exchange: Exchange) -> bool:
    failure = exchange.transmission.failure
    return failure is not None and failure.never_sent
