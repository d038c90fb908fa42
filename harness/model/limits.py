"""Plain settings of a wallet under test: limits on what is sent, and the TLS settings."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Numbers that a profile may set. `docs/SCENARIOS.md` gives their reasons."""

    parallel: int = 20
    rounds: int = 1000
    burst: int = 200
    batch: int = 1000
    races: int = 5
    """How often each race is repeated with fresh ids. One burst may miss an error that depends on timing."""
    connections: int = 50
    """The most requests that are released together. A larger group is sent in waves of this size.

    If the operator has set it, it applies to all processes of a run together.
    """
    settle_seconds: float = 1
    """The longest time after which a balance that looks wrong is read again. 0 reads no balance again."""

    explore: int = 1500
    """How many requests the generated pairs of a contract may send. 0 plays none."""

    age_seconds: int = 0
    """How long the epilogue waits before it sends the run's first transactions again. 0 is not at all."""

    @property
    def races_at_once(self) -> int:
        """How many processes can race side by side within `connections`. At least 1."""
        return max(1, self.connections // self.parallel)

    def number(self, text: str) -> int:
        """The number behind `times` or `size`: `text` is a number or the name of a limit."""
        return int(text) if text.isdigit() else int(getattr(self, text))


@dataclass(frozen=True, slots=True, kw_only=True)
class Tls:
    """The TLS settings of one wallet. The default verifies against the CAs that `certifi` bundles.

    `ca_bundle`, `client_certificate` and `client_key` are paths of PEM files; `ca_bundle` may be a directory.
    """

    verify: bool = True
    ca_bundle: str | None = None
    client_certificate: str | None = None
    client_key: str | None = None
