"""What happened in one run of a scenario."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from harness.model.scenario import Scenario
from harness.model.wire import Exchange
from harness.model.words import Amount


@dataclass(frozen=True, slots=True, kw_only=True)
class Player:
    """A player of the wallet under test, as the harness knows it.

    `balance` is the balance before the first step, in hundred-thousandths of the main unit. None means unknown.
    """

    id: str
    currency: str
    session: str = ""
    expired_session: str = ""
    token: str = ""
    """A one-time token for `authenticate`."""
    bets: tuple[str, ...] = ()
    """References of bets that the wallet already knows.

    A wallet that pays only known bets and places none needs them.
    """
    balance: Amount | None = None
    ours: bool = False
    """True if this run has chosen the id. Then ids that nearly equal it belong to nobody else."""


class NotApplicable(StrEnum):
    """Why a scenario does not apply to a wallet: it needs what no wallet has to have. The run stays complete."""

    OPERATION = "operation"
    CURRENCY = "currency"
    READING = "reading"
    """A permitted reading that the operator has pinned excludes what the scenario needs."""

    def of(self, name: str) -> str:
        """The sentence; `name` is that of the operation or of the currency."""
        match self:
            case NotApplicable.OPERATION:
                return f"the wallet has no operation {name}"
            case NotApplicable.CURRENCY:
                return f"needs a {name} player"
            case NotApplicable.READING:
                return f"the wallet's reading excludes it ({name})"


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """One run of one scenario on one contract: who played, and every exchange in the order of sending."""

    contract: str
    scenario: Scenario
    players: tuple[Player, ...] = ()
    """The scenario's player first; the last one takes no part and must stay untouched."""
    exchanges: tuple[Exchange, ...] = ()
    skipped: str = ""
    """Why it was not carried out (to the end): an absent operation, no player of its currency."""
    not_applicable: NotApplicable | None = None
    """Set where it was skipped for something that no wallet has to have; `skipped` says what that is."""
    stopped: str = ""
    """Why it broke off: the wallet no longer answered."""
    ended: str = ""
    """Why the whole run ended here: the wallet stayed away, or the time of the run was over."""
    outage: str = ""
    """When and after which request the wallet was away for a while."""
    waited_ms: int = 0
    """How many milliseconds were waited: as the wallet asked, and while it was away."""
    largest_body: int | None = None
    """The most bytes of a request that the wallet takes. None unless it refused one as too large."""
    unknown_games: frozenset[str] = frozenset()
    """Game ids that the harness made up."""
