"""Plays generated scenarios on one wallet and counts what they cost. A failure of ours is kept apart from findings."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from harness.examine import Examiner
from harness.explore.restart_limits import RestartLimit, RestartLimits
from harness.model import Scenario, Status, Verdict
from harness.scenario import load_written, text_of
from harness.verdict import ScenarioResult

Generated: TypeAlias = Mapping[str, Any]
"""A scenario as plain mappings, lists and texts, as a scenario file has it."""
RED = (Status.FAIL, Status.WARN)


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """What a finding is known by: requirement, check, and what the blamed step was to the wallet."""

    requirement: str
    check: str
    situation: str


@dataclass(slots=True)
class Playing:
    """Plays scenarios by an examiner and counts them."""

    examiner: Examiner
    requests: int = 0
    """How many requests were sent in all scenarios so far, those of preparation and closing reads among them."""
    scenarios: int = 0
    core_money_moved: bool = False
    """True if a scenario has seen the core operation move money."""
    skipped: int = 0
    undecided: list[str] = field(default_factory=list)
    """The texts of scenarios that could not be judged. They say nothing about the wallet."""
    failures: list[str] = field(default_factory=list)
    """What went wrong in our own code, with the text of the scenario."""
    restarts: RestartLimits = field(default_factory=RestartLimits)

    def load(self, generated: Generated) -> Scenario:
        """The scenario, as it is read from its text. Raises ScenarioError."""
        contract = self.examiner.contract
        id = f"explored/{self.scenarios + 1}"
        return load_written(generated, id, f"{id}.yaml", {contract.name: contract})

    def play(self, generated: Generated, limit: RestartLimit | None = None) -> ScenarioResult | None:
        """The result of a scenario. None if our own code failed. Raises ScenarioError.

        `limit` counts the restarts of the wallet. It is the caller who obeys it.
        """
        scenario = self.load(generated)
        self.scenarios += 1
        done = self.examiner.restarts
        count, seconds = done.count, done.seconds
        self.examiner.exploring = True
        try:
            result = self.examiner.examine(scenario)
        except Exception as error:  # noqa: BLE001 - whatever fails here is ours, and never the wallet's
            last = traceback.extract_tb(error.__traceback__)[-1]
            where = f"{type(error).__name__} in {last.name}, line {last.lineno}"
            self.failures.append(self.examiner.results.secrets.text(f"{where}\n{text_of(generated)}"))
            return None
        finally:
            self.examiner.exploring = False
            if limit is not None:
                limit.note(done.count - count, done.seconds - seconds)
        self.requests += result.exchanges
        self.core_money_moved |= result.core_money_moved
        self.skipped += result.status is Status.SKIPPED
        if result.status is Status.UNKNOWN:
            self.undecided.append(text_of(generated))
        return result

    @property
    def ended(self) -> str:
        """Why nothing more can be played. Empty if it goes on."""
        return self.examiner.ended


def findings_in(result: ScenarioResult | None) -> dict[Key, Verdict]:
    """The violated requirements of a result, with the first verdict of each. Undecided ones are left out."""
    found: dict[Key, Verdict] = {}
    for verdict in result.verdicts if result is not None else ():
        if verdict.status in RED:
            key = Key(verdict.requirement, str(verdict.check), verdict.situation.partition(".")[0])
            found.setdefault(key, verdict)
    return found
