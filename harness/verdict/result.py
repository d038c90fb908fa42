"""What became of one scenario on one contract. Plain data.

A result crosses process borders (xdist) and files (reports) as JSON, so it holds finished texts, never live objects.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from harness.model import Aspect, Level, NotApplicable, Status, Verdict

RED = frozenset({Status.FAIL, Status.UNKNOWN, Status.WARN})
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
    not_applicable: NotApplicable | None = None
    """Set where it was skipped for something that no wallet has to have: an operation, a player of a currency."""
    spread_microseconds: int | None = None
    """How far apart the requests of its widest race were released; None without a race."""
    seconds: str = "0"
    latencies: tuple[tuple[str, tuple[int, ...]], ...] = ()
    """Operation to microseconds from the request's last byte to the answer's first, races left out."""
    records: tuple[Mapping[str, Any], ...] = ()
    """Its exchanges as data without secrets (`schemas/report.json`), when a report was asked for."""
    left_out: int = 0
    """Exchanges that `records` does not have."""
    waived: tuple[str, ...] = ()
    """Those of the violated requirements that the operator has waived (`harness.verdict.waived_among`)."""

    @property
    def violated(self) -> tuple[str, ...]:
        """The requirement ids that were violated, worst first, without repetition."""
        return violated_by(self.verdicts)

    @property
    def excused(self) -> bool:
        """Whether it went wrong, and only in what the operator has waived."""
        return bool(self.violated) and set(self.violated) <= set(self.waived)


def violated_by(verdicts: Iterable[Verdict]) -> tuple[str, ...]:
    """The requirement ids that verdicts find violated, worst first, without repetition."""
    red = [each for each in verdicts if each.status in RED]
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
            **{
                **each,
                "level": Level(each["level"]),
                "status": Status(each["status"]),
                "aspect": None if each["aspect"] is None else Aspect(each["aspect"]),
                **_tuples(each, "possible"),
            }
        )
        for each in data["verdicts"]
    )
    pairs = tuple((policy, reading) for policy, reading in data["readings"])
    latencies = tuple((name, tuple(times)) for name, times in data["latencies"])
    rest = {
        **data,
        "status": Status(data["status"]),
        "latencies": latencies,
        "not_applicable": None if data["not_applicable"] is None else NotApplicable(data["not_applicable"]),
        **_tuples(data, "absent", "records", "waived"),
    }
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


def worst(statuses: Sequence[Status]) -> Status:
    """The status that decides: fail before unknown before warn before pass before skipped."""
    return min(statuses, key=_WORST_FIRST.index, default=Status.SKIPPED)
