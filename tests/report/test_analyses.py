"""SARIF and GitLab's code quality: one finding for a scenario and a requirement, with severity and identity."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from code_analysis_forms import CODE_QUALITY, SARIF
from report_at_hand import ROOT, everything, report

from harness.model import Waiver
from harness.report import ReportError, write
from harness.report.code_quality import code_quality
from harness.report.finding_rows import finding_rows
from harness.report.report_files import SUFFIXES, complaint_about_name, suffix_of
from harness.report.repository_places import repository
from harness.report.sarif import sarif
from mock_server.defects import named
from mock_server.wallet import Wallet

SOME = [each for each in everything("casino") if each.startswith(("idempotency/", "insufficient_funds/"))]


@pytest.fixture(scope="module")
def made() -> dict[str, Any]:
    wallet_type = named("refuses-the-exact-balance").wallet_type
    waiver = Waiver(requirement="CAS-FND-03", reason="release 42", owner="us", until=date(2030, 1, 1))
    return report(wallet_type, {"casino": SOME}, waivers=[waiver])


@pytest.fixture(scope="module")
def forgetful() -> dict[str, Any]:
    return report(named("forgets-every-transaction").wallet_type, {"casino": SOME})


def read_back(path: Path, made: dict[str, Any]) -> Any:
    write(path, made)
    return json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)


@pytest.mark.parametrize("which", ["forgetful", "made"])
def test_both_have_the_form_that_their_readers_ask_for(
    which: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    report = request.getfixturevalue(which)
    jsonschema.validate(read_back(tmp_path / "run.sarif", report), SARIF)
    jsonschema.validate(read_back(tmp_path / "run.gitlab.json", report), CODE_QUALITY)


def test_a_result_has_a_rule_a_place_and_an_identity(forgetful: dict[str, Any], tmp_path: Path) -> None:
    log = read_back(tmp_path / "run.sarif", forgetful)
    (run,) = log["runs"]
    assert log["version"] == "2.1.0"
    rules = run["tool"]["driver"]["rules"]
    assert [each["id"] for each in rules] == [each["id"] for each in forgetful["requirements"]]
    assert len(run["results"]) > 10
    for each in run["results"]:
        assert rules[each["ruleIndex"]]["id"] == each["ruleId"]
        (place,) = each["locations"]
        file = place["physicalLocation"]["artifactLocation"]["uri"]
        line = place["physicalLocation"]["region"]["startLine"]
        assert len((Path(__file__).parents[2] / file).read_text().splitlines()) >= line > 0
        assert place["logicalLocations"][0]["fullyQualifiedName"].startswith("casino/")
    prints = [each["partialFingerprints"]["walletproof/v1"] for each in run["results"]]
    assert len(set(prints)) == len(prints)
    assert {each["level"] for each in run["results"]} >= {"error"}
    assert run["invocations"][0]["executionSuccessful"] is True


def a_repository(folder: Path, monkeypatch: pytest.MonkeyPatch, *names: str) -> Path:
    """A folder with `.git` and these files, and a folder in it as the current one."""
    (folder / ".git").mkdir()
    inner = folder / "tests" / "wallet"
    inner.mkdir(parents=True)
    for name in names:
        (inner / name).parent.mkdir(parents=True, exist_ok=True)
        (inner / name).write_text("strict: false\ncontracts:\n  casino:\n    url: http://x\n", encoding="utf-8")
    monkeypatch.chdir(inner)
    for name in ("GITHUB_WORKSPACE", "CI_PROJECT_DIR", "BUILD_SOURCESDIRECTORY"):
        monkeypatch.delenv(name, raising=False)
    return folder


PROFILE, OWN = "wallet.yaml", "scenarios/idempotency/resent_settlement.yaml"


@pytest.mark.parametrize(
    ("names", "profile", "place"),
    [
        ((PROFILE,), PROFILE, ("tests/wallet/wallet.yaml", 3)),
        ((PROFILE, "conftest.py"), PROFILE, ("tests/wallet/wallet.yaml", 3)),
        (("conftest.py", "README.md"), "", ("tests/wallet/conftest.py", 1)),
        (("README.md",), "gone.yaml", ("tests/wallet/README.md", 1)),
        ((PROFILE, OWN), PROFILE, (f"tests/wallet/{OWN}", 5)),
    ],
)
def test_every_finding_stands_in_a_file_of_the_repository(
    names: tuple[str, ...],
    profile: str,
    place: tuple[str, int],
    forgetful: dict[str, Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """GitHub refuses a log with one result without a file, and both link to files by their path in the repository."""
    root = a_repository(tmp_path, monkeypatch, *names)
    one = [each for each in forgetful["scenarios"] if each["id"] == "idempotency/resent_settlement"]
    made = {**forgetful, "run": {**forgetful["run"], "profile": profile}, "scenarios": one}
    log = read_back(tmp_path / "run.sarif", made)
    issues = read_back(tmp_path / "run.gitlab.json", made)
    for result in log["runs"][0]["results"]:
        (location,) = result["locations"]
        physical = location["physicalLocation"]
        assert physical["artifactLocation"]["uriBaseId"] == "%SRCROOT%"
        assert (physical["artifactLocation"]["uri"], physical["region"]["startLine"])[0] == place[0]
        assert location["logicalLocations"][0]["fullyQualifiedName"] == "casino/idempotency/resent_settlement"
        assert result["properties"]["scenario"] == OWN
        assert result["properties"]["line"] > 1
        assert (root / physical["artifactLocation"]["uri"]).is_file()
    assert {each["location"]["path"] for each in issues} == {place[0]}
    if place[0] != f"tests/wallet/{OWN}":
        assert {each["location"]["lines"]["begin"] for each in issues} == {place[1]}


def test_findings_in_one_line_stay_apart(forgetful: dict[str, Any], tmp_path: Path, monkeypatch: Any) -> None:
    """GitHub takes results of one rule with one fingerprint for one alert."""
    a_repository(tmp_path, monkeypatch, PROFILE)
    made = {**forgetful, "run": {**forgetful["run"], "profile": PROFILE}}
    results = read_back(tmp_path / "run.sarif", made)["runs"][0]["results"]
    prints = [each["partialFingerprints"]["primaryLocationLineHash"] for each in results]
    assert len(set(prints)) == len(prints) > 10


def test_without_any_file_of_the_repository_the_scenarios_own_path_stands(
    forgetful: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_repository(tmp_path, monkeypatch)
    issues = read_back(tmp_path / "run.gitlab.json", forgetful)
    assert {each["location"]["path"].partition("/")[0] for each in issues} == {"scenarios"}


@pytest.mark.parametrize("variable", ["GITHUB_WORKSPACE", "CI_PROJECT_DIR", "BUILD_SOURCESDIRECTORY"])
def test_a_service_names_the_root_of_the_repository(
    variable: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = a_repository(tmp_path, monkeypatch, PROFILE)
    assert repository({}) == root
    assert repository({variable: str(root / "tests")}) == root / "tests"


def test_a_waived_finding_is_suppressed_and_only_information(made: dict[str, Any]) -> None:
    waived = [each for each in finding_rows(made, ROOT) if each.waived]
    assert waived
    suppressed = [each for each in sarif(made, ROOT)["runs"][0]["results"] if "suppressions" in each]
    assert len(suppressed) == len(waived)
    assert sum(each["severity"] == "info" for each in code_quality(made, ROOT)) == len(waived)


def test_gitlab_gets_what_it_needs_worst_first(forgetful: dict[str, Any], tmp_path: Path) -> None:
    issues = read_back(tmp_path / "gl-code-quality.gitlab.json", forgetful)
    for each in issues:
        assert set(each) == {"description", "check_name", "fingerprint", "severity", "location"}
        assert each["severity"] in {"info", "minor", "major", "critical", "blocker"}
        assert each["location"]["lines"]["begin"] >= 1
    assert len({each["fingerprint"] for each in issues}) == len(issues)
    order = ["blocker", "critical", "major", "minor", "info"]
    places = [order.index(each["severity"]) for each in issues]
    assert places == sorted(places)
    assert issues[0]["severity"] == "blocker", "money that is booked twice"


def identities(report: dict[str, Any]) -> list[str]:
    return [each.fingerprint for each in finding_rows(report, ROOT)]


def test_the_identity_of_a_finding_stays_from_run_to_run(forgetful: dict[str, Any]) -> None:
    again = report(named("forgets-every-transaction").wallet_type, {"casino": SOME})
    assert identities(again) == identities(forgetful)


def test_a_sound_wallet_has_no_finding() -> None:
    sound = report(Wallet, {"casino": ["idempotency/resent_settlement"]})
    assert sarif(sound, ROOT)["runs"][0]["results"] == []
    assert code_quality(sound, ROOT) == []


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_end_of_a_name_selects_the_form(suffix: str) -> None:
    assert suffix_of(Path(f"report{suffix}")) == suffix
    assert suffix_of(Path(f"REPORT{suffix.upper()}")) == suffix
    assert complaint_about_name(Path(f"report{suffix}")) == ""


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("", "the name is empty"),
        ("report", "with no such end"),
        ("report.txt", "ends with .txt"),
        ("report.htm", "did you mean report.html?"),
        ("report.jsn", "did you mean report.json?"),
        ("report.", "one of .json"),
        (".html", "is only an end: give a name before it, as in report.html"),
        ("folder/.gitlab.json", "is only an end"),
    ],
)
def test_a_name_without_a_known_end_is_a_sentence(name: str, says: str, tmp_path: Path) -> None:
    assert says in complaint_about_name(Path(name))
    if name:
        with pytest.raises(ReportError):
            write(tmp_path / name, {})
