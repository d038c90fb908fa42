"""A permitted refusal whose code the scenario's own requirement is about has been judged, and was not avoided."""

from __future__ import annotations

import pytest
from legal_wallets import UnknownBetsAreRefused
from report_at_hand import results, scenarios

from harness.model import Movement, Outcome, Status
from mock_server.order import Order, Refusal
from mock_server.store import Account
from mock_server.wallet import Wallet

SCENARIOS = [each.id for each in scenarios().values() if each.requirements.get("sportsbook") == "SPB-ERR-01"]
"""Scenarios of the requirement about how an unknown bet is refused, where it is refused."""


class RefusesThemInOtherWords(UnknownBetsAreRefused):
    """Says that the player is in another currency if money is to move."""

    def check_known_bet(self, order: Order[Movement], account: Account) -> None:
        try:
            super().check_known_bet(order, account)
        except Refusal as refusal:
            outcome = Outcome.WRONG_CURRENCY if order.item.amount else Outcome.UNKNOWN_TRANSACTION
            raise Refusal(outcome, str(refusal)) from None


def test_the_bundled_suite_has_such_scenarios() -> None:
    assert set(SCENARIOS) == {"settlement/unknown_bet", "unsettlement/unknown_bet"}


@pytest.mark.parametrize("scenario", SCENARIOS)
@pytest.mark.parametrize("wallet_type", [Wallet, UnknownBetsAreRefused])
def test_it_is_judged_whatever_the_wallet_does(scenario: str, wallet_type: type[Wallet]) -> None:
    (found,) = results(wallet_type, "sportsbook", [scenario], record=False)
    assert (found.status, found.reason, found.avoided_by) == (Status.PASS, "", ())


def test_another_code_is_a_warning() -> None:
    (found,) = results(RefusesThemInOtherWords, "sportsbook", ["settlement/unknown_bet"], record=False)
    assert (found.status, found.violated) == (Status.WARN, ("SPB-ERR-01",))
