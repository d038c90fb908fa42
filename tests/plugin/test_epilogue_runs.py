"""The epilogue in whole runs: when there is one, what is printed, and how several processes have one each."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from plugin_run import CREDENTIALS, Done, run
from restartable_wallet import restartable

XDIST = ("no:cacheprovider", "xdist.plugin", "xdist.looponfail")
SMALL = ("--wallet-limit=races=1", "--wallet-limit=rounds=5", "--wallet-limit=burst=5", "--wallet-limit=batch=20")
CASINO = ("--wallet-contract=casino", *SMALL)
NONE = "casino: no epilogue, because"


@pytest.mark.full
def test_a_whole_run_ends_with_it(tmp_path: Path) -> None:
    report, junit = tmp_path / "report.json", tmp_path / "junit.xml"
    done = run(*CASINO, f"--wallet-report={report}", f"--junit-xml={junit}", "-v", cwd=tmp_path)
    assert done.status == 0, done.output
    items = [line for line in done.lines if "::casino" in line]
    assert items[-1].startswith("epilogue/first_transactions.yaml::casino PASSED")
    assert "repeats     were tried up to " in done.output
    assert "no restart was tried" in done.output
    assert "not judged: repeats after a restart (hooks.restart in wallet.yaml" in " ".join(done.output.split())
    data = json.loads(report.read_text(), parse_float=Decimal)
    (entry,) = [each for each in data["scenarios"] if each["id"] == "epilogue/first_transactions"]
    assert entry["late"] == data["contracts"]["casino"]["late"]
    assert data["contracts"]["casino"]["repeats"].startswith("repeats were tried up to ")
    assert all(each["late"] is not None for each in entry["exchanges"] if each["step"] >= 0)
    cases = [each.attrib for each in ET.parse(junit).iter("testcase")]
    assert [each["classname"] for each in cases if each["name"] == "first_transactions"] == ["casino.epilogue"]


@pytest.mark.parametrize("part", [("-k", "zero_amount"), ("zero_amount",), ("-k", "zero_amount or epilogue")])
def test_a_part_has_none_and_says_so(part: tuple[str, ...], tmp_path: Path) -> None:
    done = run(*CASINO, *part, "-v", cwd=tmp_path)
    assert "epilogue/first_transactions.yaml::casino" not in done.output
    assert f"{NONE} only a part of its scenarios was selected: " in done.output


@pytest.mark.parametrize("processes", [(), pytest.param(("-n", "2"), marks=pytest.mark.full)])
def test_a_run_that_is_broken_off_has_none_and_says_so(processes: tuple[str, ...], tmp_path: Path) -> None:
    plugins = XDIST if processes else ("no:cacheprovider",)
    broken = ("--wallet-defect=forgets-every-transaction", "-x")
    done = run(*CASINO, *broken, *processes, cwd=tmp_path, plugins=plugins)
    assert done.status in {1, 2}
    assert f"{NONE} the run was broken off: " in done.output


@pytest.mark.full
def test_each_process_has_its_own_after_one_restart(tmp_path: Path) -> None:
    with restartable(tmp_path) as wallet:
        report = tmp_path / "report.json"
        done = _certify(wallet.profile("casino"), "-n", "2", f"--wallet-report={report}", plugins=XDIST)
        assert done.status == 0, done.output
        assert wallet.restarts == 1
    data = json.loads(report.read_text(), parse_float=Decimal)
    own = [each for each in data["scenarios"] if each["id"] == "epilogue/first_transactions"]
    assert [each["late"]["restarts"] for each in own] == [1, 1]
    assert data["contracts"]["casino"]["late"]["restarts"] == 1


@pytest.mark.full
def test_a_wallet_that_forgets_at_a_restart_is_found(tmp_path: Path) -> None:
    with restartable(tmp_path, "--defect", "forgets-at-a-restart") as wallet:
        done = _certify(wallet.profile("sportsbook"), "-v", "--wallet-limit=explore=0")
        assert wallet.restarts == 3, "in two scenarios of the sportsbook, and before the epilogue"
    assert done.status == 1
    assert "epilogue/first_transactions.yaml::sportsbook FAILED" in done.output
    assert " 3 restarts later\n" in done.output


@pytest.mark.full
def test_a_restart_that_fails_is_told_with_its_command(tmp_path: Path) -> None:
    with restartable(tmp_path) as wallet:
        profile = wallet.profile("casino")
        profile.write_text(profile.read_text().replace(wallet.command, "false"))
        done = _certify(profile)
    assert done.status == 1
    assert "hooks.restart ended with status 1: run it by hand (false)" in done.output
    assert "Traceback" not in done.output


def _certify(profile: Path, *arguments: str, plugins: tuple[str, ...] = ("no:cacheprovider",)) -> Done:
    chosen = (f"--wallet-profile={profile}", *SMALL, *arguments)
    return run(*chosen, cwd=profile.parent, variables=CREDENTIALS, plugins=plugins)
