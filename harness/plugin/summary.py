"""The summary of a run in lines: each requirement group, observations, and a verdict for each contract."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from textwrap import wrap
from types import MappingProxyType

from harness.contracts import Contract
from harness.model import Level, Scenario, Status, Waiver
from harness.oracle import POLICY_WORDS
from harness.plugin.suite import Suite
from harness.report.latency import latencies
from harness.report.remarks import remarks
from harness.scenario import ScenarioError, load_file
from harness.verdict import RED, Certification, ContractVerdict, ScenarioResult, conclude
from harness.verdict.repetition_ages import latest, tried

COLUMNS = (Status.PASS, Status.WARN, Status.FAIL, Status.UNKNOWN, Status.SKIPPED)
_COLOURS = {
    Certification.CERTIFIED: Status.PASS,
    Certification.INCOMPLETE: Status.WARN,
    Certification.NOT_CERTIFIED: Status.FAIL,
    Certification.NOT_RUN: None,
}
_MOST_IDS, _MOST_OPERATIONS = 4, 3


@dataclass(frozen=True, slots=True)
class SummaryLine:
    """A line of the summary. `status` sets its colour."""

    text: str
    status: Status | None = None


def scenarios_of(
    suite: Suite, contracts: Mapping[str, Contract], loaded: Mapping[Path, Scenario]
) -> tuple[Scenario, ...]:
    """All scenarios of the suite, run or not, without files that cannot be read.

    `loaded` has the scenarios that need not be read again.
    """
    found = (loaded.get(path) or _readable(path, root, contracts) for path, root in suite.files())
    return tuple(each for each in found if each is not None)


def exercised(scenarios: Iterable[Scenario], contracts: Mapping[str, Contract]) -> dict[str, dict[str, list[str]]]:
    """By contract and requirement the ids of these scenarios."""
    found: dict[str, dict[str, list[str]]] = {name: defaultdict(list) for name in contracts}
    for scenario in scenarios:
        for contract in contracts.keys() & scenario.requirements.keys():
            found[contract][scenario.requirements[contract]].append(scenario.id)
    return found


def _readable(path: Path, root: Path, contracts: Mapping[str, Contract]) -> Scenario | None:
    """The scenario in a file. None for an invalid one, which collection reports."""
    try:
        return load_file(path, root, contracts)
    except ScenarioError:
        return None


def verdicts(
    results: Sequence[ScenarioResult],
    contracts: Mapping[str, Contract],
    scenarios: Mapping[str, Mapping[str, Sequence[str]]],
    *,
    strict: bool,
    waivers: Sequence[Waiver] = (),
    today: date = date.min,
    selected: Collection[str] | None = None,
    pinned: Mapping[str, Collection[str]] = MappingProxyType({}),
) -> tuple[ContractVerdict, ...]:
    """The verdict of every contract of the run. `scenarios` is the result of `exercised`.

    `selected` names the contracts that the user selected. None means all of them. `pinned` holds, by contract, the
    readings that the operator has pinned, each as `policy: reading`.
    """
    return tuple(
        conclude(
            name,
            _of(name, results),
            contract.requirements,
            scenarios[name],
            strict=strict,
            waivers=waivers,
            today=today,
            selected=selected is None or name in selected,
            pinned=pinned.get(name, ()),
        )
        for name, contract in contracts.items()
    )


def lines(
    results: Sequence[ScenarioResult],
    concluded: Sequence[ContractVerdict],
    contracts: Mapping[str, Contract],
    *,
    width: int,
    warnings: Mapping[str, Sequence[str]] = MappingProxyType({}),
    verbosity: int = 0,
) -> Iterator[SummaryLine]:
    """The table of requirements and the observations. `warnings` are those of pre-flight, by contract.

    `verbosity` is pytest's: above 0 each group has a line, and below 0 only what is not right is printed.
    """
    for verdict in concluded:
        if verdict.certification is Certification.NOT_RUN:
            continue
        yield SummaryLine(f"{verdict.contract}: {contracts[verdict.contract].title}")
        yield from _groups(verdict, width, verbosity)
        yield from _waivers(verdict, results, width)
        mine, contract = _of(verdict.contract, results), contracts[verdict.contract]
        for remark in remarks(verdict, contract, mine, warnings.get(verdict.contract, ())):
            yield from (SummaryLine(text, Status.WARN) for text in _wrapped("note", remark, width))
        if verdict.certification is Certification.INCOMPLETE:
            yield from (SummaryLine(text, Status.WARN) for text in _left_open(verdict, contract, mine, width))
        if verbosity >= 0:
            yield from (SummaryLine(text) for text in (*_observed(mine, width, verbosity), *_slowest(mine, width)))
        yield SummaryLine("")
    if not any(each.status is not Status.SKIPPED for each in results):
        yield SummaryLine("Nothing was judged: every scenario was skipped, which proves nothing.", Status.FAIL)


def conclusions(
    concluded: Sequence[ContractVerdict], sentences: Mapping[str, str], *, width: int
) -> Iterator[SummaryLine]:
    """The verdict of each contract in one sentence. `sentences` are by contract."""
    name = max(len(each.contract) for each in concluded)
    for verdict in concluded:
        text = f"{verdict.contract:<{name}}  {sentences[verdict.contract]}"
        for part in wrap(text, max(width, 60), subsequent_indent=" " * (name + 2), break_on_hyphens=False):
            yield SummaryLine(part, _COLOURS[verdict.certification])


def _waivers(verdict: ContractVerdict, results: Sequence[ScenarioResult], width: int) -> Iterator[SummaryLine]:
    """The violations that the operator announced, and the state of each."""
    for each in verdict.waivers:
        waiver = each.waiver
        count = sum(waiver.requirement in result.violated for result in _of(verdict.contract, results))
        what = f"{each.state}, {_count(count, 'scenario')}" if count else each.state
        sentence = f"{waiver.requirement} until {waiver.until} ({waiver.owner}): {waiver.reason} [{what}]"
        status = Status.FAIL if each.error else Status.WARN
        yield from (SummaryLine(text, status) for text in _wrapped("waived", sentence, width))


def _of(contract: str, results: Sequence[ScenarioResult]) -> list[ScenarioResult]:
    return [each for each in results if each.contract == contract]


def _groups(verdict: ContractVerdict, width: int, verbosity: int) -> Iterator[SummaryLine]:
    """A line for each group of requirements: the count of each result, and the requirements that did not pass.

    Without `-v` the groups of which every requirement passed share a line.
    """
    groups: dict[str, dict[str, Status]] = defaultdict(dict)
    for requirement, status in verdict.requirements.items():
        groups[requirement.rpartition("-")[0]][requirement] = status
    judged = {group: each for group, each in groups.items() if {*each.values()} != {Status.SKIPPED}}
    passed = {} if verbosity > 0 else {g: len(each) for g, each in judged.items() if {*each.values()} == {Status.PASS}}
    if passed and verbosity >= 0:
        found = ", ".join(f"{group} {count}" for group, count in passed.items())
        yield from (SummaryLine(text, Status.PASS) for text in _wrapped("pass", found, width))
    present = [each for each in COLUMNS if each in verdict.requirements.values()]
    for group, statuses in judged.items():
        if group in passed:
            continue
        counts = Counter(statuses.values())
        columns = (f"{counts[each] or '-':>4} {each}" for each in present)
        red = [each for each, status in statuses.items() if status in RED]
        loud = {statuses[each] for each in red if each not in verdict.waived}
        worst = next((each for each in (Status.FAIL, Status.UNKNOWN, Status.WARN) if each in loud), None)
        shown = [f"{each} (waived)" if each in verdict.waived else each for each in red[:_MOST_IDS]]
        named = f"   {', '.join(shown)}{', ...' if len(red) > _MOST_IDS else ''}" if red else ""
        yield SummaryLine(f"  {group:<8}{''.join(columns)}{named}", worst)
    if silent := [group for group in groups if group not in judged]:
        for text in _wrapped("not judged", ", ".join(silent), width):
            yield SummaryLine(text, Status.WARN)


def _left_open(
    verdict: ContractVerdict, contract: Contract, results: Sequence[ScenarioResult], width: int
) -> Iterator[str]:
    """Why scenarios were skipped whose MUST no other scenario has judged."""
    reasons: dict[str, list[str]] = defaultdict(list)
    for each in results:
        must = contract.requirements[each.requirement].level is Level.MUST
        open_still = verdict.requirements[each.requirement] is Status.SKIPPED
        if must and open_still and each.status is Status.SKIPPED and each.not_applicable is None:
            reasons[each.reason].append(f"{each.requirement} by {each.scenario}")
    for reason, skipped in reasons.items():
        more = f", and {len(skipped) - 1} more" if len(skipped) > 1 else ""
        yield from _wrapped("skipped", f"{skipped[0]}{more}: {reason}", width)


def _observed(results: Sequence[ScenarioResult], width: int, verbosity: int) -> Iterator[str]:
    """Observations that are neither right nor wrong."""
    yield from _readings(results, width, verbosity)
    yield from _wrapped("absent", ", ".join(sorted({name for each in results for name in each.absent})), width)
    spreads = sorted(each.spread_microseconds for each in results if each.spread_microseconds is not None)
    races = ""
    if spreads:
        median = spreads[len(spreads) // 2]
        races = f"; {_count(len(spreads), 'race')} released within {_ms(median)} (median), {_ms(spreads[-1])} (widest)"
    if (late := latest(each.late for each in results)) is not None:
        yield from _wrapped("repeats", tried(late).removeprefix("repeats "), width)
    sent = sum(each.exchanges for each in results)
    yield from _wrapped("sent", f"{_count(sent, 'request')} in {_count(len(results), 'scenario')}{races}", width)


def _readings(results: Sequence[ScenarioResult], width: int, verbosity: int) -> Iterator[str]:
    """The readings of the wallet, with `-v` each in words, and the command that explains them."""
    readings: dict[str, set[str]] = defaultdict(set)
    for policy, reading in (pair for each in results for pair in each.readings):
        readings[policy].add(reading)
    if not readings:
        return
    if verbosity > 0:
        for policy, found in sorted(readings.items()):
            words = POLICY_WORDS[policy]
            meant = "; or ".join(f"{each}: {words.readings[each]}" for each in sorted(found))
            yield from _wrapped("reading", f"{policy} ({words.question}): {meant}", width)
        return
    parts = (f"{policy.replace('_', ' ')}: {' or '.join(sorted(found))}" for policy, found in sorted(readings.items()))
    first = next(iter(sorted(readings)))
    yield from _wrapped("readings", f"{'; '.join(parts)} (`walletproof explain {first}` says what is meant)", width)


def _slowest(results: Sequence[ScenarioResult], width: int) -> list[str]:
    """The slowest operations, without races."""
    parts = (
        f"{each['operation']} {_ms(each['median'])} (median), {_ms(each['max'])} (slowest)"
        for each in latencies(results)[:_MOST_OPERATIONS]
    )
    return _wrapped("slowest", "; ".join(parts), width)


def _wrapped(name: str, text: str, width: int) -> list[str]:
    first, further = f"  {name:<11} ", " " * 14
    return (
        wrap(text, max(width, 40), initial_indent=first, subsequent_indent=further, break_on_hyphens=False)
        if text
        else []
    )


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 or thing.isupper() else 's'}"


def _ms(microseconds: int) -> str:
    """Tenths of a millisecond, or hundredths below one millisecond."""
    if microseconds < 1000:
        return f"0.{microseconds // 10:02} ms"
    return f"{microseconds // 1000}.{microseconds % 1000 // 100} ms"
