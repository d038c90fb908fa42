"""What a run is aimed at: from options and environment to the wallet under test, contract by contract.

Knows no pytest. A mistake of the user is a TargetError, one sentence that says what to give instead.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace

from harness.contracts import BUNDLED, Credentials, UnknownContract, load
from harness.model import Player
from harness.subject import Subject

VARIABLES = {"casino": ("WALLET_API_KEY", "WALLET_SECRET"), "sportsbook": ("WALLET_USER", "WALLET_PASSWORD")}
"""The environment variables of the bundled contracts' credentials."""
_PLAYER_FIELDS = ("id", "currency", "session", "expired_session", "token", "contract")


class TargetError(Exception):
    """The user has not said, or not consistently said, which wallet to certify."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What the command line says. Empty means: not given."""

    url: str = ""
    contracts: tuple[str, ...] = ()
    provision_url: str = ""
    players: tuple[str, ...] = ()
    seed: int | None = None
    strict: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The wallet under test: one subject for each contract that it is certified by."""

    subjects: tuple[Subject, ...]
    seed: int
    run_id: str
    strict: bool
    bundled: bool
    """Whether it is the reference wallet, which the run starts itself."""

    def in_scope(self, scope: str) -> Target:
        """The same target for one process of several."""
        return replace(self, subjects=tuple(replace(subject, scope=scope) for subject in self.subjects))


def contracts_of(choices: Choices, environment: Mapping[str, str]) -> tuple[str, ...]:
    """The contracts to certify by. Raises TargetError when they are not said, or do not exist."""
    if choices.contracts:
        for name in choices.contracts:
            try:
                load(name)
            except UnknownContract as error:
                raise TargetError(f"--wallet-contract: {error}") from None
        return tuple(dict.fromkeys(choices.contracts))
    if not choices.url:
        return BUNDLED
    implied = tuple(name for name in BUNDLED if all(environment.get(each) for each in VARIABLES[name]))
    if len(implied) == 1:
        return implied
    pairs = "; ".join(f"{' and '.join(VARIABLES[name])} for {name}" for name in BUNDLED)
    if implied:
        raise TargetError(f"the credentials of both contracts are set: say which with --wallet-contract ({pairs})")
    raise TargetError(
        f"no credentials are set, so the contract is not known: set {pairs}, or say it with --wallet-contract"
    )


def target_of(choices: Choices, environment: Mapping[str, str]) -> Target:
    """The target of a wallet at a URL. Raises TargetError."""
    seed = choices.seed if choices.seed is not None else secrets.randbelow(2**31)
    run_id = secrets.token_hex(4)
    subjects = tuple(_subject(name, choices, environment, seed, run_id) for name in contracts_of(choices, environment))
    return Target(subjects=subjects, seed=seed, run_id=run_id, strict=choices.strict, bundled=False)


def target_of_bundled(
    choices: Choices, urls: Mapping[str, str], credentials: Mapping[str, Credentials], provision_url: str
) -> Target:
    """The target of the reference wallet that the run has started. Raises TargetError."""
    seed = choices.seed if choices.seed is not None else secrets.randbelow(2**31)
    run_id = secrets.token_hex(4)
    chosen = contracts_of(choices, {})
    if unserved := [name for name in chosen if name not in urls]:
        raise TargetError(f"the bundled wallet does not serve {', '.join(unserved)}: give --wallet-url")
    subjects = tuple(
        Subject(
            contract=name,
            url=urls[name],
            credentials=credentials[name],
            provision_url=provision_url,
            seed=seed,
            run_id=run_id,
        )
        for name in chosen
    )
    return Target(subjects=subjects, seed=seed, run_id=run_id, strict=choices.strict, bundled=True)


def _subject(name: str, choices: Choices, environment: Mapping[str, str], seed: int, run_id: str) -> Subject:
    variables = load(name).environment
    missing = [each for each in variables if not environment.get(each)]
    if missing:
        raise TargetError(f"the {name} contract needs its credentials: set {' and '.join(missing)}")
    players = tuple(player for contract, player in map(_player, choices.players) if contract in {"", name})
    if not choices.provision_url and not players:
        raise TargetError(
            f"no players for {name}: give --wallet-provision URL, or name players that exist with "
            "--wallet-player id=...,currency=EUR,session=..."
        )
    return Subject(
        contract=name,
        url=choices.url,
        credentials=Credentials(*(environment[each] for each in variables)),
        provision_url=choices.provision_url,
        players=players,
        seed=seed,
        run_id=run_id,
    )


def _player(text: str) -> tuple[str, Player]:
    """`id=188,currency=EUR,session=...`, and the contract that it belongs to, if that is said."""
    fields: dict[str, str] = {}
    for part in text.split(","):
        name, equals, value = part.partition("=")
        if not equals or name.strip() not in _PLAYER_FIELDS:
            raise TargetError(
                f"--wallet-player {text!r}: {part!r} is not one of {', '.join(_PLAYER_FIELDS)} and a value"
            )
        fields[name.strip()] = value.strip()
    if not fields.get("id") or not fields.get("currency"):
        raise TargetError(f"--wallet-player {text!r} needs at least id=... and currency=...")
    contract = fields.pop("contract", "")
    return contract, Player(
        id=fields["id"],
        currency=fields["currency"],
        session=fields.get("session", ""),
        expired_session=fields.get("expired_session", ""),
        token=fields.get("token", ""),
    )
