"""A run that waited long names the operation whose answers took most of that time."""

from __future__ import annotations

import pytest

from harness.model import Exchange, GetBalance, Message, Operation, Payout, Settle, Transmission
from harness.play.slow_answers import SlowAnswers

NS = 1_000_000_000
READ = GetBalance(player="ann")


def settlement(name: str) -> Settle:
    return Settle(items=(Payout(id=name, player="ann", currency="EUR", amount=1, win=True),))


def took(operation: Operation, seconds: float) -> Exchange:
    end = int(seconds * NS)
    name = "balance" if isinstance(operation, GetBalance) else "settlement"
    sent = Transmission(Message(b"", b""), None, None, 1, 1, 0, 1 + end)
    return Exchange(operation=operation, name=name, transmission=sent, reply=None)


def test_nothing_is_named_before_something_took_time() -> None:
    waits = SlowAnswers()
    assert waits.longest() == ""
    waits.note([took(READ, 0.001)])
    assert waits.longest() == ""


def test_repetitions_are_told_apart_from_first_sendings() -> None:
    waits = SlowAnswers()
    for number in range(3):
        waits.note([took(settlement(f"t{number}"), 0.5)])
        waits.note([took(settlement(f"t{number}"), 9.9)])
    waits.note([took(READ, 2)])
    assert waits.longest() == "the answers to 3 settlement requests that were sent again took 29.7 s of it, 9.9 s each"


@pytest.mark.parametrize("count", [1, 20])
def test_requests_in_flight_together_are_waited_for_once(count: int) -> None:
    waits = SlowAnswers()
    waits.note([took(settlement(f"t{number}"), 1 + number / 100) for number in range(count)])
    assert waits.longest() == f"the answer to 1 settlement request took {1 + (count - 1) / 100:.1f} s of it"
