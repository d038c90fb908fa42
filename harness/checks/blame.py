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

    `off` is by how much it is wrong, measured against each balance that could have been shown; `shows` is the movement
    that shows it, None for a read; `beside` are the other items of its batch.
    """

    suspects: Sequence[Suspect]
    off: frozenset[Amount]
    shows: Suspect | None = None
    beside: Sequence[Suspect] = ()
    closing: bool = False

    @property
    def shows_too_little(self) -> bool:
        """Whether the movement has had less effect than it should, whatever the effect was to be."""
        change = self.shows.change if self.shows is not None else 0
        return bool(change and self.off) and all((off < 0) is (change > 0) and off for off in self.off)


def blame(scene: Scene, contract: Contract, own: str) -> tuple[Requirement, Suspect | None] | None:
    """The requirement that the balance is charged to, and the step behind it; None for the movement that shows it.

    `own` is the id of the scenario's requirement, preferred where several suspects are equally likely.
    """
    peculiar = [each for each in scene.suspects if each.peculiar]
    fitting = [each for each in (*peculiar, *scene.beside) if each.peculiar and each.change in scene.off - {0}]
    if fitting:
        return _charged(fitting, contract, own)
    if scene.shows is not None and (_explains_itself(scene.shows, scene.off) or not peculiar):
        return None
    return _charged(peculiar, contract, own) if peculiar else _ordinary(scene, contract, own)


def _explains_itself(shows: Suspect, off: frozenset[Amount]) -> bool:
    return bool(shows.change) and any(each % shows.change == 0 for each in off)


def _charged(suspects: Sequence[Suspect], contract: Contract, own: str) -> tuple[Requirement, Suspect]:
    charged: dict[str, Suspect] = {}
    for each in suspects:
        charged.setdefault(contract.attribute(each.operation, each.situation, Wrong.MOVED, own).id, each)
    chosen = own if own in charged else next(iter(charged))
    return contract.requirements[chosen], charged[chosen]


def _ordinary(scene: Scene, contract: Contract, own: str) -> tuple[Requirement, Suspect | None]:
    """A read shows it, and nothing peculiar has happened since the last balance that was right."""
    moved = [each for each in scene.suspects if each.situation != Situation.READ]
    if moved:
        fitting = [each for each in moved if {each.change, -each.change} & (scene.off - {0})]
        last = (fitting or moved)[-1]
        return contract.attribute(last.operation, last.situation, Wrong.MOVED, own), last
    if not scene.closing and scene.suspects:
        last = scene.suspects[-1]
        return contract.attribute(last.operation, last.situation, Wrong.BALANCE, own), last
    return contract.requirements[f"{contract.prefix}-CON-01"], None
