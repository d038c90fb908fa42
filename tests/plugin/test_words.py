"""What is printed of a result, and of all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from harness.contracts import load
from harness.model import Check, Level, Status, Verdict
from harness.plugin.block import MOST_POSSIBLE, block, headline
from harness.plugin.causes import representatives
from harness.plugin.report import CrashLine, FailureText
from harness.plugin.summary import conclusions, lines, verdicts
from harness.verdict import ContractVerdict, ScenarioResult, from_data, to_data

CASINO = load("casino")
FOUND = Verdict(
    check=Check.ORACLE,
    requirement="CAS-IDM-01",
    level=Level.MUST,
    status=Status.FAIL,
    summary="shows a balance that no sound wallet could show",
    sent="settlement t1 12.34567 EUR, twice",
    said="RS_OK, balance 74.69134",
    possible=("success, balance 62.34567",),
    line=6,
)
RESULT = ScenarioResult(
    scenario="idempotency/resent_settlement",
    title="A resent settlement is credited once",
    contract="casino",
    path="scenarios/idempotency/resent_settlement.yaml",
    requirement="CAS-IDM-01",
    status=Status.FAIL,
    verdicts=(FOUND,),
    readings=(("conflict", "refused"), ("replay_balance", "original")),
    exchanges=5,
    core_money_moved=True,
    spread_microseconds=1_250,
)
PASSED = replace(RESULT, status=Status.PASS, verdicts=())


def test_a_finding_says_what_we_did_what_is_required_and_what_was_said() -> None:
    text = block(RESULT, CASINO.requirements).splitlines()
    assert text == [
        "idempotency/resent_settlement  casino  CAS-IDM-01 MUST                                FAIL",
        "  A resent settlement is credited once",
        f"  required   {CASINO.requirements['CAS-IDM-01'].text}  (casino: {CASINO.requirements['CAS-IDM-01'].clause})",
        "  we sent    settlement t1 12.34567 EUR, twice",
        "             scenarios/idempotency/resent_settlement.yaml:6",
        "  it said    RS_OK, balance 74.69134",
        "  possible   success, balance 62.34567",
        "  found      shows a balance that no sound wallet could show  [oracle]",
    ]


def test_a_probable_cause_comes_with_what_to_do() -> None:
    told = replace(FOUND, probably="it does not look", fix="look", again="A=1\ncurl x")
    text = block(replace(RESULT, verdicts=(told,)), CASINO.requirements)
    assert text.endswith("  probably   it does not look\n  fix        look\n  again      A=1\n             curl x")


def test_many_possible_answers_are_cut() -> None:
    many = replace(FOUND, possible=tuple(f"balance {number}" for number in range(MOST_POSSIBLE + 3)))
    text = block(replace(RESULT, verdicts=(many,)), CASINO.requirements)
    assert f"balance {MOST_POSSIBLE - 1}" in text
    assert f"balance {MOST_POSSIBLE}" not in text
    assert "and 3 more" in text


def test_the_worst_finding_comes_first() -> None:
    warned = replace(FOUND, status=Status.WARN, level=Level.SHOULD, requirement="CAS-SET-05", summary="echoes nothing")
    both = replace(RESULT, verdicts=(warned, FOUND))
    assert block(both, CASINO.requirements).index("CAS-IDM-01") < block(both, CASINO.requirements).index("CAS-SET-05")
    assert headline(both) == (
        "CAS-IDM-01 it said RS_OK, balance 74.69134; possible: success, balance 62.34567 (and 1 more)"
    )
    many = replace(FOUND, possible=("a", "b", "c", "d"))
    assert headline(replace(RESULT, verdicts=(many,))).endswith("; possible: a or b or 2 more")
    assert headline(replace(RESULT, verdicts=(replace(warned, possible=()),))) == "CAS-SET-05 echoes nothing"


def test_an_undecided_scenario_says_why() -> None:
    undecided = replace(PASSED, status=Status.UNKNOWN, reason="the wallet has stopped answering")
    assert headline(undecided) == "CAS-IDM-01 undecided: the wallet has stopped answering"
    assert block(undecided, CASINO.requirements).splitlines()[2] == "  because    the wallet has stopped answering"


def test_a_finding_is_one_line_where_there_is_room_for_one() -> None:
    finding = FailureText("all of it", "in short", "a.yaml", 3)
    assert str(finding) == "all of it"
    assert str(finding.reprcrash) == "a.yaml:3: in short"
    assert finding.reprcrash == CrashLine("a.yaml", 3, "in short")


# ----------------------------------------------------------------------------------------------------------------------
# The summary


def concluded(results: Sequence[ScenarioResult]) -> tuple[ContractVerdict, ...]:
    every = {"casino": {each: [PASSED.scenario] for each in CASINO.requirements}}
    return verdicts(results, {"casino": CASINO}, every, strict=False)


def told(results: Sequence[ScenarioResult], verbosity: int = 0) -> list[str]:
    shown = lines(results, concluded(results), {"casino": CASINO}, width=100, verbosity=verbosity)
    return [line.text for line in shown]


def test_each_group_of_requirements_has_a_line_with_what_went_wrong() -> None:
    text = told([RESULT, replace(PASSED, scenario="idempotency/other", requirement="CAS-IDM-02")])
    (group,) = (line for line in text if line.startswith("  CAS-IDM"))
    assert group.split() == ["CAS-IDM", "1", "pass", "1", "fail", "10", "skipped", "CAS-IDM-01"]


def test_groups_that_nothing_was_said_of_share_a_line() -> None:
    text = "\n".join(told([PASSED]))
    assert "not judged  CAS-SIG, CAS-SET, CAS-ZER" in text
    assert "CAS-IDM," not in text


def test_readings_requests_and_races_are_observed() -> None:
    text = told([PASSED, replace(PASSED, readings=(("conflict", "first_result"),), spread_microseconds=None)])
    readings = "conflict: first_result or refused; replay balance: original (`walletproof explain conflict` says what"
    assert f"  readings    {readings} is meant)" in "\n".join(text).replace("\n              ", " ")
    in_full = " ".join(" ".join(told([PASSED], verbosity=1)).split())
    assert "reading replay_balance (the balance in the answer to a repeat: of then, or of now): original" in in_full
    assert "  sent        10 requests in 2 scenarios; 1 race released within 1.2 ms (median), 1.2 ms (widest)" in text


def test_groups_that_passed_share_a_line_and_have_lines_of_their_own_with_v() -> None:
    every = [
        replace(PASSED, requirement=each) for each in CASINO.requirements if each.startswith(("CAS-IDM", "CAS-ZER"))
    ]
    assert "  pass        CAS-IDM 12, CAS-ZER 3" in told(every)
    assert ["CAS-ZER", "3", "pass"] in [line.split()[:3] for line in told(every, verbosity=1)]
    assert not [line for line in told(every, verbosity=-1) if "pass" in line]


def test_a_verdict_is_its_sentence_and_wraps_below_it() -> None:
    found = concluded([RESULT])
    shown = [line.text for line in conclusions(found, {"casino": "NOT CERTIFIED: " + "a reason " * 10}, width=80)]
    assert shown[0].startswith("casino  NOT CERTIFIED: a reason")
    assert [line[:8].strip() for line in shown[1:]] == [""]


def test_nothing_judged_is_said_in_its_own_words() -> None:
    skipped = replace(PASSED, status=Status.SKIPPED, reason="the wallet has no operation reward")
    assert "Nothing was judged: every scenario was skipped, which proves nothing." in told([skipped])


def test_an_undecided_must_is_not_certified_although_no_check_speaks_of_it() -> None:
    """A wallet that dies before its last scenarios has not passed them."""
    undecided = replace(PASSED, status=Status.UNKNOWN, reason="not attempted: the wallet has stopped answering")
    (verdict,) = concluded([undecided])
    assert verdict.requirements["CAS-IDM-01"] is Status.UNKNOWN
    assert verdict.certification == "NOT CERTIFIED"


def test_a_result_survives_the_way_from_a_worker() -> None:
    assert from_data(to_data(RESULT)) == RESULT


# ----------------------------------------------------------------------------------------------------------------------
# Causes


def failing(scenario: str, probably: str, cause: str = "") -> ScenarioResult:
    return replace(RESULT, scenario=scenario, verdicts=(replace(FOUND, cause=cause, probably=probably),))


ROOT = ("it looks nothing up", "id_not_looked_up")
CONSEQUENCE = ("it remembers by operation", "remembered_per_operation")
"""What is said, and the cause."""


def test_of_failures_with_one_cause_one_is_told() -> None:
    same = [failing("a/one", "it forgets"), failing("a/two", "it forgets"), failing("a/three", "it adds wrong")]
    assert set(representatives(same, {"casino": CASINO})) == {0, 2}
    assert representatives([failing(f"a/{number}", "it forgets") for number in range(1000)], {"casino": CASINO}) == (0,)


def test_a_consequence_is_told_with_its_root_by_a_scenario_that_shows_the_root() -> None:
    both = [failing("a/one", *CONSEQUENCE), failing("a/two", *ROOT), failing("a/three", *ROOT)]
    assert representatives(both, {"casino": CASINO}) == (1,)
    assert representatives(both[:1], {"casino": CASINO}) == (0,)


def test_what_was_not_attempted_for_one_reason_is_told_once() -> None:
    silent = [replace(PASSED, scenario=f"a/{n}", status=Status.UNKNOWN, reason="not attempted") for n in range(9)]
    assert representatives(silent, {"casino": CASINO}) == (0,)
