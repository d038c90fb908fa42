"""Which scenarios cannot be run with the players and operations that there are, told before any of them starts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from harness.contracts import Contract
from harness.model import Player, Scenario, Step
from harness.preflight.findings import Facts
from harness.subject import Subject


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
    steps = list(_flat(scenario.steps))
    for step in steps:
        name = contract.words.get(step.word, "")
        if name and name in facts.absent:
            return f"the wallet has no operation {name}"
    made = bool(subject.provision_url or subject.provision_command)
    return "" if made else _player_lacking(scenario, steps, subject.players)


def _player_lacking(scenario: Scenario, steps: Sequence[Step], players: Sequence[Player]) -> str:
    fitting = [each for each in players if scenario.currency in {"", each.currency}]
    if not fitting:
        return f"needs a {scenario.currency} player"
    drafts = [draft for step in steps for draft in step.drafts]
    if any(draft.session == "expired" for draft in drafts) and not any(each.expired_session for each in fitting):
        return "needs a player with an expired session"
    own_token = any(step.word == "authenticate" and not draft.token for step in steps for draft in step.drafts)
    if own_token and not any(each.token for each in fitting):
        return "needs a player with an unused one-time token"
    others = {draft.player for draft in drafts} - {"", "unknown"}
    together = max((sum(each.currency == one.currency for each in fitting) for one in fitting), default=0)
    if together <= len(others):
        return f"needs {len(others) + 1} players of one currency"
    return ""


def _flat(steps: Iterable[Step]) -> Iterator[Step]:
    for step in steps:
        yield step
        yield from _flat(step.steps)
