"""Which rows of the store a request will probably ask for, so that all of a turn are read together.

A row that is missing here is read when a rule asks for it.
"""

from __future__ import annotations

from collections.abc import Sequence

from harness.model import Bet, GetBalance, Movement, Payout, Rollback
from harness.model.operations import Single
from mock_server.order import FAMILIES
from mock_server.rules.batches import PART
from mock_server.store import Key, Reads


def reads_of(contract: str, items: Sequence[Single | Movement]) -> Reads:
    """The rows that the items of a request ask for, up to the end of its first part."""
    items = items[:PART]
    bets = [each for each in items if isinstance(each, Bet)]
    originals = [each.original for each in items if isinstance(each, Rollback)]
    return Reads(
        players=tuple((contract, each.player) for each in items),
        sessions=tuple((contract, each.session) for each in items if isinstance(each, Bet | GetBalance)),
        entries=tuple(
            Key(contract, FAMILIES[type(each)], each.id) for each in items if not isinstance(each, GetBalance)
        ),
        ids=tuple((contract, id) for id in (*(each.id for each in bets), *originals)),
        references=tuple((contract, each.player, each.bet) for each in items if isinstance(each, Payout)),
    )
