"""The wallet under test, by one contract: where it is, how we prove ourselves, and whom we may play as."""

from __future__ import annotations

from dataclasses import dataclass, field

from harness.client import Tls
from harness.contracts import Credentials
from harness.model import Player
from harness.runner import Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """One wallet by one contract. `scope` tells processes apart that share a run (xdist)."""

    contract: str
    url: str
    credentials: Credentials
    provision_url: str = ""
    provision_command: str = ""
    """A command line that makes a player, with `{player}`, `{currency}`, `{balance}` (in main units) and `{contract}`
    in it: the alternative to `provision_url`.
    """
    players: tuple[Player, ...] = ()
    games: tuple[str, ...] = ()
    paths: tuple[tuple[str, str], ...] = ()
    """Operations that the wallet has elsewhere than documented, with their paths below the URL."""
    lacks: tuple[str, ...] = ()
    """Operations that the operator has declared absent: they are not probed."""
    policies: tuple[tuple[str, str], ...] = ()
    """Readings that the operator has pinned: of each policy named here, no other is accepted."""
    codes: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """By outcome, the codes that this wallet says in place of the document's."""
    seed: int = 0
    run_id: str = "00000000"
    scope: str = ""
    limits: Limits = field(default_factory=Limits)
    tls: Tls = field(default_factory=Tls)
    time_out_seconds: float = 10
    requests_per_second: int = 0
    """No more than this is sent in a second, races excepted; 0 is without a limit."""
    user_agent: str = "walletproof"

    @property
    def makes_players(self) -> bool:
        """Whether players are made on demand, rather than named."""
        return bool(self.provision_url or self.provision_command)
