"""A refused transaction is sent again: the finding names the reason, and a success without effect is a violation."""

from __future__ import annotations

import pytest
from legal_identities import EveryRefusalBurnsItsId

from harness.model import ItemReply, Movement, Outcome, Status
from harness.proof.matrix import scenarios
from harness.proof.trials import examiner_of
from harness.verdict import ScenarioResult
from mock_server.defects import named
from mock_server.defects.refusals import LeavesMarks
from mock_server.order import Order
from mock_server.wallet import Wallet

SUITE = {each.id: each for each in scenarios()}


def examined(wallet_type: type[Wallet], contract: str, scenario: str) -> ScenarioResult:
    examiner = examiner_of(wallet_type, contract)
    try:
        return examiner.examine(SUITE[scenario])
    finally:
        examiner.close()


@pytest.mark.parametrize(
    ("defect", "contract", "scenario", "situation", "charged"),
    [
        ("currency", "casino", "idempotency/refused_for_its_currency", "currency", "CAS-IDM-12"),
        ("currency", "casino", "insufficient_funds/bets_refused_for_every_reason", "currency", "CAS-FND-04"),
        ("player", "sportsbook", "idempotency/refused_for_its_player", "player", "SPB-IDM-10"),
        ("player", "sportsbook", "unsettlement/refused_for_every_reason", "player", "SPB-UNS-07"),
        ("type", "casino", "idempotency/reward_refused_for_its_type", "type", "CAS-IDM-12"),
        ("type", "sportsbook", "idempotency/refused_for_its_type", "type", "SPB-IDM-10"),
    ],
)
def test_a_success_without_effect_names_the_reason_of_the_refusal(
    defect: str, contract: str, scenario: str, situation: str, charged: str
) -> None:
    result = examined(named(f"marks-an-id-before-the-{defect}").wallet_type, contract, scenario)
    assert result.violated == (charged,)
    assert {each.situation for each in result.verdicts} == {f"replay_of_refused.{situation}"}


@pytest.mark.parametrize(
    ("contract", "scenario", "reason"),
    [
        ("casino", "insufficient_funds/refused_bet_is_sent_again", "funds"),
        ("sportsbook", "insufficient_funds/bets_refused_for_every_reason", "session"),
        ("sportsbook", "unsettlement/refused_then_sent_again", "funds"),
    ],
)
def test_funds_and_sessions_are_reasons_too(contract: str, scenario: str, reason: str) -> None:
    result = examined(named("remembers-a-refusal-as-done").wallet_type, contract, scenario)
    assert {each.situation for each in result.verdicts} == {f"replay_of_refused.{reason}"}


class ForgetsTheBooking(LeavesMarks):
    """Answers what was mended with success, and books nothing of it."""

    reason = Outcome.WRONG_CURRENCY

    async def process(self, order: Order[Movement]) -> ItemReply:
        account = self.store.account(order.contract, order.item.player)
        if account and self.is_marked(order) and order.item.currency == account.currency:
            return self.answer_marked(order)
        return self.marked(order, await Wallet.process(self, order))


def test_a_mended_transaction_that_succeeds_without_effect_is_charged() -> None:
    result = examined(ForgetsTheBooking, "casino", "idempotency/refused_for_its_currency")
    assert result.violated == ("CAS-IDM-12",)
    assert {each.wrong for each in result.verdicts} == {"balance"}


def test_a_mended_transaction_may_be_applied() -> None:
    assert examined(Wallet, "casino", "idempotency/refused_for_its_currency").status is Status.PASS


@pytest.mark.parametrize("contract", ["casino", "sportsbook"])
@pytest.mark.parametrize("scenario", ["idempotency/refused_for_its_currency", "idempotency/refused_for_its_player"])
def test_a_mended_transaction_may_be_refused_and_the_reading_is_told(contract: str, scenario: str) -> None:
    result = examined(EveryRefusalBurnsItsId, contract, scenario)
    assert result.status is Status.PASS
    assert ("mended_after_refusal", "refused") in result.readings
