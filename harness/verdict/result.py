"""The result of one scenario on one contract, as plain data.

Results are sent between processes (xdist) and written to files (reports) as JSON. So they hold texts and numbers only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from harness.model import Aspect, Check, Lateness, Level, NotApplicable, Status, Verdict

RED = frozenset({Status.FAIL, Status.UNKNOWN, Status.WARN})
_WORST_FIRST = (Status.FAIL, Status.UNKNOWN, Status.WARN, Status.PASS, Status.SKIPPED)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioResult:
    """The result of one scenario on one contract. `status` is the worst status of its verdicts."""

    scenario: str
    title: str
    contract: str
    path: str
    requirement: str
    status: Status
    verdicts: tuple[Verdict, ...] = ()
    reason: str = ""
    """Why the scenario was skipped or could not be decided."""
    ended: str = ""
    """Why the whole run ended in or before this scenario. Empty if it went on."""
    readings: tuple[tuple[str, str], ...] = ()
    """Pairs of a policy and its reading that the wallet followed."""
    exchanges: int = 0
    resent: int = 0
    """How many of the exchanges were sent again, because their answer was lost or asked for that."""
    waited_ms: int = 0
    """How many milliseconds were waited: as the wallet asked, and while it was away."""
    core_money_moved: bool = False
    """True if the wallet accepted money through its core operation, and its balances showed it."""
    cases: tuple[Mapping[str, Any], ...] = ()
    """One row for each case of a family of faults: `name`, `exchange`, `answer` and `status`."""
    absent: tuple[str, ...] = ()
    """The operations that the wallet does not have, as far as its answers have shown."""
    not_applicable: NotApplicable | None = None
    """Set if the scenario was skipped for lack of an optional thing: an operation, or a player with a currency."""
    avoided_by: tuple[str, ...] = ()
    """The permitted readings, each as `policy: reading`, that explain why the wallet avoided what it is about."""
    spread_microseconds: int | None = None
    """The longest time between the first and the last released request of a race; None without a race."""
    seconds: str = "0"
    latencies: tuple[tuple[str, tuple[int, ...]], ...] = ()
    """By operation: the microseconds from the request's last byte to the answer's first byte, without races."""
    records: tuple[Mapping[str, Any], ...] = ()
    """The exchanges as data without secrets (`schemas/report.json`); empty if no report is written."""
    left_out: int = 0
    """How many exchanges `records` leaves out."""
    late: Lateness | None = None
    """The most that lay between a request and its late repetition. None if nothing was repeated late."""
    found: tuple[str, ...] = ()
    """The texts of scenario files: the smallest generated scenarios that fail. The place of each is a verdict's run."""
    remarks: tuple[str, ...] = ()
    """What the reader of the contract's verdict has to know about this scenario, as sentences."""
    waived: tuple[str, ...] = ()
    """The violated requirements that the operator has waived (`harness.verdict.waived_among`)."""

    @property
    def violated(self) -> tuple[str, ...]:
        """The ids of the violated requirements, worst first, each once."""
        return violated_by(self.verdicts)

    @property
    def excused(self) -> bool:
        """True if the scenario violates requirements and the operator has waived all of them."""
        return bool(self.violated) and set(self.violated) <= set(self.waived)


def violated_by(verdicts: Iterable[Verdict]) -> tuple[str, ...]:
    """The ids of the requirements that these verdicts find violated, worst first, each once."""
    red = [each for each in verdicts if each.status in RED]
    red.sort(key=lambda verdict: _WORST_FIRST.index(verdict.status))
    return tuple(dict.fromkeys(each.requirement for each in red))


def to_data(result: ScenarioResult) -> dict[str, Any]:
    """A result as plain lists, dictionaries and texts, for JSON and pytest-xdist."""
    data: dict[str, Any] = _plain(asdict(result))
    return data


def from_data(data: Mapping[str, Any]) -> ScenarioResult:
    """The result for data that `to_data` has returned."""
    verdicts = tuple(
        Verdict(
            **{
                **each,
                "check": Check(each["check"]),
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
        "late": None if data["late"] is None else Lateness(**data["late"]),
        "not_applicable": None if data["not_applicable"] is None else NotApplicable(data["not_applicable"]),
        **_tuples(data, "absent", "avoided_by", "cases", "found", "records", "remarks", "waived"),
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
    """The worst status: FAIL before UNKNOWN, WARN, PASS and SKIPPED. SKIPPED if there is none."""
    return min(statuses, key=_WORST_FIRST.index, default=Status.SKIPPED)
