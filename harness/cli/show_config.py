"""`walletproof show-config [URL]`: the configuration that a run would have, and the source of each value."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from harness.cli.aim import add_wallet_arguments, options_of
from harness.cli.command import UsageProblem
from harness.config import Misconfigured, OptionsError, RunConfiguration, configure
from harness.config.precedence import TLS_FIELDS
from harness.config.profile import ContractProfile, PlayerProfile, Profile, TlsProfile, Value
from harness.contracts import load

CONFIGURATION = 3
MASK = "****"
SHORTEST_SECRET = 4
"""Shorter secrets are not masked inside other values, because ordinary words may contain them."""


@dataclass(frozen=True, slots=True)
class Row:
    """One value of the configuration. A `secret` one is masked."""

    name: str
    text: str
    origin: str
    secret: bool = False


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_wallet_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Print the configuration. Returns 0, or 3 if it cannot be used. Raises UsageProblem."""
    try:
        configuration = configure(options_of(options), os.environ)
    except Misconfigured as error:
        print(f"configuration: {error}", file=sys.stderr)
        return CONFIGURATION
    except OptionsError as error:
        raise UsageProblem(str(error)) from None
    for line in lines(configuration):
        print(line)
    return 0


def lines(configuration: RunConfiguration) -> Iterator[str]:
    """The table, with the warnings below it."""
    rows = list(_rows(configuration))
    secrets = [each.text for each in rows if each.secret and len(each.text) >= SHORTEST_SECRET]
    shown = [(each.name, _masked(each, secrets), each.origin) for each in rows]
    widths = [max(len(row[column]) for row in shown) for column in (0, 1)]
    if configuration.bundled:
        yield "the bundled reference wallet: no URL and no profile was given"
    for name, text, origin in shown:
        yield f"{name:<{widths[0]}}  {text:<{widths[1]}}  {origin}"
    for warning in configuration.warnings:
        yield f"WARNING {warning}"
    if configuration.production:
        yield f"REFUSED: {configuration.production} says `environment: production`; nothing will be sent to this wallet"


def _masked(row: Row, secrets: list[str]) -> str:
    text = MASK if row.secret else row.text
    for secret in secrets:
        text = text.replace(secret, MASK)
    return text


def _rows(configuration: RunConfiguration) -> Iterator[Row]:
    profile = configuration.profile
    if profile.path:
        yield Row("profile", profile.path, profile.named_by)
    for name, value in (
        ("wallet", profile.wallet),
        ("issuer", profile.issuer),
        ("environment", profile.environment),
    ):
        if value is not None:
            yield _row(name, value)
    for contract in () if configuration.bundled else profile.contracts.values():
        yield from _of_contract(contract, profile)
    for name, value in (("url", profile.provision_url), ("command", profile.provision_command)):
        if value is not None:
            yield _row(f"provision.{name}", value)
    if profile.provision_token is not None:
        yield Row("provision.token", profile.provision_token.text, profile.provision_token.origin, secret=True)
    if profile.restart_command is not None:
        yield _row("hooks.restart", profile.restart_command)
    for each in profile.games:
        yield _row("games", each)
    for name, value in profile.limits.items():
        yield _row(f"limits.{name}", value)
    for waiver in profile.waivers:
        until = f"until {waiver.until}, {waiver.owner}: {waiver.reason}"
        yield Row(f"waivers.{waiver.requirement}", until, waiver.where)


def _of_contract(contract: ContractProfile, profile: Profile) -> Iterator[Row]:
    at = f"contracts.{contract.name}"
    if contract.url is not None:
        yield _row(f"{at}.url", contract.url)
    for field in load(contract.name).credentials:
        name = f"{at}.credentials.{field.name}"
        if field.variable in contract.credentials:
            value = contract.credentials[field.variable]
            yield Row(name, value.text, value.origin, secret=True)
        else:
            yield Row(name, "(missing)", f"set {field.variable}")
    for what, values in (("paths", contract.paths), ("policies", contract.policies)):
        for name, value in values.items():
            yield _row(f"{at}.{what}.{name}", value)
    for outcome, codes in contract.codes.items():
        yield Row(f"{at}.codes.{outcome}", ", ".join(each.text for each in codes), codes[0].origin)
    for each in contract.lacks:
        yield _row(f"{at}.capabilities.lacks", each)
    if contract.tls is not None:
        yield from _of_tls(at, contract.tls)
    for player in profile.players_of(contract.name):
        yield from _of_player(f"{at}.players.{player.text('id')}", player)


def _of_tls(at: str, tls: TlsProfile) -> Iterator[Row]:
    for name in TLS_FIELDS:
        value: Value | None = getattr(tls, name)
        if value is not None:
            yield _row(f"{at}.tls.{name}", value)


def _of_player(at: str, player: PlayerProfile) -> Iterator[Row]:
    yield Row(f"{at}.currency", player.text("currency"), player.where)
    for name in ("session", "expired_session", "auth_token"):
        if text := player.text(name):
            yield Row(f"{at}.{name}", text, player.where, secret=True)
    if player.bets:
        yield Row(f"{at}.bets", ", ".join(each.text for each in player.bets), player.where)


def _row(name: str, value: Value) -> Row:
    return Row(name, value.text, value.origin)
