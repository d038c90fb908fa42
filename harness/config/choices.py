"""What the command line and the environment say, before it is known what it comes to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from harness.config.profile import LIMITS, Value
from harness.contracts import BUNDLED, load
from harness.model import Player

PLAYER_FIELDS = ("id", "currency", "session", "expired_session", "token", "contract", "bet")
"""What `--wallet-player` may say of a player; `bet` may stand several times."""

PROFILE, URL, CONTRACT, PROVISION = "WALLET_PROFILE", "WALLET_URL", "WALLET_CONTRACT", "WALLET_PROVISION"
"""The environment variables that stand for options, besides those of the credentials."""


class TargetError(Exception):
    """The user has not said, or not consistently said, which wallet to certify."""


class Misconfigured(TargetError):
    """The command line is good, and the wallet's configuration is not: profile, credentials, players."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What the command line says. Empty means: not given."""

    url: str = ""
    profile: str = ""
    """The path of a profile."""
    contracts: tuple[str, ...] = ()
    provision_url: str = ""
    players: tuple[str, ...] = field(default=(), repr=False)
    paths: tuple[str, ...] = ()
    """`reward=/transaction/bonus`: where the wallet has an operation elsewhere than documented."""
    limits: tuple[str, ...] = ()
    """`parallel=50`: limits that are other than the default or the profile's."""
    seed: int = 0
    run_id: str = "00000000"
    strict: bool = False
    defect: str = ""
    """The deliberate bug that the bundled wallet is started with."""
    record: bool = False
    """Exchanges are kept for a report."""
    dry_run: bool = False
    """Nothing is sent: what would be is printed."""


def said(option: str, given: str, variable: str, environment: Mapping[str, str]) -> Value | None:
    """What the command line says, else the environment; None when neither does."""
    if given:
        return Value(given, option)
    if environment.get(variable):
        return Value(environment[variable], f"the environment variable {variable}")
    return None


def implied(environment: Mapping[str, str]) -> tuple[str, ...]:
    """The one contract whose credentials are set. Raises TargetError when it is not exactly one."""
    variables = {name: load(name).environment for name in BUNDLED}
    found = tuple(name for name in BUNDLED if all(environment.get(each) for each in variables[name]))
    if len(found) == 1:
        return found
    pairs = ", ".join(f"{' and '.join(variables[name])} for {name}" for name in BUNDLED)
    if found:
        raise TargetError(
            f"the credentials of {' and '.join(found)} are set: say which to use with --wallet-contract ({pairs})"
        )
    raise TargetError(f"which contract? Name it with --wallet-contract, or set the credentials of one: {pairs}")


def limits_said(texts: Iterable[str]) -> dict[str, Value]:
    """The limits of the command line. Raises TargetError."""
    found: dict[str, Value] = {}
    for text in texts:
        name, number = pair(text)
        if name not in LIMITS or not LIMITS[name].accepts(number):
            may = f"{name} must be {LIMITS[name]}" if name in LIMITS else f"give one of {', '.join(LIMITS)}"
            raise TargetError(f"--wallet-limit {text!r}: {may}, as in parallel=50")
        found[name] = Value(number, "--wallet-limit")
    return found


def pair(text: str) -> tuple[str, str]:
    """`name=value`, split."""
    name, _, value = text.partition("=")
    return name.strip(), value.strip()


_PART = re.compile(r'([^,=]*=\s*"[^"]*"\s*(?=,|\Z)|[^,]*)(,|\Z)')
"""One field, whose value may stand in quotation marks, and the comma behind it."""


def player_of(text: str) -> tuple[str, Player]:
    """`id=188,currency=EUR,session=...`, and the contract that it belongs to, if that is said. Raises TargetError.

    A value that holds a comma stands in quotation marks.

    Messages repeat no value, because a session or a token is a secret.
    """
    fields, bets = _player_fields(text)
    if missing := [name for name in ("id", "currency") if not fields.get(name)]:
        raise TargetError(f"--wallet-player needs {' and '.join(missing)}, as in id=188,currency=EUR,session=...")
    player = Player(
        id=fields["id"],
        currency=fields["currency"],
        session=fields.get("session", ""),
        expired_session=fields.get("expired_session", ""),
        token=fields.get("token", ""),
        bets=tuple(bets),
    )
    return fields.get("contract", ""), player


def _parts(text: str) -> Iterator[str]:
    for part, comma in _PART.findall(text):
        yield part
        if not comma:
            return


def _player_fields(text: str) -> tuple[dict[str, str], list[str]]:
    fields: dict[str, str] = {}
    bets: list[str] = []
    for number, part in enumerate(_parts(text), 1):
        name, equals, value = (each.strip() for each in part.partition("="))
        if not equals:
            raise TargetError(
                f"--wallet-player: its part {number} is no field=value, as in id=188,currency=EUR; "
                'a value with a comma stands in quotation marks: session="...,..."'
            )
        if name not in PLAYER_FIELDS:
            raise TargetError(
                f"--wallet-player: {name!r} is none of its fields; they are {', '.join(PLAYER_FIELDS)}, "
                "as in id=188,currency=EUR"
            )
        if len(value) > 1 and value[0] == value[-1] == '"':
            value = value[1:-1]
        if name == "bet":
            bets.append(value)
        elif name in fields:
            raise TargetError(f"--wallet-player: {name} stands twice; give the option once for each player")
        else:
            fields[name] = value
    return fields, bets
