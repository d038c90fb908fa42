"""Checks of single answers, which need no oracle: format, delivery, completeness, codes and expectations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from harness.contracts import Contract
from harness.model import (
    Authenticate,
    Exchange,
    Fault,
    History,
    ItemReply,
    Level,
    Movement,
    Outcome,
    Reply,
    Requirement,
    Rollback,
    Status,
    Step,
    Verdict,
    Wrong,
)
from harness.verdict.checks import words
from harness.verdict.checks.charges import status_of
from harness.verdict.checks.facts import Part, currency_of, parts_of, surplus
from harness.verdict.checks.oracle import Seen, Trial

_TOPIC_CHECK = {"schema": "schema", "json": "schema", "echo": "echo"}


def _verdict(
    check: str, requirement: Requirement, status: Status, summary: str, index: int, exchange: Exchange, said: str = ""
) -> Verdict:
    return Verdict(
        check=check,
        requirement=requirement.id,
        level=requirement.level,
        status=status,
        summary=summary,
        sent=words.sent(exchange.name, exchange.operation, exchange),
        said=said,
        exchange=index,
        line=exchange.line,
    )


def format_verdicts(history: History, contract: Contract) -> Iterator[Verdict]:
    """What is wrong with the form of answers: one verdict for each requirement and place, however often it happened."""
    told: set[tuple[str, str]] = set()
    for index, exchange in enumerate(history.exchanges):
        for problem in exchange.problems:
            own = history.scenario.requirements[contract.name]
            if problem.where == "/currency" and _is_foreign(exchange, history):
                continue
            requirement = contract.attribute(
                exchange.name, problem.topic, Wrong.FORMAT, own if problem.where == "status" else ""
            )
            mark = (requirement.id, problem.where)
            if mark in told or (problem.topic == "echo" and exchange.alteration.spoils_content):
                continue
            told.add(mark)
            poor = problem.fault is Fault.POOR_FORMAT and requirement.level is Level.MUST
            status = Status.WARN if poor else status_of(requirement.level)
            check = _TOPIC_CHECK.get(problem.topic, "format")
            verdict = _verdict(
                check, requirement, status, f"{problem.where or 'body'}: {problem.detail}", index, exchange
            )
            yield replace(verdict, level=Level.SHOULD) if poor else verdict


def _is_foreign(exchange: Exchange, history: History) -> bool:
    """Whether a movement in another currency was accepted: then it is right to answer in the player's own."""
    operation = exchange.operation
    return isinstance(operation, Movement) and not any(
        player.id == operation.player and player.currency == operation.currency for player in history.players
    )


def delivery_verdicts(history: History, contract: Contract) -> Iterator[Verdict]:
    """Requests whose fate is unknown though nobody lost their answer on purpose: the scenario is not decided."""
    own = contract.requirements[history.scenario.requirements[contract.name]]
    for index, exchange in enumerate(history.exchanges):
        if exchange.reply is not None or exchange.loss is not None or exchange.absent:
            continue
        failure = exchange.transmission.failure
        alteration = exchange.alteration
        if failure is None and (alteration.spoils_authentication or alteration.spoils_content):
            continue
        received = exchange.transmission.received
        why = failure.detail if failure else f"the answer cannot be read (HTTP {received.status if received else 0})"
        if received is not None and received.status in {429, 503}:
            why += "; if the wallet limits its callers, run with a lower rate"
        yield _verdict("delivery", own, Status.UNKNOWN, why, index, exchange)
        return


def completeness_verdicts(history: History, contract: Contract) -> Iterator[Verdict]:
    """Every transaction of a batch has an answer of its own, and there is none that nobody asked for."""
    for index, exchange in enumerate(history.exchanges):
        if exchange.reply is None or exchange.alteration.spoils_content:
            continue
        missing = [part.item for part in parts_of(index, exchange) if part.missing]
        own = history.scenario.requirements[contract.name]
        requirement = contract.attribute(exchange.name, "items", Wrong.FORMAT, own)
        if missing:
            has, ids = "has" if len(missing) == 1 else "have", words.few([getattr(item, "id", "") for item in missing])
            summary = f"{len(missing)} of the batch's transactions {has} no answer: {ids}"
            yield _verdict("completeness", requirement, status_of(requirement.level), summary, index, exchange)
        if strangers := surplus(exchange):
            summary = f"the answer has transactions that were not asked for: {words.few(strangers)}"
            yield _verdict("completeness", requirement, status_of(requirement.level), summary, index, exchange)


def reference_verdicts(trial: Trial) -> Iterator[Verdict]:
    """A replay returns the wallet's own reference of the first time. One that was booked again is told elsewhere."""
    first: dict[tuple[str, object], str] = {}
    for index, exchange in enumerate(trial.history.exchanges):
        for part in parts_of(index, exchange):
            answer = part.answer
            if answer is None or answer.outcome is not Outcome.OK or not answer.reference:
                continue
            if part.item.player in trial.dead or not isinstance(part.item, Movement | Rollback):
                continue
            known = first.setdefault((exchange.name, part.item), answer.reference)
            if known != answer.reference:
                requirement = trial.contract.attribute(exchange.name, "reference", Wrong.FORMAT)
                summary = f"the wallet's reference was {known} the first time, and is {answer.reference} now"
                yield _verdict("reference", requirement, status_of(requirement.level), summary, index, exchange)
                return


def code_verdicts(trial: Trial) -> Iterator[Verdict]:
    """Rightly refused, but with another code than the document gives."""
    told: set[tuple[str, str]] = set()
    for seen in trial.seen:
        answer = seen.part.answer
        exchange = trial.history.exchanges[seen.part.exchange]
        if answer is None or answer.outcome is Outcome.OK or seen.impossible:
            continue
        if exchange.race is not None or exchange.alteration.spoils_content or _refused_whole(exchange):
            # Under contention, for a body that is wrong in itself and for a batch that is refused as a whole, which
            # error comes first is the wallet's affair.
            continue
        situation = _coded_as(seen)
        expected = trial.contract.codes.get(situation)  # type: ignore[call-overload]
        if expected is None or answer.outcome in expected.outcomes or (exchange.name, situation) in told:
            continue
        told.add((exchange.name, situation))
        own = trial.history.scenario.requirements[trial.contract.name]
        plain = seen.situation.partition(".")[0]
        requirement = trial.contract.attribute(
            exchange.name, seen.situation if situation == plain else situation, Wrong.CODE, own
        )
        level = Level.SHOULD if Level.SHOULD in {expected.level, requirement.level} else requirement.level
        summary = f"refused, but not {_codes(expected.outcomes)}"
        verdict = _verdict("code", requirement, status_of(level), summary, seen.part.exchange, exchange)
        yield replace(verdict, level=level, said=_said_with_status(exchange, answer))


def _codes(outcomes: Iterable[Outcome]) -> str:
    """`as insufficient_funds or with a code of its own`: the refusals that a contract allows."""
    named = sorted(f"as {each.value}" for each in outcomes if each is not Outcome.REFUSED)
    return " or ".join([*named, "with a code of its own"] if Outcome.REFUSED in outcomes else named)


def _said_with_status(exchange: Exchange, answer: ItemReply) -> str:
    """The code and the HTTP status, for a code may mean what the document says only with its own status."""
    received = exchange.transmission.received
    return words.said(answer) + (f", HTTP {received.status}" if received is not None else "")


def _refused_whole(exchange: Exchange) -> bool:
    return len(getattr(exchange.operation, "items", ())) > 1 and exchange.reply is not None and not exchange.reply.items


_READING_SITUATION = {
    "ended_session_bet": "expired_session",
    "ended_session_rollback": "expired_session",
    "unknown_bet": "unknown_bet",
    "returned_bet": "unknown_bet",
}


def _coded_as(seen: Seen) -> str:
    """The situation by which the contract gives a code: that of the reading that allowed the refusal, if any."""
    by_reading = [_READING_SITUATION[policy] for policy, value in seen.readings if policy in _READING_SITUATION]
    return by_reading[0] if by_reading else seen.situation.partition(".")[0]


# --------------------------------------------------------------------------------------------------------------------
# What the scenario expects


def expectation_verdicts(trial: Trial) -> Iterator[Verdict]:
    """Answers that are not what the scenario says they must, or should, be."""
    own = trial.contract.requirements[trial.history.scenario.requirements[trial.contract.name]]
    for index, exchange in enumerate(trial.history.exchanges):
        if exchange.step < 0 or exchange.reply is None or exchange.loss is not None:
            continue
        step = step_of(trial.history, exchange)
        if step is None:
            continue
        for words_expected, level in ((step.expect, own.level), (step.should, _at_most_should(own.level))):
            if not words_expected or level is Level.MAY:
                continue
            wrong = _unmet(trial, index, exchange, words_expected)
            if wrong:
                verdict = _verdict("expectation", own, status_of(level), wrong, index, exchange)
                yield replace(verdict, level=level, said=_said(trial.history, index, exchange, exchange.reply))
                return


def _at_most_should(level: Level) -> Level:
    return Level.SHOULD if level is Level.MUST else level


def _said(history: History, index: int, exchange: Exchange, reply: Reply) -> str:
    currency = next((currency_of(part.item, history.players) for part in parts_of(index, exchange)), "")
    answers = [words.said(item, currency) for item in reply.items]
    if len(answers) == 1:
        return answers[0]
    whole = reply.code or reply.outcome.value
    return f"{whole}: {words.few(answers, '; ')}" if answers else whole


def step_of(history: History, exchange: Exchange) -> Step | None:
    """The step that an exchange comes from, by its line: a step inside a block has the index of the block.

    None for what the runner sends of its own accord: preparation, and reads of the balance.
    """
    if exchange.step < 0:
        return None
    outer = history.scenario.steps[exchange.step]
    for step in (outer, *outer.steps):
        if step.line == exchange.line:
            return step
    return None


def _unmet(trial: Trial, index: int, exchange: Exchange, expected: Sequence[str]) -> str:
    if "same" in expected:
        judged = all(part.item.player not in trial.dead for part in parts_of(index, exchange))
        return _unlike_first(trial.history, index, exchange) if judged else ""
    answers = _answers(trial, index, exchange)
    wanted = list(expected) * len(answers) if len(expected) == 1 else list(expected)
    for number, (word, answer) in enumerate(zip(wanted, answers, strict=False), start=1):
        if answer is None or _meets(word, answer):
            continue
        where = f"transaction {number} of the batch: " if len(answers) > 1 else ""
        return f"{where}expected {word}, got {answer.outcome.value}"
    return ""


def _answers(trial: Trial, index: int, exchange: Exchange) -> list[ItemReply | None]:
    """The answers to expect something of; one that a permitted reading explains, or whose player is out, is None."""
    reply = exchange.reply
    if reply is not None and _is_one(exchange, reply):
        return [ItemReply(outcome=reply.outcome, code=reply.code)]
    return [None if _excused(trial, part) else part.answer for part in parts_of(index, exchange)]


def _is_one(exchange: Exchange, reply: Reply) -> bool:
    """Whether the answer as a whole is meant: it is one, or no item of it has an answer."""
    if isinstance(exchange.operation, Authenticate) or not getattr(exchange.operation, "items", (exchange.operation,)):
        return True
    return exchange.alteration.body is not None and not reply.items


def _excused(trial: Trial, part: Part) -> bool:
    """Whether the oracle has already found something here, or a reading of the document allows the refusal.

    That an ended session may be refused allows nothing here: where it matters, a scenario says what should be.
    """
    if part.item.player in trial.dead:
        return True
    seen = next((each for each in trial.seen if each.part == part), None)
    if seen is not None and seen.impossible:
        return True
    readings = seen.readings if seen is not None else ()
    return any(
        value in {"refused", "unsupported"} and not policy.startswith("ended_session") for policy, value in readings
    )


def _meets(word: str, answer: ItemReply) -> bool:
    if word == Outcome.REFUSED:
        return answer.outcome is not Outcome.OK
    return answer.outcome.value == word


def _unlike_first(history: History, index: int, exchange: Exchange) -> str:
    received = exchange.transmission.received
    for earlier in history.exchanges[:index]:
        before = earlier.transmission.received
        if earlier.operation == exchange.operation and before is not None and received is not None:
            return "" if before.body == received.body else "the answer differs from the first one"
    return ""
