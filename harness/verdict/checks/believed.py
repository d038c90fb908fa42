"""Finds genuine requests that a wallet answered as badly signed: it verified another text than the one it received."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from harness.contracts import Contract
from harness.contracts.shared.json_text import is_canonical
from harness.model import Check, Exchange, History, Outcome, Situation, Verdict, Wrong, transactions
from harness.verdict.checks.charges import SUMMARY
from harness.verdict.checks.history_judge import HistoryJudge
from harness.verdict.checks.on_exchange import place_in, sole, status_of, verdict_on

_NULL = b"\\u0000"
_REPLACED = frozenset({Check.ORACLE, Check.COMPLETENESS, Check.EXPECTATION})
"""The checks whose findings say that the request was refused. The refusal of the signature is the reason."""


def with_unbelieved(judge: HistoryJudge, contract: Contract, verdicts: Sequence[Verdict]) -> list[Verdict]:
    """The verdicts, where a right signature was refused with that finding instead of those that follow from it.

    It applies to bodies in the notation of `JSON.stringify`, and not where the request had to be refused anyway.
    """
    history = judge.history
    permitted = {each.part.exchange for each in judge.seen if each.situation == f"{Situation.MALFORMED}.permitted"}
    refused = {each.exchange for each in verdicts if each.check in _REPLACED and each.wrong in {"", Wrong.REFUSED}}
    found = {
        index: _verdict(index, history, contract)
        for index in _unbelieved(history, contract)
        if index in permitted | refused
    }
    kept = [each for each in verdicts if each.exchange not in found or each.check not in _REPLACED]
    return [*found.values(), *kept]


def _unbelieved(history: History, contract: Contract) -> Iterator[int]:
    """The exchanges whose right signature over a canonical body was refused."""
    if contract.unbelieved is None:
        return
    for index, exchange in enumerate(history.exchanges):
        reply = exchange.reply
        if reply is None or reply.outcome is not Outcome.UNAUTHENTICATED or not _is_genuine(exchange):
            continue
        body = exchange.transmission.sent.body
        if _NULL not in body and is_canonical(body):
            yield index


def _is_genuine(exchange: Exchange) -> bool:
    alteration = exchange.alteration
    return not (alteration.spoils_authentication or alteration.stale_seconds or alteration.content_type)


def _verdict(index: int, history: History, contract: Contract) -> Verdict:
    exchange = history.exchanges[index]
    plain = exchange.transmission.sent.body.isascii()
    situation = f"{Situation.NEW}.{'unbelieved' if plain else 'non_ascii'}"
    requirement = contract.attribute(exchange.name, situation, Wrong.REFUSED)
    said = exchange.reply.code if exchange.reply is not None else ""
    verdict = verdict_on(
        Check.ORACLE, requirement, status_of(requirement.level), SUMMARY[Wrong.REFUSED], index, exchange, said or None
    )
    player = next((each.player for each in transactions(exchange.operation)), "")
    place = place_in(sole(exchange), "code")
    return replace(verdict, situation=situation, wrong=str(Wrong.REFUSED), player=player, place=place)
