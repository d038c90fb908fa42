"""The report as data: of its published shape, whole or refused, the same after JSON, and never with a secret."""

from __future__ import annotations

import base64
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from credentials_at_hand import public_of, secret_of
from report_at_hand import CREDENTIALS, everything, report

from harness.contracts import Contract
from harness.model import Operation, Reply, Request
from harness.report import ReportError, RunFacts, read, report_data, write
from harness.report.data import causes
from harness.report.report_files import SUFFIXES, complaint_about
from mock_server.defects import named
from mock_server.wallet import Wallet
from mock_server.wire import Answer

SOME = {
    "casino": [
        "idempotency/resent_settlement",
        "races/identical_bets",
        "signature/wrong_signature",
        "batch/full_batch",
    ],
    "sportsbook": ["authentication/login", "idempotency/resent_bet", "authentication/wrong_password"],
}


class Telltale(Wallet):
    """Repeats what it knows of the platform in every answer, in every form that it can think of."""

    def write(self, contract: Contract, operation: Operation | None, reply: Reply, request: Request) -> Answer:
        answer = super().write(contract, operation, reply, request)
        who = CREDENTIALS[contract.name]
        basic = base64.b64encode(f"{public_of(who)}:{secret_of(who)}".encode()).decode()
        told = [
            secret_of(who),
            public_of(who),
            secret_of(who).upper(),
            basic,
            secret_of(who).encode().hex(),
            f"Basic {basic}",
        ]
        told.append(base64.b64encode(f"xx{secret_of(who)}".encode()).decode())
        extra = json.dumps({"debug": told})[1:-1].encode()
        body = answer.body.rstrip()
        return Answer(answer.status, answer.headers, body[:-1] + b"," + extra + b"}" if body != b"{}" else body)


@pytest.fixture(scope="module")
def forgetful() -> dict[str, Any]:
    return report(named("forgets-every-transaction").wallet_type, SOME)


def test_a_report_has_the_shape_that_is_published(forgetful: dict[str, Any]) -> None:
    assert not complaint_about(forgetful)
    assert forgetful["contracts"]["casino"]["verdict"] == "NOT CERTIFIED"
    by_id = {each["id"]: each for each in forgetful["requirements"]}
    assert by_id["CAS-IDM-01"]["status"] == "fail"
    assert by_id["CAS-IDM-01"]["level"] == "MUST"
    assert "idempotency/resent_settlement" in by_id["CAS-IDM-01"]["scenarios"]
    assert forgetful["counts"]["scenarios"] == 7


def test_a_report_survives_its_file(forgetful: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "deep" / "report.json"
    write(path, forgetful)
    assert read(path) == json.loads(json.dumps(forgetful), parse_float=Decimal)
    assert [each.name for each in path.parent.iterdir()] == ["report.json"]


@pytest.mark.parametrize("spoil", [lambda text: text[: len(text) // 2], lambda text: "{}", lambda text: ""])
def test_half_a_report_is_no_report(spoil: Any, forgetful: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    write(path, forgetful)
    path.write_text(spoil(path.read_text()))
    with pytest.raises(ReportError, match=r"report\.json"):
        read(path)


def test_a_missing_scenario_is_noticed(forgetful: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    write(path, {**forgetful, "scenarios": forgetful["scenarios"][1:]})
    with pytest.raises(ReportError, match="counts 7 scenarios, and has 6"):
        read(path)


def test_the_balance_expected_stands_beside_the_balance_shown(forgetful: dict[str, Any]) -> None:
    scenario = next(each for each in forgetful["scenarios"] if each["id"] == "idempotency/resent_settlement")
    points = [each for exchange in scenario["exchanges"] for each in exchange["balances"]]
    wrong = [each for each in points if each["expected"] and each["shown"] not in (None, *each["expected"])]
    assert wrong


def test_findings_with_one_cause_are_told_once(forgetful: dict[str, Any]) -> None:
    found = causes(forgetful)
    assert len({(each["contract"], each["status"], each["cause"]) for each in found}) == len(found)
    assert any("transactionId" in each["cause"] for each in found)


def test_no_form_of_a_report_holds_a_secret(tmp_path: Path) -> None:
    made = report(Telltale, SOME)
    write(tmp_path / "proof.json", made)
    assert '\\"debug\\"' in (tmp_path / "proof.json").read_text(), "what the wallet told has to reach the report"
    for suffix in SUFFIXES:
        path = tmp_path / f"report{suffix}"
        write(path, made)
        text = path.read_text().lower()
        for who in CREDENTIALS.values():
            for shape in _shapes(public_of(who), secret_of(who)):
                assert shape.lower() not in text, (suffix, shape)


def _shapes(key: str, secret: str) -> list[str]:
    """The secret in the clear, as hex, and every base64 that it can be part of."""
    found = [secret, secret.encode().hex(), base64.b64encode(f"{key}:{secret}".encode()).decode()]
    for offset in range(3):
        whole = base64.b64encode(b"x" * offset + secret.encode()).decode()
        found.append(whole[4:-4])
    return found


@pytest.mark.full
def test_the_report_of_the_whole_suite_stays_small(tmp_path: Path) -> None:
    made = report(named("forgets-every-transaction").wallet_type, {"casino": everything("casino")[:200]})
    path = tmp_path / "report.json"
    write(path, made)
    assert path.stat().st_size < 5_000_000


def test_an_interrupted_run_is_marked(tmp_path: Path) -> None:
    made = report(Wallet, {"casino": ["idempotency/resent_settlement"]}, complete=False)
    assert made["complete"] is False
    write(tmp_path / "r.md", made)
    assert "interrupted" in (tmp_path / "r.md").read_text()


def test_what_cannot_be_written_is_a_sentence(forgetful: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ReportError, match="cannot be written"):
        write(tmp_path / "file" / "report.json", forgetful)
    with pytest.raises(ReportError, match=r"\.json, \.html, \.md, \.har"):
        write(tmp_path / "report.txt", forgetful)


@pytest.mark.parametrize("suffix", [".json", ".har"])
def test_a_file_that_is_not_finished_leaves_nothing(suffix: str, forgetful: dict[str, Any], tmp_path: Path) -> None:
    class Unlike:
        """No value of JSON: the encoder raises TypeError in the middle of the file."""

    path = tmp_path / f"report{suffix}"
    path.write_text("before")
    exchanges = forgetful["scenarios"][0]["exchanges"]
    broken = {**exchanges[0], "request": {**exchanges[0]["request"], "body": Unlike()}}
    scenario = {**forgetful["scenarios"][0], "exchanges": [broken, *exchanges[1:]]}
    with pytest.raises(TypeError):
        write(path, {**forgetful, "scenarios": [scenario]})
    assert [(each.name, each.read_text()) for each in tmp_path.iterdir()] == [(path.name, "before")]


def test_a_mistake_in_signing_is_reported_with_the_steps_that_prove_it() -> None:
    made = report(named("signs-with-spaces").wallet_type, {"casino": ["signature/correct_signature"]})
    (scenario,) = made["scenarios"]
    (verdict,) = scenario["verdicts"]
    assert "spaces after ':'" in verdict["probably"]
    assert scenario["exchanges"][0].get("alteration") == {}
    assert scenario["exchanges"][verdict["exchange"]]["alteration"] == {"forged": "signed_with_spaces"}
    assert scenario["exchanges"][verdict["exchange"]]["response"]["status"] == 200
    assert not complaint_about(made)


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("wallet.yaml", "wallet.yaml"),
        ("{here}/stages/wallet.yaml", "stages/wallet.yaml"),
        ("{here}/stages/../wallet.yaml", "wallet.yaml"),
        ("{here}/../wallet.yaml", ""),
        ("../wallet.yaml", ""),
        ("", ""),
    ],
)
def test_a_profile_of_the_working_directory_is_named_relative_to_it(
    written: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    facts = RunFacts(
        id="00000000",
        targets={},
        harness="0.0.0",
        seed=1,
        started="2026-11-21T04:00:00+00:00",
        finished="2026-11-21T04:00:09+00:00",
        digests={},
        environment={},
        profile=written.format(here=tmp_path),
    )
    assert report_data(facts, [], [], {}, {}, complete=True)["run"]["profile"] == told
