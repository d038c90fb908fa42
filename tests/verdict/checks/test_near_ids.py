"""Wallets that take a near id for a player's or a bet's: each is charged with the requirement about near ids."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from harness.contracts import BUNDLED
from harness.model import ItemReply, Movement, Outcome, Status
from harness.proof.matrix import scenarios
from harness.proof.trials import examiner_of
from harness.verdict import ScenarioResult
from mock_server.defects.players import ReadsPlayerIdsAsIntegers
from mock_server.order import Order, Refusal
from mock_server.store import Account
from mock_server.wallet import Wallet

SUITE = {each.id: each for each in scenarios()}
OWN: Mapping[str, str] = {"casino": "CAS-INP-09", "sportsbook": "SPB-INP-09"}


def examined(wallet_type: type[Wallet], contract: str, scenario: str) -> ScenarioResult:
    examiner = examiner_of(wallet_type, contract)
    try:
        return examiner.examine(SUITE[scenario])
    finally:
        examiner.close()


class RefusesANearIdAndBooks(ReadsPlayerIdsAsIntegers):
    """Books on the player of the digits, and then finds that the text is no player's."""

    async def process_new(self, order: Order[Movement], account: Account) -> ItemReply:
        answer = await super().process_new(order, account)
        if order.item.player != account.player:
            raise Refusal(Outcome.UNKNOWN_PLAYER, "no such player")
        return answer


@pytest.mark.parametrize("contract", BUNDLED)
@pytest.mark.parametrize("scenario", ["player/near_ids_in_bets", "player/near_id_in_another_case"])
def test_the_sound_wallet_refuses_near_ids(contract: str, scenario: str) -> None:
    assert examined(Wallet, contract, scenario).status is Status.PASS


@pytest.mark.parametrize("contract", BUNDLED)
def test_money_that_a_refused_near_id_has_moved_is_charged_to_it(contract: str) -> None:
    result = examined(RefusesANearIdAndBooks, contract, "player/near_ids_in_bets")
    assert result.violated == (OWN[contract],)
    assert [each.check for each in result.verdicts if each.status is Status.FAIL] == ["conservation"]


@pytest.mark.parametrize("contract", BUNDLED)
def test_a_near_id_that_was_taken_is_one_finding(contract: str) -> None:
    result = examined(ReadsPlayerIdsAsIntegers, contract, "player/near_ids_in_bets")
    assert result.violated == (OWN[contract],)
    (told,) = result.verdicts
    assert (told.check, told.wrong, told.situation) == ("oracle", "accepted", "unknown_player.similar_id")
    assert " for player 0" in told.sent


class KnowsOneWordForAllErrors(Wallet):
    """Refuses a malformed id of a player with the code of an invalid bet."""

    def find_player(self, contract: str, player: str) -> Account:
        if not player.isascii() or not player.isalnum():
            raise Refusal(Outcome.UNKNOWN_TRANSACTION, "no player id")
        return super().find_player(contract, player)


def test_the_code_for_a_near_id_is_open() -> None:
    assert examined(KnowsOneWordForAllErrors, "sportsbook", "player/near_ids_in_unsettlements").status is Status.PASS
    assert examined(KnowsOneWordForAllErrors, "sportsbook", "input/unknown_player").status is Status.PASS
