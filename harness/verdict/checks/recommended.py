"""Compares the readings that the document permits with what it recommends: which requests of an ended session succeed.

The oracle permits both answers, because the document does. A requirement of the level SHOULD names the better one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from harness.contracts import Contract
from harness.model import Check, Exchange, Level, Outcome, Requirement, Situation, Verdict, Wrong
from harness.verdict.checks import sentences
from harness.verdict.checks.facts import SESSION_POLICIES
from harness.verdict.checks.history_judge import HistoryJudge
from harness.verdict.checks.judged_parts import JudgedPart
from harness.verdict.checks.on_exchange import place_in, status_of, verdict_on

_SITUATIONS = {"expired": str(Situation.EXPIRED_SESSION), "unknown": str(Situation.UNKNOWN_SESSION)}
_NEW = frozenset({Situation.NEW, Situation.EXACT, Situation.ZERO})


def recommendation_verdicts(judge: HistoryJudge) -> Iterator[Verdict]:
    """The first answer for each operation that is permitted, but not recommended, in a session that is not live.

    A request without a session is left out: no document says what it should be answered.
    """
    reported: set[tuple[str, str]] = set()
    for seen in judge.seen:
        exchange = judge.history.exchanges[seen.part.exchange]
        session, wrong = judge.session_of(seen.part.item), _wrong(seen)
        named = session in _SITUATIONS and seen.part.item.session != ""
        if wrong is None or not named or not _is_plain(exchange):
            continue
        situation = _SITUATIONS[session]
        requirement = _answering(judge.contract, exchange, situation, wrong)
        if requirement is None or requirement.level is not Level.SHOULD or (exchange.name, situation) in reported:
            continue
        reported.add((exchange.name, situation))
        better = Outcome.REFUSED if wrong is Wrong.ACCEPTED else Outcome.OK
        summary = f"expected {better}, as the session is {session}"
        verdict = verdict_on(
            Check.EXPECTATION, requirement, status_of(requirement.level), summary, seen.part.exchange, exchange
        )
        answer = seen.part.answer
        said = verdict.said if answer is None else sentences.with_status(exchange, sentences.said(answer))
        yield replace(verdict, said=said, place=place_in(answer, "code"), situation=situation)


def _wrong(seen: JudgedPart) -> Wrong | None:
    """How the answer may be wrong, if nothing but the session can be the reason. None for any other answer."""
    if seen.impossible or seen.ambiguous or seen.part.answer is None:
        return None
    if seen.part.answer.outcome is Outcome.OK:
        return Wrong.ACCEPTED if seen.situation.partition(".")[0] in _NEW and not seen.readings else None
    policies = {policy for policy, _ in seen.readings}
    return Wrong.REFUSED if len(policies) == 1 and policies <= {*SESSION_POLICIES.values()} else None


def _is_plain(exchange: Exchange) -> bool:
    """True for a good request that was sent alone, whose player certainly has another session."""
    return exchange.race is None and exchange.alteration.is_none and not exchange.session_in_doubt


def _answering(contract: Contract, exchange: Exchange, situation: str, wrong: Wrong) -> Requirement | None:
    """The requirement that names this operation, situation and wrong answer itself. None if none does."""
    triple = (exchange.name, situation, str(wrong))
    return next((each for each in contract.requirements.values() if triple in each.answers_for), None)
