"""Three defects in one wallet, and a reader who has only the report: each is named, with its fix and its proof."""

from __future__ import annotations

import re
from typing import Any

import pytest
from report_at_hand import everything, report

from harness.report.data import causes
from harness.report.html import render
from harness.report.markdown import render as render_markdown
from mock_server.defects import named
from mock_server.wallet import Wallet

TRIPLES = {
    "casino": (
        ("remembers-per-operation", "remembered per operation", "in one table"),
        ("checks-funds-too-early", "check and deduction are two steps", "in one statement"),
        ("ignores-the-key", "the API key is not looked at", "compare x-api-key"),
    ),
    "sportsbook": (
        ("settles-a-bet-once", "only one settlement is booked for a bet", "look the transactionId up"),
        ("refunds-again-for-a-new-id", "is refunded again when another rollback comes", "mark the bet as rolled back"),
        ("ignores-the-case-of-a-password", "without regard to case", "compare passwords as bytes"),
    ),
}
"""By contract three defects, and words of the cause and of the fix."""


def wallet_of(*defects: str) -> type[Wallet]:
    """A wallet with several defects at once."""
    return type("Three", tuple(named(each).wallet_type for each in defects), {})


@pytest.fixture(scope="module", params=["casino", pytest.param("sportsbook", marks=pytest.mark.full)])
def made(request: pytest.FixtureRequest) -> tuple[str, dict[str, Any]]:
    contract = str(request.param)
    wallet_type = wallet_of(*(each for each, _, _ in TRIPLES[contract]))
    return contract, report(wallet_type, {contract: everything(contract)})


def test_each_of_the_three_causes_is_named_with_its_fix(made: tuple[str, dict[str, Any]]) -> None:
    contract, data = made
    told = causes(data)
    for defect, cause, fix in TRIPLES[contract]:
        (found,) = (each for each in told if defect in each["bugs"])
        assert fix in found["fix"]
        assert any(cause in each for each in found["also"]), found


def test_there_is_little_else_to_read(made: tuple[str, dict[str, Any]]) -> None:
    """What follows from one of the three stands below it, and not beside it."""
    contract, data = made
    assert len([each for each in causes(data) if each["status"] == "fail"]) <= len(TRIPLES[contract]) + 1


@pytest.mark.parametrize("render_as", [render, render_markdown])
def test_both_pages_begin_with_them(made: tuple[str, dict[str, Any]], render_as: Any) -> None:
    contract, data = made
    top = re.split(r'id="requirements"|## Requirements', render_as(data))[0].replace("&#39;", "'")
    for _, cause, fix in TRIPLES[contract]:
        assert cause in top
        assert fix in top


def test_each_has_a_request_to_send_again_and_the_exchange_that_proves_it(made: tuple[str, dict[str, Any]]) -> None:
    contract, data = made
    for _, cause, _ in TRIPLES[contract]:
        found = [
            (scenario, verdict)
            for scenario in data["scenarios"]
            for verdict in scenario["verdicts"]
            if cause in verdict.get("probably", "")
        ]
        assert found
        for scenario, verdict in found:
            assert "curl" in verdict["again"], (scenario["id"], verdict)
            shown = {(each["run"], each["index"]) for each in scenario["exchanges"]}
            named_there = {
                (verdict.get("run", 0), verdict[name]) for name in ("exchange", "accused") if name in verdict
            }
            assert named_there & shown
