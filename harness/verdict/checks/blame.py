"""Finds the request that caused a wrong balance.

Answers to refused or forged requests show no balance. If such a request moves money, a later answer shows it. So the
answer with a wrong balance is not always the cause.

The size of the error decides. A suspect is blamed if the balance is wrong by exactly the suspect's amount. The movement
that shows the balance is blamed if the error is its own amount or a multiple of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from harness.contracts import Contract
from harness.model import Amount, Requirement, Situation, Wrong

PLAIN = frozenset({Situation.NEW, Situation.READ, Situation.ZERO, Situation.EXACT})


@dataclass(frozen=True, slots=True)
class Suspect:
    """A request whose effect no balance has confirmed yet: its operation, its situation, and its exchange.

    `change` is the amount that it would move if the wallet booked it (again), in hundred-thousandths. Credits are
    positive; an unknown amount is 0.
    """

    operation: str
    situation: str
    exchange: int
    change: Amount = 0

    @property
    def peculiar(self) -> bool:
        """True unless it is an ordinary transaction or a read."""
        return self.situation.partition(".")[0] not in PLAIN or "." in self.situation


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A balance that no sound wallet could show, and its possible causes. Amounts are in hundred-thousandths.

    * `off`: the differences between the shown balance and each possible balance.
    * `shows`: the amount of the movement whose answer shows the balance, credits positive; None for a read.
    * `beside`: the other items of its batch.
    """

    suspects: Sequence[Suspect]
    off: frozenset[Amount]
    shows: Amount | None = None
    beside: Sequence[Suspect] = ()
    reads: str = ""
    """The operation that shows the balance, if it is a read; otherwise empty."""
    acted: bool = False
    """True once a request has named this player. Until then any change of their balance is the wallet's fault."""

    @property
    def shows_no_effect(self) -> bool:
        """True if the balance equals the one without the movement that shows it."""
        return any(self.shows and each == -self.shows for each in self.off)


def blame(scene: Scene, contract: Contract, own: str) -> tuple[Requirement, Suspect | None] | None:
    """The requirement that the wrong balance violates, and the suspect. None blames the answer that shows it.

    `own` is the id of the scenario's requirement. It is preferred if several suspects are equally likely.
    """
    peculiar = [each for each in (*scene.suspects, *scene.beside) if each.peculiar]
    off = scene.off - {0}
    fitting = [each for each in peculiar if each.change in off]
    if not fitting and sum(each.change for each in peculiar) in off:
        fitting = [each for each in peculiar if each.change]
    if not fitting and not _explains_itself(scene.shows, off):
        fitting = [each for each in scene.suspects if each.peculiar and _may_fit(each, off)]
    if fitting:
        return _charged(fitting, contract, own)
    return None if scene.shows is not None else _ordinary(scene, contract, own)


def _explains_itself(change: Amount | None, off: frozenset[Amount]) -> bool:
    """True if the movement had no effect, a double effect, or the effect of an amount in another unit."""
    return any(change and each in {change * (times - 1) for times in _MULTIPLES} for each in off)


_MULTIPLES = frozenset({0, 2, *(10**n for n in range(1, 7))})

_OF_ANY_SUM = frozenset(
    {
        Situation.RACE,
        Situation.RACE_OF_ONE,
        Situation.RACE_OF_DEBITS,
        Situation.ROLLBACK,
        Situation.ROLLBACK_OF_UNKNOWN,
        Situation.ROLLBACK_AGAIN,
        Situation.ROLLBACK_OF_REFUSED,
        Situation.ROLLBACK_OF_SETTLED,
        Situation.ROLLBACK_OF_FOREIGN,
        Situation.CONFLICT,
        Situation.CONFLICT_WITH_ZERO,
        Situation.REUSED_ID,
        Situation.LATE,
        Situation.UNKNOWN_PLAYER,
    }
)


def _may_fit(suspect: Suspect, off: frozenset[Amount]) -> bool:
    """Whether a suspect may be behind a sum that is not its own: in part, in another direction, or with others."""
    plain = suspect.situation.partition(".")[0]
    if plain in _OF_ANY_SUM:
        return True
    if plain == Situation.MALFORMED:
        return -suspect.change in off
    return suspect.situation == Situation.UNCOVERED and any(suspect.change < each < 0 for each in off)


def _charged(suspects: Sequence[Suspect], contract: Contract, own: str) -> tuple[Requirement, Suspect]:
    charged: dict[str, Suspect] = {}
    for each in suspects:
        charged.setdefault(contract.attribute(each.operation, each.situation, Wrong.MOVED, own).id, each)
    chosen = own if own in charged else next(iter(charged))
    return contract.requirements[chosen], charged[chosen]


def _ordinary(scene: Scene, contract: Contract, own: str) -> tuple[Requirement, Suspect | None] | None:
    """The blame for a wrong balance that a read shows and no peculiar suspect explains."""
    moved = [each for each in scene.suspects if each.situation != Situation.READ]
    fitting = [each for each in moved if {each.change, -each.change} & (scene.off - {0})]
    if fitting or (moved and not any(each.peculiar for each in moved)):
        last = (fitting or moved)[-1]
        return contract.attribute(last.operation, last.situation, Wrong.MOVED, own), last
    if scene.acted and scene.reads in contract.specs:
        return contract.attribute(scene.reads, Situation.READ, Wrong.BALANCE, own), None
    return contract.conservation, None
