"""Finer words for a situation, where a requirement asks for them: an id that nearly equals another, an answer that was
lost before, a batch of several players. Facts of the history, never of what the wallet said.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from harness.ledger import Event
from harness.model import Bet, Exchange, History, Movement, Outcome, Payout, Rollback, Situation, Unsettle
from harness.verdict.checks.facts import Part

_NEW = (Situation.NEW, Situation.ZERO, Situation.EXACT)


def race_kind(events: Sequence[Event]) -> str:
    """What a race is: requests that share a transaction, debits against each other, or anything else."""
    items = [event.item for event in events]
    if one := _shared(events):
        shared = [event for event in events if getattr(event.item, "id", "") == one]
        if len({getattr(event.item, "amount", 0) for event in shared}) > 1:
            return f"{Situation.RACE_OF_ONE}.two_amounts"
        if len({event.terms.operation for event in shared}) > 1:
            return f"{Situation.RACE_OF_ONE}.two_operations"
        return str(Situation.RACE_OF_ONE)
    if all(isinstance(item, Bet | Unsettle) for item in items):
        return str(Situation.RACE_OF_DEBITS)
    return str(Situation.RACE)


def _shared(events: Sequence[Event]) -> str:
    """The id that every one of several requests names, if there is one."""
    by_request: dict[int, set[str]] = {}
    for event in events:
        found = {event.item.id} if isinstance(event.item, Movement | Rollback) else set()
        by_request.setdefault(event.exchange, set()).update(found)
    common = set.intersection(*by_request.values()) if len(by_request) > 1 else set()
    return min(common, default="")


def narrowed(plain: Situation, part: Part, history: History) -> str:
    """The situation, with a word after a dot where a finer one applies."""
    exchange = history.exchanges[part.exchange]
    if plain is Situation.MALFORMED:
        finer = _malformed(exchange) or ("" if _must_be_refused(exchange, history) else "permitted")
        return f"{plain}.{finer}" if finer else str(plain)
    if not isinstance(part.item, Movement) or exchange.step < 0:
        return str(plain)
    finer = ""
    if plain is Situation.DUPLICATE_IN_BATCH:
        amounts = {each.amount for each in _items(exchange) if each.id == part.item.id}
        finer = "two_amounts" if len(amounts) > 1 else ""
    elif plain in _NEW:
        finer = _of_new(plain, part, exchange, history)
    return f"{plain}.{finer}" if finer else str(plain)


def _items(exchange: Exchange) -> Sequence[Movement]:
    items: Sequence[Movement] = getattr(exchange.operation, "items", ())
    return items


def _malformed(exchange: Exchange) -> str:
    fields = {field: text for _, field, text in exchange.alteration.raw}
    if set(fields) == {"type"}:
        return "unknown_type"
    if set(fields) & {"amount", "transactions"} and not fields.get("amount", "").startswith("-"):
        return "wrong_type"
    return ""


def _must_be_refused(exchange: Exchange, history: History) -> bool:
    """Whether the scenario says that the step is to be refused; otherwise a wallet may take it at its word."""
    if exchange.step < 0:
        return True
    outer = history.scenario.steps[exchange.step]
    step = next((each for each in (outer, *outer.steps) if each.line == exchange.line), outer)
    return any(word != Outcome.OK for word in (*step.expect, *step.should))


def _of_new(plain: Situation, part: Part, exchange: Exchange, history: History) -> str:
    item, items, before = part.item, _items(exchange), history.exchanges[: part.exchange]
    if not isinstance(item, Movement):
        return ""
    shaped = any(draft.shape for step in history.scenario.steps for draft in step.drafts)
    if plain is Situation.NEW and shaped and _resembles(item, items, before):
        return "similar_id"
    if plain is Situation.NEW and not all(text.isascii() for text in (item.id, item.round, item.game)):
        return "non_ascii"
    known = {player.id for player in history.players}
    if len({each.player for each in items} & known) > 1 and plain is Situation.NEW:
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
    settled = [
        each.operation
        for each in before
        if isinstance(each.operation, Payout) and each.operation.bet == item.bet and each.operation.id != item.id
    ]
    return "same_bet" if plain is Situation.NEW and settled else ""


def _has_bad_item(exchange: Exchange) -> bool:
    alteration = exchange.alteration
    items = _items(exchange)
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
