"""What a process remembers of the scenarios that it has examined, so that the epilogue can repeat and judge them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from harness.model import Exchange, History, Lateness, Movement, Player, Rollback, transactions
from harness.oracle import Belief, Book
from harness.play.epilogue import Repeat
from harness.verdict.checks import Judged
from harness.verdict.checks.repeatable import Repeatable, repeatable

MOST_OF_A_KIND = 3
"""How many requests of each operation the epilogue repeats, and how many late bets.

The first ones of a run are the oldest, so a wallet that forgets by age or by number has forgotten all three. More than
one is needed because a single player may have been judged dead, and because one may be in another shard or process.
"""


@dataclass(frozen=True, slots=True)
class _Kept:
    found: Repeatable
    at_ms: int
    sent: int
    restarts: int


@dataclass(slots=True)
class Memory:
    """The players of a run, what is believed of their accounts, and the requests that may be sent again."""

    now_ms: Callable[[], int]
    """The clock, in Unix milliseconds."""
    restarts: Callable[[], int]
    """Returns how often the wallet was restarted so far."""
    names_players: bool = False
    """True if the user has named the players, who take part in many scenarios and are given their money back."""
    _players: dict[str, Player] = field(default_factory=dict)
    _beliefs: dict[str, tuple[Belief, ...]] = field(default_factory=dict)
    _kept: list[_Kept] = field(default_factory=list)
    _of_kind: Counter[tuple[str, bool]] = field(default_factory=Counter)
    _sent: int = 0

    def note(self, history: History, judged: Judged) -> None:
        """Remember what a judged history has left."""
        self.count(history)
        for player in history.players:
            if player.id in judged.beliefs:
                self._players[player.id], self._beliefs[player.id] = player, judged.beliefs[player.id]
            elif not self.names_players:
                self._players.pop(player.id, None)
        self._sample(history, judged)

    def count(self, history: History) -> None:
        """Count the transactions of a history. It makes the earlier ones later."""
        self._sent += sum(_size(each) for each in history.exchanges)

    def _sample(self, history: History, judged: Judged) -> None:
        full = {kind for kind, count in self._of_kind.items() if count >= MOST_OF_A_KIND}
        taken = {(each.found.kind, player) for each in self._kept for player in each.found.players}
        for found in repeatable(history, judged.beliefs, but=full):
            keys = {(found.kind, player) for player in found.players}
            if self._of_kind[found.kind] < MOST_OF_A_KIND and taken.isdisjoint(keys):
                taken |= keys
                self._of_kind[found.kind] += 1
                self._kept.append(_Kept(found, self.now_ms(), self._sent, self.restarts()))

    def repeats(self) -> tuple[Repeat, ...]:
        """The requests to send again, with how late it is for each."""
        return tuple(
            Repeat(
                each.found.operation,
                Lateness(
                    milliseconds=self.now_ms() - each.at_ms,
                    transactions=self._sent - each.sent,
                    restarts=self.restarts() - each.restarts,
                ),
            )
            for each in self._kept
            if all(player in self._players for player in each.found.players)
        )

    def players(self) -> tuple[Player, ...]:
        """The players to read, in the order in which they came.

        The balance is the one at the end of the player's scenario. It is None for named players, who have been given
        money back since. Of these, only those are read whose requests are repeated.
        """
        if self.names_players:
            repeated = {player for each in self._kept for player in each.found.players}
            return tuple(replace(self._players[each], balance=None) for each in self._players if each in repeated)
        return tuple(replace(each, balance=self._certain(each.id)) for each in self._players.values())

    def _certain(self, player: str) -> int:
        return int(self._beliefs[player][0].book.balance)

    def beliefs(self, players: Sequence[Player]) -> Mapping[str, tuple[Belief, ...]]:
        """What is believed of these players at the start of the epilogue.

        Of a named player it is the present balance, with the transactions that are sent again.
        """
        if not self.names_players:
            return {each.id: self._beliefs[each.id] for each in players}
        return {each.id: (Belief(self._book(each)),) for each in players if each.balance is not None}

    def _book(self, player: Player) -> Book:
        book = Book(player.balance or 0, bets=frozenset(player.bets))
        mine = [each.found for each in self._kept if player.id in each.found.players]
        for each in mine:
            book = book.record_all(each.entries)
        gone = frozenset(id for each in mine for id in each.rolled_back)
        return replace(book, rolled_back=book.rolled_back | gone)


def _size(exchange: Exchange) -> int:
    return sum(isinstance(each, Movement | Rollback) for each in transactions(exchange.operation))
