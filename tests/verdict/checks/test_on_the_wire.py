"""What an altered request may move: read from the bytes that were sent."""

from __future__ import annotations

from typing import Any

import pytest

from harness.client.prepare import prepare
from harness.contracts import load
from harness.model import (
    Alteration,
    Amount,
    Bet,
    BetBatch,
    Exchange,
    GetBalance,
    Message,
    Movement,
    Operation,
    Payout,
    Rollback,
    Settle,
    Single,
    Transmission,
    transactions,
)
from harness.proof.trials import CREDENTIALS
from harness.verdict.checks.on_the_wire import BodyAsSent

TEN = 1_000_000


def ways(contract: str, operation: Operation, index: int = 0, **altered: Any) -> tuple[Single, ...]:
    """What the transaction with that index may be, after an alteration."""
    known = load(contract)
    alteration = Alteration(**altered)
    request = prepare(known, operation, alteration, CREDENTIALS[contract], 0, "/", "r1")
    transmission = Transmission(
        sent=Message(head=b"", body=request.body),
        received=None,
        failure=None,
        started_ns=0,
        released_ns=0,
        first_byte_ns=0,
        finished_ns=0,
    )
    exchange = Exchange(
        operation=operation,
        name=known.name_of(operation),
        transmission=transmission,
        reply=None,
        alteration=alteration,
    )
    return BodyAsSent(exchange, known).ways(transactions(operation)[index], index)


def amounts(contract: str, operation: Operation, **altered: Any) -> tuple[Amount, ...]:
    return tuple(each.amount for each in ways(contract, operation, **altered) if isinstance(each, Movement))


def bet(currency: str = "EUR") -> Bet:
    return Bet(
        id="t1", player="188", currency=currency, amount=TEN, session="s", bet="b1", round="r", game="G", kind="SINGLE"
    )


def paid(name: str = "t1") -> Payout:
    return Payout(
        id=name, player="188", currency="EUR", amount=TEN, session="s", bet="b1", round="r", game="G", kind="BET_PAID"
    )


SPORTSBOOK = (
    ("EUR", "10.0", (TEN,)),
    ("EUR", "1e1", (TEN,)),
    ("EUR", "-0", (0,)),
    ("EUR", "0E2", (0,)),
    ("EUR", "10.001", (0,)),
    ("EUR", "0.005", (0,)),
    ("JPY", "0.5", (0,)),
    ("JPY", "10.0", (TEN,)),
    ("KWD", "10.001", (1_000_100,)),
    ("KWD", "10.0001", (0,)),
    ("EUR", '"10.00"', (TEN,)),
    ("EUR", '" 10"', (TEN,)),
    ("EUR", '"+10"', (TEN,)),
    ("EUR", '"1e1"', (TEN,)),
    ("EUR", '"-10"', (0,)),
    ("EUR", "-10", (0,)),
    ("EUR", "true", (0,)),
    ("EUR", "[10]", (0,)),
    ("EUR", "{}", (0,)),
    ("EUR", "null", (0,)),
    ("EUR", '""', (0,)),
    ("EUR", '"0x0A"', (0,)),
    ("EUR", '"1,000"', (0,)),
    ("EUR", '10.00, "amount": 20', (TEN, 2 * TEN)),
    ("EUR", '10.001, "amount": 20', (2 * TEN,)),
    ("EUR", "1e999999999", (0,)),
    ("EUR", "1e-999999999", (0,)),
)


@pytest.mark.parametrize(("currency", "text", "may_move"), SPORTSBOOK)
def test_what_an_amount_may_move(currency: str, text: str, may_move: tuple[Amount, ...]) -> None:
    assert amounts("sportsbook", bet(currency), raw=((None, "amount", text),)) == may_move


@pytest.mark.parametrize(
    ("text", "may_move"),
    [
        ("1000000.0", (TEN,)),
        ("1000000.5", (0,)),
        ("1e6", (TEN,)),
        ('"1000000"', (TEN,)),
        ('"10.00"', (10,)),
        ("true", (0,)),
    ],
)
def test_an_amount_of_whole_units(text: str, may_move: tuple[Amount, ...]) -> None:
    assert amounts("casino", bet(), raw=((None, "amount", text),)) == may_move
    assert amounts("casino", BetBatch(items=(bet(),)), raw=((0, "amount", text),)) == may_move


def test_beyond_2_to_the_53_only_a_recommendation_asks_for_the_exact_number() -> None:
    exact, *others = amounts("casino", bet(), raw=((None, "amount", "9007199254740993"),))
    assert exact == 2**53 + 1
    assert set(others) == {2**53, 2**53 + 2, 2**53 - 1, 0}


@pytest.mark.parametrize("field", ["transactionId", "playerId", "amount"])
def test_without_what_is_essential_nothing_may_move(field: str) -> None:
    assert amounts("casino", Settle(items=(paid(),)), without=((0, field),)) == (0,)
    assert amounts("sportsbook", paid(), without=((None, field),)) == (0,)


def test_a_detail_that_only_should_be_there_leaves_the_amount() -> None:
    assert amounts("casino", Settle(items=(paid(),)), without=((0, "roundId"),)) == (TEN,)
    assert amounts("sportsbook", paid(), without=((None, "betId"),)) == (0,), "its document requires every field"


def test_another_text_in_a_field_is_text_and_another_type_may_be_misunderstood() -> None:
    assert amounts("casino", Settle(items=(paid(),)), raw=((0, "roundId", '"<b>"'),)) == (TEN,)
    assert amounts("casino", Settle(items=(paid(),)), raw=((0, "futureField", "[1]"),)) == (TEN,)
    assert amounts("casino", Settle(items=(paid(),)), raw=((0, "transactionId", "true"),)) == (TEN, 0)


def test_an_altered_item_of_a_batch_stands_alone() -> None:
    batch = Settle(items=(paid("t1"), paid("t2")))
    altered = {"raw": ((1, "amount", "true"),)}
    assert ways("casino", batch, 0, **altered) == (paid("t1"),)
    assert [each.amount for each in ways("casino", batch, 1, **altered) if isinstance(each, Movement)] == [0]


def test_what_stands_in_place_of_a_batch() -> None:
    one = Settle(items=(paid(),))
    good = load("casino").stringify(load("casino").encode(one, "")).decode()
    items = good.removeprefix('{"transactions":').removesuffix("}")
    assert amounts("casino", one, raw=((None, "transactions", items[1:-1]),)) == (TEN,)
    for text in ("null", "1", "true", "[]", "{}"):
        assert amounts("casino", one, raw=((None, "transactions", text),)) == (0,)


@pytest.mark.parametrize(
    "body", [b" ", b"{", b'{"transactions":[{"amount":1000000', b"amount=10", b"[" * 100_000, b"\xff"]
)
def test_what_is_no_json_moves_nothing(body: bytes) -> None:
    assert amounts("casino", Settle(items=(paid(),)), body=body) == (0,)


def test_an_unaltered_request_and_a_read_are_themselves() -> None:
    read = GetBalance(player="188", session="s")
    assert ways("casino", bet()) == (bet(),)
    assert ways("casino", read, without=((None, "playerId"),)) == (read,)


def test_an_altered_rollback_undoes_its_bet_or_nothing() -> None:
    rollback = Rollback(id="r1", original="t1", bet="b1", player="188", session="s")
    (nothing,) = ways("sportsbook", rollback, without=((None, "originalTransactionId"),))
    assert isinstance(nothing, Rollback)
    assert nothing.original == ""
    first, second = ways("sportsbook", rollback, raw=((None, "betId", "1"),))
    assert (first, second) == (rollback, nothing)
