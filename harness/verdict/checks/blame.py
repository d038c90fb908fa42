"""Whom to blame for a wrong balance.

A refusal shows no balance, a forged request shows nothing at all: that they moved money is seen only when a balance is
shown later. So whoever shows a wrong balance need not have caused it. Arithmetic tells: a suspect is to blame when the
balance is wrong by just what the suspect would have moved, and the movement that shows it is to blame itself when the
balance is wrong by its own amount, or a multiple of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from harness.contracts import Contract
from harness.model import Amount, Requirement, Situation, Wrong

PLAIN = frozenset({Situation.NEW, Situation.READ, Situation.ZERO, Situation.EXACT})


@dataclass(frozen=True, slots=True)
class Suspect:
    """A step whose effect no balance has confirmed: its operation, its situation, and the exchange.

    `change` is what it would move if it were booked (again), in hundred-thousandths, credits positive; 0 when it is not
    known.
    """

    operation: str
    situation: str
    exchange: int
    change: Amount = 0

    @property
    def peculiar(self) -> bool:
        """Whether it is more than an ordinary transaction or a read."""
        return self.situation.partition(".")[0] not in PLAIN or "." in self.situation


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A balance that no sound wallet could show, and who may be behind it.

    `off` is by how much it is wrong, measured against each balance that could have been shown; `shows` is what the
    movement that shows it would move, credits positive, None for a read; `beside` are the other items of its batch.
    """

    suspects: Sequence[Suspect]
    off: frozenset[Amount]
    shows: Amount | None = None
    beside: Sequence[Suspect] = ()
    reads: str = ""
    """The operation that shows it, where that is a read of the balance."""
    acted: bool = False
    """True once a request has named this player. Until then any change of their balance is the wallet's fault."""

    @property
    def shows_no_effect(self) -> bool:
        """Whether the balance is what it would be without the movement that shows it."""
        return any(self.shows and each == -self.shows for each in self.off)


def blame(scene: Scene, contract: Contract, own: str) -> tuple[Requirement, Suspect | None] | None:
    """The requirement that the balance is charged to, and the step behind it; None for the answer that shows it.

    `own` is the id of the scenario's requirement, preferred where several suspects are equally likely.
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
    """Whether the movement has had no effect, a double one, or that of an amount in another unit."""
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
    """A read shows it, and nothing peculiar explains it."""
    moved = [each for each in scene.suspects if each.situation != Situation.READ]
    fitting = [each for each in moved if {each.change, -each.change} & (scene.off - {0})]
    if fitting or (moved and not any(each.peculiar for each in moved)):
        last = (fitting or moved)[-1]
        return contract.attribute(last.operation, last.situation, Wrong.MOVED, own), last
    if scene.acted and scene.reads in contract.specs:
        return contract.attribute(scene.reads, Situation.READ, Wrong.BALANCE, own), None
    return contract.conservation, None
