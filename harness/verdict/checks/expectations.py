"""Compares answers with the expected ones: the code of a refusal, and the expectation of a scenario's step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from harness.contracts import ExpectedCode
from harness.model import (
    Aspect,
    Check,
    Exchange,
    History,
    ItemReply,
    Level,
    Outcome,
    Reply,
    Requirement,
    Step,
    Verdict,
    Wrong,
    id_of,
    transactions,
)
from harness.verdict.checks import sentences
from harness.verdict.checks.facts import SESSION_POLICIES, Part, currency_of, is_beyond_limit, may_be_believed, parts_of
from harness.verdict.checks.history_judge import HistoryJudge
from harness.verdict.checks.judged_parts import JudgedPart
from harness.verdict.checks.narrowing import NEAR_PLAYER
from harness.verdict.checks.on_exchange import place_in, sole, status_of, verdict_on


def code_verdicts(judge: HistoryJudge) -> Iterator[Verdict]:
    """Right refusals with another code than the document gives."""
    reported: set[tuple[str, str]] = set()
    for seen in judge.seen:
        answer = seen.part.answer
        exchange = judge.history.exchanges[seen.part.exchange]
        if answer is None or answer.outcome is Outcome.OK or seen.impossible or seen.ambiguous:
            continue
        if may_be_believed(exchange, judge.contract) or is_beyond_limit(exchange) or exchange.session_in_doubt:
            # Another fault of the request, or a session that may have ended, may be the reason.
            continue
        if seen.situation == NEAR_PLAYER:
            # Such an id may be malformed to the wallet, and not only unknown. Both refusals are right.
            continue
        if exchange.race is not None or exchange.alteration.spoils_content or _refused_whole(exchange):
            # In a race, for a spoilt body and for a wholly refused batch, several codes apply. The wallet may choose.
            continue
        found = _documented(judge, seen)
        if found is None or answer.outcome in found[0].outcomes or (exchange.name, _coded_as(seen)) in reported:
            continue
        reported.add((exchange.name, _coded_as(seen)))
        expected, requirement = found
        level = Level.SHOULD if Level.SHOULD in {expected.level, requirement.level} else requirement.level
        summary = f"refused, but not {codes_in_words(expected.outcomes)}"
        verdict = verdict_on(Check.CODE, requirement, status_of(level), summary, seen.part.exchange, exchange)
        said = sentences.with_status(exchange, sentences.said(answer))
        yield replace(verdict, level=level, said=said, place=place_in(answer, "code"))


def has_the_code_in_question(judge: HistoryJudge, seen: JudgedPart) -> bool:
    """True for a refusal with the documented code, if the scenario's own requirement is about that code."""
    found = _documented(judge, seen)
    if found is None or seen.part.answer is None:
        return False
    expected, requirement = found
    own = judge.history.scenario.requirements[judge.contract.name]
    return requirement.id == own and seen.part.answer.outcome in expected.outcomes - {Outcome.OK}


def _documented(judge: HistoryJudge, seen: JudgedPart) -> tuple[ExpectedCode, Requirement] | None:
    """The codes that the document gives for a refusal here, and the requirement that another code violates."""
    situation = _coded_as(seen)
    expected = judge.contract.codes.get(situation)  # type: ignore[call-overload]
    if expected is None:
        return None
    own = judge.history.scenario.requirements[judge.contract.name]
    plain = seen.situation.partition(".")[0]
    narrowed = seen.situation if situation == plain else situation
    name = judge.history.exchanges[seen.part.exchange].name
    return expected, judge.contract.attribute(name, narrowed, Wrong.CODE, own)


def codes_in_words(outcomes: Iterable[Outcome]) -> str:
    """`as insufficient_funds or with a code of its own`: the refusals that a contract allows."""
    named = sorted(f"as {each.value}" for each in outcomes if each is not Outcome.REFUSED)
    return " or ".join([*named, "with a code of its own"] if Outcome.REFUSED in outcomes else named)


def _refused_whole(exchange: Exchange) -> bool:
    return len(transactions(exchange.operation)) > 1 and exchange.reply is not None and not exchange.reply.items


_READING_SITUATION = {
    "ended_session_bet": "expired_session",
    "ended_session_rollback": "expired_session",
    "unknown_bet": "unknown_bet",
    "returned_bet": "unknown_bet",
}


def _coded_as(seen: JudgedPart) -> str:
    """The situation for which the contract gives a code: that of the reading that permits the refusal, if any."""
    by_reading = [_READING_SITUATION[policy] for policy, value in seen.readings if policy in _READING_SITUATION]
    return by_reading[0] if by_reading else seen.situation.partition(".")[0]


def expectation_verdicts(judge: HistoryJudge) -> Iterator[Verdict]:
    """The first answer that differs from the `expect` or `should` of its step."""
    own = judge.contract.requirements[judge.history.scenario.requirements[judge.contract.name]]
    for index, exchange in enumerate(judge.history.exchanges):
        if exchange.step < 0 or exchange.reply is None or exchange.loss is not None:
            continue
        step = step_of(judge.history, exchange)
        if step is None:
            continue
        for words_expected, level in ((step.expect, own.level), (step.should, _at_most_should(own.level))):
            if not words_expected or level is Level.MAY:
                continue
            wrong, aspect = _unmet(judge, index, exchange, words_expected)
            if wrong:
                verdict = verdict_on(Check.EXPECTATION, own, status_of(level), wrong, index, exchange)
                yield replace(
                    verdict,
                    level=level,
                    aspect=aspect,
                    place="" if aspect is Aspect.UNLIKE_THE_FIRST else place_in(sole(exchange), "code"),
                    said=sentences.with_status(exchange, _said(judge.history, index, exchange, exchange.reply)),
                )
                return


def _at_most_should(level: Level) -> Level:
    return Level.SHOULD if level is Level.MUST else level


def _said(history: History, index: int, exchange: Exchange, reply: Reply) -> str:
    currency = next((currency_of(part.item, history.players) for part in parts_of(index, exchange)), "")
    answers = [sentences.said(item, currency) for item in reply.items]
    if len(answers) == 1:
        return answers[0]
    whole = reply.code or reply.outcome.value
    return f"{whole}: {sentences.few(answers, '; ')}" if answers else whole


def step_of(history: History, exchange: Exchange) -> Step | None:
    """The step of an exchange. It is found by its line, because a step in a block has the index of the block.

    None for requests that the runner adds itself: preparation, and reads of the balance.
    """
    if exchange.step < 0:
        return None
    outer = history.scenario.steps[exchange.step]
    for step in (outer, *outer.steps):
        if step.line == exchange.line:
            return step
    return None


def _unmet(judge: HistoryJudge, index: int, exchange: Exchange, expected: Sequence[str]) -> tuple[str, Aspect | None]:
    """The difference from the expectation in words, and its kind. The text is empty if there is no difference."""
    if "same" in expected:
        judged = all(part.item.player not in judge.dead for part in parts_of(index, exchange))
        return (_unlike_first(judge.history, index, exchange) if judged else ""), Aspect.UNLIKE_THE_FIRST
    answers = _answers(judge, index, exchange)
    wanted = list(expected) * len(answers) if len(expected) == 1 else list(expected)
    for number, (word, answer) in enumerate(zip(wanted, answers, strict=False), start=1):
        if answer is None or _meets(word, answer):
            continue
        where = f"transaction {number} of the batch: " if len(answers) > 1 else ""
        refused = Aspect.REFUSED if word == Outcome.OK else None
        return f"{where}expected {word}, got {answer.outcome.value}", refused
    return "", None


def _answers(judge: HistoryJudge, index: int, exchange: Exchange) -> list[ItemReply | None]:
    """The answers to compare. None stands for one that a permitted reading or an earlier finding excuses."""
    reply = exchange.reply
    if reply is not None and _is_one(exchange, reply):
        return [ItemReply(outcome=reply.outcome, code=reply.code)]
    return [None if _excused(judge, part) else part.answer for part in parts_of(index, exchange)]


def _is_one(exchange: Exchange, reply: Reply) -> bool:
    """True if the expectation concerns the answer as a whole and not its items."""
    if not transactions(exchange.operation):
        return True
    return exchange.alteration.body is not None and not reply.items


def _excused(judge: HistoryJudge, part: Part) -> bool:
    """True if the oracle already has a finding here, or a reading of the document permits the refusal.

    The readings about ended sessions do not count. Scenarios about sessions have expectations of their own.
    """
    if part.item.player in judge.dead or judge.overlaps.has(part.exchange, id_of(part.item)):
        return True
    seen = judge.judged_part(part)
    if seen is not None and seen.impossible:
        return True
    readings = seen.readings if seen is not None else ()
    of_sessions = SESSION_POLICIES.values()
    return any(value in {"refused", "unsupported"} and policy not in of_sessions for policy, value in readings)


def _meets(word: str, answer: ItemReply) -> bool:
    if word == Outcome.REFUSED:
        return answer.outcome is not Outcome.OK
    return answer.outcome.value == word


def _unlike_first(history: History, index: int, exchange: Exchange) -> str:
    received = exchange.transmission.received
    for earlier in history.exchanges[:index]:
        before = None if earlier.repeated else earlier.transmission.received
        if earlier.operation == exchange.operation and before is not None and received is not None:
            return "" if before.has_body_of(received) else "the answer differs from the first one"
    return ""
