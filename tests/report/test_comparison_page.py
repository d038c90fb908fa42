"""The page of two runs: what is fixed, still failing and new, with the verdicts of both."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from chromium import Page
from pages import WIDTHS, in_browser, too_wide
from report_at_hand import report

from harness.cli import main
from harness.report import write
from harness.report.html import render_comparison
from mock_server.defects import named
from mock_server.wallet import Wallet

SOME = {"casino": ["idempotency/resent_settlement", "races/identical_bets", "insufficient_funds/exactly_the_balance"]}


def text_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.partition("</style>")[2]).split())


@pytest.fixture(scope="module")
def forgetful() -> dict[str, Any]:
    return report(named("forgets-every-transaction").wallet_type, SOME)


@pytest.fixture(scope="module")
def exact() -> dict[str, Any]:
    return report(named("refuses-the-exact-balance").wallet_type, SOME)


def test_it_says_what_was_fixed_and_what_is_new(forgetful: dict[str, Any], exact: dict[str, Any]) -> None:
    text = text_of(render_comparison(forgetful, exact))
    assert "Not certified in both runs" in text
    assert "2 fixed, 0 still failing, 1 new." in text
    new, fixed = text.index("New failures (1)"), text.index("Fixed (2)")
    assert text.rindex("insufficient_funds/exactly_the_balance") > new
    assert text.rindex("idempotency/resent_settlement") > fixed


def test_two_runs_without_a_difference_say_so() -> None:
    sound = report(Wallet, SOME)
    assert "differs in the other" in text_of(render_comparison(sound, sound))


def test_an_interrupted_run_is_marked(forgetful: dict[str, Any]) -> None:
    assert "The second run was interrupted" in text_of(render_comparison(forgetful, {**forgetful, "complete": False}))


def test_the_command_writes_the_page_beside_its_lines(
    forgetful: dict[str, Any], exact: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before, after, page = (tmp_path / name for name in ("before.json", "after.json", "page.html"))
    write(before, forgetful)
    write(after, exact)
    assert main(["compare", str(before), str(after), "--html", str(page)]) == 1
    assert f"page: {page}" in capsys.readouterr().out
    assert "Fixed (2)" in page.read_text()
    assert main(["compare", str(before), str(after), "--html", str(tmp_path)]) == 2


@in_browser
def test_it_fits_every_width_and_asks_for_nothing(
    forgetful: dict[str, Any], exact: dict[str, Any], tmp_path: Path
) -> None:
    path = tmp_path / "page.html"
    path.write_text(render_comparison(forgetful, exact))
    with Page(tmp_path / "chromium") as page:
        page.open(path)
        for width in WIDTHS:
            page.looks(width=width)
            assert too_wide(page) == []
        assert page.requests == [path.as_uri()]
        assert not page.complaints
