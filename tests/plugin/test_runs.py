"""Whole runs against wallets on real sockets: verdicts, exit codes, what is printed, and what is left behind."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from interrupts import heed_interrupts
from patience import PATIENCE_SECONDS
from plugin_run import CREDENTIALS, DEADLINE_SECONDS, ROOT, Done, Wallet, command, environment, installed, run, wallet
from process_end import ends_within

RESENT = "idempotency/resent_settlement.yaml::casino"
XDIST = ("no:cacheprovider", "xdist.plugin", "xdist.looponfail")
OLD = "signature/old_timestamp.yaml::casino"


@pytest.fixture(scope="module")
def sound() -> Iterator[Wallet]:
    with wallet() as running:
        yield running


@pytest.fixture(scope="module")
def forgetful() -> Iterator[Wallet]:
    with wallet("forgetful") as running:
        yield running


@pytest.fixture(scope="module")
def patient() -> Iterator[Wallet]:
    with wallet("patient") as running:
        yield running


def certify(target: Wallet, *arguments: str, contract: str = "casino", cwd: Path = ROOT, **options: object) -> Done:
    return run(*target.options(contract), *arguments, cwd=cwd, variables=CREDENTIALS, **options)  # type: ignore[arg-type]


def without_numbers(output: str) -> str:
    """A run's output without what differs from run to run."""
    lines = [line for line in output.splitlines() if not re.match(r"rootdir|walletproof|seed|=.* in [0-9.]+s", line)]
    text = re.sub(r"  slowest .*?\n(?! {4})", "", "\n".join(lines), flags=re.DOTALL)
    text = re.sub(r"\n {14}(?=\S)", " ", text)  # A long number breaks a line elsewhere.
    return re.sub(r"[0-9.]+ ms|[0-9]+ races?.*|tried up to [0-9.]+ s|[0-9]+ requests", "", text).strip()


# ----------------------------------------------------------------------------------------------------------------------
# Verdicts and exit codes


@pytest.mark.full
def test_a_deliberate_bug_is_shown_by_the_contracts_that_it_affects(tmp_path: Path) -> None:
    done = run("--wallet-defect=checks-the-user-only", "authentication", "-k", "password", cwd=tmp_path)
    assert done.status == 1
    assert "sportsbook  NOT CERTIFIED" in done.output
    assert "casino" not in done.output
    asked = run("--wallet-defect=checks-the-user-only", "--wallet-contract=casino", RESENT, cwd=tmp_path)
    assert asked.status == 4
    assert "checks-the-user-only is a bug of the sportsbook: drop --wallet-contract=casino" in asked.output


def test_a_part_of_the_suite_is_incomplete_and_says_so(sound: Wallet, tmp_path: Path) -> None:
    done = certify(sound, RESENT, cwd=tmp_path)
    assert done.status == 11
    assert "1 passed" in done.output
    assert re.search(r"^casino  INCOMPLETE: not judged: CAS-SIG-01", done.output, re.MULTILINE)


@pytest.mark.full
def test_the_wallet_at_a_url_is_judged_as_the_bundled_one_is(sound: Wallet, tmp_path: Path) -> None:
    theirs = certify(sound, "zero_amount", "session", cwd=tmp_path)
    ours = run("--wallet-contract=casino", "zero_amount", "session", cwd=tmp_path)
    assert without_numbers(theirs.output) == without_numbers(ours.output)
    assert theirs.status == ours.status == 11


def test_a_violated_must_fails_in_words(forgetful: Wallet, tmp_path: Path) -> None:
    done = certify(forgetful, RESENT, "--showlocals", "-vv", cwd=tmp_path)
    assert done.status == 1
    for told in (
        r"^idempotency/resent_settlement  casino  CAS-IDM-01 MUST +FAIL$",
        r"^  A resent settlement is credited once$",
        r"^  required +a transaction resent in a later settlement is credited once",
        r"^  we sent +settlement ",
        r"scenarios/idempotency/resent_settlement\.yaml:\d+$",
        r"^  it said +HTTP 200, RS_OK, balance ",
        r"^  possible +success, balance ",
        rf"^FAILED {RESENT} - CAS-IDM-01 ",
        r"^casino  NOT CERTIFIED: the wallet ",
    ):
        assert re.search(told, done.output, re.MULTILINE), told
    assert "Traceback" not in done.output
    assert ".py:" not in done.output
    assert "; of a part: 1 of " in " ".join(" ".join(done.lines[-4:-1]).split()), (
        "the verdict comes last, but for pytest's own line"
    )


@pytest.mark.full
def test_a_violated_should_is_a_category_of_its_own(patient: Wallet, tmp_path: Path) -> None:
    done = certify(patient, OLD, "zero_amount/lost_bet.yaml", cwd=tmp_path)
    assert done.status == 11
    assert "1 passed, 1 warn" in done.lines[-1]
    assert re.search(r"^signature w +\[", done.output, re.MULTILINE)
    assert re.search(r" 1 warn \w+: [^()]*\(CAS-SIG-07\)", " ".join(done.output.split()))
    assert "1 SHOULD requirement is violated" in " ".join(done.output.split())
    at_length = certify(patient, OLD, "-v", cwd=tmp_path).output
    assert f"{OLD} WARN" in at_length
    assert re.search(r"^signature/old_timestamp  casino  CAS-SIG-07 SHOULD +WARN$", at_length, re.MULTILINE)


@pytest.mark.full
def test_strictly_a_violated_should_fails(patient: Wallet, tmp_path: Path) -> None:
    done = certify(patient, OLD, "--wallet-strict", "-rf", cwd=tmp_path)
    assert done.status == 1
    assert f"FAILED {OLD} - CAS-SIG-07 " in done.output


@pytest.mark.full
def test_the_first_failure_can_end_the_run(forgetful: Wallet, tmp_path: Path) -> None:
    done = certify(forgetful, "-x", "idempotency", cwd=tmp_path)
    assert done.status == 1
    assert "stopping after 1 failures" in done.output
    assert "NOT CERTIFIED" in done.output


@pytest.mark.full
def test_a_failure_can_be_run_again(forgetful: Wallet, tmp_path: Path) -> None:
    first = certify(forgetful, "zero_amount", "-rf", cwd=tmp_path, plugins=("cacheprovider",))
    again = certify(forgetful, "zero_amount", "--lf", "-rf", cwd=tmp_path, plugins=("cacheprovider",))
    assert " passed" in first.lines[-1]
    assert first.output.count("\nFAILED ") == again.output.count("\nFAILED ") > 0
    assert " passed" not in again.lines[-1]


@pytest.mark.full
def test_a_run_in_which_nothing_was_judged_is_red(tmp_path: Path) -> None:
    with wallet("none", "--core-only") as core_only:
        done = certify(core_only, "reward", "-rs", cwd=tmp_path)
    assert done.status == 11
    assert "Nothing was judged" in done.output
    assert re.search(r"[0-9]+ skipped in ", done.lines[-1])
    assert re.search(r"SKIPPED \[1\] .*reward/bonus\.yaml:1: .*reward", done.output)


@pytest.mark.full
def test_a_selection_of_nothing_is_red(sound: Wallet, tmp_path: Path) -> None:
    assert certify(sound, "-k", "no_such_scenario", cwd=tmp_path).status == 5


# ----------------------------------------------------------------------------------------------------------------------
# JUnit


def properties(path: Path) -> dict[str, list[tuple[str, str]]]:
    cases = ET.parse(path).getroot().iter("testcase")
    return {
        f"{case.get('classname')}::{case.get('name')}": [
            (str(each.get("name")), str(each.get("value"))) for each in case.iter("property")
        ]
        for case in cases
    }


@pytest.mark.full
@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["one process", "two workers"])
def test_each_case_says_which_requirement_it_was_about(
    forgetful: Wallet, tmp_path: Path, workers: tuple[str, ...]
) -> None:
    plugins = XDIST if workers else ()
    done = certify(
        forgetful, *workers, RESENT, "zero_amount/lost_bet.yaml", "--junitxml=x.xml", cwd=tmp_path, plugins=plugins
    )
    assert done.status == 1
    assert properties(tmp_path / "x.xml") == {
        "casino.idempotency::resent_settlement": [
            ("requirement", "CAS-IDM-01"),
            ("level", "MUST"),
            ("contract", "casino"),
            ("verdict", "fail"),
        ],
        "casino.zero_amount::lost_bet": [
            ("requirement", "CAS-ZER-01"),
            ("level", "MUST"),
            ("contract", "casino"),
            ("verdict", "pass"),
        ],
    }
    (suite,) = ET.parse(tmp_path / "x.xml").getroot().iter("testsuite")
    assert suite.get("name") == "walletproof"
    (failure,) = suite.iter("failure")
    assert str(failure.get("message")).startswith("CAS-IDM-01 ")
    assert "possible   success, balance" in str(failure.text)


# ----------------------------------------------------------------------------------------------------------------------
# Several processes


@pytest.mark.full
def test_workers_share_one_wallet_one_seed_and_one_verdict(tmp_path: Path) -> None:
    arguments = ("--wallet-seed=7", "idempotency", "zero_amount")
    spread = run(*arguments, "-n", "2", cwd=tmp_path, plugins=XDIST)
    single = run(*arguments, cwd=tmp_path)
    assert spread.status == single.status == 11
    assert counts(spread) == counts(single)
    assert summary(spread) == summary(single)
    assert "seed 7 (again with --wallet-seed=7)" in spread.output


def counts(done: Done) -> str:
    return done.lines[-1].partition(" in ")[0].strip("= ")


def summary(done: Done) -> list[str]:
    lines = without_numbers(done.output).splitlines()
    start = next(number for number, line in enumerate(lines) if line.strip("= ") == "walletproof")
    return lines[start:]


@pytest.mark.full
def test_with_workers_a_configuration_problem_is_one_error_too(tmp_path: Path) -> None:
    arguments = ("--wallet-url=http://127.0.0.1:1", "--wallet-contract=casino", "-n", "2")
    done = run(*arguments, cwd=tmp_path, variables=CREDENTIALS, plugins=XDIST)
    assert done.status == 10
    assert "1 error" in done.lines[-1]


# ----------------------------------------------------------------------------------------------------------------------
# Configuration


@pytest.mark.full
@pytest.mark.parametrize(
    ("arguments", "variables", "told"),
    [
        (["--wallet-contract=casino"], CREDENTIALS, "give --wallet-provision=URL"),
        (
            ["--wallet-contract=casino", "--wallet-provision=http://127.0.0.1:1/"],
            {},
            "set WALLET_API_KEY and WALLET_SECRET in the environment",
        ),
        (["--wallet-contract=casino", "--wallet-provision=http://127.0.0.1:1/"], CREDENTIALS, "connection refused"),
    ],
    ids=["no players", "no credentials", "nothing listens"],
)
def test_a_configuration_problem_is_one_error(
    tmp_path: Path, arguments: list[str], variables: dict[str, str], told: str
) -> None:
    done = run("--wallet-url=http://127.0.0.1:1", *arguments, "--junitxml=x.xml", cwd=tmp_path, variables=variables)
    assert done.status == 10
    assert "1 error" in done.lines[-1]
    assert told in done.output
    assert "Traceback" not in done.output
    (error,) = ET.parse(tmp_path / "x.xml").getroot().iter("error")
    assert told in str(error.text)


def test_a_wrong_secret_is_one_error_that_names_the_variable(sound: Wallet, tmp_path: Path) -> None:
    done = run(*sound.options("casino"), cwd=tmp_path, variables={**CREDENTIALS, "WALLET_SECRET": "not-the-secret"})
    assert done.status == 10
    assert "WALLET_SECRET" in done.output
    assert "not-the-secret" not in done.output
    assert "1 error" in done.lines[-1]


@pytest.mark.full
def test_tests_beside_the_scenarios_run_in_spite_of_it(tmp_path: Path) -> None:
    (tmp_path / "test_theirs.py").write_text("def test_theirs(): ...", encoding="utf-8")
    arguments = ("--wallet-url=http://127.0.0.1:1", "--wallet-contract=casino", "test_theirs.py", "zero_amount")
    done = run(*arguments, cwd=tmp_path)
    assert done.status == 10
    assert "1 passed, 1 error" in done.lines[-1]


@pytest.mark.full
def test_an_installed_package_certifies_its_own_wallet(tmp_path: Path) -> None:
    """Whatever folders of the same names the current directory has."""
    site = installed(tmp_path / "site")
    for name in ("harness", "mock_server"):
        (tmp_path / name).mkdir()
        for file in ("__init__.py", "__main__.py"):
            (tmp_path / name / file).write_text("raise RuntimeError('theirs')", encoding="utf-8")
    done = run("--wallet-contract=casino", "zero_amount", cwd=tmp_path, site=site)
    assert done.status == 11
    assert " passed in " in done.lines[-1]


# ----------------------------------------------------------------------------------------------------------------------
# What is left behind


@pytest.mark.full
def test_a_mistake_of_our_own_is_told_without_values_and_proves_nothing(tmp_path: Path) -> None:
    (tmp_path / "fails.py").write_text(FAILS, encoding="utf-8")
    variables = {"PYTHONPATH": f"{ROOT}{os.pathsep}{tmp_path}"}
    arguments = ("--wallet-contract=casino", RESENT, "--showlocals", "-vv", "--full-trace", "--junitxml=x.xml")
    done = run(*arguments, cwd=tmp_path, variables=variables, plugins=("fails",))
    assert done.status == 1
    assert "walletproof itself failed, which says nothing about the wallet: please report it." in done.output
    assert "ZeroDivisionError" in done.output
    assert "hush-hush" not in done.output
    assert "NOT CERTIFIED: 1 scenario could not be decided (walletproof itself failed)" in " ".join(done.output.split())
    assert dict(properties(tmp_path / "x.xml").popitem()[1])["verdict"] == "unknown"


FAILS = """
import harness.plugin.run


def examine(self, scenario, contract):
    secret = "hush-" + "hush"
    return len(secret) / 0


harness.plugin.run.Run.examine = examine
"""


@pytest.mark.full
def test_no_artefact_of_a_failing_run_has_a_credential(forgetful: Wallet, tmp_path: Path) -> None:
    options = ("-vv", "--showlocals", "--full-trace", "--log-level=DEBUG", "--junitxml=x.xml", "-rA")
    done = certify(forgetful, "idempotency", "signature", *options, cwd=tmp_path)
    everything = done.output + (tmp_path / "x.xml").read_text(encoding="utf-8")
    assert done.status == 1
    assert [name for name, value in CREDENTIALS.items() if value in everything and "KEY" not in name] == []


def test_a_wallet_that_dies_half_way_is_told_of_and_leaves_the_run_incomplete(tmp_path: Path) -> None:
    (tmp_path / "killer.py").write_text(KILLS_THE_WALLET, encoding="utf-8")
    variables = {"PYTHONPATH": f"{ROOT}{os.pathsep}{tmp_path}"}
    arguments = ("--wallet-contract=casino", "--wallet-limit=recovery_seconds=0.5", "idempotency")
    done = run(*arguments, cwd=tmp_path, variables=variables, plugins=("killer",))
    assert done.status == 11
    assert "the bundled wallet ended with status -9 before the run did" in done.output
    assert "INCOMPLETE" in done.output
    assert "the provisioning address does not answer" in " ".join(done.output.split())
    assert "Traceback" not in done.output


KILLS_THE_WALLET = """
import harness.plugin


def pytest_runtest_logreport(report):
    if report.when == "teardown" and "resent" in report.nodeid:
        CONFIG[0].stash[harness.plugin.RUN]._wallet._process.kill()


CONFIG = []


def pytest_configure(config):
    CONFIG.append(config)
"""


@pytest.mark.full
def test_interrupted_it_stops_the_bundled_wallet(tmp_path: Path) -> None:
    (tmp_path / "teller.py").write_text(TELLS_THE_WALLET, encoding="utf-8")
    with subprocess.Popen(
        command("--wallet-contract=casino", "-s", plugins=("teller",)),
        cwd=tmp_path,
        env=environment({"PYTHONPATH": f"{ROOT}{os.pathsep}{tmp_path}"}),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        # What runs in the background of a shell ignores the signal, and so does all that it starts.
        preexec_fn=heed_interrupts,  # noqa: PLW1509 -- no thread of this process holds anything that it would need
    ) as process:
        assert process.stdout is not None
        number = next(line.split()[1] for line in process.stdout if line.startswith("wallet "))
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=DEADLINE_SECONDS)
    assert process.returncode == 2
    assert re.search(r"^!+ broken off", rest, re.MULTILINE)
    assert ends_within(int(number), seconds=PATIENCE_SECONDS)


TELLS_THE_WALLET = """
import harness.plugin


def pytest_runtest_logreport(report):
    print(f"\\nwallet {CONFIG[0].stash[harness.plugin.RUN]._wallet._process.pid}", flush=True)


CONFIG = []


def pytest_configure(config):
    CONFIG.append(config)
"""
