"""The content of a profile as frozen data. Every value has the place where it is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from harness.model import Player, Waiver


@dataclass(frozen=True, slots=True)
class Value:
    """One value with its origin: `wallet.yaml:3`, `--wallet-url`, or `default`.

    The text is not in the `repr`, because it may be a secret.
    """

    text: str = field(repr=False)
    where: str
    variable: str = ""
    """The environment variable that the profile took the value from. Empty if there is none."""

    @property
    def origin(self) -> str:
        """The origin for a reader."""
        return f"{self.where} (${{{self.variable}}})" if self.variable else self.where

    def __bool__(self) -> bool:
        """True if the text is not empty."""
        return bool(self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsProfile:
    """TLS settings. Paths are absolute, although the profile has them relative to its own folder."""

    verify: Value | None = None
    """`true` or `false`."""
    ca_bundle: Value | None = None
    client_certificate: Value | None = None
    client_key: Value | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractProfile:
    """The settings of the wallet for one contract."""

    name: str
    """The name under which the contract is loaded: a bundled contract's name, or a module."""
    where: str = ""
    """The place where the profile's entry begins. Empty if the profile has no entry."""
    url: Value | None = None
    credentials: Mapping[str, Value] = field(default_factory=dict)
    """The credentials, by environment variable of the contract."""
    paths: Mapping[str, Value] = field(default_factory=dict)
    """The paths, by operation."""
    policies: Mapping[str, Value] = field(default_factory=dict)
    """The one accepted reading, by policy."""
    codes: Mapping[str, tuple[Value, ...]] = field(default_factory=dict)
    """The wallet's own codes, by outcome."""
    lacks: tuple[Value, ...] = ()
    tls: TlsProfile | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayerProfile:
    """A player that exists. Without a contract the player belongs to every contract."""

    where: str
    fields: Mapping[str, Value]
    """`id`, `contract`, `currency`, `session`, `expired_session`, `auth_token`."""
    bets: tuple[Value, ...] = ()

    def text(self, name: str) -> str:
        """A field's text, or an empty string."""
        return self.fields[name].text if name in self.fields else ""

    @property
    def player(self) -> Player:
        """The player in the form that scenarios use."""
        return Player(
            id=self.text("id"),
            currency=self.text("currency"),
            session=self.text("session"),
            expired_session=self.text("expired_session"),
            token=self.text("auth_token"),
            bets=tuple(each.text for each in self.bets),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A whole profile: as a file has it, or as it is in force (`harness.config.precedence`). The default is empty."""

    path: str = ""
    """The path as the user wrote it. Empty without a file."""
    named_by: str = ""
    """The option or the variable that names the file."""
    digest: str = ""
    """SHA-256 of the file in hexadecimal. Empty without a file."""
    contracts: Mapping[str, ContractProfile] = field(default_factory=dict)
    """The contracts, by the name under which each is loaded."""
    provision_url: Value | None = None
    provision_token: Value | None = None
    provision_command: Value | None = None
    players: tuple[PlayerProfile, ...] = ()
    games: tuple[Value, ...] = ()
    tls: TlsProfile = field(default_factory=TlsProfile)
    limits: Mapping[str, Value] = field(default_factory=dict)
    restart_command: Value | None = None
    wallet: Value | None = None
    """The name and version of the wallet, for reports and certificates."""
    issuer: Value | None = None
    """Who runs the certification, for reports and certificates."""
    environment: Value | None = None
    """`staging` or `production`."""
    waivers: tuple[Waiver, ...] = ()
    warnings: tuple[str, ...] = ()

    def players_of(self, contract: str) -> tuple[PlayerProfile, ...]:
        """The players that a contract may use: its own, and those that belong to every contract."""
        return tuple(each for each in self.players if each.text("contract") in {"", contract})
