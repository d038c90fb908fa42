"""Whatever is asked in whatever order: money is neither lost nor created, and no balance falls below zero."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st
from wallet_at_hand import AtHand

from harness.model import BetBatch, GetBalance, Operation, Outcome, Payout, Reply, Retry, Settle

PLAYERS = ("ann", "bob")
START = 500

ids = st.sampled_from(["1", "2", "3", "4"])
amounts = st.sampled_from([0, 1, 100, 400, 501, 1000])
players = st.sampled_from([*PLAYERS, "nobody"])
sessions = st.sampled_from(["ann-live", "bob-live", "ann-expired"])


def _movement(make: Callable[..., Operation]) -> st.SearchStrategy[Callable[[AtHand], Operation]]:
    fields = st.fixed_dictionaries({"id": ids, "player": players, "session": sessions, "bet": ids})
    return st.builds(lambda amount, found: lambda at: make(at, amount, **found), amounts, fields)


def _batch(kind: Callable[..., Operation], make: Callable[..., Operation]) -> st.SearchStrategy[object]:
    items = st.lists(_movement(make), max_size=4)
    return items.map(lambda found: lambda at: kind(items=tuple(each(at) for each in found)))


operations = st.one_of(
    _movement(AtHand.bet),
    _movement(AtHand.payout),
    _movement(AtHand.unsettle),
    _movement(AtHand.reward),
    _batch(Settle, AtHand.payout),
    _batch(Retry, AtHand.payout),
    _batch(BetBatch, AtHand.bet),
    st.builds(lambda original, player: lambda at: at.rollback(original, player=player), ids, players),
    st.builds(lambda player: lambda at: at.read(player=player), players),
)


def _credits(operation: Operation, reply: Reply) -> int:
    """What a batch of credits may at most have added."""
    items = operation.items if isinstance(operation, Settle | Retry) else (operation,)
    accepted = sum(item.outcome is Outcome.OK for item in reply.items)
    return sum(int(each.amount) for each in items if isinstance(each, Payout)) if accepted else 0


@given(st.lists(operations, max_size=25))
@settings(deadline=None, max_examples=150)
def test_the_books_agree_with_themselves(sequence: list[Callable[[AtHand], Operation]]) -> None:
    at = AtHand("casino", balance=START)
    at.open("bob", START)
    for make in sequence:
        operation = make(at)
        before = {player: at.holds(player) for player in PLAYERS}
        reply = at.ask(operation)
        after = {player: at.holds(player) for player in PLAYERS}
        if all(item.outcome is not Outcome.OK for item in reply.items):
            assert before == after, "a refusal moved money"
        assert sum(after.values()) - sum(before.values()) <= max(_credits(operation, reply), 1000)
    for player in PLAYERS:
        account = at.store.account("casino", player)
        assert account is not None
        entries = at.store.statement(account)
        assert at.holds(player) == START + sum(entry.effect for entry in entries) >= 0


@given(st.lists(operations, max_size=25))
@settings(deadline=None, max_examples=100)
def test_sending_everything_again_moves_nothing_that_was_applied(
    sequence: list[Callable[[AtHand], Operation]],
) -> None:
    at = AtHand("casino", balance=10**9)
    at.open("bob", 10**9)
    asked = [make(at) for make in sequence]
    first = [at.ask(operation) for operation in asked]
    held = [at.holds(player) for player in PLAYERS]
    again = [at.ask(operation) for operation in asked]
    assert [at.holds(player) for player in PLAYERS] == held
    for operation, before, after in zip(asked, first, again, strict=True):
        if not isinstance(operation, GetBalance):
            pairs = zip(before.items, after.items, strict=True)
            assert all(one == other for one, other in pairs if one.outcome is Outcome.OK)
