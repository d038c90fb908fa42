"""Settings of a wallet under test that are plain values: how much is sent, and how TLS is checked."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Numbers that a profile may set, with their reasons in `docs/SCENARIOS.md`."""

    parallel: int = 20
    rounds: int = 1000
    burst: int = 200
    batch: int = 1000
    races: int = 5
    """How often each race is repeated, with fresh ids: one burst may miss a window that is open."""
    connections: int = 50
    """The most requests that are released together; a larger group goes out in waves of this size.

    Where an operator has set it, it holds for all processes of a run together.
    """

    @property
    def races_at_once(self) -> int:
        """How many processes can race side by side without more connections than that together."""
        return max(1, self.connections // self.parallel)

    def number(self, text: str) -> int:
        """What `times` and `size` come to: a number, or the name of a limit."""
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
