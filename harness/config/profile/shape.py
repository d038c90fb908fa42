"""What a profile says, as frozen data: every value with the place where it is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from harness.model import Player, Waiver


@dataclass(frozen=True, slots=True)
class Value:
    """One value, and where it comes from: `wallet.yaml:3`, `--wallet-url`, or `default`.

    The text is not in the `repr`, because it may be a secret.
    """

    text: str = field(repr=False)
    where: str
    variable: str = ""
    """The environment variable that a profile took it from."""

    @property
    def origin(self) -> str:
        """Where it comes from, for a reader."""
        return f"{self.where} (${{{self.variable}}})" if self.variable else self.where

    def __bool__(self) -> bool:
        """Whether there is any text."""
        return bool(self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsProfile:
    """TLS settings. Paths are absolute: the profile has them relative to its own folder."""

    verify: Value | None = None
    """`true` or `false`."""
    ca_bundle: Value | None = None
    client_certificate: Value | None = None
    client_key: Value | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractProfile:
    """The wallet by one contract."""

    name: str
    """The name under which the contract is loaded: that of a bundled one, or a module."""
    where: str = ""
    """Where the profile begins to write about it; empty when it does not."""
    url: Value | None = None
    credentials: Mapping[str, Value] = field(default_factory=dict)
    """By environment variable of the contract."""
    paths: Mapping[str, Value] = field(default_factory=dict)
    """By operation."""
    policies: Mapping[str, Value] = field(default_factory=dict)
    """The one accepted reading, by policy."""
    codes: Mapping[str, tuple[Value, ...]] = field(default_factory=dict)
    """By outcome."""
    lacks: tuple[Value, ...] = ()
    tls: TlsProfile | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayerProfile:
    """A player that exists. Without a contract it belongs to every contract."""

    where: str
    fields: Mapping[str, Value]
    """`id`, `contract`, `currency`, `session`, `expired_session`, `auth_token`."""
    bets: tuple[Value, ...] = ()

    def text(self, name: str) -> str:
        """A field's text, empty when it is not written."""
        return self.fields[name].text if name in self.fields else ""

    @property
    def player(self) -> Player:
        """The player as scenarios know it."""
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
    """A whole profile: as a file has it, or as it is in force (`harness.config.precedence`). The default is none."""

    path: str = ""
    """As the user has written it; empty without a file."""
    named_by: str = ""
    """The option or the variable that names the file."""
    digest: str = ""
    """SHA-256 of the file, hexadecimal; empty without a file."""
    contracts: Mapping[str, ContractProfile] = field(default_factory=dict)
    """By the name under which each is loaded."""
    provision_url: Value | None = None
    provision_command: Value | None = None
    players: tuple[PlayerProfile, ...] = ()
    games: tuple[Value, ...] = ()
    tls: TlsProfile = field(default_factory=TlsProfile)
    limits: Mapping[str, Value] = field(default_factory=dict)
    environment: Value | None = None
    """`staging` or `production`."""
    waivers: tuple[Waiver, ...] = ()
    warnings: tuple[str, ...] = ()

    def players_of(self, contract: str) -> tuple[PlayerProfile, ...]:
        """The players that a contract may use: its own, and those that belong to every contract."""
        return tuple(each for each in self.players if each.text("contract") in {"", contract})
