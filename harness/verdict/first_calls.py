"""What the first calls of a run prove: a wallet that refuses a right call and believes a wrong one is wrong itself.

Pre-flight makes the calls and records them; here they are read. What they prove is so fundamental that no scenario can
be run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from harness.contracts import Contract
from harness.model import Exchange, GetBalance, Situation, Wrong

ZERO_AMOUNT = "zero_amount"
"""Stands for a mistake in signing where it is the amount 0 alone that is refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """A requirement that the wallet breaks so fundamentally that no scenario can be run."""

    requirement: str
    summary: str
    sent: str
    said: str
    mistake: str = ""
    """The mistake in signing that the wallet makes itself, where that is what it violates."""
    exchanges: tuple[Exchange, ...] = ()
    """What was asked and answered; the last one is the proof."""


def violation_by(calls: Sequence[Exchange], contract: Contract) -> Violation | None:
    """What calls that a wallet did not believe prove against it; None without calls.

    The last call is one with a mistake in signing that was believed; or a right one that was refused after the balance
    was shown to the same credentials; or one of the smallest amount, after the amount 0 was refused.
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
    """The same credentials are right for one operation and wrong for another: they are right."""
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
    """The wallet's own word for its answer, or ours."""
    found = exchange.answer
    whole = exchange.reply.code if exchange.reply is not None else ""
    return found.code or whole or found.outcome.replace("_", " ")
