"""`walletproof check`: what it prints and how it exits, as a user meets it; and that it never prints a secret."""

from __future__ import annotations

import base64
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from credentials_at_hand import of_casino
from hostile import Server, Visit, message
from mistaken_wallets import CASINO_WALLETS
from patience import PATIENCE_SECONDS
from plugin_run import CREDENTIALS, Done, Wallet, environment, wallet
from preflight_at_hand import AtHand

KEY, SECRET = CREDENTIALS["WALLET_API_KEY"], CREDENTIALS["WALLET_SECRET"]
USER, PASSWORD = CREDENTIALS["WALLET_USER"], CREDENTIALS["WALLET_PASSWORD"]


def check(*arguments: str, variables: Mapping[str, str] = CREDENTIALS) -> Done:
    done = subprocess.run(
        [sys.executable, "-P", "-m", "harness.cli", "check", *arguments],
        env=environment(variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    return Done(done.returncode, done.stdout)


@pytest.fixture(scope="module")
def running() -> object:
    with wallet() as found:
        yield found


def options(found: Wallet, contract: str) -> list[str]:
    return [f"{found.root}/{contract}", f"--contract={contract}", f"--provision={found.root}/__admin/player"]


@pytest.mark.parametrize("contract", ["casino", "sportsbook"])
def test_a_sound_wallet_is_ready(running: Wallet, contract: str) -> None:
    done = check(*options(running, contract))
    assert done.status == 0, done.output
    names = [line.split()[0] for line in done.lines[1:] if line[:3].strip()]
    assert done.lines[0] == f"{contract}: {running.root}/{contract}"
    assert done.lines[-2] == f"{contract}: READY"
    marks = [(line[2:15].strip(), line[16:26].strip()) for line in done.lines[1:-2] if line[2:15].strip()]
    stages = ["name", "tcp", "tls", "provisioning", "http", "clock", "credentials", "players", "capabilities"]
    stages += ["answers", "stranger"]
    assert marks == [(stage, "ok") for stage in stages], names


def test_what_a_run_would_not_try_for_want_of_a_hook_is_told(running: Wallet, tmp_path: Path) -> None:
    done = check(*options(running, "casino"))
    assert "not tried  repeats after a restart: hooks.restart in wallet.yaml can name a command" in done.output
    profile = tmp_path / "wallet.yaml"
    profile.write_text(
        f"contracts: {{casino: {{url: {running.root}/casino}}}}\n"
        f"provision: {{url: {running.root}/__admin/player}}\nhooks: {{restart: 'true'}}\n"
    )
    with_hook = check("--profile", str(profile))
    assert with_hook.status == 0, with_hook.output
    assert "hooks.restart" not in with_hook.output


def test_what_has_to_be_set_right_is_told_once_and_nothing_after_it(running: Wallet) -> None:
    done = check(*options(running, "casino"), variables={**CREDENTIALS, "WALLET_SECRET": "another-secret"})
    assert done.status == 3
    text = " ".join(done.output.split())
    assert f"credentials PROBLEM {running.root}/casino refuses an ordinary settlement of amount 0 with" in text
    assert "RS_ERROR_INVALID_SIGNATURE: check WALLET_API_KEY and WALLET_SECRET" in text
    assert text.endswith("casino: NOT READY, set this right first")
    assert "capabilities" not in text


@pytest.mark.full
def test_a_player_whom_the_wallet_does_not_know(running: Wallet) -> None:
    done = check(f"{running.root}/casino", "--contract=casino", "--player=id=nobody,currency=EUR,session=x")
    assert done.status == 3
    assert "the wallet does not know player nobody" in " ".join(done.output.split())


@pytest.mark.full
def test_a_violation_before_any_scenario() -> None:
    at_hand = AtHand("casino", CASINO_WALLETS["secret_appended"], of_casino(KEY, SECRET))
    with at_hand.listening() as root:
        done = check(f"{root}/casino", "--contract=casino", f"--provision={root}/__admin/player")
    assert done.status == 1
    text = " ".join(done.output.split())
    assert (
        "credentials VIOLATION CAS-SIG-01: a rightly authenticated call is refused, and one with a mistake is" in text
    )
    assert "probably your wallet compares with a plain hash of body, timestamp and secret" in text
    assert "fix use HMAC-SHA256" in text


@pytest.mark.full
@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "walletproof: say which wallet: walletproof check URL, or --profile FILE"),
        (["http://127.0.0.1:1", "--contract=casnio"], "walletproof: --wallet-contract: no contract 'casnio'"),
        (["http://127.0.0.1:1", "--contract=casino", "--limit=paralel=2"], "walletproof: --wallet-limit"),
    ],
)
def test_a_mistake_in_using_it(arguments: list[str], told: str) -> None:
    done = check(*arguments)
    assert done.status == 2
    assert done.output.startswith(told)
    assert "Traceback" not in done.output


@pytest.mark.full
def test_what_a_configuration_lacks_is_no_mistake_in_using_the_command() -> None:
    done = check("http://127.0.0.1:1", "--contract=casino")
    assert done.status == 3
    assert done.lines[0].startswith("no players for casino: give --wallet-provision=URL")
    assert done.lines[-1] == "NOT READY, set this right first"


PROFILE = """
contracts:
  casino: {url: ROOT/casino/, credentials: {api_key: ${WALLET_API_KEY}, secret: ${WALLET_SECRET}}}
  sportsbook:
    url: ROOT/sportsbook
    credentials: {user: ${WALLET_USER}, password: ${WALLET_PASSWORD}}
    capabilities: {lacks: [authenticate]}
provision: {url: ROOT/__admin/player}
"""


@pytest.mark.full
def test_a_profile_is_looked_at_by_each_of_its_contracts(running: Wallet, tmp_path: Path) -> None:
    profile = tmp_path / "wallet.yaml"
    profile.write_text(PROFILE.replace("ROOT", running.root), encoding="utf-8")
    done = check("--profile", str(profile))
    assert done.status == 0, done.output
    assert done.lines[0] == f"profile {profile}"
    assert [line for line in done.lines if line.endswith(": READY")] == ["casino: READY", "sportsbook: READY"]
    assert "has unsettlement, balance, placebet, rollbackbet, settlement; lacks authenticate" in done.output


@pytest.mark.full
def test_a_profile_that_cannot_be_used_is_told_by_its_lines(tmp_path: Path) -> None:
    profile = tmp_path / "wallet.yaml"
    profile.write_text(PROFILE.replace("secret:", "sceret:"), encoding="utf-8")
    done = check("--wallet-profile", str(profile))
    assert done.status == 3
    assert f"{profile}:3: unknown key in contracts.casino.credentials 'sceret'; did you mean 'secret'?" in done.lines


@pytest.mark.full
def test_a_production_wallet_is_left_alone(running: Wallet, tmp_path: Path) -> None:
    profile = tmp_path / "wallet.yaml"
    profile.write_text(PROFILE.replace("ROOT", running.root) + "environment: production\n", encoding="utf-8")
    done = check("--profile", str(profile))
    assert done.status == 3
    assert done.lines[0].startswith("REFUSED: ")


def echoing_headers(visit: Visit, seen: list[str]) -> None:
    """Answers with everything that came in, as a careless error page does, and notes it."""
    while request := visit.request():
        head = request.partition(b"\r\n\r\n")[0].decode("latin-1")
        values = " ".join(line.partition(": ")[2] for line in head.split("\r\n")[1:])
        seen.extend(values.split())
        told = values.replace("\\", "").replace('"', "'")
        casino = f'{{"status":"{told}"}}'.encode()
        sportsbook = f'{{"errorCode":"{told}","description":"{told}"}}'.encode()
        body = sportsbook if "authorization" in head.lower() else casino
        visit.say(message(body, "Content-Type: application/json", status="400 Bad Request"))


@pytest.mark.full
@pytest.mark.parametrize("contract", ["casino", "sportsbook"])
def test_no_secret_is_printed_though_the_wallet_repeats_it(contract: str) -> None:
    seen: list[str] = []
    with Server(lambda visit: echoing_headers(visit, seen)) as server:
        player = "--player=id=188,currency=EUR,session=s-188,token=one-time-token"
        done = check(server.url, f"--contract={contract}", player)
    assert done.status == 3
    output = "".join(done.output.split())
    basic = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    signatures = {each for each in seen if re.fullmatch("[0-9a-f]{64}", each)}
    assert bool(signatures) is (contract == "casino")
    for each in [SECRET, PASSWORD, basic, "one-time-token", *signatures]:
        assert not any(each[start : start + 10] in output for start in range(len(each) - 9))


@pytest.mark.full
def test_a_url_without_its_scheme_is_told_first() -> None:
    done = check("localhost:9401/casino", "--contract=casino")
    assert done.status == 3
    assert done.lines[0] == "--wallet-url: 'localhost:9401/casino' is no URL: write http:// or https:// before it"


@pytest.mark.full
def test_an_unknown_option_of_the_subcommand_is_one_sentence() -> None:
    done = check("http://127.0.0.1:1", "--provison=http://127.0.0.1:1/p")
    assert done.status == 2
    assert done.lines == [
        "walletproof: there is no option --provison; did you mean --provision? (`walletproof check --help`)"
    ]
