"""Refusals that may have more than one reason. A wallet may answer with the code of any of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from harness.contracts import Contract
from harness.model import Movement, Situation, Unsettle
from harness.oracle import Belief, Book, BudgetExceeded, Event, reasons_of_refusal

_AS_GOOD_AS_ANOTHER = frozenset({None, Situation.MALFORMED, Situation.WRONG_CURRENCY})
"""Reasons of disbelief, or none, that a wallet may look at before or after the session."""


def has_several_reasons(
    beliefs: Sequence[Belief], event: Event, readings: Collection[tuple[str, str]], contract: Contract
) -> bool:
    """True for a refusal with more than one possible reason.

    One may depend on what became of a request without an answer. An ended session permits a refusal, and the rules may
    demand one of the same request, such as a bet without funds. Then no reading explains the refusal. An amount may
    have more decimals than the wrong currency that the request names. A deduction that the balance does not cover may
    name a bet that the wallet may refuse.
    """
    if event.accepted:
        return False
    if event.terms.disbelieved in _AS_GOOD_AS_ANOTHER and event.terms.refusable_by and not readings:
        return True
    if event.terms.disbelieved is Situation.WRONG_CURRENCY and _is_too_fine(event, contract):
        return True
    if any(_may_lack_its_bet(event, each.book) for each in beliefs):
        return True
    if all(each.is_definite for each in beliefs):
        return False
    try:
        return len(reasons_of_refusal(beliefs, event)) > 1
    except BudgetExceeded:
        return True


def _may_lack_its_bet(event: Event, book: Book) -> bool:
    """True for a deduction that names a bet for which the wallet may refuse it: an unknown one, or a returned one."""
    item, terms = event.item, event.terms
    if not isinstance(item, Unsettle) or not item.bet:
        return False
    is_unknown = item.bet not in book.bets and terms.reads("unknown_bet", "refused")
    return is_unknown or (item.bet in book.returned and terms.reads("returned_bet", "refused"))


def _is_too_fine(event: Event, contract: Contract) -> bool:
    """True if the amount is no whole number of the smallest units of the currency that the request names."""
    item = event.item
    return isinstance(item, Movement) and item.amount % contract.wire_unit(item.currency) != 0
