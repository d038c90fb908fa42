"""Waivers: requirements that the operator knows to be violated until a date. Finds the state of each in a run.

The scenarios of a waived requirement still run, and they must fail. An unneeded waiver could hide the next mistake.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum

from harness.contracts.shared.requirements import is_conservation
from harness.model import Requirement, Status, Waiver
from harness.verdict.result import ScenarioResult


class WaiverState(StrEnum):
    """The state of a waiver in one run."""

    NEEDED = "needed"
    """The requirement was violated, as the waiver expects."""
    NOT_NEEDED = "not needed"
    """The requirement holds, and the operator must remove the waiver."""
    NOT_SEEN = "not seen"
    """The requirement holds in this run, but only races judge it. The next run may differ."""
    NOT_JUDGED = "not judged"
    EXPIRED = "expired"
    FORBIDDEN = "forbidden"


@dataclass(frozen=True, slots=True)
class Waived:
    """A waiver and its state in one run."""

    waiver: Waiver
    state: WaiverState

    @property
    def error(self) -> str:
        """Why the waiver prevents a certificate; empty if it does not."""
        name, until = f"the waiver of {self.waiver.requirement}{self._where}", self.waiver.until
        match self.state:
            case WaiverState.NOT_NEEDED:
                return f"{name} is no longer needed, the requirement holds: remove it"
            case WaiverState.EXPIRED:
                return f"{name} expired on {until}: repair the wallet, or agree on another date"
            case WaiverState.FORBIDDEN:
                return f"{self.waiver.requirement} cannot be waived, because money is lost or made: remove the waiver"
        return ""

    @property
    def warning(self) -> str:
        """A warning for the operator; empty if there is none."""
        if self.state is not WaiverState.NOT_SEEN:
            return ""
        return (
            f"the waiver of {self.waiver.requirement}{self._where} was not needed this time; only races judge the "
            "requirement, so run again before you remove it"
        )

    @property
    def _where(self) -> str:
        return f" ({self.waiver.where})" if self.waiver.where else ""


def in_force(waivers: Iterable[Waiver], today: date) -> tuple[Waiver, ...]:
    """The waivers that excuse a violation on this day. `until` is the last day of a waiver."""
    return tuple(each for each in waivers if each.until >= today and not is_conservation(each.requirement))


def waived_among(violated: Iterable[str], waivers: Iterable[Waiver], today: date) -> tuple[str, ...]:
    """The violated requirements that are waived on this day, in the given order."""
    ids = {each.requirement for each in in_force(waivers, today)}
    return tuple(each for each in violated if each in ids)


def today() -> date:
    """Today's date in UTC, which decides whether a waiver has expired."""
    return datetime.now(UTC).date()


def weighed(
    waivers: Iterable[Waiver],
    today: date,
    results: Sequence[ScenarioResult],
    requirements: Mapping[str, Requirement],
    *,
    whole: bool,
) -> tuple[Waived, ...]:
    """The contract's waivers, each with its state. `whole` is True if the run had every scenario of the contract."""
    mine = [each for each in waivers if each.requirement in requirements]
    return tuple(Waived(each, _state(each, today, results, whole=whole)) for each in mine)


def _state(waiver: Waiver, today: date, results: Sequence[ScenarioResult], *, whole: bool) -> WaiverState:
    if is_conservation(waiver.requirement):
        return WaiverState.FORBIDDEN
    if waiver.until < today:
        return WaiverState.EXPIRED
    found = {v.status for each in results for v in each.verdicts if v.requirement == waiver.requirement}
    if found & {Status.FAIL, Status.WARN}:
        return WaiverState.NEEDED
    own = [each for each in results if each.requirement == waiver.requirement]
    judged = [each for each in own if each.status not in {Status.SKIPPED, Status.UNKNOWN}]
    if not whole or Status.UNKNOWN in found or not judged:
        return WaiverState.NOT_JUDGED
    races = all(each.spread_microseconds is not None for each in judged)
    return WaiverState.NOT_SEEN if races else WaiverState.NOT_NEEDED
