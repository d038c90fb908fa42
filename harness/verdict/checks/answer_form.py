"""Checks the form of single answers: format, delivery, complete answers to batches, and references."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from harness.contracts import Contract
from harness.contracts.shared.answer import ADVICE
from harness.model import (
    Check,
    Exchange,
    FailureKind,
    Fault,
    History,
    Level,
    Movement,
    Outcome,
    Overlaps,
    Problem,
    Rollback,
    Status,
    Verdict,
    Wrong,
    id_of,
)
from harness.verdict.checks import sentences
from harness.verdict.checks.facts import is_beyond_limit, may_be_believed, parts_of, surplus
from harness.verdict.checks.history_judge import HistoryJudge
from harness.verdict.checks.on_exchange import place_in, status_of, verdict_on

FIRST_HTTP_ERROR = 400
_TOPIC_CHECK = {"schema": Check.SCHEMA, "json": Check.SCHEMA, "echo": Check.ECHO}


def format_verdicts(history: History, contract: Contract, overlaps: Overlaps) -> Iterator[Verdict]:
    """Errors in the form of answers: one verdict for each requirement and place in the answer.

    The HTTP error of a request that overlapped its first sending has no form of the contract. An answer that only asks
    for a later request is not judged.
    """
    reported: set[tuple[str, str]] = set()
    for index, exchange in enumerate(history.exchanges):
        if exchange.repeated or (index in overlaps.exchanges and _is_http_error(exchange)):
            continue
        if may_be_believed(exchange, contract) or is_beyond_limit(exchange):
            # A server may refuse such a request before the wallet sees it, and in its own form.
            continue
        for number, problem in enumerate(() if exchange.absent else exchange.problems):
            own = history.scenario.requirements[contract.name]
            if _is_of_altered_field(exchange, problem) or (
                problem.where == "/currency" and _is_foreign(exchange, history)
            ):
                continue
            requirement = contract.attribute(
                exchange.name, problem.topic, Wrong.FORMAT, own if problem.where == "status" else ""
            )
            mark = (requirement.id, problem.where)
            if mark in reported or (problem.topic == "echo" and exchange.alteration.spoils_content):
                continue
            reported.add(mark)
            poor = problem.fault is Fault.POOR_FORMAT and requirement.level is Level.MUST
            status = Status.WARN if poor else status_of(requirement.level)
            check = _TOPIC_CHECK.get(problem.topic, Check.FORMAT)
            verdict = verdict_on(
                check, requirement, status, f"{problem.where or 'body'}: {problem.detail}", index, exchange
            )
            yield replace(verdict, problem=number, place=problem.where, level=Level.SHOULD if poor else verdict.level)


def _is_http_error(exchange: Exchange) -> bool:
    received = exchange.transmission.received
    return received is not None and received.status >= FIRST_HTTP_ERROR


def _is_of_altered_field(exchange: Exchange, problem: Problem) -> bool:
    """True if the answer is wrong in a field that the request was not sent with, or not as documented.

    A wallet that takes such a request can only repeat what it received. That it takes it is another finding.
    """
    alteration = exchange.alteration
    altered = {name for _, name, _ in alteration.raw} | {name for _, name in alteration.without}
    return bool(altered & {problem.where.rpartition("/")[2], problem.field} - {""})


def _is_foreign(exchange: Exchange, history: History) -> bool:
    """True for a movement in another currency than the player's. Its answer may show the player's currency."""
    operation = exchange.operation
    return isinstance(operation, Movement) and not any(
        player.id == operation.player and player.currency == operation.currency for player in history.players
    )


def delivery_verdicts(history: History, contract: Contract, overlaps: Overlaps) -> Iterator[Verdict]:
    """The first request without a readable answer, unless the scenario lost it on purpose. The scenario is UNKNOWN.

    A fault that only should be refused gives a warning, if the wallet answers later requests: their answers show the
    money.
    """
    own = contract.requirements[history.scenario.requirements[contract.name]]
    answered = max((index for index, each in enumerate(history.exchanges) if each.reply is not None), default=-1)
    warned: Verdict | None = None
    for index, exchange in enumerate(history.exchanges):
        if exchange.reply is not None or exchange.loss is not None or exchange.absent or exchange.repeated:
            continue
        if index in overlaps.exchanges or is_beyond_limit(exchange) or exchange.excused:
            continue
        failure = exchange.transmission.failure
        alteration = exchange.alteration
        if failure is None and (alteration.spoils_authentication or alteration.spoils_content):
            continue
        received = exchange.transmission.received
        why = failure.detail if failure else f"the answer cannot be read (HTTP {received.status if received else 0})"
        if received is not None and received.status in ADVICE:
            why += f"; {ADVICE[received.status]}"
        if history.outage:
            why += f"; {history.outage}"
        if _may_be_taken(exchange) and answered > index:
            advised = verdict_on(Check.DELIVERY, own, Status.WARN, why, index, exchange)
            warned = warned or replace(advised, level=Level.SHOULD)
            continue
        yield verdict_on(Check.DELIVERY, own, Status.UNKNOWN, why, index, exchange)
        return
    if warned is not None:
        yield warned


def _may_be_taken(exchange: Exchange) -> bool:
    """True for a request with a fault that a wallet only should refuse, and whose connection the wallet closed."""
    case, failure = exchange.alteration.case, exchange.transmission.failure
    closed = failure is not None and failure.kind is FailureKind.CLOSED
    return closed and case is not None and case.refusal is Level.SHOULD


def completeness_verdicts(history: History, contract: Contract) -> Iterator[Verdict]:
    """Batches in which a transaction has no answer, or whose answer has transactions that were not requested."""
    for index, exchange in enumerate(history.exchanges):
        if exchange.reply is None or exchange.alteration.spoils_content:
            continue
        missing = [part.item for part in parts_of(index, exchange) if part.missing]
        strangers = surplus(exchange)
        if not missing and not strangers:
            continue
        own = history.scenario.requirements[contract.name]
        requirement = contract.attribute(exchange.name, "items", Wrong.FORMAT, own)
        if missing:
            has, ids = (
                "has" if len(missing) == 1 else "have",
                sentences.few([id_of(item) for item in missing]),
            )
            summary = f"{len(missing)} of the batch's transactions {has} no answer: {ids}"
            yield verdict_on(Check.COMPLETENESS, requirement, status_of(requirement.level), summary, index, exchange)
        if strangers:
            summary = f"the answer has transactions that were not asked for: {sentences.few(strangers)}"
            yield verdict_on(Check.COMPLETENESS, requirement, status_of(requirement.level), summary, index, exchange)


def reference_verdicts(judge: HistoryJudge) -> Iterator[Verdict]:
    """Replays that do not return the wallet's first reference. Other checks report a replay that moved money."""
    first: dict[tuple[str, object], str] = {}
    for index, exchange in enumerate(judge.history.exchanges):
        for part in parts_of(index, exchange):
            answer = part.answer
            if answer is None or answer.outcome is not Outcome.OK or not answer.reference:
                continue
            if part.item.player in judge.dead or not isinstance(part.item, Movement | Rollback):
                continue
            known = first.setdefault((exchange.name, part.item), answer.reference)
            if known != answer.reference:
                requirement = judge.contract.attribute(exchange.name, "reference", Wrong.FORMAT)
                summary = f"the wallet's reference was {known} the first time, and is {answer.reference} now"
                status = status_of(requirement.level)
                verdict = verdict_on(Check.REFERENCE, requirement, status, summary, index, exchange)
                yield replace(verdict, place=place_in(answer, "reference"))
                return
