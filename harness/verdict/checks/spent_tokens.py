"""Checks that no one-time token opens two sessions, that an unknown one opens none, and the code of such refusals."""

from __future__ import annotations

from collections.abc import Iterator

from harness.contracts import Contract
from harness.model import Alteration, Authenticate, Check, Exchange, History, Level, Outcome, Situation, Verdict, Wrong
from harness.verdict.checks.charges import SUMMARY
from harness.verdict.checks.expectations import codes_in_words
from harness.verdict.checks.on_exchange import status_of, verdict_on


def token_verdicts(history: History, contract: Contract) -> Iterator[Verdict]:
    """Each login with a token that was never given out, or that a login before it, or beside it, has used.

    Its success is a finding. So is a refusal with another code than the documented one. A login beside another one
    with the same token may be refused with any code, because the token may be in use.
    """
    used: set[str] = set()
    given = {each.token for each in history.players}
    own = history.scenario.requirements[contract.name]
    for index, exchange in enumerate(history.exchanges):
        operation = exchange.operation
        if not isinstance(operation, Authenticate) or exchange.alteration != Alteration():
            continue
        if operation.token in used or operation.token not in given:
            is_open = exchange.race is not None and operation.token in given
            wrong, summary = _wrong(exchange, contract, is_open=is_open)
            if wrong is not None:
                requirement = contract.attribute(exchange.name, Situation.SPENT_TOKEN, wrong, own)
                check = Check.ORACLE if wrong is Wrong.ACCEPTED else Check.CODE
                yield verdict_on(check, requirement, status_of(requirement.level), summary, index, exchange)
        if exchange.succeeded:
            used.add(operation.token)


def _wrong(exchange: Exchange, contract: Contract, *, is_open: bool) -> tuple[Wrong | None, str]:
    """How the answer to a login with such a token is wrong, and that in words. None if it is right, or not known.

    `is_open` is true if any code of a refusal is right.
    """
    if exchange.succeeded:
        return Wrong.ACCEPTED, SUMMARY[Wrong.ACCEPTED]
    expected = contract.codes.get(Situation.SPENT_TOKEN)
    if expected is None or expected.level is not Level.MUST or exchange.reply is None or is_open:
        return None, ""
    if exchange.reply.outcome in {Outcome.OK, *expected.outcomes}:
        return None, ""
    return Wrong.CODE, f"refused, but not {codes_in_words(expected.outcomes)}"
