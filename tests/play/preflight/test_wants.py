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
from harness.scenario.estimates import steps_of
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


def test_every_good_login_uses_a_token_up_and_a_spoilt_one_uses_none_up() -> None:
    contract = load("sportsbook")
    scenarios = [each for each in load_folder(SCENARIOS, {"sportsbook": contract}) if "sportsbook" in each.requirements]
    logins = [each for each in scenarios if any(step.word == "authenticate" for step in steps_of(each.steps))]
    lacking = "needs a player with an unused one-time token"

    def foretold(tokens: int) -> tuple[set[str], set[str]]:
        """The scenarios that lack a token with so many of them: before the run, and in the run."""
        wallet = AtHand("sportsbook", Wallet)
        players = tuple(wallet.player(balance="1000.00") for _ in range(8))
        named = tuple(replace(each, token=each.token if at < tokens else "") for at, each in enumerate(players))
        under_test = replace(wallet.under_test(players=named), limits=SMALL)
        facts = wallet.look(players=named)
        found = {each.reason: each.scenarios for each in wants(logins, contract, under_test, facts)}
        examiner = Examiner(under_test, facts, wallet=InProcessCarrier(wallet.app, "/sportsbook"))
        results = [examiner.examine(each) for each in logins]
        return set(found.get(lacking, ())), {each.scenario for each in results if each.reason.startswith(lacking)}

    counts = []
    for tokens in range(len(logins) + 1):
        before, in_the_run = foretold(tokens)
        assert before == in_the_run, tokens
        counts.append(len(before))
    assert counts == [*sorted(counts[:-1], reverse=True), 0]
    assert counts.index(0) < len(logins), "a spoilt login uses no token up"
