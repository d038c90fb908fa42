"""Mistakes in a configuration, made on purpose: each is one clear error, with its exit status, and no scenario runs."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from plugin_run import CREDENTIALS, DEADLINE_SECONDS, Done, Wallet, environment, run, wallet

PROVISION = "provision: {url: ROOT/__admin/player}\n"
PROFILE = f"""\
contracts:
  casino:
    url: ROOT/casino
    credentials: {{api_key: ${{WALLET_API_KEY}}, secret: ${{WALLET_SECRET}}}}
{PROVISION}"""
NAMED = "players: [{id: nobody, currency: EUR, session: s-1}]\n"


def waiver(requirement: str, until: str) -> str:
    return f"waivers: [{{requirement: {requirement}, reason: r, owner: o, until: {until}}}]\n"


QUICK = ("wrong secret", "a key that is misspelt", "no players at all")
"""One mistake about the wallet, one in the text and one of what is lacking; `make test-all` tries the others."""


@dataclass(frozen=True)
class Mistake:
    """What is changed in a good configuration, and what the user must read."""

    told: str
    replaced: Mapping[str, str] = field(default_factory=dict)
    added: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)
    unset: str = ""
    options: tuple[str, ...] = ()


MISTAKES = {
    "wrong port": Mistake("127.0.0.1:1", {"ROOT/casino": "http://127.0.0.1:1/casino"}),
    "wrong secret": Mistake("check WALLET_API_KEY and WALLET_SECRET", variables={"WALLET_SECRET": "another-secret"}),
    "wrong path": Mistake("/casinos", {"ROOT/casino": "ROOT/casinos"}),
    "wrong operation path": Mistake("settlement", {"    credentials": "    paths: {settlement: /no}\n    credentials"}),
    "https for http": Mistake("write http://", {"url: ROOT/casino": "url: SECURE/casino"}),
    "a host that does not exist": Mistake("wallet.invalid", {"ROOT/casino": "http://wallet.invalid/casino"}),
    "a key that is misspelt": Mistake(
        "wallet.yaml:6: unknown key 'limit'; did you mean 'limits'?", added="limit: {}\n"
    ),
    "a variable that is not set": Mistake(
        "wallet.yaml:4: contracts.casino.credentials.secret: the environment variable WALLET_SECRET is not set",
        unset="WALLET_SECRET",
    ),
    "a variable in the middle of a value": Mistake(
        "wallet.yaml:3: contracts.casino.url: ${...} is filled in only where it is the whole value",
        {"ROOT/casino": '"ROOT/${PLACE}"'},
    ),
    "a waiver that has expired": Mistake(
        "wallet.yaml:6: waivers.until: the waiver of CAS-SIG-07 expired on 2020-01-31",
        added=waiver("CAS-SIG-07", "2020-01-31"),
    ),
    "a waiver of no requirement": Mistake(
        "wallet.yaml:6: waivers.requirement: no contract of this profile has a requirement 'CAS-SIG-70'; did you mean",
        added=waiver("CAS-SIG-70", "2999-01-31"),
    ),
    "a waiver of lost money": Mistake(
        "CAS-CON-01 cannot be waived, because money is lost or made", added=waiver("CAS-CON-01", "2999-01-31")
    ),
    "a player that does not exist": Mistake("does not know player nobody", {PROVISION: NAMED}),
    "a player of another currency": Mistake("has another currency: name the right one", {PROVISION: "WRONG_CURRENCY"}),
    "provisioning elsewhere": Mistake("/__admin/plaier", {"/__admin/player": "/__admin/plaier"}),
    "no players at all": Mistake("no players for casino", {PROVISION: ""}),
    "a contract that the profile lacks": Mistake(
        "has no contract sportsbook, it has casino: add it under contracts", options=("--wallet-contract=sportsbook",)
    ),
    "production": Mistake("REFUSED: wallet.yaml:6 says `environment: production`", added="environment: production\n"),
    "a certificate that is not there": Mistake(
        "wallet.yaml:6: tls.ca_bundle: there is no file", added="tls: {ca_bundle: nowhere.pem}\n"
    ),
}


@pytest.fixture(scope="module")
def running() -> Iterator[Wallet]:
    with wallet() as found:
        yield found


def mistaken(mistake: Mistake, running: Wallet, folder: Path) -> tuple[list[str], dict[str, str]]:
    """A folder with the configuration that has the mistake; the options and variables of the run."""
    text = PROFILE
    for old, new in mistake.replaced.items():
        assert old in text, old
        text = text.replace(old, new)
    if "WRONG_CURRENCY" in text:
        text = text.replace("WRONG_CURRENCY", wrong_currency(running))
    text = text.replace("SECURE", running.root.replace("http:", "https:")).replace("ROOT", running.root)
    (folder / "wallet.yaml").write_text(text + mistake.added)
    variables = {name: value for name, value in {**CREDENTIALS, **mistake.variables}.items() if name != mistake.unset}
    return ["--wallet-profile=wallet.yaml", *mistake.options], variables


def wrong_currency(running: Wallet) -> str:
    """A player of the wallet who has EUR, named as one who has USD."""
    asked = json.dumps({"contract": "casino", "currency": "EUR", "balance": "100.00"}).encode()
    with urllib.request.urlopen(f"{running.root}/__admin/player", asked, timeout=DEADLINE_SECONDS) as answer:
        made = json.load(answer, parse_float=str)
    return f"players: [{{id: {made['playerId']}, currency: USD, session: {made['sessionId']}}}]\n"


@pytest.mark.parametrize(
    "name", [each if each in QUICK else pytest.param(each, marks=pytest.mark.full) for each in MISTAKES]
)
def test_pytest_tells_a_mistake_once_and_runs_nothing(name: str, running: Wallet, tmp_path: Path) -> None:
    options, variables = mistaken(MISTAKES[name], running, tmp_path)
    done = run(*options, cwd=tmp_path, variables=variables)
    assert done.status == 10, done.output
    assert MISTAKES[name].told in done.output
    assert "Traceback" not in done.output
    assert done.lines[-1].strip("= ").startswith("1 error in "), done.lines[-1]
    assert sum("ERROR at setup of the wallet under test" in line for line in done.lines) == 1


@pytest.mark.full
@pytest.mark.parametrize("name", ["wrong secret", "a key that is misspelt", "production", "wrong port"])
def test_certify_says_3(name: str, running: Wallet, tmp_path: Path) -> None:
    options, variables = mistaken(MISTAKES[name], running, tmp_path)
    done = certify(*options, cwd=tmp_path, variables=variables)
    assert done.status == 3, done.output
    assert MISTAKES[name].told in done.output


@pytest.mark.full
@pytest.mark.parametrize("name", ["wrong secret", "a key that is misspelt"])
def test_with_several_processes_it_is_told_before_any_is_started(name: str, running: Wallet, tmp_path: Path) -> None:
    options, variables = mistaken(MISTAKES[name], running, tmp_path)
    done = run(*options, "-n", "2", cwd=tmp_path, variables=variables, plugins=("no:cacheprovider", "xdist.plugin"))
    assert done.status == 10, done.output
    assert MISTAKES[name].told in done.output
    assert "workers" not in done.output


def test_the_same_configuration_without_a_mistake_is_fine(running: Wallet, tmp_path: Path) -> None:
    options, variables = mistaken(Mistake(""), running, tmp_path)
    done = run(*options, "-k", "resent_settlement", cwd=tmp_path, variables=variables)
    assert done.status == 11, done.output
    assert "1 passed" in done.output


@pytest.mark.full
@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--wallet-url="], "--wallet-url is empty: is the variable set that it should come from?"),
        (["--wallet-profile="], "--wallet-profile is empty"),
        (["--wallet-profile=wallet.yaml", "--wallet-limit=paralel=3"], "--wallet-limit 'paralel=3': give one of"),
        (["--wallet-profile=wallet.yaml", "--wallet-contract=casnio"], "no contract 'casnio': did you mean casino?"),
        (
            ["--wallet-profile=wallet.yaml", "--wallet-defect=x"],
            "is for the bundled wallet: drop it, or drop --wallet-p",
        ),
    ],
)
def test_a_mistake_in_the_command_line_is_one_of_usage(
    options: list[str], told: str, running: Wallet, tmp_path: Path
) -> None:
    _, variables = mistaken(Mistake(""), running, tmp_path)
    done = run(*options, cwd=tmp_path, variables=variables)
    assert done.status == 4, done.output
    assert told in done.output
    assert "Traceback" not in done.output


def certify(*arguments: str, cwd: Path, variables: Mapping[str, str]) -> Done:
    done = subprocess.run(
        [sys.executable, "-P", "-m", "harness.cli", "certify", *arguments],
        cwd=cwd,
        env=environment(variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=DEADLINE_SECONDS,
        check=False,
    )
    return Done(done.returncode, done.stdout)
