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
    players: tuple[Player, ...] = ()
    games: tuple[str, ...] = ()
    paths: tuple[tuple[str, str], ...] = ()
    """Operations that the wallet has elsewhere than documented, with their paths below the URL."""
    seed: int = 0
    run_id: str = "00000000"
    scope: str = ""
    limits: Limits = field(default_factory=Limits)
    tls: Tls = field(default_factory=Tls)
    time_out_seconds: float = 10
    user_agent: str = "walletproof"
