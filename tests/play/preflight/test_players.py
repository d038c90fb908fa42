"""Players, funds, provisioning and capabilities: what is the user's to set right, and what the wallet's own fault."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hostile import Server, always, message
from preflight_at_hand import AtHand, problem_of, stages

from harness import money
from harness.contracts import Contract, load
from harness.examine import preflight
from harness.model import Bet, GetBalance, ItemReply, Movement, Operation, Outcome, Player, Reply, Unsettle
from mock_server.order import Moved, Order, Refusal
from mock_server.wallet import CoreOnlyWallet, Wallet
from mock_server.wire import Answer, refused

BOTH = pytest.mark.parametrize("contract", ["casino", "sportsbook"])


# ---------------------------------------------------------------------------------------------------------------------
# Named players


@BOTH
def test_named_players_are_told_with_what_they_hold(contract: str) -> None:
    wallet = AtHand(contract)
    players = (wallet.player(playerId="188", balance="12.34"), wallet.player("USD", playerId="189", balance="0.00"))
    facts = wallet.look(players=players)
    assert stages(facts)["players"].detail == "188 has 12.34 EUR, 189 has 0.00 USD"
    assert [(each.player, each.balance) for each in facts.holdings] == [("188", 1_234_000), ("189", 0)]
    assert facts.warnings == ("without funds: player 189",)


@BOTH
def test_nobody_is_named(contract: str) -> None:
    assert str(AtHand(contract).problem(players=())) == (
        f"no players for {contract}: give --wallet-provision URL, or name players that exist with --wallet-player "
        "id=...,currency=EUR,session=..."
    )


@pytest.mark.parametrize(("contract", "code"), [("casino", "RS_ERROR_USER_DISABLED"), ("sportsbook", "INVALID_PLAYER")])
def test_a_second_player_whom_the_wallet_does_not_know(contract: str, code: str) -> None:
    wallet = AtHand(contract)
    stranger = Player(id="nobody", currency="EUR", session="s")
    assert str(wallet.problem(players=(wallet.player(), stranger))) == (
        f"the wallet does not know player nobody ({code}): name one that exists"
    )


@pytest.mark.parametrize(
    ("contract", "code"), [("casino", "RS_ERROR_WRONG_CURRENCY"), ("sportsbook", "INVALID_CURRENCY")]
)
def test_everything_that_is_wrong_with_players_is_one_problem(contract: str, code: str) -> None:
    wallet = AtHand(contract)
    wrong = replace(wallet.player(playerId="189"), currency="USD")
    ended = wallet.player(playerId="190")
    ended = replace(ended, session=ended.expired_session)
    problem = wallet.problem(players=(wallet.player(), wrong, ended))
    assert problem.stage == "players"
    first, second = str(problem).split("; ")
    assert first == f"the account of player 189 is not in USD ({code}): name its currency"
    assert second.startswith("the session of player 190 is not live (")
    assert second.endswith("): log the player in, and give the new session")


@BOTH
def test_a_player_who_is_named_twice(contract: str) -> None:
    wallet = AtHand(contract)
    player = wallet.player(playerId="188")
    assert str(wallet.problem(players=(player, player))) == "player 188 is named twice: name each player once"


@BOTH
def test_a_wallet_whose_balance_operation_is_broken_does_not_hide_behind_its_players(contract: str) -> None:
    class RefusesReads(Wallet):
        async def get_balance(self, contract: str, operation: GetBalance) -> Reply:
            return refused(Outcome.UNKNOWN_PLAYER, "never heard of")

    wallet = AtHand(contract, RefusesReads)
    facts = wallet.look(players=(wallet.player(playerId="188", balance="7.00"), wallet.player(playerId="189")))
    assert facts.holdings[0].balance == 700_000
    assert facts.warnings[0].startswith("balance of player 188 is refused (")
    assert facts.warnings[0].endswith("), though a transaction of the player is taken")


@pytest.mark.parametrize(
    ("contract", "code", "core"),
    [("casino", "RS_ERROR_USER_DISABLED", "settlement"), ("sportsbook", "INVALID_PLAYER", "unsettlement")],
)
def test_the_first_player_is_unknown(contract: str, code: str, core: str) -> None:
    problem = AtHand(contract).problem(players=(Player(id="nobody", currency="EUR", session="s"),))
    assert (problem.stage, str(problem)) == (
        "players",
        (
            f"http://wallet.example/x refuses an ordinary {core} of amount 0 with {code}: the wallet does not know "
            "player nobody: name one that exists, or check the provisioning address"
        ),
    )


def insisting(*, takes_bets: bool) -> type[Wallet]:
    """A wallet that answers for bets that it knows, and perhaps takes some."""

    class Insists(Wallet):
        async def decide(self, contract: str, operation: Operation) -> Reply:
            items = getattr(operation, "items", (operation,))
            taken = self.__dict__.setdefault("taken", {"known"})
            for each in items:
                if isinstance(each, Bet):
                    taken.update({each.id, each.bet})
                elif isinstance(each, Movement) and each.bet not in taken:
                    return refused(Outcome.UNKNOWN_TRANSACTION, "no such bet")
            return await super().decide(contract, operation)

        def offers(self, contract: Contract, name: str) -> bool:
            return takes_bets or contract.words.get("bet") != name

    return Insists


@BOTH
def test_a_wallet_that_insists_on_known_bets_is_shown_one(contract: str) -> None:
    facts = AtHand(contract, insisting(takes_bets=True)).look()
    assert facts.first_calls == ()
    assert facts.warnings == ()


@BOTH
def test_a_wallet_that_takes_no_bets_and_insists_on_known_ones_wants_some(contract: str) -> None:
    wallet = AtHand(contract, insisting(takes_bets=False))
    player = wallet.player()
    facts = wallet.look(players=(player,))
    assert facts.readings == (("unknown_bet", "refused"),)
    assert any(each.endswith("give the player some as `bets` in the profile") for each in facts.warnings)
    assert wallet.violation(players=(player,)) is None
    assert wallet.look(players=(replace(player, bets=("known",)),)).readings in {(), (("deduction", "supported"),)}


@BOTH
def test_named_players_whose_balance_nothing_shows_need_bets(contract: str) -> None:
    class CoreAlone(insisting(takes_bets=False)):  # type: ignore[misc]
        def offers(self, contract: Contract, name: str) -> bool:
            return contract.specs[name].core

    wallet = AtHand(contract, CoreAlone)
    problem = wallet.problem(players=(wallet.player(),))
    assert str(problem).endswith("insists on bets that it knows: give the player some as `bets` in the profile")
    assert wallet.look().readings == (("unknown_bet", "refused"),), "the balance of a player who is made is known"


# ---------------------------------------------------------------------------------------------------------------------
# Provisioning


@BOTH
def test_a_provisioned_player_and_its_balance(contract: str) -> None:
    facts = AtHand(contract).look()
    (holding,) = facts.holdings
    assert (holding.currency, holding.balance) == ("EUR", 1_000_000)
    assert facts.warnings == ()


def provisioned_by(answer: bytes) -> str:
    wallet = AtHand()
    with wallet.listening() as root, Server(always(answer)) as server:
        under_test = replace(wallet.under_test(), url=f"{root}/casino", provision_url=f"{server.url}/make/")
        problem = problem_of(lambda: preflight(under_test))
    assert problem.stage == "provisioning"
    return str(problem).replace(server.url, "URL")


def test_a_provisioning_address_that_answers_something_else() -> None:
    assert provisioned_by(message(b"<html>")).startswith(
        "the provisioning address answered 200 with something else than the protocol asks for ("
    )
    assert provisioned_by(message(b"<html>")).endswith("(asked at URL/make for a player of casino)")


def test_a_provisioning_address_that_makes_somebody_else() -> None:
    made = {"playerId": "1", "sessionId": "s", "authToken": "t", "currency": "EUR", "balance": "7.00"}
    assert "was asked for 10.00 EUR and made a player with 7.00 EUR" in provisioned_by(
        message(json.dumps(made).encode())
    )


def test_a_provisioning_address_that_is_none() -> None:
    wallet = AtHand()
    with wallet.listening() as root:
        under_test = replace(wallet.under_test(), url=f"{root}/casino", provision_url="players.example")
        problem = problem_of(lambda: preflight(under_test))
    assert (problem.stage, str(problem)) == (
        "provisioning",
        "the provisioning address 'players.example' has no valid host and port: write http://host:port/path",
    )


def test_a_provisioning_command_that_fails(tmp_path: Path) -> None:
    script = tmp_path / "make.py"
    script.write_text("import sys; sys.exit('the database is down')", encoding="utf-8")
    wallet = AtHand()
    with wallet.listening() as root:
        under_test = replace(
            wallet.under_test(),
            url=f"{root}/casino",
            provision_url="",
            provision_command=f"{sys.executable} {script} {{player}}",
        )
        problem = problem_of(lambda: preflight(under_test))
    assert problem.stage == "provisioning"
    assert "the database is down" in str(problem)


@BOTH
def test_a_player_of_another_wallet_is_a_problem(contract: str) -> None:
    """Provisioning says 10.00, and the wallet holds 7.00: its books are in order, and are not the ones provisioned."""

    class Elsewhere(Wallet):
        async def decide(self, contract: str, operation: Operation) -> Reply:
            for each in getattr(operation, "items", (operation,)):
                account = self.store.account(contract, getattr(each, "player", ""))
                if account is not None and account.number not in self.__dict__.setdefault("met", set()):
                    self.__dict__["met"].add(account.number)
                    self.store.set_balance(account, 700_000)
            return await super().decide(contract, operation)

    problem = AtHand(contract, Elsewhere).problem()
    assert problem.stage == "players"
    assert "shows 7.00 EUR for player " in str(problem)
    assert str(problem).endswith(
        "who was made with 10.00 EUR: check that http://wallet.example/__admin/player makes players of this very wallet"
    )


@BOTH
def test_a_wallet_that_shows_a_wrong_balance_does_not_hide_behind_the_configuration(contract: str) -> None:
    class Scaled(Wallet):
        def shown_balance(self, moved: Moved) -> int:
            return super().shown_balance(moved) * 100

    facts = AtHand(contract, Scaled).look(lacks=("balance",))
    assert facts.first_calls == ()
    assert any("shows 1000.00 EUR for player" in each for each in facts.warnings)


# ---------------------------------------------------------------------------------------------------------------------
# The amount 0


class RefusesZero(Wallet):
    """Takes 0 for no amount."""

    async def process(self, order: Order[Movement]) -> ItemReply:
        if not order.item.amount:
            raise Refusal(Outcome.MALFORMED, "no amount")
        return await super().process(order)


@pytest.mark.parametrize(
    ("contract", "requirement", "code"),
    [("casino", "CAS-ZER-01", "RS_ERROR_WRONG_SYNTAX"), ("sportsbook", "SPB-UNS-02", "INVALID_BET")],
)
@pytest.mark.parametrize("balance", ["10.00", "0.00"])
def test_a_wallet_that_refuses_nothing_but_zero(contract: str, requirement: str, code: str, balance: str) -> None:
    wallet = AtHand(contract, RefusesZero)
    violation = wallet.violation(players=(wallet.player(balance=balance),))
    assert violation is not None
    assert (violation.requirement, violation.mistake) == (requirement, "zero_amount")
    amounts = [Decimal(_amount(each.transmission.sent.body)) for each in violation.exchanges]
    assert amounts[-1] == 0, "the last call is the refusal"
    assert any(amounts), "what was taken, or refused for lack of funds, is shown"


def _amount(body: bytes) -> str:
    content = json.loads(body, parse_float=Decimal)
    return str(content.get("transactions", [content])[0]["amount"])


def test_a_wrong_currency_is_not_taken_for_a_refusal_of_zero() -> None:
    wallet = AtHand("casino")
    problem = wallet.problem(players=(replace(wallet.player(playerId="188"), currency="USD"),))
    assert problem.stage == "players"
    assert str(problem).endswith("the account of player 188 has another currency: name the right one")


def test_a_wallet_that_looks_at_funds_before_bets_does_not_refuse_zero() -> None:
    """It never deducts, and knows no such bet: 402 for an amount and INVALID_BET for none are both documented."""

    class NeverDeducts(insisting(takes_bets=False)):  # type: ignore[misc]
        async def decide(self, contract: str, operation: Operation) -> Reply:
            if isinstance(operation, Unsettle) and operation.amount:
                return refused(Outcome.INSUFFICIENT_FUNDS, "deductions are not supported")
            return await super().decide(contract, operation)  # type: ignore[no-any-return]

    wallet = AtHand("sportsbook", NeverDeducts)
    facts = wallet.look(players=(wallet.player(),))
    assert (facts.first_calls, facts.findings, facts.takes_zero) == ((), (), False)
    assert facts.readings == (("unknown_bet", "refused"),)


# ---------------------------------------------------------------------------------------------------------------------
# Capabilities


@pytest.mark.parametrize(
    ("contract", "lacking"),
    [
        ("casino", ("balance", "bet", "bet_batch", "payout", "retry", "reward")),
        ("sportsbook", ("authenticate", "balance", "placebet", "rollbackbet", "settlement")),
    ],
)
def test_a_core_only_wallet_is_recognised(contract: str, lacking: tuple[str, ...]) -> None:
    wallet = AtHand(contract, CoreOnlyWallet)
    assert wallet.look().absent == lacking
    player = wallet.player(balance="12.34")
    facts = wallet.look(players=(replace(player, token=""),))
    assert facts.absent == lacking
    assert not any("one-time token" in each for each in facts.warnings), "there is no login to use one for"
    assert facts.holdings[0].balance == 1_234_000


@BOTH
def test_what_is_declared_absent_is_not_asked_for(contract: str) -> None:
    class Counts(Wallet):
        asked: set[str]

        def offers(self, contract: Contract, name: str) -> bool:
            self.__dict__.setdefault("asked", set()).add(name)
            return super().offers(contract, name)

    wallet = AtHand(contract, Counts)
    lacks = tuple(name for name, spec in load(contract).specs.items() if not spec.core)
    facts = wallet.look(lacks=lacks)
    assert set(facts.absent) == set(lacks)
    assert wallet.app.wallet.__dict__["asked"].isdisjoint(lacks)


def test_an_operation_that_breaks_down_is_told_and_is_not_absent() -> None:
    class Breaks(Wallet):
        async def serve(self, contract: Contract, name: str, headers: Mapping[str, str], body: bytes) -> Answer:
            if name == "bet":
                return Answer(500, ((b"content-type", b"text/html"),), b"<h1>Internal Server Error</h1>")
            return await super().serve(contract, name, headers, body)

    facts = AtHand("casino", Breaks).look()
    assert facts.absent == ()
    assert facts.warnings[0].startswith("bet gives no usable answer to a harmless call: HTTP 500 without an error")


@BOTH
def test_looking_moves_no_money(contract: str) -> None:
    wallet = AtHand(contract)
    players = (wallet.player(balance="5.00"), wallet.player(balance="5.00"))
    wallet.look(players=players)
    again = wallet.look(players=players)
    assert [each.balance for each in again.holdings] == [500_000, 500_000]


def test_deduction_is_not_judged_by_a_player_without_funds() -> None:
    wallet = AtHand("sportsbook")
    assert wallet.look(players=(wallet.player(balance="0.00"),)).readings == ()
    assert wallet.look(players=(wallet.player(balance="1.00"),)).readings == (("deduction", "supported"),)


@BOTH
def test_a_balance_that_pre_flight_has_moved_is_told_with_what_was_moved(contract: str) -> None:
    (detail,) = [
        each.detail for each in AtHand(contract, insisting(takes_bets=True)).look().stages if each.name == "players"
    ]
    unit = load(contract).wire_unit("EUR")
    left = money.show(10 * money.SCALE - unit, "EUR")
    assert detail.startswith(f"the wallet shows {left} for ")
    assert detail.endswith(
        f", which is the 10.00 EUR of provisioning and what pre-flight has debited ({money.show(unit, 'EUR')})"
    )
