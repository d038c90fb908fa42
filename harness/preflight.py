"""What is found out before any scenario runs. Plain data that reaches every process of the run."""

from __future__ import annotations

from dataclasses import dataclass


class ConfigurationProblem(Exception):
    """Something that the user has to set right before a verdict means anything; the text says what and how."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of the wallet under test by one contract: readings that are pinned, and operations it lacks."""

    readings: tuple[tuple[str, str], ...] = ()
    absent: tuple[str, ...] = ()
