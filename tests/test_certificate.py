"""A certificate is given for a complete and passed run alone, and whoever has the public key can check it."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from report_at_hand import everything, report

from harness.cli import main
from harness.report import ReportError, write_text
from harness.report.certificate import claims, new_keys, now_utc, refusal, sign, verify
from harness.report.html import render_certificate
from mock_server.defects import named
from mock_server.wallet import Wallet


@pytest.fixture(scope="module")
def passed() -> dict[str, Any]:
    return report(Wallet, {"sportsbook": everything("sportsbook")})


@pytest.fixture
def keys(tmp_path: Path) -> tuple[Path, Path]:
    private = tmp_path / "signing.key"
    return private, new_keys(private)


def test_a_signed_certificate_holds(passed: Mapping[str, Any], keys: tuple[Path, Path]) -> None:
    private, public = keys
    certificate = claims(passed, now_utc())
    opened, findings = verify(sign(certificate, private), public, now_utc(), passed["run"]["digests"])
    assert opened == json.loads(json.dumps(certificate), parse_float=Decimal)
    assert all(each.good for each in findings), findings
    assert opened is not None
    assert opened["contracts"]["sportsbook"]["requirements"]["SPB-IDM-01"] == "pass"
    assert opened["contracts"]["sportsbook"]["target"] == "http://wallet.example:9000/sportsbook"


def test_one_changed_letter_spoils_it(passed: Mapping[str, Any], keys: tuple[Path, Path]) -> None:
    private, public = keys
    head, payload, signature = sign(claims(passed, now_utc()), private).split(".")
    content = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)), parse_float=Decimal)
    content["contracts"]["sportsbook"]["target"] = "https://another.example"
    forged = base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()
    for token in (f"{head}.{forged}.{signature}", f"{head}.{payload}.", "no certificate", ""):
        opened, findings = verify(token, public, now_utc(), {})
        assert opened is None
        assert [each.good for each in findings] == [False]


def test_another_key_and_no_algorithm_are_refused(
    passed: Mapping[str, Any], keys: tuple[Path, Path], tmp_path: Path
) -> None:
    private, public = keys
    other = new_keys(tmp_path / "other.key")
    token = sign(claims(passed, now_utc()), private)
    assert verify(token, other, now_utc(), {})[0] is None
    unsigned = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
    assert verify(f"{unsigned}.{token.split('.')[1]}.", public, now_utc(), {})[0] is None


def test_it_expires_and_is_not_valid_before_its_time(passed: Mapping[str, Any], keys: tuple[Path, Path]) -> None:
    private, public = keys
    token = sign(claims(passed, now_utc(), days=90), private)
    for days, good in ((0, True), (89, True), (90, False), (-1, False)):
        _, findings = verify(token, public, now_utc() + timedelta(days=days), {})
        assert all(each.good for each in findings) is good, days


def test_another_suite_is_said(passed: Mapping[str, Any], keys: tuple[Path, Path]) -> None:
    private, public = keys
    _, findings = verify(sign(claims(passed, now_utc()), private), public, now_utc(), {"scenarios": "00" * 32})
    assert any("not the same as installed here" in each.text for each in findings if not each.good)


@pytest.mark.parametrize(
    ("defect", "complete", "why"), [("forgets-every-transaction", True, "NOT CERTIFIED"), ("", False, "not complete")]
)
def test_who_has_not_passed_gets_none(defect: str, why: str, *, complete: bool) -> None:
    wallet_type = named(defect).wallet_type if defect else Wallet
    made = report(wallet_type, {"casino": ["idempotency/resent_settlement"]}, complete=complete)
    assert why in refusal(made)
    with pytest.raises(ReportError, match="no certificate"):
        claims(made, now_utc())


def test_part_of_the_suite_is_not_enough() -> None:
    assert "INCOMPLETE" in refusal(report(Wallet, {"casino": ["idempotency/resent_settlement"]}))


def test_keys_are_never_overwritten_and_the_private_one_is_private(keys: tuple[Path, Path]) -> None:
    private, public = keys
    assert private.stat().st_mode & 0o077 == 0
    assert "PRIVATE" not in public.read_text()
    with pytest.raises(ReportError, match="not overwritten"):
        new_keys(private)


def test_a_public_key_signs_nothing(passed: Mapping[str, Any], keys: tuple[Path, Path]) -> None:
    with pytest.raises(ReportError, match="public key"):
        sign(claims(passed, now_utc()), keys[1])


def test_the_page_for_people_says_the_same(passed: Mapping[str, Any]) -> None:
    certificate = claims(passed, now_utc())
    text = render_certificate(certificate)
    for part in ("SPB-IDM-01", certificate["expires"], "CERTIFIED", "http://wallet.example:9000/sportsbook"):
        assert part in text


def test_the_commands_make_keys_and_explain(
    passed: Mapping[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    private = tmp_path / "my.key"
    assert main(["keygen", str(private)]) == 0
    assert main(["keygen", str(private)]) == 2
    write_text(tmp_path / "certificate.jws", sign(claims(passed, now_utc()), private))
    capsys.readouterr()
    status = main(["verify", str(tmp_path / "certificate.jws"), "--key", f"{private}.pub"])
    told = capsys.readouterr().out
    assert "the signature is right" in told
    assert "valid until" in told
    assert status == 1, "the scenarios' digest of this report is made up"
    assert "another version of walletproof" in told
