"""`--wallet-dry-run` tells what a run sends: of private contracts and core-only wallets, too."""

from __future__ import annotations

import json
import re
import urllib.request
from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path

import pytest
from plugin_run import CREDENTIALS, DEADLINE_SECONDS, Wallet, run, wallet
from tutorial_run import Tutorial, port, tutorial

__all__ = ["port", "tutorial"]

CORE_ONLY = """
contracts:
  casino:
    url: ROOT/casino
    credentials: {api_key: "${WALLET_API_KEY}", secret: "${WALLET_SECRET}"}
    capabilities: {lacks: [balance, bet, payout, reward, bet_batch, retry]}
limits: {rounds: 20, burst: 30, batch: 30, races: 1}
"""
STARTS = re.compile(r"^(\S+)\.yaml::\S+  (?:[0-9]+ requests?|skipped: .*)$")
SENDS = re.compile(r"^  POST (\S+) (.*)$")
PROVISIONING = ("/guests", "/__admin/player")
Sent = Mapping[str, list[tuple[str, ...]]]


@pytest.fixture(scope="module")
def running() -> Iterator[Wallet]:
    with wallet() as found:
        yield found


def told(output: str, root: str) -> Sent:
    """By scenario what would be sent to the wallet, of a dry run with `-v`: path and amounts, sorted."""
    found: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    scenario = ""
    for line in output.splitlines():
        if match := STARTS.match(line):
            scenario = match[1]
        elif (match := SENDS.match(line)) and scenario and not match[1].endswith(PROVISIONING):
            found[scenario].append((match[1].removeprefix(root), *amounts(match[2])))
    return {name: sorted(each) for name, each in found.items()}


def counted(report: Path) -> Mapping[str, int]:
    """The number of requests of each scenario, with those that the report leaves out."""
    scenarios = json.loads(report.read_text(encoding="utf-8"))["scenarios"]
    return {each["id"]: len(each["exchanges"]) + each["left_out"] for each in scenarios if each["exchanges"]}


def sent(report: Path) -> Sent:
    """The same of a real run, from its report."""
    scenarios = json.loads(report.read_text(encoding="utf-8"), parse_float=Decimal)["scenarios"]
    return {
        each["id"]: sorted((it["request"]["path"], *amounts(it["request"]["body"])) for it in each["exchanges"])
        for each in scenarios
        if each["exchanges"]
    }


def amounts(body: str) -> list[str]:
    return re.findall(r'"(?:amount|cents)":([0-9.]+)', body)


@pytest.mark.full
def test_of_a_private_contract_the_run_sends_what_was_told(tutorial: Tutorial, port: str, tmp_path: Path) -> None:
    dry = tutorial.certify(port, "--wallet-limit=races=1", "--wallet-dry-run", "-v")
    assert dry.status == 0, dry.output
    assert "here it stops" not in dry.output
    real = tutorial.certify(port, "--wallet-limit=races=1", f"--wallet-report={tmp_path / 'run.json'}")
    assert real.status == 0, real.output
    would_be = told(dry.output, f"http://127.0.0.1:{port}")
    assert would_be["money/ticket_too_dear"][-2:] == [("/ticket", "10000"), ("/ticket", "10001")]
    assert would_be == sent(tmp_path / "run.json")


@pytest.mark.full
def test_of_a_private_contract_named_players_are_let_in(tutorial: Tutorial, tmp_path: Path) -> None:
    """The stand-in knows them, and asks for no session or currency that the contract does not carry."""
    players = " ".join(f"--wallet-player=id={name},currency=EUR" for name in ("ann", "bob", "cyd"))
    target = "--wallet-url=http://127.0.0.1:1 --wallet-contract=bingo_hall"
    dry = tutorial.run(f"pytest {target} {players} --wallet-dry-run -v", cwd=tmp_path)
    assert dry.status == 0, dry.output
    assert "here it stops" not in dry.output
    assert "players of bingo get their money back" in dry.output
    assert ("/ticket", "100000001") in told(dry.output, "http://127.0.0.1:1")["money/ticket_too_dear"]


def test_a_contract_without_the_side_of_the_wallet_is_said_to_be_told_in_part(tutorial: Tutorial) -> None:
    (tutorial.site / "half.py").write_text(
        "from dataclasses import replace\nimport bingo_hall\n"
        "CONTRACT = replace(bingo_hall.CONTRACT, read_request=lambda name, data: NotImplemented())\n",
        encoding="utf-8",
    )
    target = "--wallet-url=http://127.0.0.1:1 --wallet-contract=half --wallet-provision=http://127.0.0.1:1/guests"
    dry = tutorial.run(f"pytest {target} --wallet-dry-run")
    assert dry.status == 0, dry.output
    assert "here it stops, at the wallet that answers in place of yours: " in dry.output
    assert "Traceback" not in dry.output


def profile(folder: Path, text: str, running: Wallet) -> str:
    file = folder / "wallet.yaml"
    file.write_text(text.replace("ROOT", running.root), encoding="utf-8")
    return f"--wallet-profile={file}"


@pytest.mark.full
def test_of_a_core_only_wallet_by_its_profile_the_run_sends_what_was_told(running: Wallet, tmp_path: Path) -> None:
    chosen = profile(tmp_path, CORE_ONLY + "provision: {url: ROOT/__admin/player}\n", running)
    dry = run(chosen, "--wallet-dry-run", "-v", variables=CREDENTIALS)
    assert dry.status == 0, dry.output
    real = run(chosen, f"--wallet-report={tmp_path / 'run.json'}", variables=CREDENTIALS)
    assert real.status == 0, real.output
    assert re.search(r"^casino +CERTIFIED", real.output, re.MULTILINE)
    would_be, was = told(dry.output, running.root), sent(tmp_path / "run.json")
    assert {path for each in was.values() for path, *_ in each} == {"/casino/transaction/settlement"}
    assert {name: len(each) for name, each in would_be.items()} == counted(tmp_path / "run.json")
    skipped = re.search(r"passed, ([0-9]+) skipped", real.output)
    assert skipped
    assert f"{skipped[1]} scenarios would be skipped" in dry.output


@pytest.mark.full
def test_a_core_only_wallet_with_named_players_is_certified_by_its_profile(running: Wallet, tmp_path: Path) -> None:
    rows = [json.dumps(row) for row in made(running)]
    chosen = profile(tmp_path, CORE_ONLY + "players: [" + ", ".join(rows) + "]\n", running)
    dry = run(chosen, "--wallet-dry-run", variables=CREDENTIALS)
    assert dry.status == 0, dry.output
    assert "here it stops" not in dry.output
    real = run(chosen, variables=CREDENTIALS)
    assert real.status == 0, real.output
    assert re.search(r"^casino +CERTIFIED", real.output, re.MULTILINE)


def made(running: Wallet) -> Iterator[Mapping[str, str]]:
    """Three players, as a profile names them."""
    for currency in ("EUR", "EUR", "USD"):
        asked = {"contract": "casino", "currency": currency, "balance": "1000"}
        data = json.dumps(asked).encode()
        with urllib.request.urlopen(f"{running.root}/__admin/player", data=data, timeout=DEADLINE_SECONDS) as answer:
            player = json.load(answer)
        yield {
            "id": player["playerId"],
            "currency": currency,
            "session": player["sessionId"],
            "expired_session": player["expiredSessionId"],
        }
