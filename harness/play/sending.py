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
from harness.play.slow_answers import SlowAnswers

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
    waits: SlowAnswers = field(default_factory=SlowAnswers)
    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    unix: Callable[[], float] = time.time
    outages: list[str] = field(default_factory=list)
    """What is said of each time at which the wallet was away and came back."""

    def in_vain(self, exchange: Exchange) -> bool:
        """True if an answer was lost on its way, or if the wallet wants the same request later, and we may wait."""
        seconds = retry_after(exchange, self.unix())
        return lost_on_the_way(exchange) or (seconds is not None and seconds <= self.retry_seconds)

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
        self._waited = 0.0

    @property
    def waited_ms(self) -> int:
        """How many milliseconds these requests have waited: as the wallet asked, and while it was away."""
        return round(1000 * self._waited)

    def call(self, call: Call, *, counted: bool = False, unique: bool = False) -> tuple[Exchange, ...]:
        """Send one request. The last exchange has its answer. Those before it gave none, and were repeated.

        A request whose sendings are `counted`, or that has a one-time token, is sent again only if the wallet asked for
        that. A `unique` one belongs to a scenario that cannot be played again, and is also sent again after a fresh
        connection was closed. Raises WalletGone.
        """
        again = not counted and call.loss is None and not isinstance(call.operation, Authenticate)
        found: list[Exchange] = []
        while True:
            self._wait_for_turn()
            exchange = self._once(call)
            is_asked = self._note_retry_after(exchange) and call.loss is None
            is_lost = again and (closed_without_a_byte(exchange) if unique else lost_on_the_way(exchange))
            if not self._is_repeated(found, is_asked=is_asked, is_lost=is_lost):
                break
            # What only asks for patience is not judged. Its resend shows whether the request had an effect.
            found.append(replace(exchange, repeated=True, reply=None, problems=()))
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

    def race(self, calls: Sequence[Call]) -> tuple[Exchange, ...]:
        """Release requests together, each once. Raises WalletGone."""
        self._wait_for_turn()
        found = self._client.race(calls, at_most_seconds=self._patience.left)
        self._note(found)
        for exchange in found:
            self._note_retry_after(exchange)
        if gone := [each for each in found if self._has_gone(each)]:
            self._wait_for(gone)
        return found

    @staticmethod
    def _is_repeated(before: Sequence[Exchange], *, is_asked: bool, is_lost: bool) -> bool:
        """True if a request is sent again, after it was sent in vain as often as `before` has exchanges."""
        asked = sum(each.transmission.received is not None for each in before)
        return asked < MOST_REPEATS if is_asked else is_lost and len(before) == asked

    # ----------------------------------------------------------------------------------------------------------------
    # Retry-After

    def _note_retry_after(self, exchange: Exchange) -> bool:
        """Note until when the wallet wants not to be asked. True if it says so, and that is waited for."""
        seconds = retry_after(exchange, self._patience.unix())
        if seconds is None or seconds > self._patience.retry_seconds:
            return False
        self._not_before = max(self._not_before, self._patience.now() + seconds)
        return True

    def _wait_for_turn(self) -> None:
        """Wait until the wallet wants to be asked again. Raises WalletGone if the time of the run is over."""
        self._patience.check()
        left = self._not_before - self._patience.now()
        self._not_before = 0.0
        if left > 0:
            left = min(left, self._patience.left or left)
            self._patience.sleep(left)
            self._waited += left
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
            self._waited += waited
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
    return closed_without_a_byte(exchange) and exchange.transmission.reused


def closed_without_a_byte(exchange: Exchange) -> bool:
    """True if a connection, fresh or not, was closed before any byte of the answer."""
    sent = exchange.transmission
    return sent.failure is not None and sent.failure.kind is FailureKind.CLOSED and not sent.first_byte_ns


def retry_after(exchange: Exchange, now: float) -> float | None:
    """How many seconds the wallet wants not to be asked. None if it does not say. `now` is Unix time in seconds.

    0 allows the next request at once, as a date in the past does.
    """
    received = exchange.transmission.received
    if received is None or received.status not in BUSY_STATUSES:
        return None
    text = (received.header("retry-after") or "").strip()
    if text.isascii() and text.isdigit() and len(text) < 10:
        return int(text)
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
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
