"""The results of pre-flight: stages that passed, warnings, calls to judge, or one problem for the user to solve."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from harness.model import Amount, Exchange


class ConfigurationProblem(Exception):
    """A problem that the user must solve before any verdict is valid. The text states the problem and the remedy."""

    def __init__(self, text: str, *, stage: str = "") -> None:
        """`stage` is the name of the stage that failed."""
        super().__init__(text)
        self.stage = stage


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage that passed: its result, and warnings for the user."""

    name: str
    detail: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """A player with its balance during pre-flight.

    `balance` is in hundred-thousandths of the main unit, or None if it could not be read.
    """

    player: str
    currency: str
    balance: Amount | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """The known facts about the wallet under test by one contract.

    They are plain data that every process of the run gets.
    """

    readings: tuple[tuple[str, str], ...] = ()
    """Pairs of a policy and the one reading that this wallet follows."""
    absent: tuple[str, ...] = ()
    """Operations that the wallet lacks."""
    existing: tuple[str, ...] = ()
    """Operations that proved to exist. A later 404 is never taken for their absence."""
    first_calls: tuple[Exchange, ...] = ()
    """Valid calls that the wallet refused, with the calls that prove its error. Empty if it accepts valid calls."""
    findings: tuple[tuple[Exchange, ...], ...] = ()
    """Calls that prove other violations, each with its proof last. Scenarios can run all the same."""
    takes_zero: bool = True
    """False if the wallet refuses the amount 0, or gives no usable answer to it."""
    answer_ns: int = 0
    """The median time of an answered call, in nanoseconds. 0 if it was not measured."""
    stages: tuple[Stage, ...] = ()
    """The stages in the order in which they passed."""
    holdings: tuple[Holding, ...] = ()
    """The named players, or one that was provisioned."""
    ended: str = ""
    """Why the run ended in pre-flight: its time was over. Empty if scenarios can run, as far as that is concerned."""

    @property
    def warnings(self) -> tuple[str, ...]:
        """The warnings of all stages. They do not prevent a verdict."""
        return tuple(dict.fromkeys(warning for stage in self.stages for warning in stage.warnings))


OnStage: TypeAlias = Callable[[Stage], None]
"""Called after each stage that passed."""


@dataclass(slots=True)
class StageLog:
    """The stages of one pre-flight so far."""

    on_stage: OnStage | None = None
    stages: list[Stage] = field(default_factory=list)

    def passed(self, name: str, detail: str, *warnings: str) -> None:
        """Record a stage that passed, and call `on_stage` with it."""
        stage = Stage(name, detail, warnings)
        self.stages.append(stage)
        if self.on_stage is not None:
            self.on_stage(stage)
