"""The report of a run as one JSON object: the run, verdicts, every requirement, every scenario, and latencies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path, PurePath
from typing import Any

from harness.contracts import Contract
from harness.examine.evidence_limit import EvidenceLimit
from harness.model import Status
from harness.report.latency import latencies
from harness.report.remarks import remarks
from harness.report.themes import themes
from harness.report.verdict_sentence import not_judged, verdict_sentence
from harness.verdict import RED, ContractVerdict, ScenarioResult, to_data
from harness.verdict.dictionary import Explanation, explain, rank
from harness.verdict.repetition_ages import latest, tried

FORMAT = 2
"""Version of the report's form. It is raised if a reader of the former version would misread the new one."""
_WAIVED = "waived"
_NO_TEXTS: Mapping[str, str] = {}
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
    wallet: str = ""
    """The name and version of the wallet, as its profile has it. Empty if it has none."""
    issuer: str = ""
    """Who runs the certification, as the profile has it. Empty if it does not say."""
    profile: str = ""
    """The path of the wallet's profile, as the user named it. Empty if the run had none."""
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
    texts: Mapping[str, str] = _NO_TEXTS,
) -> dict[str, Any]:
    """The whole report. `scenarios` maps contract and requirement id to the ids of all scenarios, run or not.

    `complete` is False if the run was interrupted. Such a run proves nothing. `texts` are the files of scenarios, by
    the scenario's id.
    """
    ordered = _fitted(sorted(results, key=lambda each: (each.contract, each.scenario)))
    found = explained(ordered, contracts)
    return {
        "format": FORMAT,
        "run": {**_run(run), "waivers": [each for verdict in verdicts for each in _waivers(verdict, ordered)]},
        "contracts": {
            each.contract: _contract(each, contracts[each.contract], ordered, run)
            | _sentences(each, contracts[each.contract], ordered, found, scenarios.get(each.contract, {}), run)
            for each in verdicts
        },
        "requirements": [
            requirement
            for each in verdicts
            for requirement in _requirements(each, contracts[each.contract], scenarios.get(each.contract, {}))
        ],
        "causes": [_cause(*each) for each in found],
        "scenarios": [_scenario(each) | _text(each.scenario, texts) for each in ordered],
        "latency": latencies(ordered),
        "counts": _counts(ordered),
        "complete": complete,
    }


def _fitted(results: Sequence[ScenarioResult]) -> list[ScenarioResult]:
    """The results with as much of the wallet's answers as a report has room for, those with findings first.

    Each process of a run has limited its own results. Together they may be too long.
    """
    limit = EvidenceLimit()
    order = sorted(range(len(results)), key=lambda at: (not results[at].violated, at))
    fitted = {at: replace(results[at], records=limit.fitted(results[at].records, _named(results[at]))) for at in order}
    return [fitted[at] for at in range(len(results))]


def _named(result: ScenarioResult) -> Iterator[tuple[int, int]]:
    """The records that findings name, by run and index."""
    for each in result.verdicts:
        if each.status in RED:
            yield from ((each.run or 0, index) for index in (each.exchange, each.accused) if index is not None)


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
        "wallet": run.wallet,
        "issuer": run.issuer,
        "profile": _from_here(run.profile),
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
        "themes": themes(contract),
    }


def _sentences(
    verdict: ContractVerdict,
    contract: Contract,
    results: Sequence[ScenarioResult],
    causes: Sequence[tuple[str, Explanation]],
    scenarios: Mapping[str, Sequence[str]],
    run: RunFacts,
) -> dict[str, Any]:
    """The verdict in one sentence, and what was not judged."""
    mine = [each for each in results if each.contract == verdict.contract]
    own = [each for name, each in causes if name == verdict.contract]
    total = len({name for names in scenarios.values() for name in names})
    return {
        "sentence": verdict_sentence(verdict, contract, mine, own, total=total, strict=run.strict, words=False),
        "not_judged": [{"what": list(each.what), "why": each.why} for each in not_judged(verdict, contract, mine)],
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
    small = replace(result, records=(), latencies=())
    data = {name: value for name, value in to_data(small).items() if name not in _LEFT_OUT}
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
        "exchanges": list(result.records),
        "left_out": result.left_out,
    }


def _text(scenario: str, texts: Mapping[str, str]) -> dict[str, str]:
    return {"text": texts[scenario]} if scenario in texts else {}


def _from_here(path: str) -> str:
    """A path relative to the working directory, however it was written. Empty for one outside of it."""
    whole = Path(path).parent.resolve() / Path(path).name
    if Path(path).is_absolute() and whole.is_relative_to(Path.cwd()):
        return whole.relative_to(Path.cwd()).as_posix()
    return "" if _is_elsewhere(path) else path


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


def causes(report: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The causes of a report's findings, in the order in which to repair them; those of waived findings last."""
    found: list[dict[str, Any]] = report.get("causes", [])
    return found


def explained(results: Sequence[ScenarioResult], contracts: Mapping[str, Contract]) -> list[tuple[str, Explanation]]:
    """The causes of the findings of all contracts, each with the name of its contract, in the order of the report."""
    found = [
        (name, each)
        for name, contract in contracts.items()
        for each in explain([result for result in results if result.contract == name], contract)
    ]
    return sorted(found, key=lambda pair: rank(pair[1]))


def _cause(contract: str, cause: Explanation) -> dict[str, Any]:
    """A cause as plain data. Counts are numbers of scenarios, but for `findings`."""
    return {
        "contract": contract,
        "status": str(cause.status),
        "harm": str(cause.harm),
        "cause": cause.sentence,
        "fix": cause.fix,
        "bugs": list(cause.bugs),
        "guess": cause.guess,
        "waived": cause.waived,
        "likeness": f"{cause.likeness:.2f}",
        "predicted": cause.predicted,
        "confirmed": cause.confirmed,
        "refuted": cause.refuted,
        "explains": len(cause.scenarios),
        "of": cause.of,
        "counts": cause.counts,
        "findings": len(cause.findings),
        "also": list(cause.evidence),
        "again": next((each.again for _, each in cause.findings if each.again), ""),
        "requirements": list(cause.requirements),
        "scenarios": list(cause.scenarios),
    }
