"""`walletproof show-config [URL]`: the configuration that a run would have, and where each value comes from."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from harness.cli.aim import add_wallet_arguments, choices_of
from harness.cli.command import UsageProblem
from harness.config import Misconfigured, Settings, TargetError, WalletSettings, settled
from harness.config.profile import TlsProfile, Value
from harness.config.settings import TLS_FIELDS
from harness.model import Player

NAME = "show-config"
HELP = "print the configuration that holds, secrets masked, and where each value comes from"
CONFIGURATION = 3
MASK = "****"
SHORTEST_SECRET = 4
"""A shorter one is not looked for in other values: it would be found in ordinary words."""


@dataclass(frozen=True, slots=True)
class Row:
    """One value. `secret` ones are masked."""

    name: str
    text: str
    origin: str
    secret: bool = False


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_wallet_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Print it: 0, or 3 when the configuration cannot be used. Raises UsageProblem."""
    try:
        settings = settled(choices_of(options), os.environ)
    except Misconfigured as error:
        print(f"configuration: {error}", file=sys.stderr)
        return CONFIGURATION
    except TargetError as error:
        raise UsageProblem(str(error)) from None
    for line in lines(settings):
        print(line)
    return 0


def lines(settings: Settings) -> Iterator[str]:
    """The table, and below it what to beware of."""
    rows = list(_rows(settings))
    secrets = [each.text for each in rows if each.secret and len(each.text) >= SHORTEST_SECRET]
    shown = [(each.name, _masked(each, secrets), each.origin) for each in rows]
    widths = [max(len(row[column]) for row in shown) for column in (0, 1)]
    if settings.bundled:
        yield "the bundled reference wallet: no URL and no profile was given"
    for name, text, origin in shown:
        yield f"{name:<{widths[0]}}  {text:<{widths[1]}}  {origin}"
    for warning in settings.warnings:
        yield f"WARNING {warning}"
    if settings.production:
        yield f"REFUSED: {settings.production} says `environment: production`; nothing will be sent to this wallet"


def _masked(row: Row, secrets: list[str]) -> str:
    text = MASK if row.secret else row.text
    for secret in secrets:
        text = text.replace(secret, MASK)
    return text


def _rows(settings: Settings) -> Iterator[Row]:
    if settings.profile is not None:
        yield _row("profile", settings.profile)
    if settings.environment is not None:
        yield _row("environment", settings.environment)
    for wallet in settings.wallets:
        yield from _of_wallet(wallet)
    for name, value in (("url", settings.provision_url), ("command", settings.provision_command)):
        if value is not None:
            yield _row(f"provision.{name}", value)
    for each in settings.games:
        yield _row("games", each)
    for name, value in settings.limits.items():
        yield _row(f"limits.{name}", value)
    for waiver in settings.waivers:
        until = f"until {waiver.until}, {waiver.owner}: {waiver.reason}"
        yield Row(f"waivers.{waiver.requirement}", until, waiver.where)


def _of_wallet(wallet: WalletSettings) -> Iterator[Row]:
    at = f"contracts.{wallet.name}"
    yield _row(f"{at}.url", wallet.url)
    for field in wallet.contract.credentials:
        name = f"{at}.credentials.{field.name}"
        if field.variable in wallet.credentials:
            value = wallet.credentials[field.variable]
            yield Row(name, value.text, value.origin, secret=True)
        else:
            yield Row(name, "(missing)", f"set {field.variable}")
    for what, values in (("paths", wallet.paths), ("policies", wallet.policies)):
        for name, value in values.items():
            yield _row(f"{at}.{what}.{name}", value)
    for outcome, codes in wallet.codes.items():
        yield Row(f"{at}.codes.{outcome}", ", ".join(each.text for each in codes), codes[0].origin)
    for each in wallet.lacks:
        yield _row(f"{at}.capabilities.lacks", each)
    yield from _of_tls(at, wallet.tls)
    for player, where in wallet.players:
        yield from _of_player(f"{at}.players.{player.id}", player, where)


def _of_tls(at: str, tls: TlsProfile) -> Iterator[Row]:
    for name in TLS_FIELDS:
        value: Value | None = getattr(tls, name)
        if value is not None:
            yield _row(f"{at}.tls.{name}", value)


def _of_player(at: str, player: Player, where: str) -> Iterator[Row]:
    yield Row(f"{at}.currency", player.currency, where)
    sessions = (
        ("session", player.session),
        ("expired_session", player.expired_session),
        ("auth_token", player.token),
    )
    for name, text in sessions:
        if text:
            yield Row(f"{at}.{name}", text, where, secret=True)
    if player.bets:
        yield Row(f"{at}.bets", ", ".join(player.bets), where)


def _row(name: str, value: Value) -> Row:
    return Row(name, value.text, value.origin)
