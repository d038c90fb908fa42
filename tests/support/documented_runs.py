"""How the commands of the documentation are run: what is put in the place of invented names, and which are not run."""

from __future__ import annotations

import http.client
import json
import re
import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlsplit

from documented import Command
from patience import PATIENCE_SECONDS
from plugin_run import CREDENTIALS, Wallet, environment
from plugin_run import command as pytest_command

NOT_RUN: tuple[tuple[str, str], ...] = (
    (r"walletproof (openapi|replay)", "it names the command, without its argument"),
    (r"python -m mock_server --store URL", "it is the form of a command; others with --store are run"),
    (r"walletproof init", "it asks; tests/cli/test_init.py answers"),
    (r"walletproof prove --accept", "it writes the golden files of the checkout"),
    (r"pytest tests(/\w+)?", "this test is one of those"),
    (r"pytest -n 8", "it is a part of a command; tests/plugin has runs of several processes"),
    (r"python( -P)? -m (pytest|mock_server)", "tests/test_installed.py runs it beside a folder called harness"),
    (r"python -m mock_server .*postgresql:.*", "tests/mock_server starts PostgreSQL and a wallet on it"),
)
"""Commands that are not run, as patterns of the whole command, and why."""

PAGES_NOT_RUN: Mapping[str, str] = {
    "docs/PRIVATE_CONTRACT.md": "tests/contracts/test_private_contract.py runs the page",
}

SHORTER = ("-k", "resent_settlement or resent_payout", "--wallet-limit", "explore=0")
"""Added to a command that certifies, so that it takes a second. Other tests run whole certifications."""

_LIMITS = ("explore=0", "rounds=20", "burst=30", "batch=30", "races=1", "parallel=4")
SMALLER = tuple(part for each in _LIMITS for part in ("--wallet-limit", each))
"""Added to a command that needs every scenario."""

ENDS: tuple[tuple[str, frozenset[int]], ...] = (
    (r".*--wallet-defect.*", frozenset({1})),
    (r".*--(certificate|dry-run).*", frozenset({0})),
    (r"walletproof certify.*", frozenset({0, 4})),
    (r"pytest.*", frozenset({0, 11})),
    (r".*", frozenset({0})),
)
"""The exit statuses that a command may have: the first pattern that fits. A shortened run is incomplete."""


def reason_not_to_run(command: Command) -> str:
    """Why a command is not run, or an empty text."""
    if command.page in PAGES_NOT_RUN:
        return PAGES_NOT_RUN[command.page]
    return next((why for pattern, why in NOT_RUN if re.fullmatch(pattern, command.text)), "")


def expected(command: Command) -> frozenset[int]:
    """The exit statuses that a command may have."""
    return next(statuses for pattern, statuses in ENDS if re.fullmatch(pattern, command.text))


@dataclass(frozen=True)
class Place:
    """A folder with the files that the documentation names, and a running wallet."""

    folder: Path
    wallet: Wallet

    def line(self, command: Command) -> list[str]:
        """The command line to run, with our interpreter and the wallet's addresses."""
        program, *arguments = shlex.split(self._named(command.text))
        start = {
            "walletproof": [sys.executable, "-P", "-m", "harness.cli"],
            "pytest": pytest_command(),
            "python": [sys.executable, "-P"],
        }[program]
        return [*start, *arguments, *self._added(command)]

    def variables(self, command: Command) -> dict[str, str]:
        """The environment: the variables that the page has set, or the credentials of both contracts if it sets none.

        Their values are those of the running wallet. A wallet that a block starts has what the page has set, and no
        more: readers copy the block.
        """
        told = dict(command.variables)
        if not serves(command):
            told = {name: CREDENTIALS.get(name, value) for name, value in told.items()}
        alone = serves(command) and command.fenced
        found = environment(told or ({} if alone else CREDENTIALS))
        return {**found, "CI": "", "TERM": "dumb"}

    def _named(self, text: str) -> str:
        root = self.wallet.root
        addresses = (
            (r"https://staging\.example/test-players", f"{root}/__admin/player"),
            (r"https://staging\.example/(wallet|casino)", f"{root}/casino"),
            (r"https://staging\.example/sportsbook", f"{root}/sportsbook"),
            (r"http://127\.0\.0\.1:\d+", root),
            (r"--port \d+", "--port 0"),
            (r"found/NAME\.yaml", "found/bet.yaml"),
            (r"\bNAME\b", "forgets-every-transaction"),
        )
        for pattern, real in addresses:
            text = re.sub(pattern, real, text)
        return re.sub(r"id=(\d+),currency=([A-Z]{3})\S*", lambda found: self._player(found[1], found[2]), text)

    def _player(self, player: str, currency: str) -> str:
        made = provisioned(self.wallet.root, player, currency)
        return f"id={player},currency={currency},session={made['sessionId']},expired_session={made['expiredSessionId']}"

    def _added(self, command: Command) -> tuple[str, ...]:
        words = command.words
        certifies = words[0] == "pytest" or words[:2] == ["walletproof", "certify"]
        if certifies and ("--certificate" in words or "age_seconds" in command.text):
            return SMALLER
        if certifies and not {"-k", "found/"} & set(words):
            return SHORTER
        if words[:2] == ["walletproof", "prove"] and "NAME" not in words:
            return ("forgets-every-transaction",)
        if words[:2] == ["walletproof", "explore"] and not {"--requests", "--pairs"} & set(words):
            return ("--requests", "100")
        return ("--ready-json", "--stop-with-parent") if serves(command) else ()


def serves(command: Command) -> bool:
    """True for a command that starts a wallet and does not end by itself."""
    return "mock_server" in command.words and "--list-defects" not in command.words


def provisioned(root: str, player: str, currency: str) -> dict[str, str]:
    """Make a player of the casino contract in a running wallet."""
    body = {"playerId": player, "contract": "casino", "currency": currency, "balance": "1000.00"}
    connection = http.client.HTTPConnection(urlsplit(root).netloc, timeout=PATIENCE_SECONDS)
    try:
        connection.request("POST", "/__admin/player", json.dumps(body), {"content-type": "application/json"})
        answer = connection.getresponse()
        assert answer.status == 200, answer.read()
        found: dict[str, str] = json.loads(answer.read(), parse_float=Decimal)
        return found
    finally:
        connection.close()
