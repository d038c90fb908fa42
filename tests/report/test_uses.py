"""What is done with reports: comparing two, running failures again, annotations, archives for other tools."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest
from credentials_at_hand import public_of, secret_of
from report_at_hand import CREDENTIALS, ROOT, report

from harness.cli import main
from harness.report import write
from harness.report.changes import changes
from harness.report.github import workflow_commands
from harness.report.har import har
from harness.report.markdown import render
from harness.report.report_files import SUFFIXES
from mock_server.defects import named
from mock_server.wallet import Wallet

SOME = {"casino": ["idempotency/resent_settlement", "insufficient_funds/exact_stake", "signature/wrong_signature"]}


@pytest.fixture(scope="module")
def wrong() -> dict[str, Any]:
    return report(named("forgets-every-transaction").wallet_type, SOME, bundled=True)


@pytest.fixture(scope="module")
def sound() -> dict[str, Any]:
    return report(Wallet, SOME, bundled=True)


def test_what_was_repaired_is_fixed_and_what_broke_is_new(wrong: dict[str, Any], sound: dict[str, Any]) -> None:
    assert [(each.word, each.scenario) for each in changes(wrong, sound)] == [("FIXED", SOME["casino"][0])]
    assert [(each.word, each.scenario) for each in changes(sound, wrong)] == [("NEW", SOME["casino"][0])]
    assert [(each.word, each.scenario) for each in changes(wrong, wrong)] == [("STILL FAILING", SOME["casino"][0])]
    assert not changes(sound, sound)


def test_what_was_not_run_again_is_not_called_fixed(wrong: dict[str, Any]) -> None:
    nothing = report(Wallet, {"casino": ["insufficient_funds/exact_stake"]})
    assert [each.word for each in changes(wrong, nothing)] == ["GONE"]


def test_the_compare_command(
    wrong: dict[str, Any], sound: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before, after = tmp_path / "before.json", tmp_path / "after.json"
    write(before, wrong)
    write(after, sound)
    assert main(["compare", str(before), str(after)]) == 0
    assert "FIXED" in capsys.readouterr().out
    assert main(["compare", str(after), str(before)]) == 1
    assert main(["compare", str(before), str(tmp_path / "missing.json")]) == 2


def test_replay_runs_what_failed_and_finds_it_fixed(
    wrong: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The report is of a wrong wallet, the run again of the bundled one, which is sound."""
    path = tmp_path / "report.json"
    write(path, wrong)
    assert main(["replay", str(path)]) == 0
    *told, total = capsys.readouterr().out.splitlines()
    assert [line.split()[:2] for line in told] == [["FIXED", "idempotency/resent_settlement"]]
    assert total == "1 FIXED: now run `walletproof certify`"
    assert main(["replay", str(path), "no_such_scenario"]) == 0
    assert "nothing to run again" in capsys.readouterr().out


def test_what_only_a_whole_run_can_show_is_told_and_not_passed_over(
    wrong: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "report.json"
    ids = ("epilogue/first_transactions", "explored/chance")
    failed = [{**wrong["scenarios"][0], "id": each} for each in ids]
    counts = {**wrong["counts"], "scenarios": len(ids)}
    write(path, {**wrong, "scenarios": failed, "counts": counts})
    assert main(["replay", str(path)]) == 1
    *told, total = capsys.readouterr().out.splitlines()
    assert [line.split()[:3] for line in told] == [["NOT", "RUN", "explored/chance"], ["NOT", "RUN", ids[0]]]
    assert told[1].endswith("it sends again what a whole run has sent: run `walletproof certify`")
    assert total == "2 NOT RUN: now run `walletproof certify`"


@pytest.mark.parametrize("suffix", [each for each in SUFFIXES if each != ".json"])
@pytest.mark.parametrize("command", ["replay", "compare"])
def test_another_form_of_a_report_is_told_to_be_one_and_which_is_read(
    wrong: dict[str, Any], command: str, suffix: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / f"mine{suffix}"
    write(path, wrong)
    arguments = [command, str(path), *([str(path)] if command == "compare" else [])]
    assert main(arguments) == 2
    assert capsys.readouterr().err == (
        f"walletproof: {path} is the {suffix} form of a report, and what is read is its JSON: write one with "
        "`walletproof certify --report mine.json`\n"
    )
    write(tmp_path / f"loud{suffix.upper()}", wrong)
    loud = [command, *([str(tmp_path / f"loud{suffix.upper()}")] * (2 if command == "compare" else 1))]
    assert main(loud) == 2
    assert capsys.readouterr().err.endswith("`walletproof certify --report loud.json`\n")
    write(tmp_path / "mine.json", wrong)
    assert main(arguments) == 2
    assert capsys.readouterr().err.endswith(f"its JSON: give {tmp_path / 'mine.json'}\n")


def test_github_gets_the_verdict_and_then_one_annotation_for_each_cause(wrong: dict[str, Any]) -> None:
    verdict, told = workflow_commands(wrong, ROOT)
    assert verdict.startswith("::error title=casino NOT CERTIFIED::")
    assert told.startswith("::error file=scenarios/idempotency/resent_settlement.yaml,line=")
    assert "CAS-IDM-01" in told
    assert "\n" not in told + verdict


def test_an_annotation_names_no_file_that_the_repository_does_not_have(wrong: dict[str, Any], tmp_path: Path) -> None:
    assert not [each for each in workflow_commands(wrong, tmp_path) if "file=" in each]
    inside = ROOT / "scenarios"
    assert "file=idempotency/resent_settlement.yaml," in workflow_commands(wrong, inside)[1]
    elsewhere = {**wrong, "scenarios": [{**each, "file": "scenarios/mine/none.yaml"} for each in wrong["scenarios"]]}
    assert not [each for each in workflow_commands(elsewhere, ROOT) if "file=" in each]


def test_all_annotations_fit_into_what_github_shows(wrong: dict[str, Any]) -> None:
    many = {**wrong, "causes": wrong["causes"] * 30}
    assert len(workflow_commands(many, ROOT)) == 10


def test_a_wallets_text_cannot_begin_a_command_of_its_own(wrong: dict[str, Any]) -> None:
    verdict = {**wrong["scenarios"][0]["verdicts"][0], "status": "fail", "probably": "x\n::set-output name=a::b\r"}
    scenario = {**wrong["scenarios"][0], "verdicts": [verdict]}
    assert all("\n" not in line for line in workflow_commands({**wrong, "scenarios": [scenario]}, ROOT))


def test_markdown_tells_causes_and_escapes(wrong: dict[str, Any]) -> None:
    text = render(wrong)
    assert "NOT CERTIFIED" in text
    assert "transactionId" in text
    scenario = wrong["scenarios"][0]
    hostile = {
        **scenario,
        "verdicts": [{**scenario["verdicts"][0], "status": "fail", "probably": "<img src=x> [a](b)"}],
    }
    assert "<img" not in render({**wrong, "scenarios": [hostile]})


def test_the_archive_has_every_exchange(wrong: dict[str, Any]) -> None:
    log = har(wrong)["log"]
    assert log["version"] == "1.2"
    assert len(log["entries"]) == sum(len(each["exchanges"]) for each in wrong["scenarios"])
    assert all(each["request"]["url"].startswith("http://wallet.example:9000/") for each in log["entries"])


def _again(made: dict[str, Any]) -> str:
    red = [each for each in made["scenarios"] if each["status"] == "fail"]
    return str(red[0]["verdicts"][0]["again"])


def test_the_shell_lines_are_quoted_and_signed_afresh(wrong: dict[str, Any], tmp_path: Path) -> None:
    """A `curl` that only tells what it was given shows that the lines are a program and what it would send."""
    lines = _again(wrong)
    secret = secret_of(CREDENTIALS["casino"])
    assert secret not in lines
    fake = tmp_path / "curl"
    fake.write_text('#!/bin/sh\nfor each in "$@"; do printf "%s\\n" "$each"; done\n')
    fake.chmod(0o755)
    variables = {
        "PATH": f"{tmp_path}:/usr/bin:/bin",
        "WALLET_SECRET": secret,
        "WALLET_API_KEY": public_of(CREDENTIALS["casino"]),
    }
    done = subprocess.run(["/bin/sh", "-eu", "-c", lines], env=variables, capture_output=True, text=True, check=True)
    told = done.stdout.splitlines()
    body = told[told.index("--data-binary") + 1]
    headers = dict(each.split(": ", 1) for each in told if each.startswith("x-"))
    from harness.contracts.casino.authentication import signature

    assert headers["x-signature"] == signature(body.encode(), secret, headers["x-timestamp"])
    assert headers["x-api-key"] == public_of(CREDENTIALS["casino"])


def test_a_body_cannot_leave_its_quotes() -> None:
    from harness.contracts import load
    from harness.examine.shell_lines import again

    body = '{"a":"\'; echo owned; $(echo owned) `echo owned`"}'
    exchange = {
        "operation": "bet",
        "request": {"method": "POST", "path": "/bet", "headers": [["x-'$(echo)", "'"]], "body": body},
    }
    first = again(load("casino"), "http://wallet.example", exchange).splitlines()[0]
    assert shlex.split(first) == [f"BODY={body}"]
