"""Judges the first calls of a run, which pre-flight has made and recorded.

They may prove that the wallet refuses a right call, or accepts one with a mistake in signing. No scenario can be run on
such a wallet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from harness.contracts import Contract
from harness.model import Exchange, GetBalance, Situation, Wrong
from harness.verdict.checks.sentences import with_status

ZERO_AMOUNT = "zero_amount"
"""The value of `Violation.mistake` if the wallet refuses only the amount 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """A violated requirement that prevents all scenarios from running."""

    requirement: str
    summary: str
    sent: str
    said: str
    mistake: str = ""
    """The wallet's mistake in signing (a forgery's name), or `ZERO_AMOUNT`; empty if neither applies."""
    exchanges: tuple[Exchange, ...] = ()
    """The requests and their answers. The last exchange is the proof."""


def violation_by(calls: Sequence[Exchange], contract: Contract) -> Violation | None:
    """The violation that the first calls prove; None without calls.

    The last call is one of three:

    * a call with a mistake in signing that the wallet accepted;
    * a right call that it refused after it had shown the balance to the same credentials;
    * a call with the smallest amount, after it had refused the amount 0.
    """
    if not calls:
        return None
    if calls[-1].succeeded and calls[-1].alteration.forged:
        return _mistaken(calls, contract)
    if len(calls) > 1 and isinstance(calls[-2].operation, GetBalance):
        return _believed_elsewhere(calls, contract)
    return _zero_refused(calls, contract)


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
