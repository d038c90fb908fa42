"""Estimates before a scenario runs: what its players need, and how often it waits for the wallet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil

from harness import money
from harness.contracts import Contract
from harness.model import Limits, Scenario, Step
from harness.scenario.identities import Identities
from harness.scenario.needs import Needs
from harness.scenario.plan import BETS_IN_A_BATCH, MOST_SINGLE_BETS, Plan, bets_by_role, plan
from harness.scenario.words import DEBITS

ITEMS_IN_THE_TIME_OF_AN_ANSWER = 10
"""So many transactions of a batch are booked in the time of an ordinary answer."""
REQUESTS_OF_A_GENERATED_PLAYER = 2
"""Generated scenarios are short: with their bystanders they make a player for so many requests."""
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


@dataclass(frozen=True, slots=True)
class Work:
    """What a scenario asks of a wallet, roughly: requests, transactions in batches, and players that are made."""

    requests: int
    items: int = 0
    players: int = 0

    @property
    def answers(self) -> int:
        """How many ordinary answers take as long. Requests of a race are answered one after the other."""
        return self.requests + self.players + self.items // ITEMS_IN_THE_TIME_OF_AN_ANSWER


def work_of(scenario: Scenario, contract: Contract, limits: Limits) -> Work:
    """What the scenario asks of a wallet. An epilogue counts as nothing, because it depends on the other scenarios."""
    if scenario.is_epilogue:
        return Work(0)
    if scenario.is_explored:
        return Work(limits.explore, players=limits.explore // REQUESTS_OF_A_GENERATED_PLAYER)
    planned = plan(scenario, contract, limits, Identities(0, "00000000"))
    sends = [send for group in planned.groups for send in group.sends]
    items = sum(len(each.bound) for each in sends if each.batch)
    bets, in_batches = len(planned.bets), "bet_batch" in contract.words and len(planned.bets) > MOST_SINGLE_BETS
    settled = sum(each.settles for each in planned.bets)
    players = 1 + len(planned.roles)
    runs = limits.races if planned.races else 1
    return Work(
        requests=runs * (len(sends) + (ceil(bets / BETS_IN_A_BATCH) if in_batches else bets + settled) + players) + 1,
        items=runs * (items + (bets if in_batches else 0)),
        players=runs * players,
    )


def turns_of(scenario: Scenario, contract: Contract, limits: Limits) -> int:
    """Roughly how long the scenario takes, in ordinary answers. The longest scenarios are best started first."""
    return work_of(scenario, contract, limits).answers


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
