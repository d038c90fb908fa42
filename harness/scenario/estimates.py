"""Estimates before a scenario runs: what its players need, and how often it waits for the wallet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil

from harness import money
from harness.contracts import Contract
from harness.model import Limits, Scenario, Step
from harness.scenario.identities import Identities
from harness.scenario.needs import Needs
from harness.scenario.plan import Plan, bets_by_role, plan
from harness.scenario.words import DEBITS

_FEW = Limits(parallel=1, rounds=10, burst=10, batch=10)
"""Limits that are large enough for a batch to hold every written transaction, and so every player."""


def needs_of(scenario: Scenario, planned: Plan, contract: Contract, *, stakes: bool) -> Needs:
    """What the scenario needs of its players.

    With `stakes`, the stakes of the bets that the runner places are added.
    """
    return Needs(
        scenario=scenario.id,
        balance=money.parse(scenario.funds),
        exactly=scenario.funds_exactly,
        currency=scenario.currency,
        others=tuple(sorted(planned.roles)),
        bets=bets_by_role(planned.bets) if stakes else {},
        stake=contract.wire_unit,
        token=any(step.word == "authenticate" and not step.drafts[0].token for step in steps_of(scenario.steps)),
        expired_session=_needs_expired_session(scenario),
        letters=any(draft.spelled == "other_case" for step in steps_of(scenario.steps) for draft in step.drafts),
        everything=takes_everything(scenario),
    )


def needs_in_short(scenario: Scenario, contract: Contract) -> Needs:
    """`needs_of` without a given plan, and without the number of bets."""
    short = plan(scenario, contract, _FEW, Identities(0, "00000000"))
    return needs_of(scenario, short, contract, stakes=False)


def turns_of(scenario: Scenario, contract: Contract, limits: Limits) -> int:
    """Roughly how often the scenario waits for the wallet. The longest scenarios are best started first."""
    if scenario.is_explored:
        return limits.explore
    planned = plan(scenario, contract, limits, Identities(0, "00000000"))
    waves = sum(
        ceil(len(each.sends) / limits.connections) if each.at_once else len(each.sends) for each in planned.groups
    )
    runs = limits.races if planned.races else 1
    return runs * (waves + len(planned.bets))


def steps_of(steps: Sequence[Step]) -> Iterator[Step]:
    """Every step, including the steps inside other steps."""
    for step in steps:
        yield step
        yield from steps_of(step.steps)


def takes_everything(scenario: Scenario) -> bool:
    """True if a debit takes the player's whole balance, or half of it."""
    debits = (step for step in steps_of(scenario.steps) if step.word in DEBITS)
    return any(draft.amount in {"everything", "half"} for step in debits for draft in step.drafts)


def _needs_expired_session(scenario: Scenario) -> bool:
    return any(draft.session == "expired" for step in steps_of(scenario.steps) for draft in step.drafts)
