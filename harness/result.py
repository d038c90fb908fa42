"""What a run comes to: one result for each scenario and contract, and the verdict over all of them. Plain data.

A result crosses process borders (xdist) and files (reports) as JSON, so it holds finished texts, never live objects.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from harness.model import Level, Requirement, Status, Verdict

_MOST_LISTED = 8
_WORST_FIRST = (Status.FAIL, Status.UNKNOWN, Status.WARN, Status.PASS, Status.SKIPPED)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioResult:
    """What became of one scenario on one contract. `status` is the worst of its verdicts."""

    scenario: str
    title: str
    contract: str
    path: str
    requirement: str
    status: Status
    verdicts: tuple[Verdict, ...] = ()
    reason: str = ""
    """Why it was skipped, or could not be decided."""
    readings: tuple[tuple[str, str], ...] = ()
    """Policies and the readings of them that the wallet was seen to follow."""
    exchanges: int = 0
    core_money_moved: bool = False
    """Whether the wallet accepted money through its core operation and its books were seen to follow."""
    absent: tuple[str, ...] = ()
    """Operations that the wallet lacks, as seen so far."""
    no_player: bool = False
    """Skipped for want of a player of its currency."""
    spread_microseconds: int | None = None
    """How far apart the requests of its widest race were released; None without a race."""
    seconds: str = "0"
    latencies: tuple[tuple[str, tuple[int, ...]], ...] = ()
    """Operation to microseconds from the request's last byte to the answer's first, races left out."""
    records: tuple[Mapping[str, Any], ...] = ()
    """Its exchanges as data without secrets (`schemas/report.json`), when a report was asked for."""
    left_out: int = 0
    """Exchanges that `records` does not have."""

    @property
    def violated(self) -> tuple[str, ...]:
        """The requirement ids that were violated, worst first, without repetition."""
        red = [each for each in self.verdicts if each.status in {Status.FAIL, Status.UNKNOWN, Status.WARN}]
        red.sort(key=lambda verdict: _WORST_FIRST.index(verdict.status))
        return tuple(dict.fromkeys(each.requirement for each in red))


def to_data(result: ScenarioResult) -> dict[str, Any]:
    """A result as plain lists, dictionaries and texts, which every JSON writer and pytest-xdist can carry."""
    data: dict[str, Any] = _plain(asdict(result))
    return data


def from_data(data: Mapping[str, Any]) -> ScenarioResult:
    """The result that `to_data` made the data from."""
    verdicts = tuple(
        Verdict(
            **{**each, "level": Level(each["level"]), "status": Status(each["status"]), **_tuples(each, "possible")}
        )
        for each in data["verdicts"]
    )
    pairs = tuple((policy, reading) for policy, reading in data["readings"])
    latencies = tuple((name, tuple(times)) for name, times in data["latencies"])
    rest = {**data, "status": Status(data["status"]), "latencies": latencies, **_tuples(data, "absent", "records")}
    return ScenarioResult(**{**rest, "verdicts": verdicts, "readings": pairs})


def _tuples(data: Mapping[str, Any], *names: str) -> dict[str, tuple[Any, ...]]:
    return {name: tuple(data[name]) for name in names}


def _plain(value: Any) -> Any:
    match value:
        case dict():
            return {str(key): _plain(each) for key, each in value.items()}
        case list() | tuple():
            return [_plain(each) for each in value]
        case str():
            return str(value)
    return value


class Certification(StrEnum):
    """The verdict over one contract."""

    CERTIFIED = "CERTIFIED"
    INCOMPLETE = "INCOMPLETE"
    NOT_CERTIFIED = "NOT CERTIFIED"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractVerdict:
    """A contract's verdict, why, and what became of each of its requirements."""

    contract: str
    certification: Certification
    reason: str
    requirements: Mapping[str, Status] = field(default_factory=dict)
    """Requirement id to the worst status seen; `SKIPPED` when it was never judged."""
    warnings: int = 0


def worst(statuses: Sequence[Status]) -> Status:
    """The status that decides: fail before unknown before warn before pass before skipped."""
    return min(statuses, key=_WORST_FIRST.index, default=Status.SKIPPED)


def conclude(
    contract: str,
    results: Sequence[ScenarioResult],
    requirements: Mapping[str, Requirement],
    exercised_by: Mapping[str, Sequence[str]],
    *,
    strict: bool = False,
) -> ContractVerdict:
    """The verdict over one contract's results.

    `exercised_by` maps each requirement id to all scenarios that the suite has for it, run or not. A MUST that no
    scenario judged makes the run incomplete, unless its scenarios were skipped because the operation is absent or no
    player has the currency.
    """
    statuses = {each: _status_of(each, results) for each in requirements}
    warnings = sum(status is Status.WARN for status in statuses.values())
    red = [
        each
        for each, status in statuses.items()
        if status is Status.FAIL or (status is Status.UNKNOWN and requirements[each].level is Level.MUST)
    ]
    if red:
        reason = f"{len(red)} requirement{'s' if len(red) > 1 else ''} violated or undecided: {_listed(red)}"
        return _verdict(contract, Certification.NOT_CERTIFIED, reason, statuses, warnings)
    if reason := _incomplete(results, requirements, statuses, exercised_by):
        return _verdict(contract, Certification.INCOMPLETE, reason, statuses, warnings)
    musts = sum(status is Status.PASS for each, status in statuses.items() if requirements[each].level is Level.MUST)
    del strict
    return _verdict(contract, Certification.CERTIFIED, f"{musts} MUST requirements hold", statuses, warnings)


def _verdict(
    contract: str, certification: Certification, reason: str, statuses: Mapping[str, Status], warnings: int
) -> ContractVerdict:
    return ContractVerdict(
        contract=contract, certification=certification, reason=reason, requirements=statuses, warnings=warnings
    )


def _status_of(requirement: str, results: Sequence[ScenarioResult]) -> Status:
    violated = [v.status for each in results for v in each.verdicts if v.requirement == requirement]
    told = [each for each in results if each.requirement == requirement and requirement not in each.violated]
    judged = [_own_share(each) for each in told if each.status is not Status.SKIPPED]
    return worst([*violated, *judged])


def _own_share(result: ScenarioResult) -> Status:
    """What a scenario says of its own requirement when no verdict speaks of it: undecided is not passed."""
    return Status.UNKNOWN if result.status is Status.UNKNOWN and not result.violated else Status.PASS


def _incomplete(
    results: Sequence[ScenarioResult],
    requirements: Mapping[str, Requirement],
    statuses: Mapping[str, Status],
    exercised_by: Mapping[str, Sequence[str]],
) -> str:
    if not any(each.core_money_moved for each in results):
        return "the wallet's core operation was never seen to move money"
    by_scenario = {each.scenario: each for each in results}
    missing = []
    for each, requirement in requirements.items():
        if requirement.level is not Level.MUST or statuses[each] is not Status.SKIPPED:
            continue
        scenarios = [by_scenario.get(name) for name in exercised_by.get(each, ())]
        if any(result is None or not _excused(result) for result in scenarios):
            missing.append(each)
    return f"not judged: {_listed(missing)}" if missing else ""


def _listed(ids: Sequence[str]) -> str:
    """Ids for a sentence: the first of many, because `requirements` of the verdict has them all."""
    more = f" and {len(ids) - _MOST_LISTED} more" if len(ids) > _MOST_LISTED else ""
    return ", ".join(ids[:_MOST_LISTED]) + more


def _excused(result: ScenarioResult) -> bool:
    return result.no_player or result.reason.startswith("the wallet has no operation")
