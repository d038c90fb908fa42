"""The configuration that holds: command line over environment over profile over default, every value with its origin.

`walletproof show-config` prints exactly this, and a run's subjects are made of exactly this.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import urlsplit

from harness.config.choices import (
    CONTRACT,
    PROFILE,
    PROVISION,
    URL,
    Choices,
    Misconfigured,
    TargetError,
    implied,
    limits_said,
    pair,
    player_of,
    said,
)
from harness.config.profile import (
    ContractProfile,
    Overrides,
    PlayerProfile,
    Profile,
    ProfileError,
    TlsProfile,
    Value,
    load_profile,
)
from harness.config.subject import Subject
from harness.contracts import BUNDLED, Contract, UnknownContract, load
from harness.model import Limits, Player, Waiver

DEFAULT = "default"
NO_LIMIT = "none"
TLS_FIELDS = tuple(each.name for each in fields(TlsProfile))


@dataclass(frozen=True, slots=True, kw_only=True)
class WalletSettings:
    """The wallet by one contract."""

    name: str
    contract: Contract
    url: Value
    credentials: Mapping[str, Value]
    """By environment variable; those that are set."""
    paths: Mapping[str, Value]
    policies: Mapping[str, Value]
    codes: Mapping[str, tuple[Value, ...]]
    lacks: tuple[Value, ...]
    tls: TlsProfile
    players: tuple[tuple[Player, str], ...]
    """With the place that each comes from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that a run is configured by. Without wallets it is about the bundled one."""

    choices: Choices
    contracts: Mapping[str, Contract]
    """By the names under which they are loaded."""
    wallets: tuple[WalletSettings, ...] = ()
    profile: Value | None = None
    provision_url: Value | None = None
    provision_command: Value | None = None
    games: tuple[Value, ...] = ()
    limits: Mapping[str, Value] = field(default_factory=dict)
    """All of them, by name."""
    environment: Value | None = None
    waivers: tuple[Waiver, ...] = ()
    warnings: tuple[str, ...] = ()
    digest: str = ""

    @property
    def bundled(self) -> bool:
        """Whether the run is about the reference wallet, which it starts itself."""
        return not self.wallets

    @property
    def production(self) -> str:
        """Where the profile says that the wallet is no test wallet; empty when it does not."""
        found = self.environment
        return found.where if found is not None and found.text == "production" else ""


def today() -> date:
    """The date in UTC."""
    return datetime.now(UTC).date()


def settled(choices: Choices, environment: Mapping[str, str], *, on: date | None = None) -> Settings:
    """The configuration that holds `on` a day.

    Raises TargetError for a command line that contradicts itself, and Misconfigured for what is wrong with the wallet's
    configuration. That credentials or players are missing is told by `target_of`.
    """
    url = said("--wallet-url", choices.url, URL, environment)
    path = said("--wallet-profile", choices.profile, PROFILE, environment)
    if choices.defect and (other := url or path) is not None:
        raise TargetError(f"--wallet-defect is for the bundled wallet: drop it, or drop {other.where}")
    limits_said(choices.limits)
    given = [player_of(text) for text in choices.players]
    if url is None and path is None:
        return _bundled(choices)
    if url is not None:
        _check_url(url)
    provision = said("--wallet-provision", choices.provision_url, PROVISION, environment)
    names = choices.contracts or _names(environment.get(CONTRACT, ""))
    overrides = Overrides(
        contracts=names,
        url=url is not None,
        provision=provision is not None,
        players=bool(given),
        variables=frozenset(name for name, value in environment.items() if value),
    )
    try:
        profile = load_profile(Path(path.text), environment, overrides, on or today()) if path is not None else None
    except ProfileError as error:
        raise Misconfigured(str(error)) from None
    return _merged(choices, environment, profile, path, names, url, provision)


def _bundled(choices: Choices) -> Settings:
    if choices.provision_url or choices.players:
        given = "--wallet-provision" if choices.provision_url else "--wallet-player"
        raise TargetError(f"{given} belongs to a wallet of your own: say where it is with --wallet-url")
    for name in choices.contracts:
        if name not in BUNDLED:
            raise TargetError(
                f"the bundled wallet has no contract {name!r}, it has {' and '.join(BUNDLED)}: "
                "say where yours is with --wallet-url"
            )
    contracts = {name: load(name) for name in choices.contracts or BUNDLED}
    _check_paths(choices, contracts)
    return Settings(choices=choices, contracts=contracts, limits=_limits(choices, None))


def _merged(
    choices: Choices,
    environment: Mapping[str, str],
    profile: Profile | None,
    path: Value | None,
    names: tuple[str, ...],
    url: Value | None,
    provision: Value | None,
) -> Settings:
    named = names or (tuple(profile.contracts) if profile is not None else implied(environment))
    contracts = _contracts(named)
    _check_paths(choices, contracts)
    if profile is not None and url is not None and len(contracts) > 1:
        raise TargetError(
            f"{url.where} is one URL, and the run is about {' and '.join(contracts)}: choose one of them with "
            f"--wallet-contract, or let {profile.path} say both"
        )
    players_said = [(name, player, "--wallet-player") for name, player in map(player_of, choices.players)]
    players = players_said or ([_player(each) for each in profile.players] if profile is not None else [])
    made = profile if profile is not None and provision is None and not players_said else None
    wallets = tuple(
        _wallet(name, contract, choices, environment, profile, url, players) for name, contract in contracts.items()
    )
    return Settings(
        choices=choices,
        contracts=contracts,
        wallets=wallets,
        profile=path,
        provision_url=provision or (made.provision_url if made is not None else None),
        provision_command=made.provision_command if made is not None else None,
        games=profile.games if profile is not None else (),
        limits=_limits(choices, profile),
        environment=profile.environment if profile is not None else None,
        waivers=profile.waivers if profile is not None else (),
        warnings=(*(profile.warnings if profile is not None else ()), *_unverified(wallets)),
        digest=profile.digest if profile is not None else "",
    )


def _contracts(names: Iterable[str]) -> dict[str, Contract]:
    try:
        return {name: load(name) for name in dict.fromkeys(names)}
    except UnknownContract as error:
        raise TargetError(f"--wallet-contract: {error}") from None


def _wallet(
    name: str,
    contract: Contract,
    choices: Choices,
    environment: Mapping[str, str],
    profile: Profile | None,
    url: Value | None,
    players: Iterable[tuple[str, Player, str]],
) -> WalletSettings:
    own = profile.contracts.get(name) if profile is not None else None
    if (found := url or (own.url if own is not None else None)) is None:
        raise Misconfigured(_nowhere(name, profile, own))
    written = own or ContractProfile(name=name, contract=contract, where="")
    paths = {each: Value(path, "--wallet-path") for each, path in map(pair, choices.paths) if each in contract.specs}
    return WalletSettings(
        name=name,
        contract=contract,
        url=found,
        credentials=dict(_credentials(contract, written, environment)),
        paths={**written.paths, **paths},
        policies=written.policies,
        codes=written.codes,
        lacks=written.lacks,
        tls=_tls(profile.tls if profile is not None else TlsProfile(), written.tls or TlsProfile()),
        players=tuple((player, where) for belongs, player, where in players if belongs in {"", name}),
    )


def _nowhere(name: str, profile: Profile | None, own: ContractProfile | None) -> str:
    if profile is None:
        return f"where is the wallet of {name}? Say it with --wallet-url"
    if own is not None:
        return f"{own.where}: contracts.{name}: url is missing: say where the wallet is, here or with --wallet-url"
    has = " and ".join(profile.contracts) or "none"
    return f"{profile.path} has no contract {name}, it has {has}: add it under contracts, or choose another"


def _credentials(
    contract: Contract, written: ContractProfile, environment: Mapping[str, str]
) -> Iterator[tuple[str, Value]]:
    for variable in contract.environment:
        own = written.credentials.get(variable)
        if environment.get(variable) and not (own is not None and own.variable == variable):
            yield variable, Value(environment[variable], f"the environment variable {variable}")
        elif own is not None:
            yield variable, own


def _player(written: PlayerProfile) -> tuple[str, Player, str]:
    player = Player(
        id=written.text("id"),
        currency=written.text("currency"),
        session=written.text("session"),
        expired_session=written.text("expired_session"),
        token=written.text("auth_token"),
        bets=tuple(each.text for each in written.bets),
    )
    return written.text("contract"), player, written.where


def _tls(everywhere: TlsProfile, here: TlsProfile) -> TlsProfile:
    return TlsProfile(**{name: getattr(here, name) or getattr(everywhere, name) for name in TLS_FIELDS})


def _limits(choices: Choices, profile: Profile | None) -> dict[str, Value]:
    """Every limit: of the command line, of the profile, or as it is by default."""
    numbers = {each.name: str(getattr(Limits(), each.name)) for each in fields(Limits)}
    numbers |= {
        "requests_per_second": NO_LIMIT,
        "time_out_seconds": str(Subject.__dataclass_fields__["time_out_seconds"].default),
    }
    defaults = {name: Value(text, DEFAULT) for name, text in numbers.items()}
    return {**defaults, **(profile.limits if profile is not None else {}), **limits_said(choices.limits)}


def _unverified(wallets: Iterable[WalletSettings]) -> Iterator[str]:
    """A warning for each place that turns the verification of certificates off."""
    places = {
        each.tls.verify.origin for each in wallets if each.tls.verify is not None and each.tls.verify.text == "false"
    }
    for where in sorted(places):
        yield (
            f"{where}: TLS IS NOT VERIFIED (verify: false): whoever is on the way can pretend to be the wallet, read "
            "the credentials and change what is said; name a ca_bundle instead"
        )


def _check_url(url: Value) -> None:
    if "@" in urlsplit(url.text).netloc:
        raise TargetError(
            f"{url.where} must not hold a user name or a password: give credentials through the environment"
        )


def _names(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text.replace(",", " ").split()))


def _check_paths(choices: Choices, contracts: Mapping[str, Contract]) -> None:
    known = sorted({name for contract in contracts.values() for name in contract.specs})
    for text, (name, path) in zip(choices.paths, map(pair, choices.paths), strict=True):
        if name not in known or not path.startswith("/") or any(each in path for each in "?# "):
            raise TargetError(
                f"--wallet-path {text!r}: give an operation ({', '.join(known)}) and a path below the URL, "
                "as in reward=/transaction/reward"
            )
