"""Judges the first calls of a run, which pre-flight has made and recorded.

They may prove that the wallet refuses a right call, or accepts one with a mistake in signing. No scenario can be run on
such a wallet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from harness.contracts import Contract
from harness.contracts.shared.near_answer import is_nearly_right
from harness.inert import clipped
from harness.model import Exchange, GetBalance, Situation, Wrong
from harness.verdict.checks.sentences import with_status

ZERO_AMOUNT = "zero_amount"
"""The value of `Violation.mistake` if the wallet refuses only the amount 0."""
TIME_ZONE = "time_zone"
"""The value if the wallet computes the window of timestamps in another time zone."""
UNKNOWN_PLAYER = "unknown_player"
"""The value if the wallet breaks down at a player who does not exist."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """A violated requirement that pre-flight has proved."""

    requirement: str
    summary: str
    sent: str
    said: str
    mistake: str = ""
    """The wallet's mistake in signing (a forgery's name), or one of the names above; empty if none applies."""
    exchanges: tuple[Exchange, ...] = ()
    """The requests and their answers. The last exchange is the proof."""


def violation_by(calls: Sequence[Exchange], contract: Contract) -> Violation | None:
    """The violation that the first calls prove; None without calls.

    The last call is one of these:

    * a call with a mistake in signing that the wallet accepted;
    * a call with another time that it accepted;
    * a call for a player who does not exist, to which it gave no answer;
    * a call that it answered nearly as the contract says;
    * a right call that it refused after it had shown the balance to the same credentials;
    * a call with the smallest amount, after it had refused the amount 0.
    """
    if not calls:
        return None
    last = calls[-1]
    if last.succeeded and last.alteration.forged:
        return _mistaken(calls, contract)
    if last.succeeded and last.alteration.stale_seconds:
        return _of_another_time(calls, contract)
    if last.transmission.received is None:
        return _broke_down(calls, contract)
    if is_nearly_right(last, contract):
        return _misshapen(calls, contract)
    if len(calls) > 1 and isinstance(calls[-2].operation, GetBalance):
        return _believed_elsewhere(calls, contract)
    return _zero_refused(calls, contract)


def _misshapen(calls: Sequence[Exchange], contract: Contract) -> Violation:
    """The violation of a wallet whose answer is nearly the contract's."""
    last = calls[-1]
    problem = next(iter(last.problems), None)
    topic = problem.topic if problem is not None else "schema"
    code = last.answer.code
    what = problem.detail if problem is not None and last.reply is None else f"success is said as {clipped(code, 40)!r}"
    return Violation(
        requirement=contract.attribute(last.name, topic, Wrong.FORMAT).id,
        summary=f"the answer to an ordinary call is nearly the contract's: {what}",
        sent=f"{last.name} with amount 0",
        said=_said(last) if last.reply is not None else with_status(last, what),
        exchanges=tuple(calls),
    )


def _of_another_time(calls: Sequence[Exchange], contract: Contract) -> Violation:
    """The violation of a wallet that accepts only calls that are dated some hours away."""
    last = calls[-1]
    return Violation(
        requirement=contract.authenticity.id,
        summary="a call that is signed now is refused; the same call is believed when it is dated "
        f"{dated(last.alteration.stale_seconds)}, so the wallet's window is computed in another time zone",
        sent=f"{last.name} with amount 0, dated {dated(last.alteration.stale_seconds)}",
        said=_said(last),
        mistake=TIME_ZONE,
        exchanges=tuple(calls),
    )


def dated(stale_seconds: int) -> str:
    """How far a call is dated from now, for a reader: `2 h ahead`, `5 h 30 min back`."""
    hours, minutes = divmod(abs(stale_seconds) // 60, 60)
    parts = [f"{hours} h" if hours else "", f"{minutes} min" if minutes else ""]
    return " ".join(filter(None, parts)) + (" ahead" if stale_seconds < 0 else " back")


def _broke_down(calls: Sequence[Exchange], contract: Contract) -> Violation:
    """The violation of a wallet that gives no answer about a player who does not exist."""
    last = calls[-1]
    failure = last.transmission.failure
    return Violation(
        requirement=contract.attribute(last.name, Situation.UNKNOWN_PLAYER, Wrong.REFUSED).id,
        summary="a call for a player who does not exist gets no answer, where a refusal is due: "
        + (failure.detail if failure is not None else "nothing came"),
        sent=f"{last.name} with amount 0 for a player who does not exist",
        said="no answer",
        mistake=UNKNOWN_PLAYER,
        exchanges=tuple(calls),
    )


def _mistaken(calls: Sequence[Exchange], contract: Contract) -> Violation:
    tried = calls[-1]
    name = tried.alteration.forged
    return Violation(
        requirement=contract.authenticity.id,
        summary="a rightly authenticated call is refused, and one with a mistake is believed: "
        + name.replace("_", " "),
        sent=f"{tried.name} with amount 0",
        said=_said(tried),
        mistake=name,
        exchanges=tuple(calls),
    )


def _believed_elsewhere(calls: Sequence[Exchange], contract: Contract) -> Violation:
    """The violation of a wallet that accepts the credentials for one operation and refuses them for another."""
    return Violation(
        requirement=contract.authenticity.id,
        summary="a rightly authenticated call is refused as if it were not, though the balance is shown to the same "
        "credentials and to no others",
        sent=f"{calls[-1].name} with amount 0",
        said=_said(calls[-1]),
        exchanges=tuple(calls),
    )


def _zero_refused(calls: Sequence[Exchange], contract: Contract) -> Violation:
    *others, zero, smallest = calls
    return Violation(
        requirement=contract.attribute(zero.name, Situation.ZERO, Wrong.REFUSED).id,
        summary="the amount 0 is refused, though the same call with the smallest amount is "
        + ("taken" if smallest.succeeded else "refused for lack of funds alone"),
        sent=f"{zero.name} with amount 0",
        said=_said(zero),
        mistake=ZERO_AMOUNT,
        exchanges=(*others, smallest, zero),
    )


def _said(exchange: Exchange) -> str:
    """The HTTP status, and the wallet's code for its answer. Without a code the name of the outcome."""
    found = exchange.answer
    whole = exchange.reply.code if exchange.reply is not None else ""
    return with_status(exchange, found.code or whole or found.outcome.replace("_", " "))
