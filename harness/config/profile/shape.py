"""What a profile says, as frozen data: every value with the place where it is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from harness.contracts import Contract
from harness.model import Waiver


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
    """The name under which the contract is loaded: `casino`, or a module."""
    contract: Contract
    where: str
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
    """A player that exists. Without a contract it belongs to every contract of the profile."""

    where: str
    fields: Mapping[str, Value]
    """`id`, `contract`, `currency`, `session`, `expired_session`, `auth_token`."""
    bets: tuple[Value, ...] = ()

    def text(self, name: str) -> str:
        """A field's text, empty when it is not written."""
        return self.fields[name].text if name in self.fields else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A whole profile."""

    path: str
    """As the user has written it."""
    digest: str
    """SHA-256 of the file, hexadecimal."""
    contracts: Mapping[str, ContractProfile]
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
