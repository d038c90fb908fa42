"""The wallet under test, by one contract: where it is, how we prove ourselves, and whom we may play as."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from harness import __version__
from harness.config.shares import shares_of
from harness.contracts import Credentials
from harness.model import Limits, Player, Tls

MANY = 1000
"""More processes than anybody starts."""


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
    requests_per_second: float = 0
    """No more than this is sent in a second, races excepted; 0 is without a limit."""
    """This process's own part of it, once the run has been dealt out to several (`in_process`)."""
    user_agent: str = ""
    """Empty is `walletproof/<version> (run <run id>)`."""

    def __post_init__(self) -> None:
        """An operator finds us in its logs by the header, too."""
        if not self.user_agent:
            object.__setattr__(self, "user_agent", f"walletproof/{__version__} (run {self.run_id})")

    @property
    def makes_players(self) -> bool:
        """Whether players are made on demand, rather than named."""
        return bool(self.provision_url or self.provision_command)

    @property
    def most_processes(self) -> int:
        """How many processes can work on it side by side: each needs players and connections of its own."""
        players = MANY if self.makes_players else len(shares_of(self.players))
        races = MANY if self.limits.connections == Limits().connections else self.limits.races_at_once
        return max(1, min(players, races))

    def in_process(self, scope: str, processes: int) -> Subject:
        """The same wallet for one of several processes, with its part of what the wallet's operator allows."""
        limits = self.limits
        if limits.connections != Limits().connections:
            limits = replace(limits, connections=max(1, limits.connections // processes))
        return replace(self, scope=scope, limits=limits, requests_per_second=self.requests_per_second / processes)
