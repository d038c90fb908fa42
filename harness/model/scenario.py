"""What a scenario file says, before it is bound to a player."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from harness.model.wire import Loss


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One transaction as a scenario writes it: labels and words, not yet bound to a player, ids or a currency.

    Every field is text, as written; an empty one was not written and means the ordinary case.
    """

    id: str = ""
    """A label. The same label (and shape) is the same transaction; no label is a fresh transaction at every sending."""
    shape: str = ""
    """How the transaction's id looks: `upper_case`, `trailing_space`, `long`, ... (see `scenario.SHAPES`)."""
    amount: str = ""
    """Main units, `"12.34567"`, or a symbolic amount: `everything`, `smallest_unit`, ... (see `scenario.AMOUNTS`)."""
    bet: str = ""
    """Label of the bet that a credit, an unsettlement or a rollback belongs to. Without it the runner places one first;
    `unknown` is a bet that the wallet never saw."""
    player: str = ""
    """`other` (a second player) or `unknown`; empty is the scenario's player."""
    currency: str = ""
    """`other` (a real currency that is not the player's), `unknown`; empty is the player's."""
    session: str = ""
    """`expired`, `unknown` or `none`; empty is the player's live session."""
    round: str = ""
    """A label: the same label is the same round. `non_ascii` is a round id with text beyond ASCII."""
    game: str = ""
    """`unknown`; empty is one of the profile's games."""
    kind: str = ""
    """The contract's kind of movement (`CASHOUT`, `jackpot`, ...); empty is the default."""
    win: str = ""
    """`yes` or `no`; empty follows the amount."""
    token: str = ""
    """For `authenticate`: `unknown`, or empty for the player's own one-time token."""
    raw: tuple[tuple[str, str], ...] = ()
    """Wire field to JSON text that stands there instead, before signing."""
    without: tuple[str, ...] = ()
    """Wire fields that are left out, before signing."""
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a scenario. `word` is an operation's word, or `resend`, `at_once`, `repeat`."""

    word: str
    drafts: tuple[Draft, ...] = ()
    """One for a single operation, any number for a batch."""
    batch: bool = False
    """Written as a list."""
    size: str = ""
    """A batch grows to this many items by repeating what is written: a number or a limit's name (`batch`)."""
    times: str = ""
    """How often the step is sent: a number or a limit's name (`parallel`, `rounds`, `burst`); empty is once."""
    at_once: bool = False
    """All of `times` are released together."""
    steps: tuple[Step, ...] = ()
    """The steps inside `at_once` and `repeat`."""
    label: str = ""
    """For `resend`: the label of the transaction whose request is sent again."""
    expect: tuple[str, ...] = ()
    """Outcome words that must be answered: one for the step, or one for each batch item."""
    should: tuple[str, ...] = ()
    """The same, as a SHOULD."""
    lost: Loss | None = None
    forged: str = ""
    missing_header: str = ""
    stale_seconds: int = 0
    tampered: tuple[tuple[str, str], ...] = ()
    body: str = ""
    """Text that replaces the whole body, before signing."""
    content_type: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One scenario file. `id` is its path below the root without the suffix: `idempotency/resent_settlement`."""

    id: str
    path: str
    """Where the file is, for messages: relative to the current directory when it lies below it."""
    title: str
    requirements: Mapping[str, str]
    """Contract name to requirement id. The keys select the contracts that the scenario runs on."""
    funds: str = "100"
    """At least this much on the player's account before the first step, in main units."""
    funds_exactly: bool = False
    currency: str = ""
    """The player's currency; empty is any."""
    steps: tuple[Step, ...] = ()

    @property
    def category(self) -> str:
        """The folder that it lies in."""
        return self.id.partition("/")[0]
