"""What the judgement of a history leaves for the other checks and the report: each answered part, and each balance."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from harness.model import Amount
from harness.oracle import Event, Judgement, balances
from harness.verdict.checks.facts import Part
from harness.verdict.checks.tracked_account import Account

_MOST_CHARTED = 8
"""How many possible balances one point of a chart shows at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedPart:
    """The oracle's judgement of one answered transaction."""

    part: Part
    situation: str
    readings: frozenset[tuple[str, str]]
    impossible: bool = False
    ambiguous: bool = False
    """True for a refusal that may have several reasons, because an answer before it was lost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One player's balance at one exchange: the balances of a sound wallet, and the balance that was shown.

    Amounts are in hundred-thousandths. `expected` is empty if the player is not judged any more.
    """

    exchange: int
    player: str
    situation: str
    expected: tuple[Amount, ...]
    shown: Amount | None


def standings(
    account: Account,
    pairs: Sequence[tuple[Part, Event]],
    judgement: Judgement,
    situations: Mapping[int, str],
) -> Iterator[Standing]:
    """One player's balances at the exchanges of the window that was judged last.

    `situations` has the situation of each part, by its `id()`.
    """
    finding = judgement.finding
    left = () if account.dead else balances(account.beliefs)[:_MOST_CHARTED]
    for part, event in pairs:
        expected = left
        if finding is not None and finding.event is event:
            shown = [value for each in finding.possible for value in each.balances or ()]
            expected = tuple(dict.fromkeys(shown))[:_MOST_CHARTED]
        yield Standing(
            exchange=part.exchange,
            player=account.player.id,
            situation=situations[id(part)],
            expected=expected,
            shown=event.balance,
        )
