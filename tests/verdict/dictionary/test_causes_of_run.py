"""From findings to a list of causes: in which order, with which numbers, and what is said of the rest."""

from __future__ import annotations

from dataclasses import replace

from harness.contracts import load
from harness.model import Check, Level, Status, Verdict
from harness.verdict import ScenarioResult
from harness.verdict.causes.by_situation import STALE_READ
from harness.verdict.causes.lateness import LATE_BALANCE
from harness.verdict.causes.wrong_balances import ANSWERED_AND_NOT_BOOKED
from harness.verdict.dictionary import (
    Explanation,
    FaultDictionary,
    Harm,
    KnownBug,
    KnownRow,
    Mark,
    explain,
    row_of,
)

CONTRACT = load("casino")
IDS = tuple(f"own/{number}" for number in range(12))


def found(requirement: str, cause: str = "", probably: str = "", **changed: object) -> Verdict:
    verdict = Verdict(
        check=Check.ORACLE,
        requirement=requirement,
        level=Level.MUST,
        status=Status.FAIL,
        summary="shows a balance that no sound wallet could show",
        cause=cause,
        probably=probably,
        fix="mend it" if cause else "",
    )
    return replace(verdict, **changed)  # type: ignore[arg-type]


def result(number: int, *verdicts: Verdict) -> ScenarioResult:
    return ScenarioResult(
        scenario=IDS[number],
        title="it",
        contract="casino",
        path="it.yaml",
        requirement="CAS-IDM-01",
        status=verdicts[0].status if verdicts else Status.PASS,
        verdicts=verdicts,
    )


def row(name: str, harm: Harm, mark: str, *numbers: int) -> KnownRow:
    bug = KnownBug(name, f"does {name}", f"undo {name}", harm)
    requirement, evidence = mark.split()
    return row_of((bug,), {IDS[each]: [Mark(requirement, "oracle", evidence)] for each in numbers})


ROWS = (
    row("advise", Harm.ADVICE, "R-4 d", 0, 1, 2),
    row("format", Harm.FORMAT, "R-3 c", 3, 4),
    row("attack", Harm.ATTACK, "R-2 b", 5),
    row("little", Harm.MONEY, "R-1 a", 6),
    row("much", Harm.MONEY, "R-0 e", 7, 8),
)
KNOWN = FaultDictionary("casino", frozenset(IDS), ROWS)
RUN = [
    *(result(each, found("R-4", "d", "it advises 5", status=Status.WARN, level=Level.SHOULD)) for each in (0, 1, 2)),
    *(result(each, found("R-3", "c")) for each in (3, 4)),
    result(5, found("R-2", "b")),
    result(6, found("R-1", "a", "it is off by 7 EUR")),
    *(result(each, found("R-0", "e")) for each in (7, 8)),
    result(9, found("R-9", "z", "it guesses")),
    result(10, found("R-8")),
    result(11),
]


def told(results: list[ScenarioResult]) -> tuple[Explanation, ...]:
    return explain(results, CONTRACT, KNOWN)


def test_a_run_without_findings_has_no_cause() -> None:
    assert told([result(each) for each in range(12)]) == ()


def test_money_comes_before_attack_before_format_before_advice_and_guesses_come_last() -> None:
    causes = told(RUN)
    assert [each.bugs for each in causes] == [("much",), ("little",), ("attack",), ("format",), ("advise",), (), ()]
    assert [each.guess for each in causes] == [False] * 5 + [True] * 2
    assert {each.sentence for each in causes[-2:]} == {"it guesses", "shows a balance that no sound wallet could show"}


def test_a_cause_has_its_numbers_its_repair_and_the_evidence_of_its_steps() -> None:
    cause = told(RUN)[1]
    assert cause.sentence == "the wallet behaves like one that does little"
    assert cause.fix == "undo little"
    assert cause.counts == "1 of 1 of its scenarios are red, 0 of its predictions passed; explains 1 of your 11"
    assert cause.evidence == ("it is off by 7 EUR",)


def test_what_the_pattern_cannot_tell_apart_is_told_by_the_evidence_of_the_step() -> None:
    like = tuple(row(f"like-{each}", Harm.MONEY, "R-1 a", 6) for each in range(4))
    (cause,) = explain(RUN[6:7], CONTRACT, replace(KNOWN, rows=like))
    assert cause.sentence == "it is off by 7 EUR"
    assert cause.bugs == ("like-0", "like-1", "like-2", "like-3")
    assert cause.counts.startswith("like 4 known bugs that this run cannot tell apart: ")
    expected = "the wallet behaves like one that does like-0, or one that does like-1, or one that does like-2"
    assert cause.evidence == (expected,)
    assert (cause.guess, cause.fix) == (False, "mend it")


def test_without_evidence_of_the_step_the_bugs_that_are_alike_are_the_sentence() -> None:
    like = tuple(row(f"like-{each}", Harm.MONEY, "R-1 a", 6) for each in range(2))
    (cause,) = explain([result(6, found("R-1", "a"))], CONTRACT, replace(KNOWN, rows=like))
    assert cause.sentence == "the wallet behaves like one that does like-0, or one that does like-1"
    assert cause.fix == "undo like-0; or undo like-1"


def test_a_late_balance_is_told_as_that_and_is_no_guess() -> None:
    (cause,) = told([result(7, found("R-0", LATE_BALANCE, "the balance is late by 50 ms"))])
    assert (cause.sentence, cause.guess, cause.bugs) == ("the balance is late by 50 ms", False, ())


def test_waived_findings_have_causes_of_their_own_at_the_end() -> None:
    waived = replace(RUN[7], waived=("R-0",))
    causes = told([*RUN[:7], waived, *RUN[8:]])
    assert [(each.bugs, each.waived, each.scenarios) for each in (causes[0], causes[-1])] == [
        (("much",), False, ("own/8",)),
        (("much",), True, ("own/7",)),
    ]


def test_every_finding_is_told_once() -> None:
    causes = told(RUN)
    findings = [(each.scenario, verdict.requirement) for cause in causes for each, verdict in cause.findings]
    assert sorted(findings) == sorted((each.scenario, verdict.requirement) for each in RUN for verdict in each.verdicts)


def test_a_scenario_that_no_bug_was_tried_with_is_explained_by_the_same_evidence() -> None:
    stranger = replace(result(6, found("R-9", "a")), scenario="explored/pairs")
    other = replace(result(6, found("R-9", "z", "something else")), scenario="explored/pairs")
    told = explain([result(6, found("R-1", "a")), stranger, other], CONTRACT, KNOWN)
    assert [(each.bugs, each.scenarios) for each in told] == [
        (("little",), (IDS[6], "explored/pairs")),
        ((), ("explored/pairs",)),
    ]


def test_the_guess_that_explains_most_of_the_rest_comes_first_whatever_its_harm() -> None:
    others = [result(0, found("R-1", "a", "it guesses", wrong="moved"))]
    many = [result(each, found("R-3", "c", "the form is wrong", wrong="format")) for each in (1, 2)]
    assert [each.main for each in explain([*others, *many], CONTRACT)] == [True, False]
    assert [each.sentence for each in explain([*others, *many], CONTRACT)] == ["the form is wrong", "it guesses"]
    assert [each.harm for each in explain([*others, *many[:1]], CONTRACT)] == [Harm.MONEY, Harm.FORMAT]


def test_a_cause_with_several_reasons_is_explained_by_a_rarer_one_that_says_which() -> None:
    undecided = [result(each, found("R-1", STALE_READ.id, STALE_READ.sentence)) for each in (0, 1, 2)]
    decided = result(3, found("R-1", ANSWERED_AND_NOT_BOOKED.id, ANSWERED_AND_NOT_BOOKED.sentence))
    (cause,) = explain([*undecided, decided], CONTRACT)
    assert (cause.sentence, len(cause.scenarios)) == (ANSWERED_AND_NOT_BOOKED.sentence, 4)


def test_what_generated_scenarios_find_beside_a_known_bug_is_its_own_if_it_violates_that_anywhere() -> None:
    generated = replace(
        result(9, found("R-1", "y", "a coincidence"), found("R-9", "z", "something else")), found=("title: it",)
    )
    told = explain([result(6, found("R-1", "a")), generated], CONTRACT, KNOWN)
    assert [(each.bugs, each.requirements) for each in told] == [(("little",), ("R-1",)), ((), ("R-9",))]
    plain = replace(generated, found=())
    assert [each.bugs for each in explain([result(6, found("R-1", "a")), plain], CONTRACT, KNOWN)] == [
        ("little",),
        (),
        (),
    ]
