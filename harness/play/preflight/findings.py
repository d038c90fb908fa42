"""What pre-flight finds: stages that went well, warnings, calls to judge, or the one problem to set right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from harness.model import Amount, Exchange


class ConfigurationProblem(Exception):
    """Something that the user has to set right before a verdict means anything; the text says what and how."""

    def __init__(self, text: str, *, stage: str = "") -> None:
        """`stage` is the name of the stage that ended there."""
        super().__init__(text)
        self.stage = stage


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage that was passed: what was seen there, and what the user should know although nothing is wrong."""

    name: str
    detail: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """A player as pre-flight met them. `balance` is in hundred-thousandths, None when it could not be read."""

    player: str
    currency: str
    balance: Amount | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of the wallet under test by one contract. Plain data that reaches every process of the run."""

    readings: tuple[tuple[str, str], ...] = ()
    """Policies with the one reading that this wallet was seen to follow."""
    absent: tuple[str, ...] = ()
    """Operations that the wallet lacks."""
    first_calls: tuple[Exchange, ...] = ()
    """Right calls that the wallet refused, with those that prove it wrong; empty when it believes us."""
    stages: tuple[Stage, ...] = ()
    """In the order in which they were passed."""
    holdings: tuple[Holding, ...] = ()
    """The named players, or one that was provisioned."""

    @property
    def warnings(self) -> tuple[str, ...]:
        """What does not prevent a verdict and should be known with it."""
        return tuple(dict.fromkeys(warning for stage in self.stages for warning in stage.warnings))


Tell: TypeAlias = Callable[[Stage], None]
"""Is told each stage when it is passed."""


@dataclass(slots=True)
class Course:
    """The stages of one pre-flight so far."""

    tell: Tell | None = None
    stages: list[Stage] = field(default_factory=list)

    def passed(self, name: str, detail: str, *warnings: str) -> None:
        """A stage was passed."""
        stage = Stage(name, detail, warnings)
        self.stages.append(stage)
        if self.tell is not None:
            self.tell(stage)
