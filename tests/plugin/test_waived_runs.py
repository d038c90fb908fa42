"""Runs with waivers: a waived violation fails no run, any other does, and every output names the waivers."""

from __future__ import annotations

import json
import os
import re
import xml.etree.ElementTree as ET
from decimal import Decimal
from pathlib import Path

import pytest
from plugin_run import CREDENTIALS, ROOT, Done, run, wallet

EXACT = "insufficient_funds/exactly_the_balance.yaml"
BROKEN = ("CAS-FND-03", "CAS-IDM-06", "CAS-LST-01")
"""What the wallet that refuses the exact balance breaks, but for SHOULDs."""
XDIST = ("xdist.plugin", "xdist.looponfail")
WAIVES = """
import dataclasses
import datetime
import json
import os

import harness.plugin.run
from harness.model import Waiver

begin = harness.plugin.run.Run.begin
told = json.loads(os.environ["TEST_WAIVERS"])
told = [{**each, "until": datetime.date.fromisoformat(each["until"])} for each in told]


def with_waivers(self, facts):
    profile = dataclasses.replace(self.configuration.profile, waivers=tuple(Waiver(**each) for each in told))
    self.configuration = dataclasses.replace(self.configuration, profile=profile)
    begin(self, facts)


harness.plugin.run.Run.begin = with_waivers
"""
"""A plugin that stands for a profile: the run has the waivers of an environment variable."""


def waived(folder: Path, *ids: str, until: str = "2999-01-31") -> dict[str, str]:
    """The environment of a run with these waivers; `waives` is the plugin that it has to load."""
    (folder / "waives.py").write_text(WAIVES, encoding="utf-8")
    waivers = [{"requirement": each, "reason": "release 42", "owner": "wallet team", "until": until} for each in ids]
    path = f"{ROOT}{os.pathsep}{folder}"
    return {"PYTHONPATH": path, "TEST_WAIVERS": json.dumps(waivers)}


def of_refuser(folder: Path, *arguments: str, ids: tuple[str, ...] = BROKEN, until: str = "2999-01-31") -> Done:
    """A run of a wallet that refuses a debit of exactly the balance, without generated scenarios.

    These combine it with everything else, so that it violates requirements of other themes, too.
    """
    plugins = ("no:cacheprovider", "waives", *(XDIST if "-n" in arguments else ()))
    chosen = (
        "--wallet-contract=casino",
        "--wallet-defect=refuses-the-exact-balance",
        "--wallet-limit=explore=0",
        *arguments,
    )
    return run(*chosen, cwd=folder, variables=waived(folder, *ids, until=until), plugins=plugins)


@pytest.fixture(scope="module", params=[(), ("-n", "2")], ids=["one process", "two workers"])
def certified(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Done, Path]:
    folder = tmp_path_factory.mktemp("run")
    options = ("--wallet-report=r.json", "--junitxml=x.xml", *request.param)
    return of_refuser(folder, *options), folder


@pytest.mark.full
def test_what_is_waived_fails_no_run(certified: tuple[Done, Path]) -> None:
    done, _ = certified
    assert done.status == 0, done.output[-3000:]
    assert re.search(r"[0-9]+ passed.*, 10 waived", done.lines[-1])
    assert re.search(r"^casino  CERTIFIED with 3 waivers: ", done.output, re.MULTILINE)
    assert re.search(
        r"waived +CAS-FND-03 until 2999-01-31 \(wallet team\): release 42 \[needed, 8 scenarios\]", done.output
    )
    assert "less than or equal" not in done.output.partition("what to fix")[2], "nothing of it is to be fixed now"


@pytest.mark.full
def test_the_report_has_the_truth_and_the_waivers(certified: tuple[Done, Path]) -> None:
    report = json.loads((certified[1] / "r.json").read_text(encoding="utf-8"), parse_float=Decimal)
    assert report["contracts"]["casino"]["verdict"] == "CERTIFIED with 3 waivers"
    assert {each["requirement"]: each["state"] for each in report["run"]["waivers"]} == {
        "CAS-FND-03": "needed",
        "CAS-IDM-06": "needed",
        "CAS-LST-01": "needed",
    }
    by_id = {each["id"]: each for each in report["requirements"]}
    assert (by_id["CAS-FND-03"]["status"], by_id["CAS-FND-03"]["waived"]) == ("fail", True)
    assert report["counts"]["fail"] == 0
    assert report["counts"]["waived"] == 10


@pytest.mark.full
def test_junit_shows_it_as_an_expected_failure(certified: tuple[Done, Path]) -> None:
    cases = ET.parse(certified[1] / "x.xml").getroot().iter("testcase")
    (case,) = (each for each in cases if each.get("name") == "exactly_the_balance")
    (skipped,) = case.iter("skipped")
    assert skipped.get("type") == "pytest.xfail"
    assert skipped.get("message") == "CAS-FND-03 waived until 2999-01-31 by wallet team: release 42"
    properties = {each.get("name"): each.get("value") for each in case.iter("property")}
    assert (properties["verdict"], properties["waived"]) == ("fail", "CAS-FND-03")


def test_a_part_of_the_suite_stays_incomplete(tmp_path: Path) -> None:
    done = of_refuser(tmp_path, EXACT)
    assert done.status == 11
    assert "1 waived in" in done.lines[-1]


@pytest.mark.full
def test_a_waiver_that_is_not_needed_fails_the_run(tmp_path: Path) -> None:
    done = of_refuser(tmp_path, ids=(*BROKEN, "CAS-SET-02"))
    assert done.status == 1
    told = " ".join(done.output.split())
    assert "the waiver of CAS-SET-02 is no longer needed, the requirement holds: remove it" in told


@pytest.mark.full
def test_an_expired_waiver_excuses_nothing(tmp_path: Path) -> None:
    done = of_refuser(tmp_path, EXACT, until="2020-01-31")
    assert done.status == 1
    assert "1 failed" in done.lines[-1]
    assert "expired on 2020-01-31" in " ".join(done.output.split())


@pytest.mark.full
def test_conservation_of_money_cannot_be_waived(tmp_path: Path) -> None:
    done = of_refuser(tmp_path, EXACT, ids=("CAS-FND-03", "CAS-CON-01"))
    assert done.status == 1
    assert "CAS-CON-01 cannot be waived" in " ".join(done.output.split())


@pytest.mark.full
def test_of_a_contract_that_nobody_selected_nothing_is_said(tmp_path: Path) -> None:
    done = run("-m", "casino", "--wallet-report=r.json", cwd=tmp_path)
    assert done.status == 0
    assert re.search(r"^casino +CERTIFIED: ", done.output, re.MULTILINE)
    assert re.search(r"^sportsbook +NOT RUN: no scenario of it was selected\.$", done.output, re.MULTILINE)
    report = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"), parse_float=Decimal)
    assert report["contracts"]["sportsbook"]["verdict"] == "NOT RUN"
    assert re.fullmatch(r"\d+ of \d+ scenarios were selected", report["run"]["selection"])


@pytest.mark.full
def test_strictly_a_violated_should_is_in_the_verdict(tmp_path: Path) -> None:
    options = ("--wallet-contract=casino", "--wallet-defect=believes-for-ever", "--wallet-strict")
    done = run(*options, "signature", cwd=tmp_path)
    assert done.status == 1
    assert re.search(
        r"^casino  NOT CERTIFIED: ",
        done.output,
        re.MULTILINE,
    )


@pytest.mark.full
def test_a_profile_waives(tmp_path: Path) -> None:
    """From the file to the exit status, against a wallet that is somewhere else."""
    profile = tmp_path / "wallet.yaml"
    with wallet("patient") as patient:
        keys = '{api_key: "${WALLET_API_KEY}", secret: "${WALLET_SECRET}"}'
        profile.write_text(
            f"contracts: {{casino: {{url: '{patient.root}/casino', credentials: {keys}}}}}\n"
            f"provision: {{url: '{patient.root}/__admin/player'}}\n"
            "waivers: [{requirement: CAS-SIG-07, reason: release 42, owner: wallet team, until: 2999-01-31}]\n",
            encoding="utf-8",
        )
        options = (f"--wallet-profile={profile}", "--wallet-report=r.json")
        done = run(*options, cwd=tmp_path, variables=CREDENTIALS)
    assert done.status == 0, done.output[-3000:]
    assert re.search(r"^casino  CERTIFIED with 1 waiver: ", done.output, re.MULTILINE)
    report = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"), parse_float=Decimal)
    assert len(report["run"]["digests"]["profile"]) == 64
