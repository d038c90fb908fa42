"""A request that may be refused for two reasons may be refused with either code."""

from __future__ import annotations

import pytest

from harness.contracts import BUNDLED, load
from harness.model import Status
from harness.proof.trials import examiner_of
from harness.scenario import load_text
from harness.verdict import ScenarioResult
from mock_server.wallet import Wallet

SESSIONS = ("expired", "unknown", "none")


def played(contract: str, steps: str, currency: str = "") -> ScenarioResult:
    """The result of these steps on the sound wallet."""
    own = load(contract).conservation.id
    held = f"currency: {currency}\n" if currency else ""
    text = f"title: T\nrequirement: {{{contract}: {own}}}\n{held}steps:\n{steps}"
    examiner = examiner_of(Wallet, contract)
    try:
        return examiner.examine(load_text(text.encode(), "a/b", "a/b.yaml", {}))
    finally:
        examiner.close()


@pytest.mark.parametrize("session", SESSIONS)
@pytest.mark.parametrize("contract", BUNDLED)
def test_a_bet_without_funds_in_an_ended_session_may_have_either_code(contract: str, session: str) -> None:
    result = played(contract, f"  - bet: {{amount: everything}}\n  - bet: {{amount: 1, session: {session}}}\n")
    assert (result.status, result.verdicts) == (Status.PASS, ())


@pytest.mark.parametrize("word", ["bet", "settle", "unsettle"])
@pytest.mark.parametrize("currency", ["other", "unknown"])
def test_an_amount_too_fine_for_a_wrong_currency_may_have_either_code(word: str, currency: str) -> None:
    result = played("sportsbook", f"  - {word}: {{amount: 1.234, currency: {currency}}}\n", "KWD")
    assert (result.status, result.verdicts) == (Status.PASS, ())


@pytest.mark.parametrize("word", ["settle", "retry", "bet_batch"])
def test_a_key_that_stands_twice_in_one_item_may_cost_the_whole_batch(word: str) -> None:
    twice = """{amount: 10, raw: {amount: '1000000, "amount": 1000000'}}"""
    result = played("casino", f"  - {word}: [{twice}, {{amount: 2}}]\n")
    assert (result.status, result.verdicts) == (Status.PASS, ())
