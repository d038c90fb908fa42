"""Checks that no one-time token opens two sessions, one after the other or at once."""

from __future__ import annotations

from collections.abc import Iterator

from harness.contracts import Contract
from harness.model import Alteration, Authenticate, Check, History, Situation, Verdict, Wrong
from harness.verdict.checks.charges import SUMMARY
from harness.verdict.checks.on_exchange import status_of, verdict_on


def token_verdicts(history: History, contract: Contract) -> Iterator[Verdict]:
    """Each successful login with a token that a login before it, or beside it, has used."""
    used: set[str] = set()
    own = history.scenario.requirements[contract.name]
    for index, exchange in enumerate(history.exchanges):
        operation = exchange.operation
        if not isinstance(operation, Authenticate) or exchange.alteration != Alteration() or not exchange.succeeded:
            continue
        if operation.token in used:
            requirement = contract.attribute(exchange.name, Situation.SPENT_TOKEN, Wrong.ACCEPTED, own)
            status = status_of(requirement.level)
            yield verdict_on(Check.ORACLE, requirement, status, SUMMARY[Wrong.ACCEPTED], index, exchange)
        used.add(operation.token)
