"""Filters of the HTML report in a real browser: what they show, how they stand in the address, and the keys."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from chromium import Page
from pages import count, go_to, in_browser, seen, settled, until
from report_at_hand import ROOT, SOME_OF_BOTH


def shown_rows(page: Page) -> int:
    return count(page, ".row:not([hidden])")


def search(page: Page, text: str) -> None:
    page.run(
        f"(() => {{ const f = document.querySelector('#q'); f.value = {text!r}; "
        "f.dispatchEvent(new Event('input', {bubbles: true})); })()"
    )
    settled(page)


@in_browser
def test_filters_narrow_the_scenarios_and_stand_in_the_address(page: Page, written: Path) -> None:
    page.open(written)
    every = shown_rows(page)
    assert every == sum(map(len, SOME_OF_BOTH.values()))
    page.run("document.querySelector('.side a[data-value=fail]').click()")
    settled(page)
    failed = shown_rows(page)
    assert 0 < failed < every
    assert count(page, ".row:not([hidden]):not([data-s=fail])") == 0
    assert page.run("location.hash") == "#?s=fail"
    page.run("document.querySelector('.side a[data-value=sportsbook]').click()")
    settled(page)
    assert 0 < shown_rows(page) < failed
    assert page.run("location.hash") == "#?s=fail&k=sportsbook"
    search(page, "no such thing")
    assert shown_rows(page) == 0
    assert page.run("document.querySelector('#none').hidden") is False
    assert "q=no+such+thing" in page.run("location.hash")


@in_browser
def test_a_search_that_no_title_answers_looks_into_requests_answers_and_files(
    page: Page, written: Path, written_report: dict[str, Any]
) -> None:
    page.open(written)
    sent = next(each for each in written_report["scenarios"] if each["status"] == "pass")["exchanges"][0]["request"]
    (id,) = re.findall(r'"(?:transactionId|sessionId)":"([^"]+)"', sent["body"])[:1]
    search(page, id)
    until(page, "document.querySelector('#count').textContent.endsWith('by their requests and answers')")
    assert 0 < shown_rows(page) < count(page, ".row")
    search(page, "resent")
    assert page.run("document.querySelector('#count').textContent").endswith(" scenarios")


@in_browser
def test_an_address_shows_the_view_that_was_sent(page: Page, written: Path) -> None:
    page.open(written)
    go_to(page, "#?c=idempotency&q=cas-idm")
    assert page.run("[...document.querySelectorAll('.row:not([hidden])')].map(e => e.dataset.q.split(' ')[0])") == [
        "idempotency/resent_settlement"
    ]
    assert page.run("document.querySelector('#q').value") == "cas-idm"
    assert page.run("document.querySelector('#count').textContent") == "1 of 5 scenarios"
    current = "[...document.querySelectorAll('[aria-current]')].map(e => e.dataset.c || e.dataset.value)"
    assert page.run(current).count("idempotency") == 2, "it is marked in the strip and beside the scenarios"


@in_browser
def test_the_strip_of_categories_filters(page: Page, written: Path) -> None:
    page.open(written)
    page.run("document.querySelector('#strip a[data-c=races]').click()")
    settled(page)
    assert shown_rows(page) == 1
    assert page.run("location.hash") == "#?c=races"


@in_browser
def test_the_filters_count_what_they_would_show(page: Page, whole: Path) -> None:
    page.open(whole)
    go_to(page, "#?c=idempotency")
    link = "document.querySelector('.side a[data-value=fail]')"
    promised = int(page.run(f"{link}.lastElementChild.textContent"))
    page.run(f"{link}.click()")
    settled(page)
    assert shown_rows(page) == promised > 0


@in_browser
def test_a_link_opens_its_scenario_and_the_groups_around_it(page: Page, written: Path) -> None:
    page.open(written)
    page.run("document.querySelector('#causes a[href*=resent]').click()")
    settled(page)
    assert seen(page, ".row[open] .det") == 1


@in_browser
def test_what_a_cause_names_is_shown_although_a_filter_hides_it(page: Page, written: Path) -> None:
    page.open(written)
    search(page, "no such thing")
    page.run("document.querySelector('#causes a[href*=resent]').click()")
    settled(page)
    assert seen(page, ".row[open] .det") == 1
    page.run("document.querySelector('#causes a[href*=IDM]').click()")
    settled(page)
    assert seen(page, "tr:target") == 1


@in_browser
def test_j_and_k_step_through_the_failures_and_slash_searches(page: Page, whole: Path) -> None:
    page.open(whole)
    failures = count(page, ".row[data-s=fail], .row[data-s=unknown]")
    assert failures > 3
    visited = []
    for key in ("j", "j", "k", "k"):
        page.press(key, key)
        page.run("new Promise(done => setTimeout(done))")
        settled(page)
        visited.append(page.run("decodeURIComponent(location.hash)"))
    assert visited[0] == visited[2] != visited[1]
    assert page.run("document.querySelector('#position').textContent") == f"{failures} of {failures}"
    assert count(page, ".row[open]") >= 3
    page.press("/", "/")
    assert page.run("document.activeElement.id") == "q"
    page.press("j", "j")
    assert page.run("document.querySelector('#q').value") == "j", "a letter that is typed is no command"


@in_browser
def test_the_keyboard_alone_reaches_a_scenario_and_opens_it(page: Page, written: Path) -> None:
    page.open(written)
    for _ in range(200):
        page.press("Tab")
        if page.run("document.activeElement.matches('.row > summary')"):
            break
    assert page.run("document.activeElement.matches('.row > summary')")
    assert page.run("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    before = count(page, ".row[open]")
    page.press("Enter", "\r")
    settled(page)
    assert count(page, ".row[open]") == before + 1


@in_browser
def test_expand_all_opens_every_group(page: Page, whole: Path) -> None:
    page.open(whole)
    page.run("document.querySelector('#expand').click()")
    settled(page)
    assert seen(page, ".row > summary") == count(page, ".row")
    page.run("document.querySelector('#expand').click()")
    settled(page)
    assert seen(page, ".row > summary") == 0


@in_browser
def test_every_box_of_an_open_scenario_can_be_copied(page: Page, written: Path) -> None:
    page.open(written)
    go_to(page, "#casino/idempotency/resent_settlement")
    page.run("new Promise(done => setTimeout(done, 50))")
    boxes = "document.querySelectorAll('.row[open] .code')"
    assert page.run(f"[...{boxes}].filter(e => e.checkVisibility() && !e.querySelector('[data-copy]')).length") == 0
    page.run(
        "window.copied = ''; Object.defineProperty(navigator, 'clipboard', {configurable: true, "
        "value: {writeText: text => { window.copied = text; return Promise.resolve(); }}})"
    )
    page.run("document.querySelector('.row[open] .yml [data-copy]').click()")

    assert page.run("window.copied") == (ROOT / "scenarios/idempotency/resent_settlement.yaml").read_text()
