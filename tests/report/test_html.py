"""The HTML report in a real browser: filters work, nothing is asked of the network, what a wallet sends stays text."""

from __future__ import annotations

import json
import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from chromium import Page
from packed_pages import unpacked
from pages import WIDTHS, count, go_to, in_browser, is_covered, pages_of, seen, settled, too_wide
from report_at_hand import SOME_OF_BOTH, everything, report

from harness.contracts import Contract
from harness.model import Operation, Reply, Request, Waiver
from harness.report import write
from harness.report.html import render
from harness.report.html.card import unjudged
from harness.report.html.view import page as page_values
from mock_server.defects import named
from mock_server.wallet import CoreOnlyWallet, Wallet
from mock_server.wire import Answer

HOSTILE = (
    "</pre></script><script>document.title='owned'</script><img src=http://192.0.2.1/x onerror=document.title='owned'>"
)


class Hostile(Wallet):
    """Refuses everything but reads, with markup in each place that a report shows."""

    def write(self, contract: Contract, operation: Operation | None, reply: Reply, request: Request) -> Answer:
        answer = super().write(contract, operation, reply, request)
        if "Payout" in repr(operation) and "amount=0" not in repr(operation):
            text = HOSTILE.replace('"', "'")
            body = b'{"status":"RS_' + text.encode() + b'","description":"' + text.encode() + b'"}'
            return Answer(200, (*answer.headers, (b"x-debug", text.encode())), body)
        return answer


# ----------------------------------------------------------------------------------------------------------------------
# What it looks like


@in_browser
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("dark", [False, True])
def test_no_width_makes_it_scroll_sideways(page: Page, whole: Path, width: int, *, dark: bool) -> None:
    page.looks(width=width, dark=dark)
    page.open(whole)
    assert too_wide(page) == []
    page.run("for (const each of document.querySelectorAll('details')) each.open = true")
    settled(page)
    assert too_wide(page) == []
    page.looks()


@in_browser
@pytest.mark.parametrize("width", WIDTHS)
def test_a_jump_leaves_the_title_visible(page: Page, whole: Path, width: int) -> None:
    page.looks(width=width, height=800)
    page.open(whole)
    for address in ("#causes", "#requirements", "#scenarios", "#latency", "#run"):
        go_to(page, address)
        assert is_covered(page, f"{address} h2") is None, address
    for name in ("races/identical_bets", "idempotency/resent_settlement"):
        go_to(page, f"#{name}")
        assert is_covered(page, f"[id='{name}'] > summary") is None, name
    page.looks()


@in_browser
def test_it_can_be_read_in_the_dark(page: Page, written: Path) -> None:
    page.open(written)
    background = "getComputedStyle(document.body).backgroundColor"
    page.looks(dark=False)
    light = page.run(background)
    page.looks(dark=True)
    assert page.run(background) != light
    page.looks()


@in_browser
def test_every_control_has_a_name_and_every_picture_a_text(page: Page, written: Path) -> None:
    page.open(written)
    nameless = (
        "[...document.querySelectorAll('input, select, button')]"
        ".filter(e => !(e.labels && e.labels.length) && !e.textContent.trim() && !e.ariaLabel).length"
    )
    assert page.run(nameless) == 0
    assert count(page, "svg:not([aria-label]):not([aria-hidden])") == 0
    assert count(page, "svg[role=img][aria-label]") > 0
    assert count(page, "[id]") == page.run("new Set([...document.querySelectorAll('[id]')].map(e => e.id)).size")


@in_browser
def test_every_link_within_the_page_leads_somewhere(page: Page, whole: Path) -> None:
    page.open(whole)
    lost = (
        "[...document.querySelectorAll('a[href^=\"#\"]')].map(e => decodeURIComponent(e.getAttribute('href').slice(1)))"
        ".filter(name => !name.startsWith('?') && !document.getElementById(name))"
    )
    assert page.run(lost) == []


@in_browser
def test_targets_are_high_enough_for_a_thumb(page: Page, whole: Path) -> None:
    page.looks(width=390)
    page.open(whole)
    small = (
        "[...document.querySelectorAll('.btn, .side a, .grp > summary, .row > summary')]"
        ".filter(e => e.checkVisibility() && e.getBoundingClientRect().height < 36)"
        ".map(e => e.outerHTML.slice(0, 80))"
    )
    assert page.run(small) == []
    page.looks()


@in_browser
def test_without_its_script_the_page_can_still_be_read(page: Page, written: Path, tmp_path: Path) -> None:
    bare = tmp_path / "bare.html"
    bare.write_text(re.sub(r"<script>.*?</script>", "", written.read_text(), flags=re.DOTALL))
    page.open(bare)
    assert seen(page, ".row > summary") > 0
    assert seen(page, "#requirements tbody tr") > 0
    page.run("for (const each of document.querySelectorAll('.grp, .row')) each.open = true")
    assert seen(page, ".finding") == count(page, ".finding") > 0, "what was found is not packed"
    assert seen(page, ".js-only") == 0, "what only the script can do is not offered"
    assert seen(page, ".plain-only") == 1, "and it says so"
    assert page.run("document.querySelector('h1').innerText.trim()") == "Not certified"


@in_browser
def test_a_browser_that_cannot_unpack_says_so_and_shows_the_findings(page: Page, written: Path) -> None:
    page.open(written)
    page.run("delete window.DecompressionStream")
    go_to(page, "#casino/idempotency/resent_settlement")
    assert "cannot unpack" in page.run("document.querySelector('.row[open] .det').innerText")
    assert seen(page, ".row[open] .finding") > 0


@pytest.mark.full
def test_the_page_of_both_contracts_is_small_although_most_scenarios_fail(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    chosen = {name: everything(name) for name in ("casino", "sportsbook")}
    made: dict[str, Any] = report(named("forgets-every-transaction").wallet_type, chosen)
    assert made["counts"]["fail"] > 100
    write(path, made)
    assert path.stat().st_size < 2_000_000
    assert len(unpacked(path.read_text(encoding="utf-8"))) > 3 * path.stat().st_size, "nothing was left out"


@in_browser
def test_the_report_of_200_scenarios_opens_in_under_a_second(
    page: Page, whole_report: dict[str, Any], tmp_path: Path
) -> None:
    """A quarter of a second where nothing else runs. Something else may run, so the best of three counts."""
    path = tmp_path / "report.html"
    write(path, {**whole_report, "scenarios": whole_report["scenarios"][:200]})
    took = []
    for _ in range(3):
        page.open(path)
        took.append(page.run("Math.round(performance.getEntriesByType('navigation')[0].loadEventEnd)"))
    assert min(took) < 1000, took


# ----------------------------------------------------------------------------------------------------------------------
# Printed


@in_browser
def test_a_failing_run_prints_on_at_most_twelve_pages(page: Page, whole: Path, tmp_path: Path) -> None:
    page.open(whole)
    page.printed(tmp_path / "report.pdf")
    assert 2 <= pages_of(tmp_path / "report.pdf") <= 12


@in_browser
def test_printed_it_has_what_failed_and_not_what_passed(page: Page, written: Path) -> None:
    page.open(written)
    page.looks(printed=True)
    page.run("dispatchEvent(new Event('beforeprint'))")
    assert seen(page, ".row[data-s=pass]") == 0
    assert seen(page, ".row.example .finding") > 0
    assert page.run("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    page.run("dispatchEvent(new Event('afterprint'))")
    page.looks()


# ----------------------------------------------------------------------------------------------------------------------
# What it says


@in_browser
def test_the_page_asks_for_nothing_and_complains_of_nothing(page: Page, written: Path) -> None:
    page.open(written)
    assert page.requests == [written.as_uri()]
    assert not page.complaints


@in_browser
def test_what_a_hostile_wallet_sends_is_never_carried_out(page: Page, tmp_path: Path) -> None:
    path = tmp_path / "hostile.html"
    made = report(Hostile, {"casino": ["settlement/live_payout", "idempotency/resent_payout"]})
    write(path, made)
    assert "owned" in unpacked(path.read_text()), "the hostile text has to reach the report, or the test proves nothing"
    page.open(path)
    page.run("for (const each of document.querySelectorAll('details')) each.open = true")
    settled(page)
    assert "owned" in page.run("document.querySelector('.det > .unpacked').textContent")
    assert page.run("document.title").startswith("Not certified: ")
    assert count(page, "img") == 0
    assert count(page, "script") == 1
    assert page.requests == [path.as_uri()]
    assert not page.complaints


@in_browser
def test_an_impossible_balance_stands_out_from_the_expected_ones(page: Page, written: Path) -> None:
    page.open(written)
    go_to(page, "#casino/idempotency/resent_settlement")
    assert seen(page, ".row[open] .chart .wrong") == 1
    assert seen(page, ".row[open] .chart circle.expected") > 1


@in_browser
def test_what_is_waived_is_told_apart_from_what_fails(page: Page, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    wallet_type = named("refuses-the-exact-balance").wallet_type
    waiver = Waiver(requirement="CAS-FND-03", reason="<b>release 42</b>", owner="us", until=date(2030, 1, 1))
    some = ["insufficient_funds/exactly_the_balance", "idempotency/resent_settlement"]
    write(path, report(wallet_type, {"casino": some}, waivers=[waiver]))
    page.open(path)
    assert count(page, ".row[data-s=waived]") == 1
    assert count(page, ".row[data-s=fail]") == 0
    told = page.run("document.querySelector('.cav').innerText")
    assert "<b>release 42</b>" in told
    assert "1 Jan 2030" in told
    assert "needed" in told
    assert not page.complaints


def test_the_policy_allows_nothing_but_the_pages_own_style_and_script(written: Path) -> None:
    text = unpacked(written.read_text())
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', text)
    assert policy is not None
    assert "default-src &#39;none&#39;" in policy[1]
    assert "unsafe" not in policy[1]
    assert " style=" not in text
    assert not re.search(r"<[^>]+\son[a-z]+=", text), "handlers in attributes"


def test_the_page_shows_the_signatures_inputs_step_by_step(written: Path) -> None:
    text = unpacked(written.read_text())
    assert "a vertical bar, timestamp" in text
    assert "HMAC-SHA256 of that" in text


@pytest.mark.parametrize(
    ("scenario", "is_shown"),
    [("signature/wrong_signature", True), ("signature/correct_signature", True), ("settlement/exact_credit", False)],
)
def test_what_a_scenario_sends_decides_about_the_signature_and_not_its_folder(scenario: str, is_shown: bool) -> None:
    made: dict[str, Any] = report(Wallet, {"casino": [scenario]})
    for each in made["scenarios"]:
        each["id"] = "anywhere/renamed"
    (group,) = page_values(made)["groups"]
    (seen,) = list(group["first"]) + list(group["rest"])
    assert any(each["signature"] for each in (*seen["steps"], *seen["prepared"])) is is_shown


def test_a_report_without_any_finding_says_so() -> None:
    made: dict[str, Any] = report(Wallet, {"casino": ["idempotency/resent_settlement"]})
    assert "Nothing: no requirement was violated" in render(made)


def test_the_card_names_wallet_contract_date_version_and_what_was_not_judged() -> None:
    some = [each for each in everything("casino") if each.startswith(("reward/", "settlement/"))]
    made: dict[str, Any] = report(CoreOnlyWallet, {"casino": some})
    top = re.sub(r"<[^>]+>", " ", render(made).partition('id="overview"')[0].partition("</style>")[2])
    for part in (
        "wallet.example:9000",
        "casino: Seamless wallet",
        "21 Nov 2026, 04:00 UTC",
        "walletproof 0.0.0",
        "Seed",
        "9 s",
    ):
        assert part in top, part
    (lacking,) = (each for each in made["contracts"]["casino"]["not_judged"] if "reward" in each["what"])
    assert f"{', '.join(lacking['what'])}: {lacking['why']}" in top
    assert "How late repeats were tried" in top


def test_what_was_not_judged_is_told_once_and_as_the_data_has_it() -> None:
    some = {name: [each for each in everything(name) if "/resent" in each] for name in ("casino", "sportsbook")}
    made: dict[str, Any] = report(CoreOnlyWallet, some)
    told = list(unjudged(made))
    for contract in made["contracts"].values():
        for each in contract["not_judged"]:
            words = f"{', '.join(each['what'])}: {each['why']}".lower()
            assert len([entry for entry in told if words in entry["text"].lower()]) == 1, told
    skipped = sum(each["status"] == "skipped" for each in made["scenarios"])
    assert skipped == sum(
        int(count) for each in told for count in re.findall(r"(\d+) scenarios? w\w+ skipped", each["text"])
    )
    open_ids = {each["id"] for each in made["requirements"] if each["status"] == "skipped" and each["scenarios"]}
    assert {id for each in told for id in each["requirements"]} <= open_ids


@pytest.mark.full
def test_every_failure_is_reached_from_a_cause_and_counts_have_their_whole(whole_report: dict[str, Any]) -> None:
    values = page_values(whole_report)
    named_there = {each["anchor"] for cause in values["causes"] for each in cause["affected"]}
    failed = {row["anchor"] for group in values["groups"] for row in group["first"] if row["kind"] == "fail"}
    assert failed
    assert failed <= named_there
    assert all(re.fullmatch(r"\d+ of \d+", cause["facts"][0]["value"]) for cause in values["causes"])


def test_a_report_of_an_older_version_is_shown_too() -> None:
    made: dict[str, Any] = json.loads(json.dumps(report(Wallet, SOME_OF_BOTH)), parse_float=Decimal)
    for each in made["scenarios"]:
        each.pop("text", None)
    for each in made["latency"]:
        del each["p99"]
    for each in made["contracts"].values():
        del each["themes"]
    assert "p95" in render(made)


def test_a_run_that_was_broken_off_at_once_has_a_page_that_says_so() -> None:
    made = report(Wallet, {"casino": []}, complete=False)
    text = render(made)
    assert "This run was interrupted" in text
    assert f"{len(everything('casino'))} of {len(everything('casino'))} scenarios were not run" in text
    assert "Certified" not in text.partition("</style>")[2]
