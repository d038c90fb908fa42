"""The end of a run answers: what to fix, then the verdict in a sentence, then the reports; and it is short."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from interrupts import heed_interrupts
from plugin_run import CREDENTIALS, DEADLINE_SECONDS, ROOT, Done, Wallet, command, environment, run, wallet

NAIVE = (
    "forgets-every-transaction",
    "counts-in-floats",
    "checks-funds-too-early",
    "ignores-the-key",
    "believes-for-ever",
    "repeats-nothing",
    "ignores-the-currency",
    "drops-the-minus-sign",
)
"""What a first attempt at a wallet gets wrong. One of them violates a SHOULD in most scenarios."""
LIMITS = tuple(
    f"--wallet-limit={each}" for each in ("parallel=6", "races=1", "rounds=20", "burst=20", "batch=30", "explore=0")
)
"""A small run: what is printed at its end is of the same length as that of a usual one."""
MOST_LINES = 150
LAST_LINES = 20
THREE = {
    "casino": {
        "remembers-per-operation": "keeps the ids of each operation in a table of its own",
        "checks-funds-too-early": "takes the stake a moment later",
        "ignores-the-key": "does not look at x-api-key",
    },
    "sportsbook": {
        "settles-a-bet-once": "remembers a settlement by its bet",
        "refunds-again-for-a-new-id": "returns the stake once more",
        "ignores-the-case-of-a-password": "capital and small letters",
    },
}
"""By contract three defects, each with words by which the end of the run must name it."""
SECTIONS = ("walletproof", "what to fix", "verdict")


def certify(target: Wallet, *arguments: str, contract: str = "casino", **options: Any) -> Done:
    variables = {**CREDENTIALS, "COLUMNS": "80"}
    return run(*target.options(contract), *LIMITS, *arguments, **options, variables=variables)


@pytest.fixture(scope="module")
def naive() -> Iterator[Wallet]:
    with wallet(",".join(NAIVE)) as running:
        yield running


@pytest.fixture(scope="module")
def at_length(naive: Wallet, tmp_path_factory: pytest.TempPathFactory) -> tuple[Done, Path]:
    folder = tmp_path_factory.mktemp("naive")
    return certify(naive, "--wallet-report=run.html", "--wallet-report=run.json", cwd=folder), folder


def section(done: Done, title: str) -> list[str]:
    """The lines of a section, without its title."""
    titles = [number for number, line in enumerate(done.lines) if line.startswith("=") and line.endswith("=")]
    start = next(number for number in titles if done.lines[number].strip("= ") == title)
    end = next((number for number in titles if number > start), len(done.lines))
    return done.lines[start + 1 : end]


@pytest.mark.full
def test_a_naive_wallet_is_told_on_a_few_pages(at_length: tuple[Done, Path]) -> None:
    done, _ = at_length
    assert done.status == 1
    assert len(done.lines) <= MOST_LINES, done.output


@pytest.mark.full
def test_the_order_of_the_end(at_length: tuple[Done, Path]) -> None:
    done, _ = at_length
    titles = [line.strip("= ") for line in done.lines if line.startswith("=") and line.endswith("=")]
    assert [each for each in titles if each in SECTIONS] == list(SECTIONS)
    assert titles.index("violated SHOULD requirements") < titles.index("walletproof")
    verdict = section(done, "verdict")
    assert verdict[0].startswith("casino  NOT CERTIFIED: ")
    assert " ".join(verdict).split(": ", 1)[1].strip(), "the sentence says why"
    assert verdict[-3:-1] == ["report: run.html", "report: run.json"]
    assert verdict[-1].endswith("`walletproof replay run.json` runs again what failed")
    assert re.fullmatch(r"=+ .* in .*=+", done.lines[-1]), "then only pytest's own line"


@pytest.mark.full
def test_many_findings_of_one_should_are_one_cause(at_length: tuple[Done, Path]) -> None:
    lines = section(at_length[0], "violated SHOULD requirements")
    (echo,) = (line for line in lines if "CAS-SET-05" in " ".join(lines) and re.match(r" *\d{2,} warn ", line))
    assert int(echo.split()[0]) > 20, "scenarios"
    assert len(lines) <= 20


@pytest.mark.full
def test_what_to_fix_has_the_repair_of_each_cause(at_length: tuple[Done, Path]) -> None:
    text = " ".join(" ".join(section(at_length[0], "what to fix")).split())
    assert text.count("fix: ") >= 4
    assert "looks no transaction id up" in text or "does not look the transactionId up" in text


@pytest.mark.full
@pytest.mark.parametrize("contract", sorted(THREE))
def test_the_last_lines_name_three_defects(contract: str, tmp_path: Path) -> None:
    with wallet(",".join(THREE[contract])) as running:
        done = certify(running, "--wallet-report=run.json", contract=contract, cwd=tmp_path)
    assert done.status == 1
    last = " ".join(" ".join(done.lines[-LAST_LINES:]).split())
    assert [name for name, words in THREE[contract].items() if words not in last] == [], last


# ----------------------------------------------------------------------------------------------------------------------
# As a user of pytest expects

SOME = ("idempotency", "signature/old_timestamp.yaml")


def test_a_few_examples_are_printed_and_v_prints_more(naive: Wallet, tmp_path: Path) -> None:
    done = certify(naive, *SOME, cwd=tmp_path)
    blocks = [line for line in done.lines if re.search(r"  (FAIL|UNKNOWN)$", line)]
    assert len(blocks) <= 3
    assert len({line.split()[0] for line in blocks}) == len(blocks), "one finding of each"
    assert re.search(
        r"^\d+ more failures are not printed here: -v prints one of each cause, -vv all$", done.output, re.MULTILINE
    )
    assert "FAILED " not in done.output
    assert "evidence: " not in done.output
    often = certify(naive, *SOME, "-v", cwd=tmp_path)
    assert len(often.lines) > len(done.lines)
    assert "evidence: " in often.output
    assert "FAILED idempotency" in often.output
    assert "old_timestamp  casino  CAS-SIG-07 SHOULD" in often.output, "one example of each cause of advice"


@pytest.mark.full
def test_quiet_says_only_what_is_not_right(naive: Wallet, tmp_path: Path) -> None:
    done = certify(naive, *SOME, "-q", "--tb=no", cwd=tmp_path)
    assert "SHOULD requirements" not in done.output.partition("verdict")[0]
    assert "slowest" not in done.output
    assert not re.search(r"  (FAIL|WARN)$", done.output, re.MULTILINE)
    assert "more failures" not in done.output
    assert "casino  NOT CERTIFIED: " in done.output


@pytest.mark.full
@pytest.mark.parametrize(
    ("options", "listed"), [(["-rN"], False), (["-rf"], True), (["-ra"], True), (["--tb=line"], False)]
)
def test_the_short_summary_lists_what_was_asked_for(
    naive: Wallet, options: list[str], listed: bool, tmp_path: Path
) -> None:
    done = certify(naive, *SOME, *options, cwd=tmp_path)
    assert ("\nFAILED " in done.output) is listed
    failed = int(re.findall(r"(\d+) failed", done.lines[-1])[0])
    if listed:
        assert done.output.count("\nFAILED ") == failed
    if options == ["--tb=line"]:
        assert len(re.findall(r"^\S+\.yaml:\d+: ", done.output, re.MULTILINE)) == failed


def test_without_a_traceback_no_failure_is_printed(naive: Wallet, tmp_path: Path) -> None:
    done = certify(naive, *SOME, "--tb=no", cwd=tmp_path)
    assert "it said" not in done.output
    assert section(done, "what to fix")


# ----------------------------------------------------------------------------------------------------------------------
# Interrupted

STOPS = """
def pytest_runtest_logfinish(nodeid):
    if "replay" in nodeid or "resent" in nodeid:
        raise KeyboardInterrupt
"""


def test_an_interrupted_run_ends_with_the_verdict_of_a_part(naive: Wallet, tmp_path: Path) -> None:
    (tmp_path / "stops.py").write_text(STOPS, encoding="utf-8")
    variables = {**CREDENTIALS, "PYTHONPATH": f"{ROOT}{os.pathsep}{tmp_path}"}
    plugins = ("no:cacheprovider", "stops")
    done = run(*naive.options("casino"), "idempotency", cwd=tmp_path, variables=variables, plugins=plugins)
    assert done.status == pytest.ExitCode.INTERRUPTED
    assert "KeyboardInterrupt" not in done.output
    assert "full-trace" not in done.output
    verdict = " ".join(" ".join(section(done, "verdict")).split())
    assert re.match(r"casino NOT CERTIFIED: .*; of a part: \d+ of [\d,]+ scenarios were run", verdict), verdict
    assert "broken off: the verdict above is of a part of the suite" in done.output


@pytest.mark.full
def test_full_trace_still_shows_where_it_was(naive: Wallet, tmp_path: Path) -> None:
    (tmp_path / "stops.py").write_text(STOPS, encoding="utf-8")
    variables = {**CREDENTIALS, "PYTHONPATH": f"{ROOT}{os.pathsep}{tmp_path}"}
    plugins = ("no:cacheprovider", "stops")
    options = (*naive.options("casino"), "idempotency", "--full-trace")
    assert "KeyboardInterrupt" in run(*options, cwd=tmp_path, variables=variables, plugins=plugins).output


@pytest.mark.full
def test_interrupted_before_anything_ended_it_says_so(tmp_path: Path) -> None:
    (tmp_path / "at_once.py").write_text("def pytest_runtestloop():\n    raise KeyboardInterrupt\n", encoding="utf-8")
    variables = {"PYTHONPATH": f"{ROOT}{os.pathsep}{tmp_path}"}
    done = run("--wallet-contract=casino", cwd=tmp_path, variables=variables, plugins=("no:cacheprovider", "at_once"))
    assert done.status == pytest.ExitCode.INTERRUPTED
    assert "broken off before the first scenario ended: nothing was judged" in done.output
    assert "KeyboardInterrupt" not in done.output


@pytest.mark.full
def test_a_signal_is_told_in_the_same_words(naive: Wallet, tmp_path: Path) -> None:
    with subprocess.Popen(
        command(*naive.options("casino"), "-v"),
        cwd=tmp_path,
        env=environment(CREDENTIALS) | {"PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=heed_interrupts,  # noqa: PLW1509 -- no thread of this process holds anything that it would need
    ) as process:
        assert process.stdout is not None
        while "idempotency/" not in process.stdout.readline():
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=DEADLINE_SECONDS)
    assert process.returncode == pytest.ExitCode.INTERRUPTED
    assert "broken off: the verdict above is of a part of the suite" in rest
    assert "Traceback" not in rest
    assert ".py:" not in rest


# ----------------------------------------------------------------------------------------------------------------------
# In a log that folds


@pytest.mark.full
def test_on_github_details_are_folded_and_the_verdict_is_annotated_first(naive: Wallet, tmp_path: Path) -> None:
    variables = {**CREDENTIALS, "GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": ""}
    done = run(*naive.options("casino"), *SOME, cwd=tmp_path, variables=variables)
    opened = [line.removeprefix("::group::") for line in done.lines if line.startswith("::group::")]
    assert opened == ["failures", "violated SHOULD requirements", "requirements"]
    assert done.lines.count("::endgroup::") == len(opened)
    marks = [line for line in done.lines if line.startswith(("::group::", "::endgroup::"))]
    assert [each.startswith("::group::") for each in marks] == [True, False] * len(opened), "no fold in another"
    after = done.output.rpartition("::endgroup::")[2]
    assert "what to fix" in after
    annotations = [line for line in done.lines if re.match(r"::(error|warning|notice)", line)]
    assert annotations[0].startswith("::error title=casino NOT CERTIFIED::")
    assert len(annotations) > 1
    assert not [each for each in annotations if "file=" in each], "the scenarios are not in this repository"
