"""What a scenario expects, and the code of a rightful refusal: a history that trips each check, and its near twin."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest
from report_at_hand import scenarios

from harness.contracts import load
from harness.model import History, Outcome, Status, Verdict
from harness.proof.trials import examiner_of
from harness.verdict.checks import examine
from mock_server.wallet import Wallet

RESENT = "idempotency/resent_settlement"
UNCOVERED = "insufficient_funds/one_unit_too_much"


@cache
def lived(scenario: str, contract: str) -> History:
    examiner = examiner_of(Wallet, contract)
    history = examiner._runner.run(scenarios()[scenario])[0]
    examiner.close()
    return history


def judged(history: History) -> list[Verdict]:
    contract = load(history.contract)
    return list(examine(history, contract, contract.policy).verdicts)


def wanting(position: int, *, expect: tuple[str, ...] = (), should: tuple[str, ...] = ()) -> History:
    """The resent settlement, whose author expects something of one of its two steps."""
    history = lived(RESENT, "casino")
    steps = list(history.scenario.steps)
    steps[position] = replace(steps[position], expect=expect, should=should)
    return replace(history, scenario=replace(history.scenario, steps=tuple(steps)))


def test_an_expectation_that_is_met_is_silent_and_one_that_is_not_says_both_words() -> None:
    assert judged(wanting(0, expect=("ok",))) == []
    (verdict,) = judged(wanting(0, expect=("conflict",)))
    assert (verdict.check, verdict.status, verdict.requirement) == ("expectation", Status.FAIL, "CAS-IDM-01")
    assert verdict.summary == "expected conflict, got ok"
    assert judged(wanting(0, expect=("refused",)))[0].summary == "expected refused, got ok"


def test_what_should_be_is_a_warning() -> None:
    (verdict,) = judged(wanting(1, should=("refused",)))
    assert (verdict.check, verdict.status, verdict.summary) == (
        "expectation",
        Status.WARN,
        "expected refused, got ok",
    )


def test_the_same_answer_means_the_same_bytes() -> None:
    history = wanting(1, expect=("same",))
    first, again = (index for index, each in enumerate(history.exchanges) if each.name == "settlement")
    received = history.exchanges[first].transmission.received
    assert received is not None

    def answered(body: bytes) -> History:
        exchanges = list(history.exchanges)
        transmission = replace(exchanges[again].transmission, received=replace(received, body=body))
        exchanges[again] = replace(exchanges[again], transmission=transmission)
        return replace(history, exchanges=tuple(exchanges))

    assert judged(answered(received.body)) == []
    (verdict,) = judged(answered(received.body + b" "))
    assert (verdict.check, verdict.exchange) == ("expectation", again)
    assert verdict.summary == "the answer differs from the first one"


def refused_as(outcome: Outcome, contract: str) -> list[Verdict]:
    """The bet of one unit too much, refused with another code than the bundled wallet's."""
    history = lived(UNCOVERED, contract)
    exchanges = list(history.exchanges)
    for index, each in enumerate(exchanges):
        if each.reply is not None and each.reply.outcome is Outcome.INSUFFICIENT_FUNDS:
            items = tuple(replace(item, outcome=outcome) for item in each.reply.items)
            exchanges[index] = replace(each, reply=replace(each.reply, outcome=outcome, items=items))
    assert exchanges != list(history.exchanges) or outcome is Outcome.INSUFFICIENT_FUNDS
    # The scenario names the code itself; here the contract alone is to speak.
    steps = tuple(replace(each, expect=(), should=()) for each in history.scenario.steps)
    scenario = replace(history.scenario, steps=steps)
    return judged(replace(history, scenario=scenario, exchanges=tuple(exchanges)))


@pytest.mark.parametrize(("contract", "status"), [("casino", Status.WARN), ("sportsbook", Status.FAIL)])
def test_a_rightful_refusal_with_another_code_is_told_once(contract: str, status: Status) -> None:
    assert refused_as(Outcome.INSUFFICIENT_FUNDS, contract) == []
    (verdict,) = refused_as(Outcome.CONFLICT, contract)
    assert (verdict.check, verdict.status) == ("code", status)
    wanted = {"casino": "as insufficient_funds or with a code of its own", "sportsbook": "as insufficient_funds"}[
        contract
    ]
    assert verdict.summary == f"refused, but not {wanted}"


def test_a_code_of_its_own_is_enough_where_the_contract_leaves_the_code_open() -> None:
    assert refused_as(Outcome.REFUSED, "casino") == []
    assert [each.check for each in refused_as(Outcome.REFUSED, "sportsbook")] == ["code"]
