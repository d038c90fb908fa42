"""From options and environment to the wallet under test; every mistake is a sentence, and no message has a secret."""

from __future__ import annotations

import pickle
import re
from collections.abc import Mapping

import pytest
from credentials_at_hand import of_casino, secret_of
from plugin_run import CREDENTIALS

from harness.config import Misconfigured, Options, OptionsError, RunConfiguration, configure
from harness.model import Player

URL = "http://127.0.0.1:1/casino"
CASINO = {name: CREDENTIALS[name] for name in ("WALLET_API_KEY", "WALLET_SECRET")}
SPORTSBOOK = {name: CREDENTIALS[name] for name in ("WALLET_USER", "WALLET_PASSWORD")}
PLAYER = "id=188, currency=EUR, session=s-1, token=t-1, bet=b-1, bet=b-2"


def usable(options: Options, environment: Mapping[str, str] = CREDENTIALS) -> RunConfiguration:
    found = configure(options, environment)
    found.require_usable()
    return found


@pytest.mark.parametrize(
    ("options", "environment", "expected"),
    [
        (Options(), {}, ["casino", "sportsbook"]),
        (Options(), CASINO, ["casino", "sportsbook"]),
        (Options(contracts=("sportsbook",)), CASINO, ["sportsbook"]),
        (Options(url=URL), CASINO, ["casino"]),
        (Options(url=URL), SPORTSBOOK, ["sportsbook"]),
        (Options(url=URL, contracts=("sportsbook", "casino")), {}, ["sportsbook", "casino"]),
    ],
)
def test_which_contracts(options: Options, environment: dict[str, str], expected: list[str]) -> None:
    assert list(configure(options, environment).profile.contracts) == expected


def test_half_of_a_pair_of_credentials_implies_nothing() -> None:
    with pytest.raises(OptionsError, match="which contract"):
        configure(Options(url=URL), {"WALLET_SECRET": "half"})


@pytest.mark.parametrize(
    ("options", "environment", "told"),
    [
        (Options(url=URL), {}, "which contract? Name it with --wallet-contract"),
        (Options(url=URL), CREDENTIALS, "casino and sportsbook are set: say which to use with --wallet-contract"),
        (Options(contracts=("casnio",)), {}, "the bundled wallet has no contract 'casnio'"),
        (Options(url=URL, contracts=("casnio",)), {}, "--wallet-contract: "),
        (
            Options(url="http://me:" + "hush@127.0.0.1:1"),
            CASINO,
            "--wallet-url must not hold a user name or a password",
        ),
        (Options(provision_url=URL), {}, "--wallet-provision belongs to a wallet of your own"),
        (Options(provision_token="t"), {}, "--wallet-provision-token belongs to a wallet of your own"),
        (Options(players=(PLAYER,)), {}, "--wallet-player belongs to a wallet of your own"),
        (Options(url=URL, contracts=("casino",)), CASINO, "no players for casino: give --wallet-provision=URL"),
        (Options(url=URL, contracts=("casino",), players=(PLAYER,)), SPORTSBOOK, "WALLET_API_KEY and WALLET_SECRET"),
        (Options(url=URL, contracts=("casino",), players=("currency=EUR",)), CASINO, "--wallet-player needs id"),
        (Options(url=URL, contracts=("casino",), players=("id=1,id=2",)), CASINO, "id stands twice"),
        (Options(url=URL, contracts=("casino",), players=("id=1,colour=red",)), CASINO, "'colour' is none of its"),
    ],
)
def test_a_mistake_is_told_with_what_to_give(options: Options, environment: dict[str, str], told: str) -> None:
    with pytest.raises(OptionsError, match=re.escape(told)):
        usable(options, environment)


@pytest.mark.parametrize("player", ["id=1,currency=EUR,hush-hush", "id=1,sesion=hush-hush", "token=hush-hush"])
def test_a_message_about_a_player_repeats_no_value(player: str) -> None:
    with pytest.raises(OptionsError) as told:
        configure(Options(url=URL, contracts=("casino",), players=(player,)), CASINO)
    assert "hush-hush" not in str(told.value)


def test_there_is_a_wallet_under_test_for_each_contract() -> None:
    options = Options(
        url=URL, contracts=("casino", "sportsbook"), provision_url="http://127.0.0.1:1/p", seed=7, run_id="ab"
    )
    casino, sportsbook = usable(options).wallets
    assert (casino.contract, casino.url, casino.seed, casino.run_id) == ("casino", URL, 7, "ab")
    assert casino.credentials == of_casino(CASINO["WALLET_API_KEY"], CASINO["WALLET_SECRET"])
    assert (sportsbook.contract, sportsbook.provision_url) == ("sportsbook", "http://127.0.0.1:1/p")
    assert secret_of(sportsbook.credentials) == SPORTSBOOK["WALLET_PASSWORD"]


def test_players_belong_to_every_contract_or_to_the_one_that_they_name() -> None:
    players = (PLAYER, "id=2,currency=USD,contract=sportsbook")
    options = Options(url=URL, contracts=("casino", "sportsbook"), players=players)
    casino, sportsbook = usable(options).wallets
    assert casino.players == (Player(id="188", currency="EUR", session="s-1", token="t-1", bets=("b-1", "b-2")),)
    assert [player.id for player in sportsbook.players] == ["188", "2"]


def test_neither_options_nor_configuration_show_a_secret() -> None:
    options = Options(url=URL, contracts=("casino",), players=(PLAYER,))
    assert "t-1" not in repr(options)
    assert CASINO["WALLET_SECRET"] not in repr(usable(options))


def test_a_configuration_survives_the_way_to_a_worker() -> None:
    found = usable(Options(url=URL, contracts=("casino",), players=(PLAYER,)))
    assert pickle.loads(pickle.dumps(found)) == found
    assert [wallet.scope for wallet in found.in_process("gw1", 2).wallets] == ["gw1"]


def test_the_environment_stands_for_options_that_are_not_given() -> None:
    environment = {**CASINO, "WALLET_URL": URL, "WALLET_PROVISION": "http://127.0.0.1:1/p", "WALLET_CONTRACT": "casino"}
    (wallet,) = usable(Options(), environment).wallets
    assert (wallet.contract, wallet.url, wallet.provision_url) == ("casino", URL, "http://127.0.0.1:1/p")
    (wallet,) = usable(Options(url="http://127.0.0.1:2"), environment).wallets
    assert wallet.url == "http://127.0.0.1:2"


def test_several_contracts_are_named_in_one_variable() -> None:
    environment = {**CREDENTIALS, "WALLET_URL": URL, "WALLET_CONTRACT": "casino, sportsbook"}
    assert list(configure(Options(), environment).profile.contracts) == ["casino", "sportsbook"]


def test_limits_of_the_command_line_reach_the_wallet_under_test() -> None:
    limits = ("parallel=3", "requests_per_second=2.5", "time_out_seconds=4")
    (wallet,) = usable(Options(url=URL, contracts=("casino",), players=(PLAYER,), limits=limits)).wallets
    assert (wallet.limits.parallel, wallet.requests_per_second, wallet.time_out_seconds) == (3, 2.5, 4)


@pytest.mark.parametrize(
    "limit", ["parallel=0", "parallel=1.5", "paralel=3", "parallel", "batch=100001", "parallel=-1"]
)
def test_a_limit_that_is_none(limit: str) -> None:
    with pytest.raises(OptionsError, match="--wallet-limit"):
        configure(Options(url=URL, contracts=("casino",), limits=(limit,)), {})


def test_what_the_wallet_lacks_is_no_mistake_of_the_command_line() -> None:
    with pytest.raises(Misconfigured, match="no players for casino"):
        usable(Options(url=URL, contracts=("casino",)), CASINO)
