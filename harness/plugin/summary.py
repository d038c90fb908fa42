"""The end of a run on the terminal: a line for each requirement group, what was observed, and a verdict per contract."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from harness.contracts import Contract
from harness.model import Scenario, Status
from harness.result import Certification, ContractVerdict, ScenarioResult, conclude

_ORDER = (Status.PASS, Status.WARN, Status.FAIL, Status.UNKNOWN, Status.SKIPPED)


def verdicts(
    results: Sequence[ScenarioResult],
    contracts: Mapping[str, Contract],
    selected: Sequence[str],
    suite: Sequence[Scenario],
    *,
    strict: bool,
) -> tuple[ContractVerdict, ...]:
    """The verdict of every selected contract. `suite` is every scenario there is, run or not."""
    return tuple(
        conclude(
            name,
            [each for each in results if each.contract == name],
            contracts[name].requirements,
            exercised(suite, name),
            strict=strict,
        )
        for name in selected
    )


def exercised(suite: Sequence[Scenario], contract: str) -> dict[str, list[str]]:
    """Requirement id to the scenarios that the suite has for it."""
    by_requirement: dict[str, list[str]] = defaultdict(list)
    for scenario in suite:
        if contract in scenario.requirements:
            by_requirement[scenario.requirements[contract]].append(scenario.id)
    return by_requirement


def lines(
    results: Sequence[ScenarioResult], concluded: Sequence[ContractVerdict], contracts: Mapping[str, Contract]
) -> Iterator[tuple[str, Status | None]]:
    """The lines of the summary, each with the status that colours it."""
    for verdict in concluded:
        yield from _groups(verdict)
    yield from ((text, None) for text in _observed(results))
    width = max((len(each.contract) for each in concluded), default=0)
    for verdict in concluded:
        colour = {
            Certification.CERTIFIED: Status.PASS,
            Certification.INCOMPLETE: Status.WARN,
            Certification.NOT_CERTIFIED: Status.FAIL,
        }[verdict.certification]
        title = contracts[verdict.contract].title
        yield f"{verdict.contract:<{width}}  {verdict.certification.value}  ({title}; {verdict.reason})", colour


def _groups(verdict: ContractVerdict) -> Iterator[tuple[str, Status | None]]:
    counts: dict[str, Counter[Status]] = defaultdict(Counter)
    for requirement, status in verdict.requirements.items():
        counts[requirement.rpartition("-")[0]][status] += 1
    for group, counter in counts.items():
        told = "  ".join(f"{counter[status]} {status.value}" for status in _ORDER if counter[status])
        worst = next((each for each in (Status.FAIL, Status.UNKNOWN, Status.WARN) if counter[each]), None)
        yield f"{group:<9} {told}", worst


def _observed(results: Sequence[ScenarioResult]) -> Iterator[str]:
    for contract in dict.fromkeys(each.contract for each in results):
        mine = [each for each in results if each.contract == contract]
        readings: dict[str, set[str]] = defaultdict(set)
        for policy, reading in (pair for each in mine for pair in each.readings):
            readings[policy].add(reading)
        if readings:
            told = ", ".join(f"{policy}: {'/'.join(sorted(seen))}" for policy, seen in sorted(readings.items()))
            yield f"{contract} reads the documents so: {told}"
        absent = sorted({name for each in mine for name in each.absent})
        if absent:
            yield f"{contract} lacks: {', '.join(absent)}"
    spreads = [each.spread_microseconds for each in results if each.spread_microseconds is not None]
    exchanges = sum(each.exchanges for each in results)
    if exchanges:
        raced = f"; races released within {max(spreads) / 1000:.1f} ms at worst" if spreads else ""
        yield f"{exchanges} requests{raced}"
