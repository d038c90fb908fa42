"""The verdict over one contract: the status of each requirement, and whether the wallet is certified."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from harness.model import Check, Level, NotApplicable, Requirement, Status, Waiver
from harness.verdict.result import ScenarioResult, worst
from harness.verdict.waivers import Waived, WaiverState, in_force, weighed

_MOST_LISTED = 8
_FEW_OPERATIONS = 3
"""A wallet that has the core operation alone has at most this many: it, `balance`, and `authenticate`."""
_MOVES_NO_MONEY = {
    "deduction: unsupported": "this wallet never deducts",
    "unknown_bet: refused": "this wallet pays only bets that it knows, and none was named",
    "unsettlement_beyond_payout: refused": "this wallet deducts no more than a bet was paid, and pays nothing",
}
"""By a permitted reading: why a wallet that has the core operation alone moves no money."""
_ENDS_THE_JUDGEMENT = frozenset({Check.ORACLE, Check.CONSERVATION, Check.PREFLIGHT})
"""After a finding of one of these checks, the player is not judged further in that scenario."""


class Certification(StrEnum):
    """The verdict over one contract."""

    CERTIFIED = "CERTIFIED"
    INCOMPLETE = "INCOMPLETE"
    NOT_CERTIFIED = "NOT CERTIFIED"
    NOT_RUN = "NOT RUN"
    """No scenario of the contract was selected, so there is no verdict about the wallet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractVerdict:
    """A contract's verdict with its reason, and the status of each requirement."""

    contract: str
    certification: Certification
    reason: str
    requirements: Mapping[str, Status] = field(default_factory=dict)
    """By requirement id: its worst status, waived or not. `SKIPPED` if no scenario judged it."""
    warnings: int = 0
    """The number of violated SHOULD requirements."""
    waivers: tuple[Waived, ...] = ()
    """The contract's waivers, each with its state in this run."""
    zero_only: bool = False
    """True if the wallet moves no money by a reading that the operator has pinned, so that only zeros were judged."""

    @property
    def words(self) -> str:
        """The verdict for the reader, with the number of waivers that it needs."""
        needed = sum(each.state in {WaiverState.NEEDED, WaiverState.NOT_SEEN} for each in self.waivers)
        if self.certification is not Certification.CERTIFIED:
            return str(self.certification)
        words = f"{self.certification} for zero amounts" if self.zero_only else str(self.certification)
        return f"{words} with {needed} waiver{'s' if needed > 1 else ''}" if needed else words

    @property
    def waived(self) -> frozenset[str]:
        """The ids of the violated requirements that a waiver excuses."""
        return frozenset(each.waiver.requirement for each in self.waivers if each.state is WaiverState.NEEDED)


def conclude(
    contract: str,
    results: Sequence[ScenarioResult],
    requirements: Mapping[str, Requirement],
    exercised_by: Mapping[str, Sequence[str]],
    *,
    strict: bool = False,
    waivers: Sequence[Waiver] = (),
    today: date = date.min,
    selected: bool = True,
    pinned: Collection[str] = (),
) -> ContractVerdict:
    """The verdict over one contract's results.

    A scenario that was not run makes the run incomplete. A MUST that no scenario judged does so, too. The exception is
    a MUST whose scenarios were skipped because the wallet lacks an operation or no player has the currency.

    * `exercised_by` maps each requirement id to all scenarios that the suite has for it, run or not.
    * `waivers` may include waivers of other contracts; `today` is the day on which they must not have expired.
    * `pinned` holds the readings that the operator has pinned, each as `policy: reading`. What the wallet avoids by one
      of them does not apply to it.
    * `selected` is False if the user selected none of the contract's scenarios. The verdict is then NOT RUN.
    """
    if not results and not selected:
        return _not_run(contract)
    found = _of_pinned(results, pinned)
    return _concluded(contract, found, requirements, exercised_by, strict=strict, waivers=waivers, today=today)


def _concluded(
    contract: str,
    results: Sequence[ScenarioResult],
    requirements: Mapping[str, Requirement],
    exercised_by: Mapping[str, Sequence[str]],
    *,
    strict: bool,
    waivers: Sequence[Waiver],
    today: date,
) -> ContractVerdict:
    missing = {name for names in exercised_by.values() for name in names} - {each.scenario for each in results}
    excused = frozenset(each.requirement for each in in_force(waivers, today) if each.requirement in requirements)
    statuses = {each: _status_of(each, results, excused) for each in requirements}
    weighed_waivers = weighed(waivers, today, results, requirements, whole=not missing and not _end_of(results))
    certification, reason = _judgement(
        _end_of(results),
        _broken(results, statuses, excused, weighed_waivers, strict=strict),
        _open(
            _unmoved(results, whole=not missing),
            _incomplete(results, requirements, statuses, exercised_by, excused, weighed_waivers, len(missing)),
            whole=not missing,
        ),
        _without_money(results) + _held(requirements, statuses, weighed_waivers, results) + _excluded(results),
    )
    return ContractVerdict(
        contract=contract,
        certification=certification,
        reason=reason,
        requirements=statuses,
        warnings=sum(status is Status.WARN for each, status in statuses.items() if each not in excused),
        waivers=weighed_waivers,
        zero_only=_moves_no_money(results),
    )


def _not_run(contract: str) -> ContractVerdict:
    reason = "no scenario of it was selected"
    return ContractVerdict(contract=contract, certification=Certification.NOT_RUN, reason=reason)


def _end_of(results: Sequence[ScenarioResult]) -> str:
    """Why the run ended before its last scenario. Empty if it did not."""
    return next((each.ended for each in results if each.ended), "")


def _of_pinned(results: Sequence[ScenarioResult], pinned: Collection[str]) -> list[ScenarioResult]:
    """The results. A scenario that the wallet avoids by a pinned reading does not apply to it.

    If no money moves at all, each reading by which none moves explains the same refusals. Then any pinned one counts.
    """
    moved = any(each.core_money_moved for each in results)
    alike = () if moved else tuple(each for each in pinned if each in _MOVES_NO_MONEY)

    def excluding(result: ScenarioResult) -> tuple[str, ...]:
        own = tuple(each for each in result.avoided_by if each in pinned)
        return own or (alike if any(each in _MOVES_NO_MONEY for each in result.avoided_by) else ())

    return [
        replace(each, not_applicable=NotApplicable.READING, avoided_by=found) if (found := excluding(each)) else each
        for each in results
    ]


def _moves_no_money(results: Sequence[ScenarioResult]) -> bool:
    """True if the wallet never moves money through its core operation, by a reading that the operator has pinned."""
    moved = any(each.core_money_moved for each in results)
    return not moved and any(each in _MOVES_NO_MONEY for each in _readings_that_exclude(results))


def _readings_that_exclude(results: Sequence[ScenarioResult]) -> list[str]:
    """The pinned reading that excludes each scenario that does not apply, one for each such scenario."""
    return [each.avoided_by[0] for each in results if each.not_applicable is NotApplicable.READING]


def _open(unmoved: str, incomplete: str, *, whole: bool) -> str:
    """Why a verdict is not complete; empty if it is. If a whole suite moved no money, nothing else is said."""
    return unmoved if unmoved and whole else _joined(unmoved, incomplete)


def _unmoved(results: Sequence[ScenarioResult], *, whole: bool) -> str:
    """Why the core operation moved no money and what to do about it. Empty if it did, or if a pin permits it.

    A part of the suite may hold only what such a wallet refuses, so that nothing is advised unless it is the `whole`.
    """
    if any(each.core_money_moved for each in results) or _moves_no_money(results):
        return ""
    unmoved = "the wallet's core operation was never seen to move money"
    if not whole:
        return f"{unmoved} in this part of the suite"
    avoided = {reading for each in results for reading in each.avoided_by} & _MOVES_NO_MONEY.keys()
    ways = [f"if {_MOVES_NO_MONEY[each]}, add `policies: {{{each}}}`" for each in sorted(avoided)]
    return f"{unmoved}; {' or '.join(ways)} to the contract in wallet.yaml" if ways else unmoved


def _excluded(results: Sequence[ScenarioResult]) -> str:
    """What a pinned reading has excluded, for the reason of a certified wallet. It begins with a semicolon."""
    avoided = _readings_that_exclude(results)
    if not avoided:
        return ""
    count = f"{len(avoided)} scenario{' is' if len(avoided) == 1 else 's are'} not applicable"
    return f"; {count} ({', '.join(sorted(set(avoided)))})"


def _without_money(results: Sequence[ScenarioResult]) -> str:
    """What was judged of a wallet that moves no money through its core operation. It ends with a semicolon."""
    if not _moves_no_money(results):
        return ""
    avoided = _readings_that_exclude(results)
    why = next(text for reading, text in _MOVES_NO_MONEY.items() if reading in avoided)
    used = {name for each in results for name, _ in each.latencies}
    which = "" if len(used) <= _FEW_OPERATIONS else " of its core operation"
    return f"{why}; money{which} was not judged; "


def _judgement(ended: str, broken: str, incomplete: str, held: str) -> tuple[Certification, str]:
    """The verdict with its reason. `ended` is why the run ended before its last scenario, and comes first."""
    if broken:
        return Certification.NOT_CERTIFIED, _joined(ended, broken)
    if ended or incomplete:
        return Certification.INCOMPLETE, _joined(ended, incomplete)
    return Certification.CERTIFIED, held


def _joined(*reasons: str) -> str:
    return "; ".join(each for each in reasons if each)


def _broken(
    results: Sequence[ScenarioResult],
    statuses: Mapping[str, Status],
    excused: Collection[str],
    waivers: Sequence[Waived],
    *,
    strict: bool,
) -> str:
    """The reasons why the wallet is not certified; empty if there are none.

    An undecided requirement counts as one, also if it is a SHOULD.
    """
    bad = {Status.FAIL, Status.UNKNOWN} | ({Status.WARN} if strict else set())
    undecided = {each.requirement for each in results if _own_share(each, excused) is Status.UNKNOWN}
    red = [each for each, status in statuses.items() if each in undecided or (status in bad and each not in excused)]
    reasons = [each.error for each in waivers if each.error]
    if red:
        strictly = " (strict)" if strict and all(statuses[each] is Status.WARN for each in red) else ""
        violated = f"{len(red)} requirement{'s' if len(red) > 1 else ''} violated or undecided{strictly}"
        reasons.insert(0, f"{violated}: {_listed(red)}")
    return "; ".join(reasons)


def _held(
    requirements: Mapping[str, Requirement],
    statuses: Mapping[str, Status],
    waivers: Sequence[Waived],
    results: Sequence[ScenarioResult],
) -> str:
    """How many MUST requirements hold over how many requests, and which violated ones are waived."""
    musts = sum(status is Status.PASS for each, status in statuses.items() if requirements[each].level is Level.MUST)
    waived = [each.waiver.requirement for each in waivers if each.state is WaiverState.NEEDED]
    sent = sum(each.exchanges for each in results)
    over = f" over {sent:,} request{'' if sent == 1 else 's'}" if sent else ""
    held = f"{musts} MUST requirement{' holds' if musts == 1 else 's hold'}{over}"
    return held + (f"; waived: {_listed(waived)}" if waived else "")


def _status_of(requirement: str, results: Sequence[ScenarioResult], excused: Collection[str]) -> Status:
    violated = [v.status for each in results for v in each.verdicts if v.requirement == requirement]
    own = [each for each in results if each.requirement == requirement and requirement not in each.violated]
    judged = [_own_share(each, excused) for each in own if each.status is not Status.SKIPPED]
    return worst([*violated, *judged])


def _own_share(result: ScenarioResult, excused: Collection[str]) -> Status:
    """The status of a scenario's own requirement if no verdict of the scenario names it.

    It has not passed if the scenario is undecided, or if a waived violation ended the judgement early.
    """
    if result.status is Status.UNKNOWN and not result.violated:
        return Status.UNKNOWN
    return Status.SKIPPED if _cut_short_by(result, excused) else Status.PASS


def _cut_short_by(result: ScenarioResult, excused: Collection[str]) -> str:
    """The waived requirement whose violation ended the judgement of a scenario; empty if there is none."""
    ended = (each for each in result.verdicts if each.status is Status.FAIL and each.check in _ENDS_THE_JUDGEMENT)
    return next((each.requirement for each in ended if each.requirement in excused), "")


def _incomplete(
    results: Sequence[ScenarioResult],
    requirements: Mapping[str, Requirement],
    statuses: Mapping[str, Status],
    exercised_by: Mapping[str, Sequence[str]],
    excused: Collection[str],
    waivers: Sequence[Waived],
    missing: int,
) -> str:
    unjudged = _unjudged(results, requirements, statuses, exercised_by)
    by_scenario = {each.scenario: each for each in results}
    hidden = {
        each: cause
        for each in unjudged
        for name in exercised_by.get(each, ())
        if name in by_scenario and (cause := _cut_short_by(by_scenario[name], excused))
    }
    plain = [each for each in unjudged if each not in hidden]
    reasons = [f"not judged: {_listed(plain)}"] if plain else []
    reasons += [f"not judged, because its scenarios end at the waived {by}: {each}" for each, by in hidden.items()]
    waived = [each.waiver.requirement for each in waivers if each.state is WaiverState.NOT_JUDGED]
    reasons += [f"waived and not judged: {_listed(waived)}"] if waived else []
    total = len({name for names in exercised_by.values() for name in names})
    reasons += [f"{missing} of {total} scenarios were not run"] if missing else []
    return "; ".join(reasons)


def _unjudged(
    results: Sequence[ScenarioResult],
    requirements: Mapping[str, Requirement],
    statuses: Mapping[str, Status],
    exercised_by: Mapping[str, Sequence[str]],
) -> list[str]:
    """MUST requirements that no scenario judged, although they apply to the wallet."""
    by_scenario = {each.scenario: each for each in results}
    found = []
    for each, requirement in requirements.items():
        if requirement.level is not Level.MUST or statuses[each] is not Status.SKIPPED:
            continue
        scenarios = [by_scenario.get(name) for name in exercised_by.get(each, ())]
        if any(result is None or result.not_applicable is None for result in scenarios):
            found.append(each)
    return found


def _listed(ids: Sequence[str]) -> str:
    """The first ids of a list, and how many more there are. `ContractVerdict.requirements` has all."""
    more = f" and {len(ids) - _MOST_LISTED} more" if len(ids) > _MOST_LISTED else ""
    return ", ".join(ids[:_MOST_LISTED]) + more
