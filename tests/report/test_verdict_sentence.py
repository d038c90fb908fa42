"""The verdict in one sentence: the worst cause and how many others there are, or what holds and what was not judged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from report_at_hand import TODAY, everything, exercised, report, results

from harness.contracts import load
from harness.model import Check, Lateness, Level, NotApplicable, Status, Verdict, Waiver
from harness.report.markdown import render
from harness.report.verdict_sentence import NotJudged, not_judged, verdict_sentence
from harness.verdict import ScenarioResult, conclude
from harness.verdict.dictionary import FaultDictionary, explain
from harness.verdict.repetition_ages import tried
from mock_server.defects import named

CASINO = load("casino")
SUITE = {each: [f"x/{each.lower()}"] for each in CASINO.requirements}
TOTAL = len(SUITE)
SOUND = [
    ScenarioResult(
        scenario=f"x/{each.lower()}",
        title="It is right",
        contract="casino",
        path=f"scenarios/x/{each.lower()}.yaml",
        requirement=each,
        status=Status.PASS,
        exchanges=20,
        core_money_moved=True,
    )
    for each in CASINO.requirements
]
MUSTS = sum(each.level is Level.MUST for each in CASINO.requirements.values())


def sentence(results: Sequence[ScenarioResult], *, strict: bool = False, waivers: Sequence[Waiver] = ()) -> str:
    verdict = conclude("casino", results, CASINO.requirements, SUITE, strict=strict, waivers=waivers, today=TODAY)
    causes = explain(results, CASINO, FaultDictionary("casino"))
    return verdict_sentence(verdict, CASINO, results, causes, total=TOTAL, strict=strict)


def finding(requirement: str, probably: str, status: Status = Status.FAIL) -> Verdict:
    level = CASINO.requirements[requirement].level
    return Verdict(
        check=Check.ORACLE, requirement=requirement, level=level, status=status, summary="is wrong", probably=probably
    )


def with_findings(**by_requirement: str) -> list[ScenarioResult]:
    """The sound results with failures: keys are ids with underscores, values what each failing step suggests."""
    found = {name.replace("_", "-"): text for name, text in by_requirement.items()}
    return [
        replace(each, status=Status.FAIL, verdicts=(finding(each.requirement, found[each.requirement]),))
        if each.requirement in found
        else each
        for each in SOUND
    ]


def skipped(result: ScenarioResult, reason: str, **more: Any) -> ScenarioResult:
    return replace(result, status=Status.SKIPPED, reason=reason, exchanges=0, core_money_moved=False, **more)


def test_a_certified_wallet_has_what_holds_and_over_how_many_requests() -> None:
    assert sentence(SOUND) == f"CERTIFIED: {MUSTS} MUST requirements hold over {TOTAL * 20:,} requests."


@pytest.mark.parametrize(
    ("absent", "words"),
    [
        (("reward",), "reward (the wallet does not have it)"),
        (("reward", "retry"), "retry, reward (the wallet has neither)"),
        (("reward", "retry", "bet_batch"), "bet_batch, retry, reward (the wallet has none of them)"),
    ],
)
def test_what_the_wallet_lacks_is_not_judged(absent: tuple[str, ...], words: str) -> None:
    gone = NotApplicable.OPERATION
    lacking = [
        skipped(each, gone.of("reward"), not_applicable=gone, absent=absent)
        if each.requirement == "CAS-RWD-01"
        else each
        for each in SOUND
    ]
    told = sentence(lacking)
    assert told.startswith(f"CERTIFIED: {MUSTS - 1} MUST requirements hold")
    assert told.endswith(f"; not judged: {words}.")


def test_a_requirement_that_was_skipped_for_another_reason_is_named_with_the_reason() -> None:
    should = next(each for each, it in CASINO.requirements.items() if it.level is Level.SHOULD)
    lacking = [skipped(each, "needs an ended session") if each.requirement == should else each for each in SOUND]
    assert sentence(lacking).endswith(f"; not judged: {should} (needs an ended session).")


def test_a_may_that_was_skipped_is_nothing_to_miss() -> None:
    may = next(each for each, it in CASINO.requirements.items() if it.level is Level.MAY)
    lacking = [skipped(each, "needs an ended session") if each.requirement == may else each for each in SOUND]
    verdict = conclude("casino", lacking, CASINO.requirements, SUITE)
    assert not_judged(verdict, CASINO, lacking) == ()


def test_a_certified_wallet_that_was_not_restarted_has_that_and_how_to_give_a_restart() -> None:
    late = Lateness(milliseconds=15_000, transactions=9_993, restarts=0)
    told = sentence([replace(SOUND[0], late=late), *SOUND[1:]])
    words = "repeats after a restart (hooks.restart in wallet.yaml can name a command that restarts the wallet)"
    assert told.startswith("CERTIFIED: ")
    assert told.endswith(f"; not judged: {words}.")
    restarted = sentence([replace(SOUND[0], late=replace(late, restarts=1)), *SOUND[1:]])
    assert "not judged" not in restarted


def test_how_late_repeats_were_tried_says_what_gives_a_restart() -> None:
    late = Lateness(milliseconds=15_000, transactions=9_993, restarts=0)
    assert tried(late).startswith(
        "repeats were tried up to 15 s and 9,993 transactions later; no restart was tried: hooks"
    )
    restarted = replace(late, restarts=1)
    assert tried(restarted) == "repeats were tried up to 15 s, 9,993 transactions and 1 restart later"


def test_a_long_list_of_ids_is_cut() -> None:
    assert NotJudged(("a", "b", "c", "d", "e", "f"), "why").words == "a, b, c, d and 2 more (why)"


def test_the_worst_cause_comes_with_its_count_and_the_number_of_others() -> None:
    alone = with_findings(CAS_IDM_01="ids are not looked up")
    assert sentence(alone) == "NOT CERTIFIED: a guess: ids are not looked up (1 scenario)."
    several = with_findings(
        CAS_IDM_01="ids are not looked up", CAS_IDM_02="ids are not looked up", CAS_CON_01="money is lost"
    )
    assert sentence(several) == "NOT CERTIFIED: a guess: ids are not looked up (2 scenarios); 1 smaller cause."
    equal = with_findings(CAS_IDM_01="ids are not looked up", CAS_CON_01="money is lost")
    assert "; 1 other cause." in sentence(equal)


def test_a_violated_should_is_counted_and_strictly_it_is_a_cause() -> None:
    should = next(each for each, it in CASINO.requirements.items() if it.level is Level.SHOULD)
    warned = [
        replace(each, status=Status.WARN, verdicts=(finding(should, "the id is not repeated", Status.WARN),))
        if each.requirement == should
        else each
        for each in SOUND
    ]
    assert sentence(warned).endswith(" requests; 1 SHOULD requirement is violated.")
    assert sentence(warned, strict=True) == "NOT CERTIFIED: a guess: the id is not repeated (1 scenario)."


def test_what_could_not_be_decided_and_a_part_are_named() -> None:
    silent = [replace(SOUND[0], status=Status.UNKNOWN, reason="no answer", exchanges=1), *SOUND[1:5]]
    assert sentence(silent) == (
        f"NOT CERTIFIED: 1 scenario could not be decided (no answer); of a part: 5 of {TOTAL} scenarios were run."
    )
    assert sentence(SOUND[:5]).endswith(f"; {TOTAL - 5} of {TOTAL} scenarios were not run.")


def test_an_early_end_comes_first_and_its_scenarios_were_not_run() -> None:
    ended = "the wallet stopped answering"
    rest = [skipped(each, f"not run: {ended}", ended=ended) for each in SOUND[10:]]
    failing = with_findings(**{SOUND[3].requirement.replace("-", "_"): "it is wrong"})[:10]
    assert sentence([*failing, *rest]) == (
        f"NOT CERTIFIED: {ended}; a guess: it is wrong (1 scenario); of a part: 10 of {TOTAL} scenarios were run."
    )
    assert sentence([*SOUND[:10], *rest]).startswith(f"INCOMPLETE: {ended}; ")


def test_a_waiver_that_has_expired_is_the_reason_and_a_waived_cause_is_none() -> None:
    waiver = Waiver(requirement="CAS-IDM-01", reason="soon", owner="us", until=date(2026, 1, 1), where="wallet.yaml:3")
    assert "the waiver of CAS-IDM-01 " in sentence(SOUND, waivers=[waiver])
    valid = replace(waiver, until=date(2030, 1, 1))
    failing = [
        replace(each, waived=("CAS-IDM-01",)) if each.requirement == "CAS-IDM-01" else each
        for each in with_findings(CAS_IDM_01="ids are not looked up")
    ]
    assert sentence(failing, waivers=[valid]).startswith("CERTIFIED with 1 waiver: ")


@pytest.mark.full
def test_a_known_bug_is_named_and_the_report_and_its_markdown_have_the_same_sentence() -> None:
    wallet_type = named("remembers-per-operation").wallet_type
    data = report(wallet_type, {"casino": everything("casino")})
    told = data["contracts"]["casino"]["sentence"]
    assert told.startswith("the wallet behaves like one that keeps the ids of each operation in a table of its own")
    assert "scenarios)" in told
    assert told.replace("(", "(") in render(data)
    found = results(wallet_type, "casino", everything("casino"))
    verdict = conclude("casino", found, CASINO.requirements, exercised("casino"))
    total = len({each for names in exercised("casino").values() for each in names})
    assert verdict_sentence(verdict, CASINO, found, explain(found, CASINO), total=total) == f"NOT CERTIFIED: {told}"
