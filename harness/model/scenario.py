"""The content of a scenario file before it is bound to a player."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from harness.model.wire import Loss

PAIRS = "explored/pairs"
"""The id of the bundled scenario that stands for the generated scenarios of the contract's pairs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One transaction as a scenario writes it: labels and words, without player, ids or currency.

    Every field is text as written. An empty field was not written and means the ordinary case.
    """

    id: str = ""
    """A label.

    The same label and shape mean the same transaction. Without a label each sending is a new transaction.
    """
    shape: str = ""
    """How the transaction's id looks: `upper_case`, `trailing_space`, `long`, ... (see `scenario.SHAPES`)."""
    amount: str = ""
    """Main units, `"12.34567"`, or a symbolic amount: `everything`, `smallest_unit`, ... (see `scenario.AMOUNTS`)."""
    bet: str = ""
    """Label of the bet that a credit, an unsettlement or a rollback belongs to.

    Without a label the runner places a bet first. `unknown` is a bet that was never sent to the wallet.
    """
    bet_shape: str = ""
    """The shape of the bet's transaction id, if the label has bets in several shapes."""
    transaction: str = ""
    """For a rollback: `unknown` names a transaction that the wallet does not know, together with the bet's own id."""
    player: str = ""
    """`other` is a second player, `unknown` a player that the wallet does not know. Empty is the scenario's player."""
    spelled: str = ""
    """A near form of the player's id that is nobody's: `leading_zero`, `letter_behind`, ... (see `near_ids`)."""
    currency: str = ""
    """`other` is a real currency that the player does not have, `unknown` is none. Empty is the player's currency."""
    session: str = ""
    """`expired`, `unknown`, `none`, or a near form of the live session's id. Empty is the player's live session."""
    round: str = ""
    """A label. The same label is the same round. `non_ascii` has text beyond ASCII, and `none` leaves the id out."""
    game: str = ""
    """`unknown`, or empty for one of the profile's games."""
    kind: str = ""
    """The contract's kind of movement (`CASHOUT`, `jackpot`, ...). Empty is the default."""
    odds: str = ""
    """The odds of a bet as decimal text. Empty if the bet is sent without odds."""
    pot: str = ""
    """A label. Rewards with the same label are paid from the same jackpot or bonus."""
    win: str = ""
    """`yes` or `no`. If it is empty, the amount decides."""
    token: str = ""
    """For `authenticate`: `unknown`, or empty for the player's own one-time token."""
    raw: tuple[tuple[str, str], ...] = ()
    """Pairs of a wire field and the JSON text that replaces its value before signing."""
    without: tuple[str, ...] = ()
    """Wire fields that are left out, before signing."""
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a scenario.

    `word` is an operation's word, or `resend`, `at_once`, `repeat`, `restart`, `epilogue`, `pairs`.
    """

    word: str
    drafts: tuple[Draft, ...] = ()
    """One draft for a single operation, any number of drafts for a batch."""
    batch: bool = False
    """True if the drafts are written as a list."""
    size: str = ""
    """The number of items of the batch: a number or a limit's name (`batch`).

    The written items are repeated to reach it.
    """
    times: str = ""
    """How often the step is sent: a number or a limit's name (`parallel`, `rounds`, `burst`). Empty is once."""
    at_once: bool = False
    """True if all requests of `times` are released together."""
    steps: tuple[Step, ...] = ()
    """The steps inside `at_once` and `repeat`."""
    label: str = ""
    """For `resend`: the label of the transaction whose request is sent again."""
    expect: tuple[str, ...] = ()
    """The expected outcomes: one word for the step, or one for each batch item."""
    should: tuple[str, ...] = ()
    """The outcomes that are expected as a SHOULD, in the form of `expect`."""
    lost: Loss | None = None
    forged: str = ""
    missing_header: str = ""
    stale_seconds: int = 0
    tampered: tuple[tuple[str, str], ...] = ()
    body: str = ""
    """Text that replaces the whole body, before signing."""
    content_type: str = ""
    faults: str = ""
    """The family of faults (see `scenario.faults.FAMILIES`). The step is then sent once for each case of it."""
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One scenario file. `id` is its path below the root without the suffix: `idempotency/resent_settlement`."""

    id: str
    path: str
    """The path of the file for messages. It is relative if the file lies below the current directory."""
    title: str
    requirements: Mapping[str, str]
    """Requirement id by contract name. The scenario runs on these contracts only."""
    funds: str = "100"
    """The smallest balance that the player needs before the first step, in main units."""
    funds_exactly: bool = False
    currency: str = ""
    """The player's currency. Empty is any currency."""
    steps: tuple[Step, ...] = ()

    @property
    def is_epilogue(self) -> bool:
        """True if it repeats the run's first transactions. It needs all other scenarios to have been run."""
        return any(step.word == "epilogue" for step in self.steps)

    @property
    def is_explored(self) -> bool:
        """True if it stands for the generated scenarios of the contract's pairs."""
        return any(step.word == "pairs" for step in self.steps)

    @property
    def category(self) -> str:
        """The name of the folder that the file lies in."""
        return self.id.partition("/")[0]
