"""Certified with players that exist: over a socket, as an operator would, twice, and nobody is left changed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from named_players import balances, options
from plugin_run import run
from wallet_process import ENVIRONMENT, Running, running

from harness.contracts import BUNDLED


@pytest.fixture(scope="module")
def wallet() -> Iterator[Running]:
    with running() as started:
        yield started


pytestmark = pytest.mark.full

TOO_LARGE = "needs a player of its own: the amount is too large to be given back"
NO_NEAR_ID = "needs a player to whose id something similar can be sent that is nobody's"
NO_TOKEN = "needs a player with an unused one-time token"
THREE = (("EUR", "100"), ("EUR", "12.34"), ("USD", "250.50"))


@pytest.mark.parametrize("contract", BUNDLED)
def test_three_players_are_enough_and_have_their_money_back_after_each_run(wallet: Running, contract: str) -> None:
    players = [wallet.provision(contract=contract, currency=each, balance=much) for each, much in THREE]
    before = balances(wallet, contract, players)
    first = run(*options(contract, players, wallet), variables=ENVIRONMENT)
    assert first.status == 0, first.output
    skipped = [line for line in first.output.splitlines() if line.startswith("SKIPPED")]
    reasons = (
        "needs a KWD player, and none was named",
        "needs a JPY player, and none was named",
        TOO_LARGE,
        NO_NEAR_ID,
        *((NO_TOKEN,) if contract == "sportsbook" else ()),
    )
    assert [line for line in skipped if not any(reason in line for reason in reasons)] == []
    assert all(reason in first.output for reason in reasons)
    assert balances(wallet, contract, players) == before
    again = run(*options(contract, _with_new_tokens(wallet, contract, players), wallet), variables=ENVIRONMENT)
    assert again.status == 0, again.output
    assert balances(wallet, contract, players) == before


def _with_new_tokens(wallet: Running, contract: str, players: list[dict[str, str]]) -> list[dict[str, str]]:
    """The next day: the same players and books, new sessions and one-time tokens."""
    fields = ("playerId", "currency", "balance")
    return [wallet.provision(contract=contract, **{name: each[name] for name in fields}) for each in players]


def test_what_left_a_run_incomplete_is_told_with_its_reason(wallet: Running) -> None:
    players = [wallet.provision(contract="sportsbook", currency=each, balance=much) for each, much in THREE]
    spent = [each | {"authToken": "spent-already"} for each in players]
    chosen = [*options("sportsbook", spent, wallet), "-k", "login or unsettlement"]
    done = run(*chosen, variables=ENVIRONMENT)
    assert done.status == 11, done.output
    told = " ".join(done.output.split("= walletproof =")[-1].split())
    assert " skipped SPB-TOK-02 by authentication/login: the wallet refuses the one-time token" in told, done.output
    assert "not judged: " in told
