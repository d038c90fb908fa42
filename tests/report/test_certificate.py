"""A certificate is given for a complete and passed run alone, and whoever has the public key can check it."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from chromium import Page
from pages import WIDTHS, in_browser, pages_of, too_wide
from report_at_hand import contracts, everything, report

from harness.cli import main
from harness.model import Waiver
from harness.report import ReportError, write_text
from harness.report.certificate import claims, new_keys, now_utc, refusal, sign, verify
from harness.report.html import render, render_certificate
from harness.report.html.card import minute
from harness.report.html.rosette import SIZE, rosette
from harness.report.markdown import render as render_markdown
from harness.report.themes import themes
from mock_server.defects import named
from mock_server.wallet import CoreOnlyWallet, Wallet


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
    assert any("not the same as here" in each.text for each in findings if not each.good)


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


def page_of(made: Mapping[str, Any], private: Path) -> str:
    """The certificate's page, without its style and tags."""
    certificate = claims(made, now_utc())
    text = render_certificate(certificate, made, sign(certificate, private), "wallet.jws").partition("</style>")[2]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


def test_the_page_for_people_says_the_same(passed: Mapping[str, Any], keys: tuple[Path, Path]) -> None:
    private, _ = keys
    certificate = claims(passed, now_utc())
    text = page_of(passed, private)
    for part in ("CERTIFIED", "http://wallet.example:9000/sportsbook", minute(certificate["expires"])):
        assert part in text
    assert "keeps the sportsbook contract" in text
    assert f"{passed['counts']['requests']:,} requests" in text


def test_the_page_says_what_was_judged_in_sentences_and_how_to_verify(
    passed: Mapping[str, Any], keys: tuple[Path, Path]
) -> None:
    private, public = keys
    text = page_of(passed, private)
    themes = passed["contracts"]["sportsbook"]["themes"]
    assert len(themes) >= 8
    for each in themes:
        assert f"{each['title']} {each['text']}" in text
    bare = re.sub(r"verify.*", "", text)
    assert not re.search(r"SPB-[A-Z]{3}-\d\d", bare), "an id stands in the place of a sentence"
    key = json.loads(base64.urlsafe_b64decode(sign(claims(passed, now_utc()), private).split(".")[0] + "=="))["kid"]
    assert f"Ed25519, key {key[:16]}" in text
    assert "walletproof verify wallet.jws --key" in text
    assert public.exists()


def test_wallet_and_issuer_are_named_as_the_profile_has_them(
    passed: Mapping[str, Any], keys: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    named_there = {**passed["run"], "wallet": "Larkspur Wallet 2.14.1", "issuer": "Northgate Games"}
    made = {**passed, "run": {**named_there, "digests": {}}}
    assert "Larkspur Wallet 2.14.1" in page_of(made, keys[0])
    assert "Issued by Northgate Games" in page_of(made, keys[0])
    assert "the profile names no issuer" in page_of(passed, keys[0])
    report_page = render(made)
    assert "<dd>Larkspur Wallet 2.14.1</dd>" in report_page
    assert "<dd>Northgate Games</dd>" in report_page
    write_text(tmp_path / "c.jws", sign(claims(made, now_utc()), keys[0]))
    assert main(["verify", str(tmp_path / "c.jws"), "--key", str(keys[1])]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "wallet: Larkspur Wallet 2.14.1" in lines
    assert "issued by: Northgate Games" in lines


def test_the_fingerprint_on_the_page_is_that_of_the_signed_file(
    passed: Mapping[str, Any], keys: tuple[Path, Path], tmp_path: Path
) -> None:
    certificate = claims(passed, now_utc())
    token = sign(certificate, keys[0])
    file = tmp_path / "wallet.jws"
    write_text(file, f"{token}\n")
    page = render_certificate(certificate, passed, token, file.name)
    (shown,) = re.findall(r"SHA-256</dt><dd>([0-9a-f ]+)</dd>", page)
    assert shown.replace(" ", "") == hashlib.sha256(file.read_bytes()).hexdigest()


def test_the_rosette_differs_with_the_fingerprint_and_stays_in_its_square() -> None:
    one, other = (rosette(hashlib.sha256(text).hexdigest()) for text in (b"one", b"other"))
    assert one == rosette(hashlib.sha256(b"one").hexdigest())
    assert set(one).isdisjoint(other)
    numbers = [Decimal(each) for path in (*one, *other) for each in re.findall(r"[0-9.]+", path)]
    assert min(numbers) >= 0
    assert max(numbers) <= SIZE


def test_a_contract_without_themes_has_the_texts_of_its_requirements(
    passed: Mapping[str, Any], keys: tuple[Path, Path]
) -> None:
    plain = {**passed["contracts"]["sportsbook"], "themes": []}
    text = page_of({**passed, "contracts": {"sportsbook": plain}}, keys[0])
    held = [each for each in passed["requirements"] if each["level"] == "MUST" and each["status"] == "pass"]
    assert held
    for each in held:
        assert " ".join(each["text"].replace("`", " ").split())[:30] in text or each["id"] in text


@pytest.mark.parametrize("contract", ["casino", "sportsbook"])
def test_every_requirement_belongs_to_exactly_one_theme(contract: str) -> None:
    known = contracts()[contract]
    found = [id for theme in themes(known) for id in theme["requirements"]]
    assert sorted(found) == sorted(known.requirements)
    assert [set(theme) for theme in themes(known)] == [{"title", "text", "requirements"}] * len(themes(known))


@in_browser
def test_the_page_prints_on_one_sheet_and_fits_every_width(
    passed: Mapping[str, Any], keys: tuple[Path, Path], tmp_path: Path
) -> None:
    certificate = claims(passed, now_utc())
    path = tmp_path / "wallet.jws.html"
    write_text(path, render_certificate(certificate, passed, sign(certificate, keys[0]), "wallet.jws"))
    with Page(tmp_path / "chromium") as page:
        page.open(path)
        page.printed(tmp_path / "page.pdf")
        assert pages_of(tmp_path / "page.pdf") == 1
        for width in WIDTHS:
            page.looks(width=width)
            assert too_wide(page) == []
        assert page.requests == [path.as_uri()]
        assert not page.complaints


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


# ----------------------------------------------------------------------------------------------------------------------
# Waivers, remarks, and contracts that were not run


def waiver(requirement: str, until: date) -> Waiver:
    return Waiver(requirement=requirement, reason="release 42", owner="wallet team", until=until, where="wallet.yaml:9")


@pytest.fixture(scope="module")
def waived() -> dict[str, Any]:
    """A wallet whose one-time tokens can be used again, until its next release."""
    wallet_type = named("takes-a-token-twice").wallet_type
    chosen = {"sportsbook": everything("sportsbook")}
    return report(wallet_type, chosen, waivers=[waiver(each, date(2027, 1, 5)) for each in ("SPB-TOK-01",)])


def test_a_waived_violation_is_in_the_certificate_with_its_end(waived: dict[str, Any], keys: tuple[Path, Path]) -> None:
    assert waived["contracts"]["sportsbook"]["verdict"] == "CERTIFIED with 1 waiver", waived["contracts"]
    issued = datetime(2026, 12, 1, tzinfo=UTC)
    certificate = claims(waived, issued)
    assert certificate["contracts"]["sportsbook"]["requirements"]["SPB-TOK-01"] == "waived"
    assert certificate["waivers"] == [
        {
            "contract": "sportsbook",
            "requirement": "SPB-TOK-01",
            "reason": "release 42",
            "owner": "wallet team",
            "until": "2027-01-05",
            "state": "needed",
        }
    ]
    assert certificate["expires"] == "2027-01-05T23:59:59+00:00", "no certificate outlives a waiver that it needs"
    token = sign(certificate, keys[0])
    _, findings = verify(token, keys[1], datetime(2027, 1, 6, tzinfo=UTC), {})
    assert any("it has expired" in each.text for each in findings if not each.good)


def test_both_readers_see_the_waiver(
    waived: dict[str, Any], keys: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    certificate = claims(waived, now_utc())
    page = page_of(waived, keys[0])
    for part in ("CERTIFIED with 1 waiver", "SPB-TOK-01 , known to be violated", "release 42", "wallet team"):
        assert part in page
    assert "2027-01-05" in page
    write_text(tmp_path / "c.jws", sign(certificate, keys[0]))
    main(["verify", str(tmp_path / "c.jws"), "--key", str(keys[1])])
    assert "waiver" not in capsys.readouterr().out.partition("NOT VALID")[2], "what is not valid is not summed up"


def test_a_waiver_that_is_not_needed_earns_no_certificate(passed: dict[str, Any]) -> None:
    made = report(Wallet, {"sportsbook": everything("sportsbook")}, waivers=[waiver("SPB-TOK-01", date(2027, 1, 5))])
    assert "no longer needed" in refusal(made)


def test_where_balances_come_from_is_in_report_and_certificate(keys: tuple[Path, Path]) -> None:
    made = report(CoreOnlyWallet, {"sportsbook": everything("sportsbook")})
    told = "balances are as reported by the wallet's own zero transactions (unsettlement with amount 0)"
    assert told in made["contracts"]["sportsbook"]["remarks"]
    certificate = claims(made, now_utc())
    opened, _ = verify(sign(certificate, keys[0]), keys[1], now_utc(), {})
    assert opened is not None
    assert opened["contracts"]["sportsbook"]["remarks"] == made["contracts"]["sportsbook"]["remarks"]
    for page in (page_of(made, keys[0]), render(made), render_markdown(made)):
        assert "own zero transactions" in page


def test_a_contract_that_was_not_run_is_not_in_the_certificate(passed: dict[str, Any]) -> None:
    not_run = {**passed["contracts"]["sportsbook"], "verdict": "NOT RUN", "certification": "NOT RUN"}
    both = {**passed, "contracts": {**passed["contracts"], "casino": not_run}}
    assert list(claims(both, now_utc())["contracts"]) == ["sportsbook"]
    assert refusal({**passed, "contracts": {"casino": not_run}}) == "no contract was certified"


def test_the_profile_is_compared_when_it_is_at_hand(
    passed: dict[str, Any], keys: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    profile = tmp_path / "wallet.yaml"
    profile.write_text("contracts: {}\n", encoding="utf-8")
    digest = hashlib.sha256(profile.read_bytes()).hexdigest()
    made = {**passed, "run": {**passed["run"], "digests": {"profile": digest}}}
    write_text(tmp_path / "c.jws", sign(claims(made, now_utc()), keys[0]))
    command = ["verify", str(tmp_path / "c.jws"), "--key", str(keys[1]), "--profile", str(profile)]
    assert main(command) == 0
    assert "profile: the same as here" in capsys.readouterr().out
    profile.write_text("contracts: {casino: {}}\n", encoding="utf-8")
    assert main(command) == 1
    assert "it was changed since" in capsys.readouterr().out
