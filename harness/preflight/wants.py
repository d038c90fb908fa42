"""Which scenarios cannot be run with the players and operations that there are, told before any of them starts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from harness import money
from harness.contracts import Contract
from harness.model import Exchange, Operation, Player, Scenario
from harness.players import Identities, Needs, Purse
from harness.preflight.findings import Facts
from harness.runner.forecast import needs_in_short, steps_of
from harness.subject import Subject


@dataclass(frozen=True, slots=True)
class Want:
    """What is wanting, and the scenarios that are skipped for it."""

    reason: str
    scenarios: tuple[str, ...]


def wants(scenarios: Iterable[Scenario], contract: Contract, subject: Subject, facts: Facts) -> tuple[Want, ...]:
    """What is wanting, the most often first. A scenario counts once, for the first thing that it lacks."""
    found: dict[str, list[str]] = {}
    tokens = sum(1 for each in subject.players if each.token)
    for scenario in scenarios:
        if contract.name not in scenario.requirements:
            continue
        if reason := _operation_lacking(scenario, contract, facts):
            found.setdefault(reason, []).append(scenario.id)
        elif not subject.makes_players:
            needs = needs_in_short(scenario, contract)
            if reason := _lacking(replace(needs, token=needs.token and not tokens), contract, subject, facts):
                found.setdefault(reason, []).append(scenario.id)
            else:
                # A one-time token serves one scenario.
                tokens -= int(needs.token)
    ordered = sorted(found.items(), key=lambda pair: -len(pair[1]))
    return tuple(Want(reason, tuple(ids)) for reason, ids in ordered)


def _operation_lacking(scenario: Scenario, contract: Contract, facts: Facts) -> str:
    names = (contract.words.get(step.word, "") for step in steps_of(scenario.steps))
    return next((f"the wallet has no operation {name}" for name in names if name and name in facts.absent), "")


def _lacking(needs: Needs, contract: Contract, subject: Subject, facts: Facts) -> str:
    fitting = [each for each in subject.players if needs.currency in {"", each.currency}]
    lacking = _player_lacking(needs, fitting)
    if not lacking and needs.token:
        return "needs a player with an unused one-time token"
    return lacking or _funds_lacking(needs, fitting, contract, facts)


def _player_lacking(needs: Needs, fitting: Sequence[Player]) -> str:
    if not fitting:
        return f"needs a {needs.currency} player"
    if needs.expired_session and not any(each.expired_session for each in fitting):
        return "needs a player with an expired session"
    together = Counter(each.currency for each in fitting).most_common(1)[0][1]
    if together <= len(needs.others):
        return f"needs {len(needs.others) + 1} players of one currency"
    return ""


def _funds_lacking(needs: Needs, fitting: Sequence[Player], contract: Contract, facts: Facts) -> str:
    """Where nothing can be put on an account, somebody has to hold enough already."""
    purse = Purse(contract, _unsent, Identities(0, "00000000"), set(facts.absent))
    if purse.can(up=True):
        return ""
    held = {each.player: each.balance for each in facts.holdings}
    most = max((held.get(each.id) or 0 for each in fitting), default=0)
    wanted = needs.funds("", fitting[0].currency)
    if most >= wanted:
        return ""
    return f"needs a player with {money.show(wanted, fitting[0].currency)}, and this wallet cannot be paid into"


def _unsent(operation: Operation) -> Exchange:
    raise AssertionError(f"{operation} is only thought of")
