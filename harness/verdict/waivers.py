"""Requirements that the operator knows to be violated, for a time: which waivers hold, and whether each is needed.

A waived requirement still runs, and must fail: a waiver that outlives its reason would hide the next mistake.
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
    """What a run says of a waiver."""

    NEEDED = "needed"
    """The requirement was violated, as the waiver says."""
    NOT_NEEDED = "not needed"
    """The requirement holds: the waiver has to go."""
    NOT_SEEN = "not seen"
    """It holds in this run, and only races judge it, which may come out otherwise the next time."""
    NOT_JUDGED = "not judged"
    EXPIRED = "expired"
    FORBIDDEN = "forbidden"


@dataclass(frozen=True, slots=True)
class Waived:
    """A waiver and what the run says of it."""

    waiver: Waiver
    state: WaiverState

    @property
    def error(self) -> str:
        """Why it prevents a certificate; empty when it does not."""
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
        """What the operator should look at; empty when there is nothing."""
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
    """Those that excuse a violation on a day. `until` is the last day of a waiver."""
    return tuple(each for each in waivers if each.until >= today and not is_conservation(each.requirement))


def waived_among(violated: Iterable[str], waivers: Iterable[Waiver], today: date) -> tuple[str, ...]:
    """Those of the violated requirements that are waived on a day, in their order."""
    ids = {each.requirement for each in in_force(waivers, today)}
    return tuple(each for each in violated if each in ids)


def today() -> date:
    """The day by which waivers expire: in UTC, so that it is the same on every machine."""
    return datetime.now(UTC).date()


def weighed(
    waivers: Iterable[Waiver],
    today: date,
    results: Sequence[ScenarioResult],
    requirements: Mapping[str, Requirement],
    *,
    whole: bool,
) -> tuple[Waived, ...]:
    """What a run says of each of a contract's waivers; `whole` when it has run every scenario of the contract."""
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
    told = [each for each in results if each.requirement == waiver.requirement]
    judged = [each for each in told if each.status not in {Status.SKIPPED, Status.UNKNOWN}]
    if not whole or Status.UNKNOWN in found or not judged:
        return WaiverState.NOT_JUDGED
    races = all(each.spread_microseconds is not None for each in judged)
    return WaiverState.NOT_SEEN if races else WaiverState.NOT_NEEDED
