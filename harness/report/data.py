"""The report of a run as one JSON object: the run, verdicts, every requirement, every scenario, and latencies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import PurePath
from typing import Any

from harness.contracts import Contract
from harness.model import Status
from harness.report.latency import latencies
from harness.report.remarks import remarks
from harness.verdict import RED, ContractVerdict, ScenarioResult, to_data
from harness.verdict.causes import roots_of
from harness.verdict.repetition_ages import latest, tried

FORMAT = 2
"""Version of the report's form. It is raised if a reader of the former version would misread the new one."""
_WAIVED = "waived"
_LEFT_OUT = ("latencies", "records", "exchanges", "left_out", "readings", "path", "waived")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFacts:
    """The facts of a run. Times are UTC, ISO 8601. `targets` maps contract to URL, without credentials."""

    id: str
    targets: Mapping[str, str]
    harness: str
    seed: int
    started: str
    finished: str
    digests: Mapping[str, str]
    environment: Mapping[str, str]
    strict: bool = False
    bundled: bool = False
    """True if the reference wallet was certified, which proves the harness and no other wallet."""
    selection: str = ""
    """The selection on the command line, or an empty text for the whole suite."""
    warnings: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """The warnings of pre-flight, by contract."""
    left_behind: Sequence[str] = ()
    """Sentences about players whose first balance could not be restored."""


def report_data(
    run: RunFacts,
    results: Sequence[ScenarioResult],
    verdicts: Sequence[ContractVerdict],
    contracts: Mapping[str, Contract],
    scenarios: Mapping[str, Mapping[str, Sequence[str]]],
    *,
    complete: bool,
) -> dict[str, Any]:
    """The whole report. `scenarios` maps contract and requirement id to the ids of all scenarios, run or not.

    `complete` is False if the run was interrupted. Such a run proves nothing.
    """
    ordered = sorted(results, key=lambda each: (each.contract, each.scenario))
    return {
        "format": FORMAT,
        "run": {**_run(run), "waivers": [each for verdict in verdicts for each in _waivers(verdict, ordered)]},
        "contracts": {each.contract: _contract(each, contracts[each.contract], ordered, run) for each in verdicts},
        "requirements": [
            requirement
            for each in verdicts
            for requirement in _requirements(each, contracts[each.contract], scenarios.get(each.contract, {}))
        ],
        "scenarios": [_scenario(each) for each in ordered],
        "latency": latencies(ordered),
        "counts": _counts(ordered),
        "complete": complete,
    }


def _run(run: RunFacts) -> dict[str, Any]:
    return {
        "id": run.id,
        "targets": dict(run.targets),
        "harness": run.harness,
        "seed": run.seed,
        "started": run.started,
        "finished": run.finished,
        "digests": dict(run.digests),
        "environment": dict(run.environment),
        "strict": run.strict,
        "bundled": run.bundled,
        "selection": run.selection,
        "left_behind": list(run.left_behind),
    }


def _contract(
    verdict: ContractVerdict, contract: Contract, results: Sequence[ScenarioResult], run: RunFacts
) -> dict[str, Any]:
    mine = [each for each in results if each.contract == verdict.contract]
    late = latest(each.late for each in mine)
    readings: dict[str, set[str]] = {}
    for policy, reading in (pair for each in mine for pair in each.readings):
        readings.setdefault(policy, set()).add(reading)
    return {
        "title": contract.title,
        "verdict": verdict.words,
        "certification": str(verdict.certification),
        "reason": verdict.reason,
        "warnings": verdict.warnings,
        "remarks": list(remarks(verdict, contract, mine, run.warnings.get(verdict.contract, ()))),
        "repeats": tried(late),
        "late": None if late is None else asdict(late),
        "policies": {policy: sorted(seen) for policy, seen in sorted(readings.items())},
        "absent": sorted({name for each in mine for name in each.absent}),
    }


def _requirements(
    verdict: ContractVerdict, contract: Contract, scenarios: Mapping[str, Sequence[str]]
) -> list[dict[str, Any]]:
    return [
        {
            "id": identifier,
            "contract": verdict.contract,
            "level": str(contract.requirements[identifier].level),
            "status": str(status),
            "waived": identifier in verdict.waived,
            "text": contract.requirements[identifier].text,
            "clause": contract.requirements[identifier].clause,
            "scenarios": list(scenarios.get(identifier, ())),
        }
        for identifier, status in verdict.requirements.items()
    ]


def _waivers(verdict: ContractVerdict, results: Sequence[ScenarioResult]) -> list[dict[str, Any]]:
    return [
        {
            "contract": verdict.contract,
            "requirement": each.waiver.requirement,
            "reason": each.waiver.reason,
            "owner": each.waiver.owner,
            "until": each.waiver.until.isoformat(),
            "state": str(each.state),
            "scenarios": [
                result.scenario
                for result in results
                if result.contract == verdict.contract and each.waiver.requirement in result.violated
            ],
        }
        for each in verdict.waivers
    ]


def _scenario(result: ScenarioResult) -> dict[str, Any]:
    data = {name: value for name, value in to_data(result).items() if name not in _LEFT_OUT}
    verdicts = [{name: value for name, value in each.items() if value not in ("", None)} for each in data["verdicts"]]
    for each in verdicts:
        if each["status"] in RED and each["requirement"] in result.waived:
            each["waived"] = True
    return {
        "id": result.scenario,
        **{name: value for name, value in data.items() if name != "scenario"},
        "file": f"scenarios/{result.scenario}{PurePath(result.path).suffix}"
        if _is_elsewhere(result.path)
        else result.path,
        "waived": result.excused,
        "verdicts": verdicts,
        "policies": [list(pair) for pair in result.readings],
        "sent": result.exchanges,
        "exchanges": [dict(each) for each in result.records],
        "left_out": result.left_out,
    }


def _is_elsewhere(path: str) -> bool:
    """True for a path outside of the working directory. The report leaves such paths out."""
    return PurePath(path).is_absolute() or ".." in PurePath(path).parts


def _counts(results: Sequence[ScenarioResult]) -> dict[str, int]:
    """The number of scenarios, and the number of each result. A waived scenario counts as waived alone."""
    counts = Counter(_WAIVED if each.excused else str(each.status) for each in results)
    return {
        "scenarios": len(results),
        "requests": sum(each.exchanges for each in results),
        "resent": sum(each.resent for each in results),
        "waited_ms": sum(each.waited_ms for each in results),
        **{word: counts[word] for word in (*map(str, Status), _WAIVED)},
    }


Key = tuple[str, str]
"""The group of a finding: the id of its probable cause and its sentence, which may name what was observed.

Without a probable cause the id is empty and the sentence is the finding's own.
"""


def key_of(verdict: Mapping[str, Any]) -> Key:
    """The group of a finding. `verdict` has the form of a report."""
    return verdict.get("cause", ""), verdict.get("probably") or verdict["summary"]


def causes(report: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The findings of a report, grouped by probable cause: most frequent first, waived ones last.

    `keys` has the group itself and then the groups that it explains. `also` has the sentences of these.
    """
    found: dict[tuple[str, str, Key, bool], dict[str, Any]] = {}
    for scenario in report["scenarios"]:
        for verdict in scenario["verdicts"]:
            if verdict["status"] == Status.PASS:
                continue
            key = key_of(verdict)
            entry = found.setdefault(
                (scenario["contract"], verdict["status"], key, "waived" in verdict),
                {
                    "contract": scenario["contract"],
                    "status": verdict["status"],
                    "cause": key[1],
                    "keys": [key],
                    "fix": verdict.get("fix", ""),
                    "again": "",
                    "waived": "waived" in verdict,
                    "also": [],
                    "requirements": [],
                    "scenarios": [],
                },
            )
            entry["again"] = entry["again"] or verdict.get("again", "")
            if verdict["requirement"] not in entry["requirements"]:
                entry["requirements"].append(verdict["requirement"])
            if scenario["id"] not in entry["scenarios"]:
                entry["scenarios"].append(scenario["id"])
    order = [Status.FAIL, Status.UNKNOWN, Status.WARN, Status.SKIPPED]
    merged = _under_their_roots(list(found.values()))
    return sorted(merged, key=lambda each: (each["waived"], order.index(each["status"]), -len(each["scenarios"])))


def causes_of(results: Sequence[ScenarioResult]) -> list[dict[str, Any]]:
    """The `causes` of results that are in no report yet."""
    return causes({"scenarios": [_scenario(each) for each in results]})


def _under_their_roots(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Move each cause below the cause of the same contract that explains it."""
    kept: list[dict[str, Any]] = []
    for each in sorted(found, key=_rank):
        # The more frequent causes come first. So a root is kept before the causes that it explains, and none explains
        # itself.
        root = next((other for other in kept if _explains(other, each)), None)
        if root is None:
            kept.append(each)
            continue
        key = each["keys"][0]
        root["keys"] += [key] if key not in root["keys"] else []
        root["also"] = [sentence for _, sentence in root["keys"][1:]]
        for name in ("requirements", "scenarios"):
            root[name] += [value for value in each[name] if value not in root[name]]
    return kept


def _rank(cause: Mapping[str, Any]) -> tuple[bool, int, int]:
    (identifier, _), *_ = cause["keys"]
    return cause["status"] != Status.FAIL, -len(cause["scenarios"]), len(roots_of(identifier))


def _explains(root: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """True if one cause, or a cause that it already explains, is a root of the other one."""
    same = all(root[name] == other[name] for name in ("contract", "waived")) and root["status"] == Status.FAIL
    key = other["keys"][0]
    return same and any(each == key or each[0] in roots_of(key[0]) for each in root["keys"])
