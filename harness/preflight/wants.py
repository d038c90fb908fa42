"""Which scenarios cannot be run with the players and operations that there are, told before any of them starts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from harness import money
from harness.contracts import Contract
from harness.model import Exchange, Operation, Player, Scenario, Step
from harness.players import Identities, Needs, Purse
from harness.preflight.findings import Facts
from harness.runner import Limits, needs_of
from harness.runner.plan import plan
from harness.subject import Subject

_FEW = Limits(parallel=1, rounds=1, burst=1, batch=1, races=1)
"""How often something is sent changes nothing in whom it needs."""


@dataclass(frozen=True, slots=True)
class Want:
    """What is wanting, and the scenarios that are skipped for it."""

    reason: str
    scenarios: tuple[str, ...]


def wants(scenarios: Iterable[Scenario], contract: Contract, subject: Subject, facts: Facts) -> tuple[Want, ...]:
    """What is wanting, the most often first. A scenario counts once, for the first thing that it lacks."""
    found: dict[str, list[str]] = {}
    for scenario in scenarios:
        if contract.name in scenario.requirements and (reason := _lacking(scenario, contract, subject, facts)):
            found.setdefault(reason, []).append(scenario.id)
    ordered = sorted(found.items(), key=lambda pair: -len(pair[1]))
    return tuple(Want(reason, tuple(ids)) for reason, ids in ordered)


def _lacking(scenario: Scenario, contract: Contract, subject: Subject, facts: Facts) -> str:
    for word in _words(scenario.steps):
        name = contract.words.get(word, "")
        if name and name in facts.absent:
            return f"the wallet has no operation {name}"
    if subject.provision_url or subject.provision_command:
        return ""
    planned = plan(scenario, contract, _FEW, Identities(0, "00000000"))
    stakes = bool(contract.words.get("bet")) and contract.words["bet"] not in facts.absent
    needs = needs_of(scenario, planned, contract, stakes=stakes)
    fitting = [each for each in subject.players if needs.currency in {"", each.currency}]
    return _player_lacking(needs, fitting) or _funds_lacking(needs, fitting, contract, facts)


def _player_lacking(needs: Needs, fitting: Sequence[Player]) -> str:
    if not fitting:
        return f"needs a {needs.currency} player"
    if needs.expired_session and not any(each.expired_session for each in fitting):
        return "needs a player with an expired session"
    if needs.token and not any(each.token for each in fitting):
        return "needs a player with an unused one-time token"
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


def _words(steps: Iterable[Step]) -> Iterator[str]:
    for step in steps:
        yield step.word
        yield from _words(step.steps)
