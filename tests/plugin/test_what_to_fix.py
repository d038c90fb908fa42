"""The list of causes on the terminal: short without `-v`, with evidence and scenarios with it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.model import Check, Level, Status, Verdict
from harness.plugin.folds import Folds, no_command
from harness.plugin.what_to_fix import Caused, advice_lines, fix_lines, is_advice
from harness.verdict import ScenarioResult
from harness.verdict.dictionary import Explanation, Harm


def result(number: int) -> ScenarioResult:
    return ScenarioResult(
        scenario=f"a/{number}",
        title="It is right",
        contract="casino",
        path=f"scenarios/a/{number}.yaml",
        requirement="CAS-IDM-01",
        status=Status.FAIL,
    )


def finding(requirement: str = "CAS-IDM-01", status: Status = Status.FAIL) -> Verdict:
    return Verdict(check=Check.ORACLE, requirement=requirement, level=Level.MUST, status=status, summary="is wrong")


def cause(sentence: str, *, scenarios: int = 3, guess: bool = False, status: Status = Status.FAIL) -> Caused:
    found = tuple((result(number), finding(status=status)) for number in range(scenarios))
    made = Explanation(
        sentence=sentence,
        fix=f"mend {sentence}",
        harm=Harm.MONEY,
        findings=found,
        guess=guess,
        bugs=() if guess else ("a-bug",),
        predicted=4,
        confirmed=3,
        of=9,
        evidence=("the step shows it", "another step shows it"),
    )
    return "casino", made


KNOWN = [cause(f"known {number}") for number in range(10)]
GUESSED = [cause(f"guessed {number}", guess=True) for number in range(10)]


def text(causes: list[Caused], verbosity: int = 0) -> str:
    return "\n".join(fix_lines(causes, width=100, verbosity=verbosity))


def test_a_cause_has_its_count_its_harm_its_requirements_and_its_repair() -> None:
    assert text(KNOWN[:1]) == "   3 fail  money: known 0 (CAS-IDM-01)\n      fix: mend known 0"


def test_v_adds_numbers_evidence_and_a_scenario() -> None:
    more = text(KNOWN[:1], verbosity=1)
    for told in ("3 of 4 of its scenarios are red", "evidence: the step shows it", "seen in a/0", "fix: mend known 0"):
        assert f"      {told}" in more
    assert "another step" not in more
    every = text(KNOWN[:1], verbosity=2)
    assert "another step shows it" in every
    assert "seen in a/0, a/1, a/2" in every


@pytest.mark.parametrize(
    ("causes", "known", "guessed"),
    [(KNOWN, 6, 0), (GUESSED, 0, 6), (KNOWN + GUESSED, 6, 2), (KNOWN[:3] + GUESSED, 3, 3), (KNOWN[:2], 2, 0)],
)
def test_the_list_is_cut_and_says_so(causes: list[Caused], known: int, guessed: int) -> None:
    short = text(causes)
    assert (short.count("money: known"), short.count("money: guessed")) == (known, guessed)
    left = len(causes) - known - guessed
    assert (f"and {left} more cause" in short) is (left > 0)
    assert text(causes, verbosity=1).count("fix: ") == len(causes)


def test_guesses_stand_below_their_heading() -> None:
    lines = text(KNOWN[:1] + GUESSED[:2]).splitlines()
    heading = lines.index("6 more findings that nothing we know explains; guesses by the failing step alone:")
    assert lines[0].endswith("known 0 (CAS-IDM-01)")
    assert all("guessed" not in line for line in lines[:heading])
    assert not [line for line in lines[heading:] if "fix: " in line], "beside known bugs the repair of a guess needs -v"
    assert text(GUESSED[:2]).count("fix: ") == text(KNOWN[:1] + GUESSED[:1], verbosity=1).count("fix: ") == 2


def test_of_several_contracts_each_cause_names_its_own() -> None:
    assert "(CAS-IDM-01)" in text(KNOWN[:2])
    assert "(bingo: CAS-IDM-01)" in text([*KNOWN[:1], ("bingo", KNOWN[1][1])])


def test_a_thousand_findings_of_one_should_are_three_lines_with_one_example() -> None:
    lines = advice_lines([cause("no echo", scenarios=1000, status=Status.WARN)], width=80, verbosity=0)
    assert lines == [
        "1000 warn  money: no echo (CAS-IDM-01)",
        "      fix: mend no echo",
        "      seen in a/0: is wrong",
    ]


def test_the_example_of_a_should_says_what_was_sent_and_what_was_said_in_two_lines_at_most() -> None:
    contract, made = cause("no echo", status=Status.WARN)
    said = replace(made.findings[0][1], sent="bet t1 10.00 EUR", said="RS_OK \x1b[31m", possible=("a refusal",))
    (*_, seen) = advice_lines(
        [(contract, replace(made, findings=((made.findings[0][0], said),)))], width=120, verbosity=0
    )
    assert seen.startswith("      seen in a/0: it said RS_OK ")
    assert seen.endswith("; possible: a refusal; we sent bet t1 10.00 EUR")
    assert "\x1b" not in seen
    long = replace(said, said="x " * 500)
    lines = advice_lines([(contract, replace(made, findings=((made.findings[0][0], long),)))], width=80, verbosity=0)
    assert (len(lines), lines[-1][-4:]) == (4, " ...")


def test_what_only_violates_a_should_is_advice_unless_the_run_is_strict() -> None:
    (_, warned), (_, failed) = cause("no echo", status=Status.WARN), KNOWN[0]
    assert is_advice(warned, strict=False)
    assert not is_advice(warned, strict=True)
    assert not is_advice(failed, strict=False)
    mixed = replace(failed, findings=(*failed.findings, *warned.findings))
    assert not is_advice(mixed, strict=False)


class Lines:
    """Stands for pytest's reporter."""

    def __init__(self) -> None:
        self.printed: list[str] = []

    def line(self, text: str) -> None:
        self.printed.append(text)


@pytest.mark.parametrize(
    ("variables", "folds"), [({"GITHUB_ACTIONS": "true"}, True), ({}, False), ({"CI": "1"}, False)]
)
def test_a_part_is_folded_where_the_log_does_that(variables: dict[str, str], folds: bool) -> None:
    reporter = Lines()
    with Folds.of_environment(variables).part(reporter, "a title\n::error::x"):
        reporter.line("inside")
    assert reporter.printed[1 if folds else 0] == "inside"
    assert len(reporter.printed) == (3 if folds else 1)
    assert all("\n" not in each for each in reporter.printed)


@pytest.mark.parametrize(
    ("line", "printed"),
    [
        ("::error::owned", ": :error::owned"),
        ("      ::stop-commands::x", "      : :stop-commands::x"),
        ("a ::b", "a ::b"),
    ],
)
def test_no_wrapped_line_is_a_command_of_the_log(line: str, printed: str) -> None:
    assert no_command(line) == printed
