"""Named players: lent to one scenario at a time, funded for it where the wallet has a way, and given back as found."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import legal_wallets as legal
import pytest

from harness import money
from harness.config import WalletUnderTest
from harness.contracts import BUNDLED, load
from harness.contracts.shared.schema import bundled
from harness.examine import Examiner, preflight
from harness.model import Bet, NotApplicable, Outcome, Player, Request, Scenario, Status
from harness.play.players import BYSTANDER, NoPlayer, Purse, SharedPlayers, StaticPlayers
from harness.play.preflight import Facts
from harness.proof.in_process import InProcessCarrier
from harness.proof.trials import CREDENTIALS, LIMITS
from harness.scenario import load_folder
from harness.scenario.needs import Needs
from mock_server.app import App
from mock_server.defects import named
from mock_server.order import Refusal
from mock_server.provisioning import PATH
from mock_server.store import Account, open_store
from mock_server.wallet import CoreOnlyWallet, Wallet

CONTRACTS = {name: load(name) for name in BUNDLED}
EUR = money.SCALE


class Desk:
    """A wallet in this process with named players, and the examiner that was told of them."""

    def __init__(self, wallet_type: type[Wallet], contract: str, *balances: str, absent: Iterable[str] = ()) -> None:
        """`balances` as `12.34 EUR`, one for each player; they are called 188, 189 and so on."""
        self.contract = CONTRACTS[contract]
        self.store = open_store()
        self._provision = InProcessCarrier(App(Wallet(self.store, CREDENTIALS), provision=True), PATH)
        self.wallet = InProcessCarrier(App(wallet_type(self.store, CREDENTIALS)), f"/{contract}")
        self.named = [self._made(number, *text.split()) for number, text in enumerate(balances, 188)]
        self.under_test = WalletUnderTest(
            contract=contract,
            url="in process",
            credentials=CREDENTIALS[contract],
            players=tuple(self.named),
            limits=LIMITS,
            run_id="5ca1ab1e",
        )
        self.examiner = Examiner(self.under_test, Facts(absent=tuple(absent)), wallet=self.wallet)

    def _made(self, number: int, balance: str, currency: str) -> Player:
        fields = {"playerId": str(number), "contract": self.contract.name, "currency": currency, "balance": balance}
        sent = self._provision.send(Request("", (), json.dumps(fields).encode()))
        assert sent.received is not None
        told = json.loads(sent.received.body)
        return Player(
            id=told["playerId"],
            currency=currency,
            session=told["sessionId"],
            expired_session=told["expiredSessionId"],
            token=told["authToken"],
        )

    @property
    def players(self) -> StaticPlayers:
        """The source that is tested."""
        return StaticPlayers(self.named, self.purse)

    @property
    def purse(self) -> Purse:
        """How the examiner moves money."""
        shared = self.examiner.players
        assert isinstance(shared, SharedPlayers)
        return shared._purse

    def balances(self) -> list[int]:
        """What each has."""
        return [int(self.purse.read(each) or 0) for each in self.named]


def needs(balance: str, **rest: Any) -> Needs:
    return Needs(balance=money.parse(balance), bets={}, **rest)


@pytest.mark.parametrize("contract", BUNDLED)
@pytest.mark.parametrize(("held", "wanted"), [("12.34", "50"), ("0", "50"), ("80", "50"), ("80", "0"), ("50", "50")])
def test_a_player_is_brought_to_what_is_needed_and_back(contract: str, held: str, wanted: str) -> None:
    desk = Desk(Wallet, contract, f"{held} EUR")
    players = desk.players
    cast = players.cast(needs(wanted, exactly=True))
    assert cast[""].balance == money.parse(wanted)
    assert desk.balances() == [money.parse(wanted)]
    players.back(cast, {"": money.parse(wanted)})
    assert desk.balances() == [money.parse(held)]
    assert players.close() == ()


@pytest.mark.parametrize("contract", BUNDLED)
@pytest.mark.parametrize(
    "wallet_type",
    [legal.UnknownBetsAreRefused, legal.BetsOfNothingAreRefused, legal.ErrorsAreOk, legal.AnswersHaveExtraFields],
)
def test_every_way_that_a_wallet_may_insist_on_is_tried(contract: str, wallet_type: type[Wallet]) -> None:
    desk = Desk(wallet_type, contract, "12.34 EUR", absent=("reward",))
    cast = desk.players.cast(needs("50"))
    assert cast[""].balance == 50 * EUR


class LimitsStakes(Wallet):
    """A staging wallet in which nobody bets more than 10, which no document forbids."""

    async def check_bet(self, order: Any, account: Account) -> None:
        if isinstance(order.item, Bet) and order.item.amount > 10 * EUR:
            raise Refusal(Outcome.REFUSED, "a stake is 10 at most")
        await super().check_bet(order, account)


def test_what_a_wallet_does_not_let_us_do_is_told_and_undone() -> None:
    desk = Desk(LimitsStakes, "casino", "80 EUR", "70 EUR")
    with pytest.raises(NoPlayer) as reason:
        desk.players.cast(needs("50", exactly=True))
    assert str(reason.value) == "needs a EUR player with exactly 50.00; player 188 has 80.00, player 189 has 70.00"
    assert desk.balances() == [80 * EUR, 70 * EUR]


def test_without_a_way_the_reason_says_what_is_missing() -> None:
    desk = Desk(CoreOnlyWallet, "sportsbook", "12.34 EUR", absent=("settlement", "placebet", "balance"))
    with pytest.raises(NoPlayer) as reason:
        desk.players.cast(needs("50"))
    assert str(reason.value) == "needs a EUR player with at least 50.00; player 188 has 12.34"
    assert reason.value.not_applicable is None


def test_scenarios_are_spread_over_the_players_and_none_serves_two_at_once() -> None:
    desk = Desk(Wallet, "casino", "100 EUR", "100 EUR", "100 USD", "100 EUR")
    players = desk.players
    order = []
    for _ in range(6):
        cast = players.cast(needs("50"))
        assert cast[BYSTANDER].id != cast[""].id
        order.append(cast[""].id)
        players.back(cast, {role: each.balance for role, each in cast.items()})
    assert order == ["188", "189", "191"] * 2


def test_a_second_player_has_the_currency_of_the_first() -> None:
    desk = Desk(Wallet, "casino", "100 USD", "100 EUR", "100 EUR")
    cast = desk.players.cast(needs("50", others=("other",)))
    assert {cast[""].id, cast["other"].id} == {"189", "190"}
    assert cast[BYSTANDER].id == "188"
    with pytest.raises(NoPlayer, match="needs 2 USD players at once; there is only player 188"):
        desk.players.cast(needs("50", currency="USD", others=("other",)))


def test_a_currency_without_decimals_is_played_where_it_is_asked_for_alone() -> None:
    desk = Desk(Wallet, "casino", "1000 JPY")
    assert desk.players.cast(needs("50", currency="JPY"))[""].id == "188"
    with pytest.raises(NoPlayer, match="whose currency has two decimals"):
        desk.players.cast(needs("50"))
    with pytest.raises(NoPlayer, match="needs a KWD player, and none was named") as reason:
        desk.players.cast(needs("50", currency="KWD"))
    assert reason.value.not_applicable is NotApplicable.CURRENCY


def test_a_one_time_token_serves_once_unless_it_comes_back_unused() -> None:
    players = Desk(Wallet, "sportsbook", "100 EUR").players
    first = players.cast(needs("50", token=True))
    assert first[""].token
    players.back(first, {})
    assert players.cast(needs("50"))[""].token == "", "who does not need it does not get it"
    players.back(first, {})
    spent = players.cast(needs("50", token=True))
    players.back({"": replace(spent[""], token="")}, {})
    with pytest.raises(NoPlayer, match="unused one-time token; player 188 has none left"):
        players.cast(needs("50", token=True))


def test_who_is_left_changed_is_told_with_the_sums() -> None:
    desk = Desk(LimitsStakes, "casino", "30 EUR")
    players = desk.players
    cast = players.cast(needs("50"))
    players.back(cast, {"": 50 * EUR})
    assert players.changed() == ("player 188 was left with 50.00 EUR, and had 30.00 EUR",)
    assert players.close() == ("player 188 was left with 50.00 EUR, and had 30.00 EUR",)


def test_what_a_lost_request_does_late_is_restored_at_the_end() -> None:
    desk = Desk(Wallet, "casino", "30 EUR")
    players = desk.players
    cast = players.cast(needs("10"))
    players.back(cast, {"": 30 * EUR})
    desk.purse.bring(desk.named[0], 30 * EUR, 33 * EUR)
    assert players.close() == ()
    assert desk.balances() == [30 * EUR]


@pytest.mark.parametrize("scenario", ["authentication/login", "authentication/used_token"])
def test_a_token_that_an_earlier_run_has_used_accuses_nobody(scenario: str, scenarios: tuple[Scenario, ...]) -> None:
    desk = Desk(Wallet, "sportsbook", "100 EUR", "100 EUR")
    login = next(each for each in scenarios if each.id == scenario)
    first = desk.examiner.examine(login)
    again = Examiner(replace(desk.under_test, run_id="5ca1ab1f"), Facts(), wallet=desk.wallet)
    seconds = [again.examine(login) for _ in desk.named]
    assert first.status is Status.PASS
    assert [each.status for each in seconds] == [Status.SKIPPED, Status.PASS], "the second player's token is unused"
    assert seconds[0].reason == (
        "the wallet refuses the one-time token that was named for player 188: "
        "an earlier run may have used it; name a new one"
    )
    third = again.examine(login)
    assert third.reason.startswith("needs a player with an unused one-time token"), "the refused one is not tried again"


def test_the_second_use_of_a_token_is_judged_as_ever(scenarios: tuple[Scenario, ...]) -> None:
    wallet = named("takes-a-token-twice").wallet_type
    desk = Desk(wallet, "sportsbook", "100 EUR")
    used = next(each for each in scenarios if each.id == "authentication/used_token")
    assert desk.examiner.examine(used).status is Status.FAIL


# ----------------------------------------------------------------------------------------------------------------------
# Bets that a wallet is said to know


class CoreOnlyAndInsists(CoreOnlyWallet, legal.UnknownBetsAreRefused):
    """Only the core operation, and only for bets that it knows."""


@pytest.fixture(scope="module")
def scenarios() -> tuple[Scenario, ...]:
    return load_folder(bundled("scenarios"), CONTRACTS)


def test_a_core_only_wallet_that_insists_on_known_bets_is_examined_with_those_of_the_profile(
    scenarios: tuple[Scenario, ...],
) -> None:
    desk = Desk(CoreOnlyAndInsists, "casino", "100 EUR", "100 EUR")
    known = [replace(each, bets=(f"bet-{each.id}",)) for each in desk.named]
    whole = InProcessCarrier(App(Wallet(desk.store, CREDENTIALS)), "/casino")
    for player in known:
        bet = Bet(id=player.bets[0], player=player.id, currency="EUR", session=player.session, amount=1, game="G")
        whole.send(desk.contract.request(bet, CREDENTIALS["casino"], time.time_ns() // 1_000_000))
    under_test = replace(desk.under_test, players=tuple(known), run_id="5ca1ab1f")
    resent = next(each for each in scenarios if each.id == "idempotency/resent_settlement")
    facts = preflight(under_test, wallet=desk.wallet)
    with_bets = Examiner(under_test, facts, wallet=desk.wallet).examine(resent)
    assert (with_bets.status, with_bets.core_money_moved) == (Status.PASS, True)
    without = replace(desk.under_test, run_id="5ca1ab20")
    assert Examiner(without, facts, wallet=desk.wallet).examine(resent).status is Status.SKIPPED
