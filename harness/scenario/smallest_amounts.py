"""Reduces a scenario's amounts to the smallest that prove its point, for players whose money cannot be restored."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from harness import money
from harness.contracts import Contract
from harness.model import Scenario, Step
from harness.scenario import AMOUNTS
from harness.scenario.estimates import needs_in_short, steps_of

MOST_DIGITS = 9
"""The most digits by which amounts are reduced."""

_NUMBER = re.compile(r"(?<![\w\\])[0-9]")
"""A digit in JSON text. A digit after a letter or a backslash belongs to a word or to an escape."""

HALVES = 10
"""The number of units that a balance keeps if the scenario takes half of it, so that the half is not zero."""


def smallest(scenario: Scenario, contract: Contract) -> Scenario:
    """The scenario with every written amount, and its funds, divided by the same power of ten.

    The divisor is the greatest that leaves every amount a multiple of the smallest amount of the wire. Sums and their
    order stay valid, and an amount that needs all its digits stays as written. A scenario that writes numbers itself
    (in `raw`) is returned unchanged, because the divided amounts would no longer match these numbers.
    """
    if _writes_numbers_by_hand(scenario):
        return scenario
    unit = contract.wire_unit(scenario.currency or "EUR")
    written = [each for each in (_number(text) for text in _amounts(scenario)) if each]
    if "half" in _amounts(scenario):
        written.append(money.parse(scenario.funds) // HALVES)
    divisor = 10**MOST_DIGITS
    while divisor > 1 and any(each % (divisor * unit) for each in written):
        divisor //= 10
    if divisor == 1 or not written:
        return scenario
    return replace(
        scenario,
        funds=_divided(scenario.funds, divisor),
        steps=tuple(_smaller(step, divisor) for step in scenario.steps),
    )


def expenses(scenarios: Sequence[Scenario], contract: Contract) -> Mapping[str, tuple[int, int, int]]:
    """A sort key by scenario id. In this order the players last longest, because the expensive scenarios come last.

    Among scenarios that need an exact balance the highest balance comes first. Among those that take the whole balance,
    a scenario comes first if no other scenario proves its requirement. The generated scenarios are the last.
    """
    needs = {each.id: needs_in_short(smallest(each, contract), contract) for each in scenarios}
    name = contract.name
    proven = {each.requirements[name] for each in scenarios if not needs[each.id].everything}
    found: dict[str, tuple[int, int, int]] = {}
    for each in scenarios:
        if each.is_explored:
            found[each.id] = (3, 0, 0)
        elif needs[each.id].everything:
            found[each.id] = (2, int(each.requirements[name] in proven), sum(1 for _ in steps_of(each.steps)))
        else:
            found[each.id] = (1, -int(needs[each.id].balance), 0) if each.funds_exactly else (0, 0, 0)
    return found


def _amounts(scenario: Scenario) -> Iterator[str]:
    yield scenario.funds
    for step in steps_of(scenario.steps):
        yield from (draft.amount for draft in step.drafts)


def _writes_numbers_by_hand(scenario: Scenario) -> bool:
    drafts = (draft for step in steps_of(scenario.steps) for draft in step.drafts)
    return any(_NUMBER.search(text) for draft in drafts for _, text in draft.raw)


def _number(text: str) -> int:
    return 0 if not text or text in AMOUNTS else money.parse(text)


def _divided(text: str, divisor: int) -> str:
    return money.text(_number(text) // divisor) if _number(text) else text


def _smaller(step: Step, divisor: int) -> Step:
    return replace(
        step,
        drafts=tuple(replace(draft, amount=_divided(draft.amount, divisor)) for draft in step.drafts),
        steps=tuple(_smaller(each, divisor) for each in step.steps),
    )
