"""One player's account as the oracle follows it through a history: the books, and whom to blame when they disagree.

A refusal shows no balance, a forged request shows nothing at all: that they moved money is seen only when somebody
reads the balance later. So every step whose effect nobody has confirmed yet stays a suspect, and a read that cannot be
explained is charged to the suspect that most deserves it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from harness.contracts import Contract
from harness.ledger import Book, Event, Judgement
from harness.model import Player, Requirement, Situation, Wrong

PLAIN = frozenset({Situation.NEW, Situation.READ, Situation.ZERO, Situation.EXACT})
_MAY_SHOW_THE_PAST = frozenset(
    {
        Situation.REPLAY,
        Situation.CROSS_REPLAY,
        Situation.CONFLICT,
        Situation.CONFLICT_WITH_ZERO,
        Situation.REUSED_ID,
        Situation.DUPLICATE_IN_BATCH,
        Situation.RACE_OF_ONE,
    }
)
"""A replay may be answered with the balance of the first time, which says nothing about the balance now."""


@dataclass(frozen=True, slots=True)
class Suspect:
    """A step whose effect no balance has confirmed: its operation, its situation, and the exchange."""

    operation: str
    situation: str
    exchange: int

    @property
    def peculiar(self) -> bool:
        """Whether it is more than an ordinary transaction or a read."""
        return self.situation.partition(".")[0] not in PLAIN or "." in self.situation


@dataclass(slots=True)
class Account:
    """A player's books so far. Once no book is left the player is judged no further: one cause, one finding."""

    player: Player
    books: tuple[Book, ...]
    dead: bool = False
    suspects: list[Suspect] = field(default_factory=list)

    def follow(self, judgement: Judgement, events: Sequence[Event], suspects: Sequence[Suspect]) -> None:
        """Take over what a judgement left, and forget the suspects when a balance confirmed the books."""
        self.books = judgement.books
        self.suspects.extend(suspects)
        if self._confirmed(events):
            self.suspects.clear()

    def _confirmed(self, events: Sequence[Event]) -> bool:
        """Whether the last answer shows the balance that all books agree on, and not one remembered from before."""
        if any(each.situation.partition(".")[0] in _MAY_SHOW_THE_PAST for each in self.suspects[-len(events) :]):
            return False
        if len({book.balance for book in self.books}) != 1:
            return False
        balance = self.books[0].balance
        shown = [event.balance for event in events if event.accepted and event.balance is not None]
        return bool(shown) and shown[-1] == balance


def blame(account: Account, contract: Contract, own: str, *, closing: bool) -> tuple[Requirement, Suspect | None]:
    """The requirement that a wrong balance is charged to, and the step that is to blame.

    `own` is the id of the scenario's requirement, preferred where several suspects are equally peculiar.
    """
    peculiar = [each for each in account.suspects if each.peculiar]
    if peculiar:
        charged = {contract.attribute(each.operation, each.situation, Wrong.MOVED).id: each for each in peculiar}
        chosen = own if own in charged else next(iter(charged))
        return contract.requirements[chosen], charged[chosen]
    moved = [each for each in account.suspects if each.situation != Situation.READ]
    if moved:
        last = moved[-1]
        return contract.attribute(last.operation, last.situation, Wrong.MOVED), last
    if not closing and account.suspects:
        last = account.suspects[-1]
        return contract.attribute(last.operation, last.situation, Wrong.BALANCE), last
    return contract.requirements[f"{contract.prefix}-CON-01"], None
