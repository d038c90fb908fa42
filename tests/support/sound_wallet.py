"""A small sound wallet. It draws at random every choice that the documents leave open.

It shares no code with the oracle. It keeps one balance and its earlier answers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from harness.model import Bet, GetBalance, Movement, Payout, Rollback, Single, Unsettle


@dataclass(frozen=True)
class Character:
    """The choices of this wallet where the documents leave two readings."""

    cached: bool
    """True if a replay repeats the first balance. Otherwise it shows the current one."""
    remembers_refusals: bool
    refuses_conflicts: bool
    compares_bets: bool
    global_ids: bool
    insists_on_bets: bool
    refuses_zero_bets: bool
    refuses_late_bets: bool
    refuses_replays_of_returned_bets: bool
    refuses_unknown_rollbacks: bool
    refuses_second_rollbacks: bool
    refuses_rollbacks_of_refused: bool
    pays_returned_bets: bool
    deducts: bool
    deducts_beyond: bool
    settled: str
    """What a rollback of a settled bet does: refunded, kept or refused."""

    @classmethod
    def drawn(cls, random: Random) -> Character:
        flags = {name: random.random() < 0.5 for name, kind in cls.__annotations__.items() if kind == "bool"}
        return cls(**flags, settled=random.choice(["refunded", "kept", "refused"]))


@dataclass(frozen=True)
class Answer:
    """The wallet's answer, and whether it moved money."""

    accepted: bool
    balance: int | None = None
    moved: int = 0
    fresh: bool = False
    """True if the rules of the request's kind decided the answer. False if the wallet's record of its id did."""


@dataclass
class _Memory:
    item: Single
    answer: Answer


@dataclass
class SoundWallet:
    """One player's account. Every property is checked against its `balance`."""

    balance: int
    character: Character
    memory: dict[tuple[str, str], _Memory] = field(default_factory=dict)
    placed: dict[str, Bet] = field(default_factory=dict)
    refused_bets: set[str] = field(default_factory=set)
    returned: set[str] = field(default_factory=set)
    settled: set[str] = field(default_factory=set)
    paid: dict[str, int] = field(default_factory=dict)

    def ask(self, item: Single) -> Answer:
        if isinstance(item, GetBalance):
            return Answer(True, self.balance)
        key = (type(item).__name__, item.id)
        known = self.memory.get(key)
        if known is None and self.character.global_ids:
            known = next((each for (_, id_), each in self.memory.items() if id_ == item.id), None)
        if known is not None:
            return self._known(item, known)
        answer = self._rollback(item) if isinstance(item, Rollback) else self._movement(item)
        if answer.accepted or self.character.remembers_refusals:
            self.memory[key] = _Memory(item, answer)
        return answer

    def _known(self, item: Single, known: _Memory) -> Answer:
        if not known.answer.accepted:
            return Answer(False)
        if not self._is_same(item, known.item) and self.character.refuses_conflicts:
            return Answer(False)
        returned = isinstance(item, Bet) and item.id in self.returned
        if returned and self.character.refuses_replays_of_returned_bets:
            return Answer(False)
        return Answer(True, known.answer.balance if self.character.cached else self.balance)

    def _is_same(self, item: Single, first: Single) -> bool:
        if type(item) is not type(first):
            return False
        if isinstance(item, Rollback) and isinstance(first, Rollback):
            return item.original == first.original
        same_bet = not self.character.compares_bets or item.bet == first.bet or not (item.bet and first.bet)  # type: ignore[union-attr]
        return same_bet and item.amount == first.amount  # type: ignore[union-attr]

    def _move(self, change: int) -> Answer:
        self.balance += change
        return Answer(True, self.balance, change, fresh=True)

    def _movement(self, item: Movement) -> Answer:
        amount = int(item.amount)
        match item:
            case Bet():
                return self._bet(item, amount)
            case Unsettle():
                return self._unsettle(item, amount)
            case Payout() if not self._may_pay(item.bet):
                return Answer(False)
            case Payout():
                self.settled |= {item.bet} - {""}
                self.paid[item.bet] = self.paid.get(item.bet, 0) + amount
        return self._move(amount)

    def _bet(self, item: Bet, amount: int) -> Answer:
        if item.id in self.returned:
            return Answer(False) if self.character.refuses_late_bets else Answer(True, self.balance)
        if amount > self.balance or (not amount and self.character.refuses_zero_bets):
            self.refused_bets.add(item.id)
            return Answer(False, fresh=True)
        self.refused_bets.discard(item.id)
        self.placed[item.id] = item
        return self._move(-amount)

    def _bets_of(self, reference: str) -> list[Bet]:
        return [each for each in self.placed.values() if reference and reference in {each.id, each.bet}]

    def _may_pay(self, reference: str) -> bool:
        bets = self._bets_of(reference)
        if bets and all(each.id in self.returned for each in bets):
            return self.character.pays_returned_bets
        return bool(bets) or not self.character.insists_on_bets

    def _unsettle(self, item: Unsettle, amount: int) -> Answer:
        known = self._bets_of(item.bet) or not self.character.insists_on_bets
        beyond = amount > self.paid.get(item.bet, 0) and not self.character.deducts_beyond
        if amount and (amount > self.balance or not self.character.deducts or not known or beyond):
            return Answer(False)
        self.paid[item.bet] = self.paid.get(item.bet, 0) - amount
        return self._move(-amount)

    def _rollback(self, item: Rollback) -> Answer:
        bet = self.placed.get(item.original)
        if item.original in self.returned:
            return self._nothing(item, refused=self.character.refuses_second_rollbacks)
        if bet is None and item.original in self.refused_bets:
            return self._nothing(item, refused=self.character.refuses_rollbacks_of_refused)
        if bet is None:
            return self._nothing(item, refused=self.character.refuses_unknown_rollbacks)
        if self.settled & {bet.id, bet.bet} and self.character.settled != "refunded":
            return self._nothing(item, refused=self.character.settled == "refused")
        self.returned.add(item.original)
        return self._move(int(bet.amount))

    def _nothing(self, item: Rollback, *, refused: bool) -> Answer:
        if refused:
            return Answer(False)
        self.returned.add(item.original)
        return Answer(True, self.balance)
