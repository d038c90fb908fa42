"""What a run is aimed at: from options and environment to the wallet under test, contract by contract.

Knows no pytest. A mistake of the user is a TargetError, one sentence that says what to give instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from urllib.parse import urlsplit

from harness.contracts import BUNDLED, Contract, Credentials, UnknownContract, load
from harness.model import Player, Waiver
from harness.runner import Limits
from harness.subject import Subject

PLAYER_FIELDS = ("id", "currency", "session", "expired_session", "token", "contract", "bet")
"""What `--wallet-player` may say of a player; `bet` may stand several times."""

LARGEST_LIMIT = 100_000
"""No scenario is scaled beyond this: it would be a load test, and of our own memory."""


class TargetError(Exception):
    """The user has not said, or not consistently said, which wallet to certify."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What the command line says. Empty means: not given."""

    url: str = ""
    contracts: tuple[str, ...] = ()
    provision_url: str = ""
    players: tuple[str, ...] = field(default=(), repr=False)
    paths: tuple[str, ...] = ()
    """`reward=/transaction/bonus`: where the wallet has an operation elsewhere than documented."""
    limits: tuple[str, ...] = ()
    """`parallel=50`: numbers of `Limits` that are other than the default."""
    seed: int = 0
    run_id: str = "00000000"
    strict: bool = False
    defect: str = ""
    """The deliberate bug that the bundled wallet is started with."""
    record: bool = False
    """Exchanges are kept for a report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The wallet under test: one subject for each contract that it is certified by."""

    subjects: tuple[Subject, ...]
    bundled: bool
    """Whether it is the reference wallet, which the run starts itself."""
    waivers: tuple[Waiver, ...] = ()
    profile_digest: str = ""
    """SHA-256 of the profile as it is written, hexadecimal; empty without a profile."""

    def in_process(self, scope: str, processes: int) -> Target:
        """The same target for one process of several, which `scope` tells apart."""
        return replace(self, subjects=tuple(each.in_process(scope, processes) for each in self.subjects))


def contracts_of(choices: Choices, environment: Mapping[str, str]) -> dict[str, Contract]:
    """The contracts to certify by, by the names under which they are loaded.

    Raises TargetError when they are not said, do not exist, or do not go together with the rest.
    """
    if not choices.url and (choices.provision_url or choices.players):
        given = "--wallet-provision" if choices.provision_url else "--wallet-player"
        raise TargetError(f"{given} belongs to a wallet of your own: say where it is with --wallet-url")
    if choices.url and choices.defect:
        raise TargetError("--wallet-defect is for the bundled wallet: drop it, or drop --wallet-url")
    if "@" in urlsplit(choices.url).netloc:
        raise TargetError(
            "--wallet-url must not hold a user name or a password: give credentials through the environment"
        )
    names = choices.contracts or (_implied(environment) if choices.url else BUNDLED)
    for name in () if choices.url else names:
        if name not in BUNDLED:
            raise TargetError(
                f"the bundled wallet has no contract {name!r}, it has {' and '.join(BUNDLED)}: "
                "say where yours is with --wallet-url"
            )
    for text in choices.players:
        _player(text)
    limits_of(choices)
    try:
        contracts = {name: load(name) for name in names}
    except UnknownContract as error:
        raise TargetError(f"--wallet-contract: {error}") from None
    _check_paths(choices, contracts)
    return contracts


def limits_of(choices: Choices) -> Limits:
    """The numbers by which scenarios are scaled. Raises TargetError."""
    known = [each.name for each in fields(Limits)]
    numbers: dict[str, int] = {}
    for text, (name, number) in zip(choices.limits, _pairs(choices.limits), strict=True):
        if name not in known or not number.isdecimal() or not 1 <= int(number) <= LARGEST_LIMIT:
            raise TargetError(
                f"--wallet-limit {text!r}: give one of {', '.join(known)} and a number from 1 to {LARGEST_LIMIT}, "
                "as in parallel=50"
            )
        numbers[name] = int(number)
    return replace(Limits(), **numbers)


def _pairs(texts: Iterable[str]) -> list[tuple[str, str]]:
    """`name=value`, split."""
    return [(name.strip(), value.strip()) for name, _, value in (text.partition("=") for text in texts)]


def _check_paths(choices: Choices, contracts: Mapping[str, Contract]) -> None:
    known = sorted({name for contract in contracts.values() for name in contract.specs})
    for text, (name, path) in zip(choices.paths, _pairs(choices.paths), strict=True):
        if name not in known or not path.startswith("/") or any(each in path for each in "?# "):
            raise TargetError(
                f"--wallet-path {text!r}: give an operation ({', '.join(known)}) and a path below the URL, "
                "as in reward=/transaction/reward"
            )


def _implied(environment: Mapping[str, str]) -> tuple[str, ...]:
    variables = {name: load(name).environment for name in BUNDLED}
    implied = tuple(name for name in BUNDLED if all(environment.get(each) for each in variables[name]))
    if len(implied) == 1:
        return implied
    pairs = ", ".join(f"{' and '.join(variables[name])} for {name}" for name in BUNDLED)
    if implied:
        raise TargetError(
            f"the credentials of both contracts are set: say which to use with --wallet-contract ({pairs})"
        )
    raise TargetError(f"which contract? Name it with --wallet-contract, or set the credentials of one: {pairs}")


def target_of(choices: Choices, contracts: Mapping[str, Contract], environment: Mapping[str, str]) -> Target:
    """The wallet at the URL that was given. Raises TargetError when credentials or players are missing."""
    named = [_player(text) for text in choices.players]
    subjects = []
    for name, contract in contracts.items():
        players = tuple(player for belongs_to, player in named if belongs_to in {"", name})
        if not choices.provision_url and not players:
            raise TargetError(
                f"no players for {name}: give --wallet-provision=URL, an address that makes them, or name some that "
                "exist with --wallet-player=id=...,currency=EUR,session=..."
            )
        found = _credentials(name, contract, environment)
        subjects.append(_subject(choices, name, choices.url, found, choices.provision_url, players))
    return Target(subjects=tuple(subjects), bundled=False)


def target_of_bundled(
    choices: Choices, urls: Mapping[str, str], credentials: Mapping[str, Credentials], provision_url: str
) -> Target:
    """The reference wallet that the run has started; `urls` has the contracts to certify it by."""
    subjects = (_subject(choices, name, url, credentials[name], provision_url) for name, url in urls.items())
    return Target(subjects=tuple(subjects), bundled=True)


def _credentials(name: str, contract: Contract, environment: Mapping[str, str]) -> Credentials:
    if missing := [each for each in contract.environment if not environment.get(each)]:
        raise TargetError(
            f"no credentials for {name}: set {' and '.join(missing)} in the environment, as the wallet expects them"
        )
    return Credentials(*(environment[each] for each in contract.environment))


def _subject(
    choices: Choices,
    name: str,
    url: str,
    credentials: Credentials,
    provision_url: str,
    players: tuple[Player, ...] = (),
) -> Subject:
    return Subject(
        contract=name,
        url=url.rstrip("/"),
        credentials=credentials,
        provision_url=provision_url,
        players=players,
        paths=tuple((each, path) for each, path in _pairs(choices.paths) if each in load(name).specs),
        limits=limits_of(choices),
        seed=choices.seed,
        run_id=choices.run_id,
    )


def _player(text: str) -> tuple[str, Player]:
    """`id=188,currency=EUR,session=...`, and the contract that it belongs to, if that is said.

    Messages repeat no value, because a session or a token is a secret.
    """
    fields: dict[str, str] = {}
    bets: list[str] = []
    for number, part in enumerate(text.split(","), 1):
        name, equals, value = (each.strip() for each in part.partition("="))
        if not equals or name not in PLAYER_FIELDS:
            what = f"{name!r} is none of its fields" if equals else f"its part {number} is no field=value"
            raise TargetError(
                f"--wallet-player: {what}; they are {', '.join(PLAYER_FIELDS)}, as in id=188,currency=EUR"
            )
        if name == "bet":
            bets.append(value)
        elif name in fields:
            raise TargetError(f"--wallet-player: {name} stands twice; give the option once for each player")
        else:
            fields[name] = value
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
