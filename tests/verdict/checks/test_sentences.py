"""The sentences of a finding: what was sent, what was said, and what could have been said, word for word."""

from __future__ import annotations

from typing import Any

import pytest

from harness.model import (
    Alteration,
    Authenticate,
    Bet,
    BetBatch,
    Exchange,
    GetBalance,
    ItemReply,
    Loss,
    Message,
    Operation,
    Outcome,
    Payout,
    Reward,
    Rollback,
    Settle,
    Situation,
    Transmission,
    Unsettle,
)
from harness.oracle import Book, Possible
from harness.verdict.checks import sentences

BET = Bet(id="b1", player="188", currency="EUR", amount=1_234_567)


def paid(number: int) -> Payout:
    return Payout(id=f"p{number}", player="188", currency="KWD", amount=number * 100_000)


@pytest.mark.parametrize(
    ("operation", "sentence"),
    [
        (GetBalance(player="188"), "op of player 188"),
        (Authenticate(token="secret"), "op"),
        (Rollback(id="r1", original="b1", bet="x", player="188"), "op r1 of bet b1 for player 188"),
        (BET, "op b1 12.34567 EUR for player 188"),
        (paid(2), "op p2 2.000 KWD for player 188"),
        (Reward(id="w", player="7", currency="JPY", amount=500_000), "op w 5 JPY for player 7"),
        (Unsettle(id="u", player="7", currency="EUR", amount=0), "op u 0.00 EUR for player 7"),
        (Settle(items=()), "op of 0 transactions"),
        (BetBatch(items=(BET,)), "op of 1 transaction: b1 12.34567 EUR"),
        (
            Settle(items=tuple(map(paid, range(1, 5)))),
            "op of 4 transactions: p1 1.000 KWD, p2 2.000 KWD, p3 3.000 KWD, p4 4.000 KWD",
        ),
        (
            Settle(items=tuple(map(paid, range(1, 7)))),
            "op of 6 transactions: p1 1.000 KWD, p2 2.000 KWD, p3 3.000 KWD, p4 4.000 KWD and 2 more",
        ),
    ],
)
def test_what_was_sent(operation: Operation, sentence: str) -> None:
    assert sentences.sent("op", operation) == sentence


def exchange(loss: Loss | None = None, **departure: Any) -> Exchange:
    sent = Transmission(Message(b"", b""), None, None, 0, 0, 0, 0)
    return Exchange(
        operation=BET, name="bet", transmission=sent, reply=None, loss=loss, alteration=Alteration(**departure)
    )


@pytest.mark.parametrize(
    ("sent", "departure"),
    [
        (exchange(), ""),
        (exchange(forged="other_secret"), " (forged: other_secret)"),
        (exchange(missing_header="x-signature"), " (without header x-signature)"),
        (exchange(stale_seconds=7200), " (signed 7200 s ago)"),
        (exchange(tampered=(("amount", "7"),)), " (amount changed to 7 after signing)"),
        (exchange(raw=((0, "amount", '"7"'),)), ' (amount sent as "7")'),
        (exchange(without=((None, "id"),)), " (without id)"),
        (exchange(body=b""), " (with another body)"),
        (exchange(loss=Loss.HALF_ANSWER), " (answer lost on purpose (half_answer))"),
        (
            exchange(Loss.TIME_OUT, raw=((0, "a", "1"), (1, "b", "2")), without=((0, "c"),)),
            " (a sent as 1; b sent as 2; without c; answer lost on purpose (time_out))",
        ),
    ],
)
def test_how_a_request_departed_from_an_ordinary_one(sent: Exchange, departure: str) -> None:
    assert sentences.sent("bet", BET, sent) == f"bet b1 12.34567 EUR for player 188{departure}"


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (None, "nothing that could be read"),
        (ItemReply(outcome=Outcome.REFUSED), "refused"),
        (ItemReply(outcome=Outcome.REFUSED, code="RS_ERROR"), "RS_ERROR"),
        (ItemReply(outcome=Outcome.OK, code="RS_OK", balance=0), "RS_OK, balance 0.00 EUR"),
        (ItemReply(outcome=Outcome.OK, balance=100_000, currency="JPY"), "ok, balance 1 JPY"),
    ],
)
def test_what_was_said(answer: ItemReply | None, sentence: str) -> None:
    assert sentences.said(answer, "EUR") == sentence


def test_a_balance_whose_currency_nobody_knows_has_none() -> None:
    assert sentences.said(ItemReply(outcome=Outcome.OK, balance=150_000)) == "ok, balance 1.5"


def answer(*, accepted: bool = True, **fields: Any) -> Possible:
    return Possible(situation=Situation.REPLAY, accepted=accepted, book=Book(0), **fields)


CURRENT, REFUSED = (("replay_balance", "current"),), (("conflict", "refused"),)


@pytest.mark.parametrize(
    ("possible", "texts"),
    [
        ([], ()),
        ([answer(accepted=False)], ("a refusal",)),
        ([answer()], ("success",)),
        ([answer(balances=(100_000, 0))], ("success, balance 1.00 EUR", "success, balance 0.00 EUR")),
        ([answer(between=(-1, 200_000))], ("success, balance between -0.00001 EUR and 2.00 EUR",)),
        ([answer(between=(200_000, 200_000))], ("success, balance 2.00 EUR",)),
        ([answer(balances=(0,), between=(0, 200_000))], ("success, balance 0.00 EUR",)),
        ([answer(balances=(0,), readings=CURRENT)], ("success, balance 0.00 EUR  (replay_balance: current)",)),
        (
            [answer(accepted=False, readings=REFUSED + CURRENT)],
            ("a refusal  (conflict: refused, replay_balance: current)",),
        ),
        (
            [answer(accepted=False, readings=REFUSED), answer(balances=(0,)), answer(accepted=False)],
            ("success, balance 0.00 EUR", "a refusal"),
        ),
        (
            [answer(accepted=False, readings=REFUSED), answer(accepted=False, readings=CURRENT)],
            ("a refusal  (conflict: refused)", "a refusal  (replay_balance: current)"),
        ),
        ([answer(), answer()], ("success",)),
    ],
    ids=[
        "nothing",
        "a refusal",
        "any balance",
        "two balances",
        "a balance in a range",
        "a range of one",
        "balances come before a range",
        "a reading",
        "two readings",
        "what is permitted anyway needs no reading besides",
        "two readings for one answer",
        "once is enough",
    ],
)
def test_what_could_have_been_said(possible: list[Possible], texts: tuple[str, ...]) -> None:
    assert sentences.could(possible, "EUR") == texts
