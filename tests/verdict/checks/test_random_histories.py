"""The whole judge against the bundled wallet: what a sound one does is believed, and altered money is not.

Scenarios and weather are random, from a seed that a failure prints; the wallet is asked in process. An alteration is
tried only where it can be observed: nothing was lost and nothing raced, so that every balance is certain.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import count, pairwise
from random import Random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from random_histories import examiner_in, money_verdicts, scenario_of, told

from harness.examine import Examiner
from harness.model import Bet, Exchange, GetBalance, History, ItemReply, Movement, Outcome, Payout, Reward, Wrong
from harness.play.runner import CLOSING

SEEDS = settings(max_examples=25, deadline=None, derandomize=True)
CONTRACTS = st.sampled_from(["casino", "sportsbook"])


def lived(seed: int, contract: str, *, percent: int, calm: bool) -> tuple[Examiner, History]:
    random = Random(seed)
    examiner = examiner_in(contract, random, percent)
    scenario = scenario_of(random, examiner.contract, calm=calm)
    history = examiner._runner._run_once(scenario)
    examiner.close()
    return examiner, history


@given(st.integers(0, 2**32), CONTRACTS, st.sampled_from([0, 10, 30]))
@SEEDS
def test_what_a_sound_wallet_does_in_any_weather_is_believed(seed: int, contract: str, percent: int) -> None:
    examiner, history = lived(seed, contract, percent=percent, calm=False)
    assert [str(each) for each in money_verdicts(history, examiner)] == [], told(history)


def with_item(exchange: Exchange, position: int, **fields: object) -> Exchange:
    assert exchange.reply is not None
    items = list(exchange.reply.items)
    items[position] = replace(items[position], **fields)  # type: ignore[arg-type]
    return replace(exchange, reply=replace(exchange.reply, items=tuple(items)))


def with_exchange(history: History, index: int, exchange: Exchange) -> History:
    exchanges = list(history.exchanges)
    exchanges[index] = exchange
    return replace(history, exchanges=tuple(exchanges))


def singles(history: History) -> list[tuple[int, Movement, ItemReply]]:
    """Accepted movements with money that were sent alone and once: nothing else could explain what became of them."""
    operations = [each.operation for each in history.exchanges]
    batched = {item.id for each in operations for item in getattr(each, "items", ())}
    return [
        (index, each.operation, each.reply.items[0])
        for index, each in enumerate(history.exchanges)
        if isinstance(each.operation, Movement)
        and each.operation.amount
        and each.step >= 0
        and each.operation.id not in batched
        and operations.count(each.operation) == 1
        and each.reply is not None
        and each.reply.items
        and each.reply.items[0].outcome is Outcome.OK
    ]


@given(st.integers(0, 2**32), CONTRACTS, st.sampled_from([-100_000, -1, 1, 100_000]))
@SEEDS
def test_a_closing_balance_that_is_off_is_rejected(seed: int, contract: str, off: int) -> None:
    examiner, history = lived(seed, contract, percent=0, calm=True)
    for index, exchange in enumerate(history.exchanges):
        if exchange.step == CLOSING and isinstance(exchange.operation, GetBalance):
            assert exchange.reply is not None
            balance = exchange.reply.items[0].balance
            assert balance is not None
            altered = with_exchange(history, index, with_item(exchange, 0, balance=balance + off))
            verdicts = money_verdicts(altered, examiner)
            assert [each.player for each in verdicts] == [exchange.operation.player], told(altered)


@given(st.integers(0, 2**32), CONTRACTS)
@SEEDS
def test_a_movement_that_was_booked_and_answered_as_refused_is_rejected(seed: int, contract: str) -> None:
    examiner, history = lived(seed, contract, percent=0, calm=True)
    for index, item, _ in singles(history):
        exchange = with_item(history.exchanges[index], 0, outcome=Outcome.REFUSED, balance=None)
        assert exchange.reply is not None
        altered = with_exchange(
            history, index, replace(exchange, reply=replace(exchange.reply, outcome=Outcome.REFUSED))
        )
        found = money_verdicts(altered, examiner)
        assert [each.player for each in found] == [item.player], told(altered)


@given(st.integers(0, 2**32), CONTRACTS, st.sampled_from([-100_000, -1, 1, 100_000]))
@SEEDS
def test_a_balance_after_a_movement_that_is_off_is_rejected(seed: int, contract: str, off: int) -> None:
    examiner, history = lived(seed, contract, percent=0, calm=True)
    for index, item, answer in singles(history):
        assert answer.balance is not None
        altered = with_exchange(history, index, with_item(history.exchanges[index], 0, balance=answer.balance + off))
        found = money_verdicts(altered, examiner)
        assert [(each.player, each.exchange) for each in found] == [(item.player, index)], told(altered)


@given(st.integers(0, 2**32), CONTRACTS, st.booleans())
@SEEDS
def test_an_uncovered_debit_that_was_refused_and_answered_as_accepted_is_rejected(
    seed: int, contract: str, clamped: bool
) -> None:
    # One history in six has such a refusal: the first that has one, from this seed on.
    examiner, history, refused = next(each for each in map(partial(refusals, contract), count(seed)) if each[2])
    for index, bet in refused:
        # What a wallet would show that stops at zero, or one that forgets the bet and shows some sum.
        shown = 0 if clamped else 1_000_000
        exchange = with_item(history.exchanges[index], 0, outcome=Outcome.OK, balance=shown)
        assert exchange.reply is not None
        accepted = replace(exchange, reply=replace(exchange.reply, outcome=Outcome.OK))
        found = money_verdicts(with_exchange(history, index, accepted), examiner)
        assert [(each.player, each.exchange, each.wrong) for each in found] == [(bet.player, index, Wrong.ACCEPTED)]


def refusals(contract: str, seed: int) -> tuple[Examiner, History, list[tuple[int, Bet]]]:
    """A calm history, and its bets that the balance did not cover, each with the index of its exchange."""
    examiner, history = lived(seed, contract, percent=0, calm=True)
    found = [
        (index, each.operation)
        for index, each in enumerate(history.exchanges)
        if isinstance(each.operation, Bet) and outcome_of(each) is Outcome.INSUFFICIENT_FUNDS
    ]
    return examiner, history, found


def outcome_of(exchange: Exchange) -> Outcome | None:
    return exchange.reply.items[0].outcome if exchange.reply is not None and exchange.reply.items else None


def shown_more(history: History, after: int, player: str, more: int) -> History:
    """The history of a wallet that books `more` for a player, and tells nobody, right after an answer."""
    altered = history
    for index, exchange in enumerate(history.exchanges[after + 1 :], after + 1):
        if exchange.reply is None:
            continue
        items = getattr(exchange.operation, "items", (exchange.operation,))
        players = {getattr(item, "id", None): getattr(item, "player", "") for item in items}
        for position, answer in enumerate(exchange.reply.items):
            whose = players.get(answer.id, getattr(items[0], "player", ""))
            if answer.balance is not None and whose == player:
                exchange = with_item(exchange, position, balance=answer.balance + more)  # noqa: PLW2901
        altered = with_exchange(altered, index, exchange)
    return altered


@given(st.integers(0, 2**32), CONTRACTS)
@SEEDS
def test_a_credit_that_is_booked_twice_is_rejected(seed: int, contract: str) -> None:
    examiner, history = lived(seed, contract, percent=0, calm=True)
    credits_ = [each for each in singles(history) if isinstance(each[1], Payout | Reward)]
    assume(credits_)
    for index, item, _ in credits_:
        amount = item.amount
        assert isinstance(amount, int)
        altered = shown_more(history, index, item.player, amount)
        assert [each.player for each in money_verdicts(altered, examiner)] == [item.player], told(altered)


@pytest.mark.parametrize("contract", ["casino", "sportsbook"])
def test_the_random_histories_hold_what_the_properties_are_about(contract: str) -> None:
    stormy = [lived(seed, contract, percent=20, calm=False)[1] for seed in range(20)]
    exchanges = [each for history in stormy for each in history.exchanges]
    assert any(each.race is not None for each in exchanges)
    assert any(each.loss is not None for each in exchanges)
    assert any(
        each.transmission.received is not None and each.transmission.received.status == 503 for each in exchanges
    )
    assert any(each.operation == other.operation for each, other in pairwise(exchanges))
    calm = [lived(seed, contract, percent=0, calm=True)[1] for seed in range(20)]
    assert any(singles(history) for history in calm)
    assert all(each.reply is not None for history in calm for each in history.exchanges)
