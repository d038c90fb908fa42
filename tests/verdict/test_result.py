"""The verdict over a contract: what certifies, what does not, and what a waiver may and may not excuse."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from harness.model import Check, Level, NotApplicable, Requirement, Status, Verdict, Waiver
from harness.verdict import (
    Certification,
    ContractVerdict,
    ScenarioResult,
    WaiverState,
    conclude,
    from_data,
    in_force,
    to_data,
    waived_among,
)

TODAY = date(2026, 11, 21)
LEVELS = {"T-ONE-01": Level.MUST, "T-TWO-01": Level.MUST, "T-MAY-01": Level.MAY, "T-SHO-01": Level.SHOULD}
REQUIREMENTS = {
    each: Requirement(id=each, level=level, text="it is right", clause="page 1")
    for each, level in {**LEVELS, "T-CON-01": Level.MUST}.items()
}
SUITE = {"T-ONE-01": ["one/a", "one/b"], "T-TWO-01": ["two/a"], "T-SHO-01": ["sho/a"]}


def verdict(requirement: str, status: Status = Status.FAIL, check: Check = Check.CODE) -> Verdict:
    return Verdict(
        check=check, requirement=requirement, level=REQUIREMENTS[requirement].level, status=status, summary="wrong"
    )


def passed(scenario: str, **other: Any) -> ScenarioResult:
    requirement = next(each for each, names in SUITE.items() if scenario in names)
    made = ScenarioResult(
        scenario=scenario,
        title="It is right",
        contract="tiny",
        path=f"scenarios/{scenario}.yaml",
        requirement=requirement,
        status=Status.PASS,
        core_money_moved=True,
    )
    return replace(made, **other)


def failed(scenario: str, *verdicts: Verdict, status: Status = Status.FAIL) -> ScenarioResult:
    return passed(scenario, status=status, verdicts=verdicts, core_money_moved=False)


SOUND = tuple(passed(each) for names in SUITE.values() for each in names)
ONE_FAILS = (failed("one/a", verdict("T-ONE-01")), *SOUND[1:])
SHOULD_FAILS = (*SOUND[:-1], failed("sho/a", verdict("T-SHO-01", Status.WARN), status=Status.WARN))


def waiver(requirement: str, *, days: int = 30) -> Waiver:
    return Waiver(
        requirement=requirement,
        reason="comes with release 42",
        owner="wallet team",
        until=TODAY + timedelta(days=days),
        where="wallet.yaml:12",
    )


def waived(result: ScenarioResult, waivers: Sequence[Waiver]) -> ScenarioResult:
    """The result as it is built where there are waivers."""
    return replace(result, waived=waived_among(result.violated, waivers, TODAY))


def over(
    results: Sequence[ScenarioResult], *waivers: Waiver, suite: Mapping[str, Sequence[str]] = SUITE, **more: Any
) -> ContractVerdict:
    excused = [waived(each, waivers) for each in results]
    return conclude("tiny", excused, REQUIREMENTS, suite, waivers=waivers, today=TODAY, **more)


# ----------------------------------------------------------------------------------------------------------------------
# Without waivers


def test_a_sound_wallet_is_certified() -> None:
    told = over(SOUND)
    assert told.words == "CERTIFIED"
    assert told.reason == "2 MUST requirements hold"


def test_a_violated_should_counts_only_strictly() -> None:
    assert over(SHOULD_FAILS).words == "CERTIFIED"
    assert over(SHOULD_FAILS).warnings == 1
    strictly = over(SHOULD_FAILS, strict=True)
    assert strictly.words == "NOT CERTIFIED"
    assert strictly.reason == "1 requirement violated or undecided (strict): T-SHO-01"


@pytest.mark.parametrize("scenario", ["one/a", "sho/a"])
def test_what_is_undecided_is_not_certified_whatever_its_level(scenario: str) -> None:
    undecided = passed(scenario, status=Status.UNKNOWN, reason="the wallet has stopped answering")
    results = [undecided if each.scenario == scenario else each for each in SOUND]
    assert over(results).certification is Certification.NOT_CERTIFIED


@pytest.mark.parametrize("left_out", range(len(SOUND)))
def test_whatever_part_of_the_suite_is_left_out_it_is_incomplete(left_out: int) -> None:
    told = over([each for number, each in enumerate(SOUND) if number != left_out])
    assert told.words == "INCOMPLETE"
    assert "1 of 4 scenarios were not run" in told.reason


def test_a_contract_of_which_nothing_was_selected_is_not_run() -> None:
    assert over((), selected=False).words == "NOT RUN"
    assert over((), selected=True).words == "INCOMPLETE", "selected, and never reached: the run was interrupted"
    assert over(SOUND[:1], selected=False).words == "INCOMPLETE"


def test_a_wallet_that_moved_no_money_is_incomplete() -> None:
    told = over([replace(each, core_money_moved=False) for each in SOUND])
    assert told.words == "INCOMPLETE"
    assert "never seen to move money" in told.reason


def test_what_to_pin_is_advised_after_a_whole_run_alone() -> None:
    avoiding = passed(
        "one/a",
        status=Status.SKIPPED,
        reason="the wallet insists on bets that it knows",
        avoided_by=("unknown_bet: refused",),
        core_money_moved=False,
    )
    unmoved = [replace(each, core_money_moved=False) for each in SOUND[1:]]
    assert "add `policies: {unknown_bet: refused}`" in over([avoiding, *unmoved]).reason
    part = over([avoiding, *unmoved[:1]])
    assert part.words == "INCOMPLETE"
    assert "policies" not in part.reason
    assert "never seen to move money in this part of the suite; " in part.reason
    assert part.reason.endswith("2 of 4 scenarios were not run")


# ----------------------------------------------------------------------------------------------------------------------
# Waivers


def test_what_is_waived_and_fails_does_not_prevent_the_certificate() -> None:
    told = over(ONE_FAILS, waiver("T-ONE-01"))
    assert told.words == "CERTIFIED with 1 waiver"
    assert told.reason == "1 MUST requirement holds; waived: T-ONE-01"
    assert told.requirements["T-ONE-01"] is Status.FAIL, "the truth stays"
    assert told.waived == {"T-ONE-01"}


def test_several_waivers_are_counted() -> None:
    results = (*ONE_FAILS[:-1], SHOULD_FAILS[-1])
    told = over(results, waiver("T-ONE-01"), waiver("T-SHO-01"), strict=True)
    assert told.words == "CERTIFIED with 2 waivers"
    assert told.warnings == 0


def test_a_waiver_excuses_its_own_requirement_alone() -> None:
    results = (failed("one/a", verdict("T-ONE-01"), verdict("T-TWO-01")), *SOUND[1:])
    told = over(results, waiver("T-ONE-01"))
    assert told.reason == "1 requirement violated or undecided: T-TWO-01"
    assert not waived(results[0], [waiver("T-ONE-01")]).excused


def test_a_waiver_that_no_longer_fires_is_an_error() -> None:
    told = over(SOUND, waiver("T-ONE-01"))
    assert told.words == "NOT CERTIFIED"
    assert told.reason == (
        "the waiver of T-ONE-01 (wallet.yaml:12) is no longer needed, the requirement holds: remove it"
    )


def test_of_a_requirement_that_only_races_judge_it_is_a_warning() -> None:
    raced = [replace(each, spread_microseconds=200) if each.scenario == "two/a" else each for each in SOUND]
    told = over(raced, waiver("T-TWO-01"))
    assert told.words == "CERTIFIED with 1 waiver"
    (only,) = told.waivers
    assert only.state is WaiverState.NOT_SEEN
    assert "run again before you remove it" in only.warning


def test_one_scenario_without_a_race_decides_that_it_has_to_go() -> None:
    raced = [replace(each, spread_microseconds=200) if each.scenario == "one/a" else each for each in SOUND]
    assert over(raced, waiver("T-ONE-01")).words == "NOT CERTIFIED"


def test_a_waiver_expires_with_its_last_day() -> None:
    assert over(ONE_FAILS, waiver("T-ONE-01", days=0)).words == "CERTIFIED with 1 waiver"
    told = over(ONE_FAILS, waiver("T-ONE-01", days=-1))
    assert told.words == "NOT CERTIFIED"
    assert told.reason.startswith("1 requirement violated or undecided: T-ONE-01; the waiver of T-ONE-01 ")
    assert "expired on 2026-11-20" in told.reason


def test_an_expired_waiver_is_an_error_even_of_a_wallet_that_needs_none() -> None:
    assert over(SOUND, waiver("T-ONE-01", days=-1)).words == "NOT CERTIFIED"


def test_conservation_of_money_is_never_waived() -> None:
    results = (failed("one/a", verdict("T-CON-01")), *SOUND[1:])
    told = over(results, waiver("T-CON-01"))
    assert told.words == "NOT CERTIFIED"
    assert "T-CON-01 cannot be waived, because money is lost or made" in told.reason
    assert not in_force([waiver("T-CON-01")], TODAY)


def test_a_waived_requirement_that_was_not_judged_is_incomplete() -> None:
    gone = NotApplicable.OPERATION
    results = [
        passed(each.scenario, status=Status.SKIPPED, reason=gone.of("reward"), not_applicable=gone)
        if each.requirement == "T-TWO-01"
        else each
        for each in SOUND
    ]
    assert over(results).words == "CERTIFIED"
    told = over(results, waiver("T-TWO-01"))
    assert told.words == "INCOMPLETE"
    assert told.reason == "waived and not judged: T-TWO-01"


def test_undecided_is_no_failure_that_a_waiver_could_expect() -> None:
    results = (failed("one/a", verdict("T-ONE-01", Status.UNKNOWN), status=Status.UNKNOWN), *SOUND[1:])
    assert over(results, waiver("T-ONE-01")).words == "INCOMPLETE"
    silent = passed("one/b", status=Status.UNKNOWN, reason="the wallet has stopped answering")
    assert over((ONE_FAILS[0], silent, *SOUND[2:]), waiver("T-ONE-01")).words == "NOT CERTIFIED"


@pytest.mark.parametrize(("check", "words"), [(Check.ORACLE, "INCOMPLETE"), (Check.CODE, "CERTIFIED with 1 waiver")])
def test_what_a_waived_violation_hides_has_not_passed(check: Check, words: str) -> None:
    """The oracle judges a player no further in a scenario, so what comes after is unknown; a code hides nothing."""
    hides = failed("two/a", verdict("T-ONE-01", check=check))
    told = over([hides if each.scenario == "two/a" else each for each in SOUND], waiver("T-ONE-01"))
    assert told.words == words
    if words == "INCOMPLETE":
        assert told.reason == "not judged, because its scenarios end at the waived T-ONE-01: T-TWO-01"


def test_a_waiver_of_another_contract_is_not_looked_at() -> None:
    assert over(SOUND, waiver("ELSE-01")).words == "CERTIFIED"
    assert over(SOUND, waiver("ELSE-01")).waivers == ()


def test_a_result_with_a_waiver_survives_the_way_from_a_worker() -> None:
    result = waived(ONE_FAILS[0], [waiver("T-ONE-01")])
    assert result.excused
    assert from_data(to_data(result)) == result


# ----------------------------------------------------------------------------------------------------------------------
# A wallet that moves no money by a permitted reading


NEVER_DEDUCTS = "deduction: unsupported"


def without_money(avoided: str = NEVER_DEDUCTS) -> list[ScenarioResult]:
    """Results of a wallet that avoids the first requirement by a reading and moves no money."""
    first, *others = SOUND
    evaded = replace(first, status=Status.SKIPPED, reason="never", core_money_moved=False, avoided_by=(avoided,))
    rest = [replace(each, core_money_moved=False, requirement=each.requirement) for each in others]
    return [evaded, *rest]


def test_a_pinned_reading_by_which_no_money_moves_is_certified_for_zero_amounts() -> None:
    verdict = over(without_money(), pinned=[NEVER_DEDUCTS])
    assert verdict.certification is Certification.CERTIFIED
    assert verdict.words == "CERTIFIED for zero amounts"
    assert verdict.reason.startswith("this wallet never deducts; money was not judged; ")
    assert "1 scenario is not applicable (deduction: unsupported)" in verdict.reason


def test_without_the_pin_the_run_is_incomplete_and_the_line_to_add_is_told() -> None:
    verdict = over(without_money())
    assert verdict.certification is Certification.INCOMPLETE
    assert "add `policies: {deduction: unsupported}`" in verdict.reason
    assert verdict.words == "INCOMPLETE"


def test_another_pin_permits_nothing() -> None:
    verdict = over(without_money(), pinned=["late_bet: refused"])
    assert verdict.certification is Certification.INCOMPLETE


@pytest.mark.parametrize("reading", ["unknown_bet: refused", "unsettlement_beyond_payout: refused"])
def test_other_readings_by_which_no_money_moves_are_certified_alike(reading: str) -> None:
    verdict = over(without_money(reading), pinned=[reading])
    assert verdict.words == "CERTIFIED for zero amounts"
    assert "money was not judged" in verdict.reason


def test_a_pinned_reading_of_a_wallet_that_moves_money_only_excludes_scenarios() -> None:
    first, *others = without_money("unknown_game: refused")
    verdict = over(
        [first, *(replace(each, core_money_moved=True) for each in others)], pinned=["unknown_game: refused"]
    )
    assert verdict.words == "CERTIFIED"
    assert "1 scenario is not applicable (unknown_game: refused)" in verdict.reason


def test_a_violation_outweighs_a_pinned_reading() -> None:
    evaded, *others = without_money()
    found = over(
        [evaded, failed(others[0].scenario, verdict(others[0].requirement)), *others[1:]], pinned=[NEVER_DEDUCTS]
    )
    assert found.words == "NOT CERTIFIED"
