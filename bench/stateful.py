"""What Schemathesis and exploring each find of the money defects, with the same wallets, seed and number of requests.

Run from the checkout: `.venv/bin/python -m bench.stateful --every 3`. It installs Schemathesis into an environment of
its own (`--python` names one that has it). Schemathesis reads our OpenAPI document, with its links, and plays against
`python -m mock_server` over a socket. Exploring plays in this process.

A report of Schemathesis counts for a defect only if the sound wallet does not have it as well.
"""

from __future__ import annotations

import argparse
import json
import logging
import subprocess
import sys
import tempfile
import urllib.request
import venv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

from harness.contracts import BUNDLED, load
from harness.contracts.shared.openapi import as_json, document
from harness.model import Level
from mock_server.defects import DEFECTS, Defect
from mock_server.provisioning import PATH
from mock_server.wallet import Wallet

sys.path.insert(0, str(Path(__file__).parents[1]))  # so that the file runs as a script, too
from bench.explore import played
from bench.surroundings import without_wallet

PACKAGE = "schemathesis==4.32.5"
PLAYER = Path(__file__).with_name("schemathesis_run.py")
SOUND = "sound"
NOT_MONEY = frozenset({"SIG", "AUT", "TOK", "CUT", "INP", "GAM", "SES", "ANS", "ERR"})
"""Families of requirements about credentials, bad input, sessions and answers. The others are about money."""
CREDENTIALS = {
    "casino": {"api_key": "key", "secret": "a-long-secret"},
    "sportsbook": {"user": "user", "password": "a-long-password"},
}
LEFT_OUT = "authenticate"
"""A login token is good once. With it, Schemathesis sends nearly all requests to log in with a token that is spent."""
AMOUNTS: Mapping[str, Sequence[float]] = {
    "casino": (100_000, 250_000, 0, 1, 1_234_567, 2**31, 2**53 - 1),
    "sportsbook": (1, 2.5, 0, 0.01, 12.34, 21_474.84, 90_071_992_547.4),
}
IDS = tuple(f"t{number}" for number in range(8))
BALANCE = "1000"


def main(arguments: Sequence[str] | None = None) -> None:
    """Play the wallets, and print one line for each and the figures at the end."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--requests", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--every", type=int, default=1, help="take every so many-th money defect")
    parser.add_argument("--defect", action="append", default=[], help="take these defects only; repeatable")
    parser.add_argument("--contract", action="append", default=[])
    parser.add_argument("--phases", default="stateful", help="phases of Schemathesis, with commas between them")
    parser.add_argument("--python", type=Path, help="an interpreter whose environment has Schemathesis")
    options = parser.parse_args(arguments)
    logging.getLogger("mock_server").setLevel(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as folder:
        python = options.python or installed(Path(folder))
        rows = []
        for row in compared(options, python):
            print(json.dumps(row), flush=True)
            rows.append(row)
    print(summary(rows))


def installed(folder: Path) -> Path:
    """The interpreter of a new environment with Schemathesis."""
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    subprocess.run([python, "-m", "pip", "--disable-pip-version-check", "-qqq", "install", PACKAGE], check=True)
    return python


def money_defects() -> list[str]:
    """The defects that violate a MUST about money, by name."""
    levels = {each.id: each.level for name in BUNDLED for each in load(name).requirements.values()}
    return sorted(
        name
        for name, defect in DEFECTS.items()
        if any(levels[each] is Level.MUST and each.split("-")[1] not in NOT_MONEY for each in defect.violates)
    )


def compared(options: argparse.Namespace, python: Path) -> Iterator[dict[str, Any]]:
    """The sound wallet, and then each defect, by each contract: what each of the two found."""
    contracts = options.contract or BUNDLED
    noise: dict[str, set[tuple[str, ...]]] = {}
    for contract in contracts:
        row = both(SOUND, contract, options, python)
        noise[contract] = keys(row)
        yield row
    for name in options.defect or money_defects()[:: options.every]:
        for contract in DEFECTS[name].contracts:
            if contract in noise:
                row = both(name, contract, options, python)
                yield {**row, "new": sorted(" ".join(each) for each in keys(row) - noise[contract])}


def keys(row: Mapping[str, Any]) -> set[tuple[str, ...]]:
    """What tells two reports of Schemathesis apart: check, operation and title."""
    return {(each["check"], each["operation"], each["what"]) for each in row["schemathesis"]["findings"]}


def both(name: str, contract: str, options: argparse.Namespace, python: Path) -> dict[str, Any]:
    """One wallet, played by both."""
    defect: Defect | None = DEFECTS.get(name)
    ours = argparse.Namespace(**{**vars(options), "source": "both"})
    explored = played(defect.wallet_type if defect else Wallet, contract, ours, until_found=defect is not None)
    return {
        "wallet": name,
        "contract": contract,
        "schemathesis": schemathesis(name, contract, options, python),
        "explore": {each: explored.get(each) for each in ("findings", "requests", "all_requests", "seconds", "before")},
    }


def schemathesis(name: str, contract: str, options: argparse.Namespace, python: Path) -> dict[str, Any]:
    """What Schemathesis found: a line of its own process."""
    with serving(name) as root:
        player = provisioned(root, contract)
        operations = [each for each in load(contract).specs if each != LEFT_OUT]
        facts = {
            "document": json.loads(as_json(document(load(contract), operations=operations))),
            "url": f"{root}/{contract}",
            "credentials": CREDENTIALS[contract],
            "values": {
                "player": [player["playerId"]],
                "session": [player["sessionId"]],
                "currency": [player["currency"]],
                "amount": AMOUNTS[contract],
                "id": IDS,
            },
            "requests": options.requests,
            "seed": options.seed,
            "phases": options.phases.split(","),
        }
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run(
                [python, PLAYER], cwd=folder, input=json.dumps(facts), capture_output=True, text=True, check=False
            )
    if done.returncode:
        raise SystemExit(f"Schemathesis ended with status {done.returncode}:\n{done.stderr}")
    found: dict[str, Any] = json.loads(done.stdout, parse_float=Decimal)
    return {**found, "seconds": float(found["seconds"])}


@contextmanager
def serving(name: str) -> Iterator[str]:
    """A wallet in a process of its own, on a free port. Yields its root address."""
    environment = without_wallet(
        **{f"WALLET_{key.upper()}": value for each in CREDENTIALS.values() for key, value in each.items()}
    )
    chosen = () if name == SOUND else ("--defect", name)
    command = [sys.executable, "-m", "mock_server", "--provision", "--ready-json", *chosen]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())["provision"].removesuffix(PATH)
        finally:
            process.terminate()


def provisioned(root: str, contract: str) -> dict[str, str]:
    """A new player with money."""
    wanted = json.dumps({"contract": contract, "currency": "EUR", "balance": BALANCE}).encode()
    with urllib.request.urlopen(root + PATH, wanted) as answer:
        found: dict[str, str] = json.loads(answer.read())
    return found


def summary(rows: Sequence[Mapping[str, Any]]) -> str:
    """Found by each, requests, time a request, and reports on the sound wallet."""
    sound = [each for each in rows if each["wallet"] == SOUND]
    wrong: dict[str, list[Mapping[str, Any]]] = {}
    for each in rows:
        if each["wallet"] != SOUND:
            wrong.setdefault(each["wallet"], []).append(each)
    theirs = {name for name, each in wrong.items() if any(row["new"] for row in each)}
    ours = {name for name, each in wrong.items() if any(found_by_exploring(row) for row in each)}
    lines = [f"money defects: {len(wrong)}, played by {len(rows) - len(sound)} contracts and wallets"]
    for title, found, part in (("Schemathesis", theirs, "schemathesis"), ("explore", ours, "explore")):
        played_rows = [each[part] for each in rows if each[part].get("seconds") is not None]
        sent = [each.get("all_requests") or each["requests"] for each in played_rows]
        spent = 1000 * sum(each["seconds"] for each in played_rows) / max(1, sum(sent))
        reports = sum(len(each[part]["findings"]) for each in sound)
        lines.append(
            f"{title}: {len(found)} found; {sum(sent):,} requests, {spent:.1f} ms of the processor each; "
            f"{reports} reports on the sound wallet"
        )
    for title, names in (
        ("by Schemathesis", theirs),
        ("by exploring alone", ours - theirs),
        ("by Schemathesis alone", theirs - ours),
        ("by neither", set(wrong) - ours - theirs),
    ):
        lines.append(f"{title}: {len(names)}: {' '.join(sorted(names))}")
    return "\n".join(lines)


def found_by_exploring(row: Mapping[str, Any]) -> bool:
    """True if exploring has a finding, or the pre-flight before it has one."""
    return bool(row["explore"]["findings"] or row["explore"]["before"])


if __name__ == "__main__":
    main()
