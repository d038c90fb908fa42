"""What a run would have to skip for want of players, funds or operations is known before it, and is what it skips."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from preflight_at_hand import AtHand

from harness.contracts import load
from harness.examine import Examiner
from harness.model import Limits
from harness.play.preflight.wants import wants
from harness.proof.in_process import InProcessCarrier
from harness.scenario import load_folder
from mock_server.wallet import CoreOnlyWallet, Wallet

SCENARIOS = Path(__file__).resolve().parents[3] / "scenarios"
SMALL = Limits(parallel=4, rounds=3, burst=3, batch=5, races=1)


@pytest.mark.parametrize(
    ("contract", "wallet_type", "balance", "reasons"),
    [
        (
            "casino",
            Wallet,
            "20.00",
            {"needs a player with an expired session", "needs 2 players of one currency", "needs a KWD player"},
        ),
        ("sportsbook", Wallet, "0.00", {"needs a player with an unused one-time token"}),
        ("casino", CoreOnlyWallet, "20.00", {"the wallet has no operation bet"}),
        (
            "sportsbook",
            CoreOnlyWallet,
            "0.00",
            {
                "the wallet has no operation settlement",
                "needs a player with 0.10 EUR, and nothing can be paid into this wallet",
            },
        ),
    ],
)
def test_what_cannot_be_run_is_known_before(
    contract: str, wallet_type: type[Wallet], balance: str, reasons: set[str]
) -> None:
    wallet = AtHand(contract, wallet_type)
    under_test = wallet.under_test(players=(replace(wallet.player(balance=balance), expired_session="", token=""),))
    facts = wallet.look(players=under_test.players)
    scenarios = load_folder(SCENARIOS, {contract: load(contract)})
    found = {each.reason: each.scenarios for each in wants(scenarios, load(contract), under_test, facts)}
    assert reasons <= set(found)
    examiner = Examiner(replace(under_test, limits=SMALL), facts, wallet=InProcessCarrier(wallet.app, f"/{contract}"))
    results = [examiner.examine(each) for each in scenarios if contract in each.requirements]
    skipped = {each.scenario for each in results if each.reason.startswith(("needs a", "needs 2", "the wallet has no"))}
    foretold = {each for named in found.values() for each in named}
    # Where nothing can be restored, one scenario may leave too little for another.
    assert foretold == skipped if wallet_type is Wallet else foretold <= skipped


def test_four_tokens_are_enough_because_a_forged_login_uses_none_up() -> None:
    wallet = AtHand("sportsbook", Wallet)
    players = tuple(wallet.player(balance="1000.00") for _ in range(4))
    facts = wallet.look(players=players)
    scenarios = load_folder(SCENARIOS, {"sportsbook": load("sportsbook")})
    under_test = wallet.under_test(players=players)
    lacking = "needs a player with an unused one-time token"
    assert lacking not in {each.reason for each in wants(scenarios, load("sportsbook"), under_test, facts)}
    fewer = wallet.under_test(players=(*players[:3], replace(players[3], token="")))
    assert lacking in {each.reason for each in wants(scenarios, load("sportsbook"), fewer, facts)}
