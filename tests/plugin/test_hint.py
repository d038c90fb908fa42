"""The last line of a run with findings names the way to more of them, and no other run has it."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from harness.cli import parser
from harness.config import Options
from harness.model import Check, Level, Status, Verdict
from harness.plugin.hint import hint
from harness.verdict import ScenarioResult

OPTIONS = Options()


def result(status: Status) -> ScenarioResult:
    return ScenarioResult(
        scenario="a/1", title="It is right", contract="casino", path="a/1.yaml", requirement="CAS-IDM-01", status=status
    )


@pytest.mark.parametrize("status", [Status.FAIL, Status.UNKNOWN])
def test_a_run_with_findings_names_what_shows_more_of_them(status: Status) -> None:
    found = [result(Status.PASS), result(status)]
    assert hint(found, [], OPTIONS, verbosity=0) == (
        "more: -v prints an example of each; with --wallet-report=report.json, `walletproof replay report.json` runs "
        "again what failed"
    )
    assert "-vv prints every one; " in hint(found, [], OPTIONS, verbosity=1)
    assert " prints " not in hint(found, [], OPTIONS, verbosity=2)
    assert hint(found, [Path("x.html"), Path("x.json")], OPTIONS, verbosity=2) == (
        "more: `walletproof replay x.json` runs again what failed"
    )
    assert "with --wallet-report=report.json" in hint(found, [Path("x.html")], OPTIONS, verbosity=2)
    assert "`walletproof replay x.json`" in hint(found, [Path("x.gitlab.json"), Path("x.json")], OPTIONS, verbosity=2)


@pytest.mark.parametrize(
    ("options", "profile", "words"),
    [
        (Options(contracts=("casino",)), "wallet.yaml", "x.json"),
        (Options(defect="refuses-zero"), "", "x.json --wallet-defect=refuses-zero"),
        (Options(), "stages/my wallet.yaml", "x.json '--profile=stages/my wallet.yaml'"),
        (Options(contracts=("casino", "bingo_hall")), "./wallet.yaml", "x.json --contract=bingo_hall"),
    ],
)
def test_the_replay_is_of_the_same_wallet(options: Options, profile: str, words: str) -> None:
    line = hint([result(Status.FAIL)], [Path("x.json")], options, profile=profile, verbosity=2)
    assert line == f"more: `walletproof replay {words}` runs again what failed"
    parsed, further = parser().parse_known_args(shlex.split(line.split("`")[1])[1:])
    assert parsed.profile in {"", "stages/my wallet.yaml"}
    assert further == [each for each in ["--wallet-defect=refuses-zero"] if options.defect]


def test_advice_is_nothing_to_run_again() -> None:
    found = [result(Status.PASS), result(Status.WARN)]
    assert hint(found, [], OPTIONS, verbosity=0) == (
        "more: -v prints an example of each; --wallet-report=report.html has all of it"
    )
    assert hint(found, [Path("x.json")], OPTIONS, verbosity=0) == "more: -v prints an example of each"
    assert hint(found, [Path("x.json")], OPTIONS, verbosity=2) == ""
    waived = ScenarioResult(
        scenario="a/1",
        title="It is right",
        contract="casino",
        path="a/1.yaml",
        requirement="CAS-IDM-01",
        status=Status.FAIL,
        waived=("CAS-IDM-01",),
        verdicts=(
            Verdict(
                check=Check.ORACLE,
                requirement="CAS-IDM-01",
                level=Level.MUST,
                status=Status.FAIL,
                summary="is wrong",
            ),
        ),
    )
    assert "replay" not in hint([waived], [], OPTIONS, verbosity=0)


def test_a_run_without_findings_and_a_quiet_one_have_none() -> None:
    assert hint([result(Status.PASS), result(Status.SKIPPED)], [], OPTIONS, verbosity=0) == ""
    assert hint([result(Status.FAIL)], [], OPTIONS, verbosity=-1) == ""
