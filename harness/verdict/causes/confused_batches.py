"""Finds causes that concern several transactions of one batch."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from harness.model import Amount, Outcome, Single, id_of, transactions
from harness.verdict.causes.case import Case, Cause, answered, signed

_MOST_ITEMS = 12
"""Sums over subsets are computed for at most so many items."""


def diagnoses(case: Case) -> Iterator[Cause]:
    """Causes: swapped answers, a batch booked on one player, a batch that is only partly booked."""
    every = transactions(case.exchange.operation) if case.exchange is not None else ()
    if len(every) < 2:
        return
    if _swapped(case, every):
        yield Cause(
            "answers_swapped",
            "the answers of a batch are given to the wrong transactions: one that cannot be booked is answered with "
            "success, and one that can with its error",
            "answer each transaction under its own transactionId, from its own booking, and not by its place in a list",
        )
    if not case.wrong_balance or case.shown is None or case.before is None:
        return
    moved = case.shown - case.before
    if len({each.player for each in every}) > 1 and moved == sum(signed(each) for each in every):
        yield Cause(
            "batch_on_one_player",
            "every transaction of the batch is booked on one player",
            "take the player of each transaction from that transaction",
        )
    mine = [signed(each) for each in case.items]
    some = mine[:_MOST_ITEMS]
    parts = {sum(part) for size in range(1, len(some)) for part in combinations(some, size)}
    comes_again = bool(case.sent_before) and case.situation not in {"new", "exact"}
    if moved and len(mine) > 1 and not comes_again and (moved in parts or _one_lacks(case, case.before)):
        yield Cause(
            "batch_partly_booked",
            "some transactions of the batch are answered with success and not booked, or each balance is counted from "
            "the one before the batch",
            "book the batch item by item, each on the balance that the one before it left; walk through a list that "
            "nothing is removed from meanwhile",
        )


def _one_lacks(case: Case, before: Amount) -> bool:
    """True if the first wrong balance of a batch lacks exactly one of its items. The batch may have any length."""
    asked = answered(case.exchange) if case.exchange is not None else ()
    mine = [(item, answer) for item, answer in asked if item.player == case.verdict.player]
    balance = before
    for item, answer in mine:
        balance += signed(item)
        if answer is not None and answer.balance is not None and answer.balance == case.shown != balance:
            return balance - answer.balance in {signed(each) for each, _ in mine}
    return False


def _swapped(case: Case, every: tuple[Single, ...]) -> bool:
    """True if an unknown player's transaction was accepted and a known player's refused as unknown."""
    reply = case.exchange.reply if case.exchange is not None else None
    if reply is None or case.verdict.wrong not in {"accepted", "refused"}:
        return False
    known = {each.id for each in case.history.players}
    outcomes = {item.id: item.outcome for item in reply.items}
    strangers = {outcomes.get(id_of(each)) for each in every if each.player not in known}
    others = {outcomes.get(id_of(each)) for each in every if each.player in known}
    return Outcome.OK in strangers and Outcome.UNKNOWN_PLAYER in others
