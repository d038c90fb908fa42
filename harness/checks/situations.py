"""Finer words for a situation, where a requirement asks for them: an id that nearly equals another, an answer that was
lost before, a batch of several players. Facts of the history, never of what the wallet said.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from harness.checks.facts import Part
from harness.ledger import Event
from harness.model import Bet, Exchange, History, Movement, Rollback, Situation, Unsettle

_NEW = (Situation.NEW, Situation.ZERO, Situation.EXACT)


def race_kind(events: Sequence[Event]) -> Situation:
    """What a race is: one request many times, debits against each other, or anything else."""
    items = [event.item for event in events]
    if len({getattr(item, "id", "") for item in items}) == 1 and isinstance(items[0], Movement | Rollback):
        return Situation.RACE_OF_ONE
    if all(isinstance(item, Bet | Unsettle) for item in items):
        return Situation.RACE_OF_DEBITS
    return Situation.RACE


def narrowed(plain: Situation, part: Part, history: History) -> str:
    """The situation, with a word after a dot where a finer one applies."""
    exchange = history.exchanges[part.exchange]
    if plain is Situation.MALFORMED:
        return f"{plain}.{_malformed(exchange)}" if _malformed(exchange) else str(plain)
    if plain not in _NEW or not isinstance(part.item, Movement) or exchange.step < 0:
        return str(plain)
    shaped = any(draft.shape for step in history.scenario.steps for draft in step.drafts)
    finer = _of_new(plain, part.item, exchange, history.exchanges[: part.exchange], shaped=shaped)
    return f"{plain}.{finer}" if finer else str(plain)


def _malformed(exchange: Exchange) -> str:
    fields = {field: text for _, field, text in exchange.alteration.raw}
    if set(fields) == {"type"}:
        return "unknown_type"
    if set(fields) & {"amount", "transactions"} and not fields.get("amount", "").startswith("-"):
        return "wrong_type"
    return ""


def _of_new(plain: Situation, item: Movement, exchange: Exchange, before: Sequence[Exchange], *, shaped: bool) -> str:
    items = getattr(exchange.operation, "items", ())
    if plain is Situation.NEW and not all(text.isascii() for text in (item.round, item.game)):
        return "non_ascii"
    if plain is Situation.NEW and shaped and _resembles(item, items, before):
        return "similar_id"
    if len({each.player for each in items}) > 1 and plain is Situation.NEW:
        return "several_players"
    if len(items) > 1 and _has_bad_item(exchange) and plain is not Situation.EXACT:
        return "mixed_batch"
    if exchange.name == "settlement" and plain is not Situation.EXACT:
        return _of_settlement(plain, item, before)
    return ""


def _of_settlement(plain: Situation, item: Movement, before: Sequence[Exchange]) -> str:
    for each in before:
        refused = each.reply is not None and not each.reply.accepted
        if isinstance(each.operation, Unsettle) and refused and each.operation.player == item.player:
            return "after_clawback"
    settled = [each for each in before if each.name == "settlement" and getattr(each.operation, "bet", "") == item.bet]
    return "same_bet" if plain is Situation.NEW and settled else ""


def _has_bad_item(exchange: Exchange) -> bool:
    alteration = exchange.alteration
    items = getattr(exchange.operation, "items", ())
    reply = exchange.reply
    refused = reply is not None and any(answer.outcome != "ok" for answer in reply.items)
    return bool(alteration.raw or alteration.without) or (refused and len(items) > 1)


def _resembles(item: Movement, items: Sequence[Movement], before: Sequence[Exchange]) -> bool:
    """Whether another id differs from this one only in what wallets confuse."""
    mine = _folded(item.id)
    others = [each.id for each in items if each.id != item.id]
    for exchange in before:
        operation = exchange.operation
        others += [each.id for each in getattr(operation, "items", ())]
        if isinstance(operation, Movement):
            others.append(operation.id)
    return any(other != item.id and _folded(other) & mine for other in others)


def _folded(transaction_id: str) -> frozenset[str]:
    """The forms to which careless wallets reduce an id."""
    stripped = transaction_id.strip()
    composed = unicodedata.normalize("NFC", stripped).casefold()
    unaccented = "".join(c for c in unicodedata.normalize("NFD", composed) if not unicodedata.combining(c))
    forms = {composed, unaccented, stripped.lstrip("0") or stripped}
    if len(stripped) > 36:
        forms.add(stripped[:36])
    if stripped.isdigit() and len(stripped) > 15:
        forms.add(f"number {stripped.lstrip('0')[:15]}")
    if not stripped.isascii():
        forms.add("".join(c for c in stripped if ord(c) < 0x10000))
    return frozenset(forms)
