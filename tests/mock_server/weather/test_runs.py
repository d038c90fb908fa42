"""Whole runs against the sound wallet in bad weather.

Harmless weather leaves it certified. Spoilt answers make the format red, and leave a scenario undecided where it needed
the answer. Nothing about money is ever found.
"""

from __future__ import annotations

import http.client
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from plugin_run import CREDENTIALS, Done, run, wallet

BOTH = pytest.mark.parametrize("contract", ["casino", "sportsbook"])

HARMLESS = {
    "ways to answer": (
        "gzip",
        "chunked every 3rd",
        "close every 4th",
        "slow-body 100ms every 50th",
        "latency 20ms every 10th",
    ),
    "lost on the way": ("drop-reply every 1301st", "drop-request every 1601st", "reset every 1901st"),
    "busy": ("busy 1s every 901st", "unavailable 1s every 1103rd"),
    "delivered twice": ("duplicate",),
}
"""No rule strikes twice within the requests of one race and of its second playing."""

SPOILT = ("truncated", "cut-body", "wrong-type", "bare-error")
SHAPES = {"casino": {"CAS-ANS-01", "CAS-SET-04"}, "sportsbook": {"SPB-ANS-01", "SPB-UNS-04"}}
"""The requirements of the shapes of answers: of every operation, and of the one whose shape is its own."""
SOME = ("scenarios/idempotency", "scenarios/settlement", "scenarios/input", "scenarios/money")


def report_of(weather: tuple[str, ...], contract: str, folder: Path, *arguments: str) -> tuple[Done, dict[str, Any]]:
    """The end of a run in this weather, and its report. Every rule has struck."""
    path = folder / "report.json"
    rules = [part for rule in weather for part in ("--weather", rule)]
    with wallet("none", "--live-weather", *rules) as found:
        options = (*found.options(contract), f"--wallet-report={path}")
        done = run(*options, *arguments, variables=CREDENTIALS)
        assert all(fired for _, fired in struck(found.root)), "a rule has never struck"
    return done, json.loads(path.read_text(), parse_float=Decimal)


def struck(root: str) -> list[tuple[str, int]]:

    connection = http.client.HTTPConnection(root.removeprefix("http://"))
    connection.request("GET", "/__admin/weather")
    found = json.loads(connection.getresponse().read(), parse_float=Decimal)["weather"]
    connection.close()
    return [(each["rule"], each["fired"]) for each in found]


def verdicts(report: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Check, requirement and status of everything that did not pass."""
    found = [verdict for scenario in report["scenarios"] for verdict in scenario["verdicts"]]
    return [(each["check"], each["requirement"], each["status"]) for each in found if each["status"] != "pass"]


@pytest.mark.full
@BOTH
@pytest.mark.parametrize("weather", HARMLESS)
def test_the_sound_wallet_is_certified_in_harmless_weather(weather: str, contract: str, tmp_path: Path) -> None:
    done, report = report_of(HARMLESS[weather], contract, tmp_path)
    assert (report["contracts"][contract]["verdict"], done.status) == ("CERTIFIED", 0), done.output
    assert not verdicts(report)


@pytest.mark.full
@BOTH
@pytest.mark.parametrize("fault", SPOILT)
def test_spoilt_answers_are_a_fault_of_the_format_alone(fault: str, contract: str, tmp_path: Path) -> None:
    """What is undecided, because its answer could not be read, names the delivery."""
    _, report = report_of((f"{fault} every 17th",), contract, tmp_path, *SOME)
    found = set(verdicts(report))
    red = {(check, requirement) for check, requirement, status in found if status == "fail"}
    assert red <= {("schema", requirement) for requirement in SHAPES[contract]}, found
    assert bool(red) == (fault == "truncated"), "a shape is wrong, and every other fault is one of the HTTP around it"
    assert {check for check, _, status in found if status == "warn"} <= {"format", "delivery"}, found
    assert {check for check, _, status in found if status == "unknown"} <= {"delivery"}, found
    assert found


@pytest.mark.full
@BOTH
def test_a_balance_that_lags_is_that_fault_alone(contract: str, tmp_path: Path) -> None:
    """The documents demand that a balance agrees with the answers. Every booking is right, and so it is judged."""
    done, report = report_of(("lag 100ms balance",), contract, tmp_path, "scenarios/settlement")
    found = set(verdicts(report))
    prefix = {"casino": "CAS", "sportsbook": "SPB"}[contract]
    assert {requirement for _, requirement, _ in found} == {f"{prefix}-BAL-01"}, done.output
    summaries = {each["summary"] for scenario in report["scenarios"] for each in scenario["verdicts"]}
    assert summaries == {"shows an old balance, which is right when it is read again"}


def test_a_run_in_some_weather_reports_each_strike(tmp_path: Path) -> None:
    """The quick form of the tests above: a few scenarios in one kind of weather."""
    scenario = "scenarios/idempotency/resent_settlement.yaml"
    done, report = report_of(("drop-reply every 4th settlement", "gzip"), "casino", tmp_path, scenario)
    assert done.status == 11, "a part of the suite certifies nothing"
    assert [each["status"] for each in report["scenarios"]] == ["pass"]
    assert report["scenarios"][0]["resent"] > 0
