"""Options before environment before profile before default: the wallet under test, and where each value is from."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from credentials_at_hand import of_casino, of_sportsbook, secret_of

from harness.config import Misconfigured, Options, OptionsError, RunConfiguration, WalletUnderTest, configure
from harness.config.profile import Value
from harness.model import Tls

PROFILE = """\
contracts:
  casino:
    url: http://127.0.0.1:1/casino
    credentials: {api_key: ${WALLET_API_KEY}, secret: written-out}
    paths: {bet: /one, payout: /two}
    policies: {replay_balance: original}
    codes: {conflict: [TWICE]}
    capabilities: {lacks: [retry]}
    tls: {client_certificate: client.pem}
  sportsbook:
    url: http://127.0.0.1:1/sportsbook
    credentials: {user: u, password: ${WALLET_PASSWORD}}
provision: {command: "./reset {player}"}
players:
  - {id: 188, currency: EUR, session: s-188}
  - {id: 189, currency: USD, session: s-189, contract: sportsbook}
games: [G1, G2]
tls: {verify: false}
limits: {parallel: 5, time_out_seconds: 2.5}
waivers: [{requirement: CAS-SIG-07, reason: r, owner: o, until: 9999-12-31}]
"""
VARIABLES = {"WALLET_API_KEY": "key", "WALLET_PASSWORD": "pass-word"}


@pytest.fixture
def profile(tmp_path: Path) -> str:
    (tmp_path / "client.pem").touch()
    path = tmp_path / "wallet.yaml"
    path.write_text(PROFILE)
    return str(path)


def configured(profile: str, environment: Mapping[str, str] = VARIABLES, **options: object) -> RunConfiguration:
    return configure(Options(profile=profile, **options), environment)  # type: ignore[arg-type]


def casino(profile: str, environment: Mapping[str, str] = VARIABLES, **options: object) -> WalletUnderTest:
    found = configured(profile, environment, contracts=("casino",), **options)
    found.require_usable()
    return found.wallets[0]


def test_a_profile_becomes_a_wallet_under_test_for_each_contract(profile: str, tmp_path: Path) -> None:
    found = configured(profile)
    found.require_usable()
    first, second = found.wallets
    assert (first.contract, first.url) == ("casino", "http://127.0.0.1:1/casino")
    assert first.credentials == of_casino("key", "written-out")
    assert second.credentials == of_sportsbook("u", "pass-word")
    assert first.provision_command == "./reset {player}"
    assert [[each.id for each in wallet.players] for wallet in found.wallets] == [["188"], ["188", "189"]]
    assert (first.games, first.lacks) == (("G1", "G2"), ("retry",))
    assert first.policies == (("replay_balance", "original"),)
    assert first.codes == (("conflict", ("TWICE",)),)
    assert first.tls == Tls(verify=False, client_certificate=str(tmp_path / "client.pem"))
    assert second.tls == Tls(verify=False)
    assert (first.limits.parallel, first.limits.rounds, first.time_out_seconds) == (5, 1000, 2.5)
    assert [each.requirement for each in found.profile.waivers] == ["CAS-SIG-07"]
    assert len(found.profile.digest) == 64


def test_the_command_line_comes_before_the_profile(profile: str) -> None:
    wallet = casino(
        profile,
        url="http://127.0.0.1:2",
        provision_url="http://127.0.0.1:2/p",
        paths=("bet=/three",),
        limits=("parallel=7",),
    )
    assert (wallet.url, wallet.provision_url) == ("http://127.0.0.1:2", "http://127.0.0.1:2/p")
    assert not wallet.provision_command
    assert dict(wallet.paths) == {"bet": "/three", "payout": "/two"}
    assert (wallet.limits.parallel, wallet.time_out_seconds) == (7, 2.5)


def test_players_of_the_command_line_take_the_place_of_all_others(profile: str) -> None:
    wallet = casino(profile, players=("id=1,currency=EUR",))
    assert [each.id for each in wallet.players] == ["1"]
    assert not wallet.makes_players


def test_the_environment_comes_before_the_profile_and_after_the_command_line(profile: str) -> None:
    environment = {**VARIABLES, "WALLET_URL": "http://127.0.0.1:3", "WALLET_SECRET": "of the environment"}
    assert casino(profile, environment).url == "http://127.0.0.1:3"
    assert secret_of(casino(profile, environment).credentials) == "of the environment"
    assert casino(profile, environment, url="http://127.0.0.1:4").url == "http://127.0.0.1:4"


def test_every_value_knows_where_it_is_from(profile: str) -> None:
    environment = {**VARIABLES, "WALLET_SECRET": "x", "WALLET_PROVISION": "http://127.0.0.1:3/p"}
    found = configured(profile, environment, limits=("races=2",)).profile
    wallet = found.contracts["casino"]
    assert wallet.url is not None
    assert wallet.url.origin == f"{profile}:3"
    assert wallet.credentials["WALLET_API_KEY"].origin == f"{profile}:4 (${{WALLET_API_KEY}})"
    assert wallet.credentials["WALLET_SECRET"].origin == "the environment variable WALLET_SECRET"
    assert found.provision_url == Value("http://127.0.0.1:3/p", "the environment variable WALLET_PROVISION")
    origins = {name: each.origin for name, each in found.limits.items()}
    assert origins["races"] == "--wallet-limit"
    assert origins["parallel"] == f"{profile}:19"
    assert origins["rounds"] == "default"


TOKEN = "contracts: {casino: {url: http://127.0.0.1:1}}\nprovision: {url: http://127.0.0.1:2/p, token: of the file}\n"


@pytest.mark.parametrize(
    ("options", "environment", "token"),
    [
        ({}, {}, "of the file"),
        ({}, {"WALLET_PROVISION_TOKEN": "of the environment"}, "of the environment"),
        ({"provision_token": "of the option"}, {"WALLET_PROVISION_TOKEN": "of the environment"}, "of the option"),
        ({"provision_url": "http://127.0.0.1:3/p"}, {}, ""),
        ({"provision_url": "http://127.0.0.1:3/p", "provision_token": "of the option"}, {}, "of the option"),
        ({}, {"WALLET_PROVISION": "http://127.0.0.1:3/p"}, ""),
        ({"players": ("id=1,currency=EUR",)}, {}, ""),
    ],
)
def test_the_token_of_provisioning(
    tmp_path: Path, options: dict[str, Any], environment: dict[str, str], token: str
) -> None:
    """The token of the file belongs to the address of the file. Another address never gets it."""
    path = tmp_path / "wallet.yaml"
    path.write_text(TOKEN)
    wallet = casino(str(path), {"WALLET_API_KEY": "k", "WALLET_SECRET": "s", **environment}, **options)
    assert wallet.provision_token == token
    assert not token or token not in repr(wallet)


def test_one_url_is_not_for_two_contracts(profile: str) -> None:
    both = "is one URL, and the run is about casino and sportsbook: choose one of them"
    with pytest.raises(OptionsError, match=both):
        configured(profile, url="http://127.0.0.1:2")


def test_a_contract_that_the_profile_does_not_have(tmp_path: Path) -> None:
    path = tmp_path / "wallet.yaml"
    path.write_text("contracts: {casino: {url: http://127.0.0.1:1}}")
    with pytest.raises(Misconfigured, match="has no contract sportsbook, it has casino"):
        configured(str(path), contracts=("sportsbook",))


@pytest.mark.parametrize("sending", [True, False])
def test_nothing_is_sent_to_production(tmp_path: Path, sending: bool) -> None:
    path = tmp_path / "wallet.yaml"
    path.write_text(f"environment: production\n{PROFILE}".replace("client.pem", "wallet.yaml"))
    found = configured(str(path))
    if sending:
        with pytest.raises(Misconfigured, match=r"REFUSED: .*wallet.yaml:1 says `environment: production`"):
            found.require_usable()
    else:
        found.require_usable(sending=False)


def test_turning_verification_off_is_warned_of_loudly(profile: str) -> None:
    assert any("TLS IS NOT VERIFIED" in each and f"{profile}:18" in each for each in configured(profile).warnings)


def test_a_url_without_a_profile_asks_for_what_is_missing() -> None:
    with pytest.raises(Misconfigured) as told:
        configure(Options(url="http://127.0.0.1:1", contracts=("casino",)), {}).require_usable()
    assert [line.split(":")[0] for line in str(told.value).splitlines()] == [
        "no credentials for casino",
        "no players for casino",
    ]
