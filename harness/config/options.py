"""The first source of a configuration: the values of the command line as they were written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from harness.config.profile import LIMITS, PlayerProfile, Value

PLAYER_FIELDS = ("id", "currency", "session", "expired_session", "token", "contract", "bet")
"""The fields that `--wallet-player` accepts for a player. `bet` may occur several times."""
_KEYS = {"token": "auth_token"}
"""The key of a profile's player, for each field with another name there."""

PLAYER_OPTION = "--wallet-player"


class OptionsError(Exception):
    """The options contradict each other, or do not identify the wallet under test. The text is one sentence."""


class Misconfigured(OptionsError):
    """The options are valid, but the profile, the credentials or the players are not. Each complaint is one line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The values of the command line. An empty value is an option that was not given."""

    url: str = ""
    profile: str = ""
    """The path of a profile."""
    usual_profile: str = ""
    """The path of the profile that is used if neither an option nor the environment names one."""
    contracts: tuple[str, ...] = ()
    provision_url: str = ""
    provision_token: str = field(default="", repr=False)
    """The token that `provision_url` asks for. It is a secret."""
    players: tuple[str, ...] = field(default=(), repr=False)
    paths: tuple[str, ...] = ()
    """Paths of operations that differ from the documented ones, such as `reward=/transaction/bonus`."""
    limits: tuple[str, ...] = ()
    """Limits that differ from the default or the profile, such as `parallel=50`."""
    seed: int = 0
    run_id: str = "00000000"
    strict: bool = False
    defect: str = ""
    """The deliberate bug with which the bundled wallet is started."""
    record: bool = False
    """True if exchanges are kept for a report."""
    explore: int = 0
    """How many requests scenarios by chance send to each contract. 0 plays none."""
    dry_run: bool = False
    """True if nothing is sent and the requests are printed instead."""


def limits_of(texts: Iterable[str]) -> dict[str, Value]:
    """The limits that the command line sets, by name. Raises OptionsError."""
    found: dict[str, Value] = {}
    for text in texts:
        name, number = pair(text)
        if name not in LIMITS or not LIMITS[name].accepts(number):
            may = f"{name} must be {LIMITS[name]}" if name in LIMITS else f"give one of {', '.join(LIMITS)}"
            raise OptionsError(f"--wallet-limit {text!r}: {may}, as in parallel=50")
        found[name] = Value(number, "--wallet-limit")
    return found


def pair(text: str) -> tuple[str, str]:
    """The name and the value of a text `name=value`."""
    name, _, value = text.partition("=")
    return name.strip(), value.strip()


_PART = re.compile(r'([^,=]*=\s*"[^"]*"\s*(?=,|\Z)|[^,]*)(,|\Z)')
"""One field with the comma after it. The value may be in quotation marks."""


def player_of(text: str) -> PlayerProfile:
    """A player from the command line: `id=188,currency=EUR,session=...`. Raises OptionsError.

    A value with a comma must be in quotation marks. Messages repeat no value, because a session or a token is a secret.
    """
    fields, bets = _player_fields(text)
    if missing := [name for name in ("id", "currency") if not fields.get(name)]:
        raise OptionsError(f"--wallet-player needs {' and '.join(missing)}, as in id=188,currency=EUR,session=...")
    return PlayerProfile(
        where=PLAYER_OPTION,
        fields={_KEYS.get(name, name): Value(value, PLAYER_OPTION) for name, value in fields.items()},
        bets=tuple(Value(each, PLAYER_OPTION) for each in bets),
    )


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
            raise OptionsError(
                f"--wallet-player: its part {number} is no field=value, as in id=188,currency=EUR; "
                'a value with a comma stands in quotation marks: session="...,..."'
            )
        if name not in PLAYER_FIELDS:
            raise OptionsError(
                f"--wallet-player: {name!r} is none of its fields; they are {', '.join(PLAYER_FIELDS)}, "
                "as in id=188,currency=EUR"
            )
        if len(value) > 1 and value[0] == value[-1] == '"':
            value = value[1:-1]
        if name == "bet":
            bets.append(value)
        elif name in fields:
            raise OptionsError(f"--wallet-player: {name} stands twice; give the option once for each player")
        else:
            fields[name] = value
    return fields, bets
