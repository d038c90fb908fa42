"""Narrows a situation by a further word if a requirement needs it.

Examples are an id that nearly equals another one, and a batch with several players. The words depend mostly on the
requests, and on few facts of the answers, such as a refused unsettlement.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache

from harness.contracts import Contract
from harness.contracts.shared.requirements import LATE
from harness.model import (
    Amount,
    Bet,
    Exchange,
    History,
    Movement,
    Outcome,
    Payout,
    Rollback,
    Situation,
    Unsettle,
    transactions,
)
from harness.oracle import Event
from harness.scenario.near_ids import near_ids
from harness.verdict.checks.facts import Part

NEAR_PLAYER = f"{Situation.UNKNOWN_PLAYER}.similar_id"
"""The situation of a request whose player id nearly is that of a known player."""
_NEW = (Situation.NEW, Situation.ZERO, Situation.EXACT)


def race_kind(events: Sequence[Event]) -> str:
    """The situation of a race: requests that share a transaction, only debits, or any other requests."""
    items = [event.item for event in events]
    if one := _shared(events):
        shared = [event for event in events if event.id == one]
        if len({event.item.amount for event in shared if isinstance(event.item, Movement)}) > 1:
            return f"{Situation.RACE_OF_ONE}.two_amounts"
        if len({event.terms.operation for event in shared}) > 1:
            return f"{Situation.RACE_OF_ONE}.two_operations"
        return str(Situation.RACE_OF_ONE)
    if all(isinstance(item, Bet | Unsettle) for item in items):
        return str(Situation.RACE_OF_DEBITS)
    return str(Situation.RACE)


def _shared(events: Sequence[Event]) -> str:
    """The transaction id that several requests share; empty if there is none."""
    by_request: dict[int, set[str]] = {}
    for event in events:
        by_request.setdefault(event.exchange, set()).update({event.id} - {""})
    common = set.intersection(*by_request.values()) if len(by_request) > 1 else set()
    return min(common, default="")


@dataclass(frozen=True, slots=True)
class _Whole:
    """Facts that all transactions of one request share."""

    several_players: bool
    has_bad_item: bool
    malformed: str
    """The word for a malformed request; empty if none applies."""
    two_amounts: frozenset[str]
    """The ids that it has with several amounts."""


class Narrowing:
    """Narrows the situations of the transactions of one history.

    It reads the history once at the start. Reading back at each step would take quadratic time.
    """

    def __init__(self, history: History, contract: Contract) -> None:
        """Read the history."""
        self._history = history
        self._contract = contract
        self._players = {player.id for player in history.players}
        self._shaped = any(draft.shape or draft.bet_shape for step in history.scenario.steps for draft in step.drafts)
        self._bets: dict[str, int] = {}
        """By the id of a bet, and by its bet id: the index of the first exchange with that bet."""
        self._wholes: dict[int, _Whole] = {}
        self._refused_unsettlements: dict[str, int] = {}
        """By player: the index of the first exchange with a refused unsettlement."""
        self._payouts: dict[str, dict[str, int]] = {}
        """By bet and by transaction id: the index of the first exchange with that payout."""
        for index, exchange in enumerate(history.exchanges):
            operation = exchange.operation
            if isinstance(operation, Bet):
                for name in (operation.id, operation.bet):
                    self._bets.setdefault(name, index)
            if isinstance(operation, Payout) and not exchange.alteration.spoils_content:
                self._payouts.setdefault(operation.bet, {}).setdefault(operation.id, index)
            elif isinstance(operation, Unsettle) and exchange.reply is not None and not exchange.reply.accepted:
                self._refused_unsettlements.setdefault(operation.player, index)

    def of(self, plain: Situation, part: Part) -> str:
        """The situation; with a dot and a further word if one applies."""
        exchange = self._history.exchanges[part.exchange]
        if plain is Situation.MALFORMED:
            finer = self._whole(part.exchange, exchange).malformed
            return f"{plain}.{finer}" if finer else str(plain)
        if exchange.late is not None and plain in {Situation.REPLAY, Situation.CROSS_REPLAY, Situation.LATE}:
            return f"{Situation.LATE if plain is Situation.LATE else Situation.REPLAY}.{LATE}"
        if plain is Situation.UNKNOWN_PLAYER:
            return NEAR_PLAYER if self.nearest_player(part.item.player) else str(plain)
        if plain is Situation.ROLLBACK_OF_UNKNOWN and isinstance(part.item, Rollback):
            finer = self._of_rollback(part.item, part.exchange)
            return f"{plain}.{finer}" if finer else str(plain)
        if not isinstance(part.item, Movement) or exchange.step < 0:
            return str(plain)
        finer = ""
        if plain is Situation.DUPLICATE_IN_BATCH:
            finer = "two_amounts" if part.item.id in self._whole(part.exchange, exchange).two_amounts else ""
        elif plain in _NEW:
            finer = self._of_new(plain, part.item, part.exchange, exchange)
        return f"{plain}.{finer}" if finer else str(plain)

    def nearest_player(self, player: str) -> str:
        """The id of the history's player whom a near form makes this id; empty if there is none."""
        return next((each for each in sorted(self._players) if player in near_ids(each)), "")

    def _of_rollback(self, item: Rollback, index: int) -> str:
        """The word for a rollback whose transaction the wallet does not know, but knows something like it."""
        before = {name for name, first in self._bets.items() if first < index}
        if item.original in before:
            return ""
        if item.bet in before:
            return "known_bet"
        mine = _folded(item.original)
        return "similar_id" if any(mine & _folded(name) for name in before) else ""

    def _of_new(self, plain: Situation, item: Movement, index: int, exchange: Exchange) -> str:
        shaped = plain is Situation.NEW and self._shaped
        if shaped and _resembles(item, _items(exchange), self._history.exchanges[:index]):
            return "similar_id"
        if plain is Situation.NEW and not all(text.isascii() for text in (item.id, item.round, item.game)):
            return "non_ascii"
        whole = self._whole(index, exchange)
        if whole.several_players and plain is Situation.NEW:
            return "several_players"
        if whole.has_bad_item and plain is not Situation.EXACT:
            return "mixed_batch"
        if exchange.name == self._contract.words.get("settle") and plain is not Situation.EXACT:
            return self._of_settlement(plain, item, index)
        return ""

    def _whole(self, index: int, exchange: Exchange) -> _Whole:
        if index not in self._wholes:
            items = _items(exchange)
            amounts: dict[str, set[Amount]] = {}
            for each in items:
                amounts.setdefault(each.id, set()).add(each.amount)
            permitted = "" if _must_be_refused(exchange, self._history) else "permitted"
            case = exchange.alteration.case
            self._wholes[index] = _Whole(
                several_players=len({each.player for each in items} & self._players) > 1,
                has_bad_item=len(items) > 1 and _has_bad_item(exchange),
                malformed=case.sort if case is not None else _malformed(exchange, self._contract) or permitted,
                two_amounts=frozenset(id for id, found in amounts.items() if len(found) > 1),
            )
        return self._wholes[index]

    def _of_settlement(self, plain: Situation, item: Movement, index: int) -> str:
        if self._refused_unsettlements.get(item.player, index) < index:
            return "after_clawback"
        settled = self._payouts.get(item.bet, {})
        again = any(earlier < index and id != item.id for id, earlier in settled.items())
        return "same_bet" if plain is Situation.NEW and again else ""


def _items(exchange: Exchange) -> Sequence[Movement]:
    return [each for each in transactions(exchange.operation) if isinstance(each, Movement)]


def _malformed(exchange: Exchange, contract: Contract) -> str:
    found = [(contract.narrowed_fields.get(field, ""), text) for _, field, text in exchange.alteration.raw]
    if {finer for finer, _ in found} == {"unknown_type"}:
        return "unknown_type"
    wrong = [text for finer, text in found if finer == "wrong_type"]
    return "wrong_type" if wrong and not any(text.startswith("-") for text in wrong) else ""


def _must_be_refused(exchange: Exchange, history: History) -> bool:
    """True if the scenario expects a refusal of the step. Otherwise the wallet may accept it."""
    if exchange.step < 0:
        return True
    outer = history.scenario.steps[exchange.step]
    step = next((each for each in (outer, *outer.steps) if each.line == exchange.line), outer)
    return any(word != Outcome.OK for word in (*step.expect, *step.should))


def _has_bad_item(exchange: Exchange) -> bool:
    alteration = exchange.alteration
    items = _items(exchange)
    reply = exchange.reply
    refused = reply is not None and any(answer.outcome != "ok" for answer in reply.items)
    return bool(alteration.raw or alteration.without) or (refused and len(items) > 1)


def _resembles(item: Movement, items: Sequence[Movement], before: Sequence[Exchange]) -> bool:
    """True if another id, or its bet's, differs from this one only in a way that some wallets ignore."""
    others = {name for each in items if each is not item for name in (each.id, each.bet)}
    for exchange in before:
        others |= {name for each in _items(exchange) for name in (each.id, each.bet)}
    return any(name and _is_like(name, others - {name}) for name in (item.id, item.bet))


def _is_like(name: str, others: Collection[str]) -> bool:
    mine = _folded(name)
    return any(_folded(other) & mine for other in others)


@lru_cache(maxsize=4096)
def _folded(transaction_id: str) -> frozenset[str]:
    """The forms to which some wallets reduce an id by mistake."""
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
