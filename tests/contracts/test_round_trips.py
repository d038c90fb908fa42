"""Whatever the platform writes the wallet reads, and the other way round, for every operation of both contracts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from credentials_at_hand import of_casino, of_sportsbook
from hypothesis import given, settings
from hypothesis import strategies as st

from harness import money
from harness.contracts import Contract, Credentials, load
from harness.contracts.shared.json_text import parse
from harness.contracts.shared.schema import violations
from harness.model import (
    Authenticate,
    BadItem,
    Bet,
    BetBatch,
    GetBalance,
    ItemReply,
    Message,
    Movement,
    Operation,
    Outcome,
    Payout,
    Reply,
    Request,
    Retry,
    Reward,
    Rollback,
    Session,
    Settle,
    Unsettle,
)

REQUEST = Request("/", (), b"")
REPEATABLE = settings(derandomize=True, deadline=None)
"""The same examples in every run, however busy the machine."""

CASINO, SPORTSBOOK = load("casino"), load("sportsbook")
HEADERS = (("content-type", "application/json"),)

TEXT = st.text(st.characters(codec="utf-8"), max_size=20)
ID = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20)
CURRENCY = st.sampled_from(["EUR", "USD", "JPY", "KWD"])
WIRE_AMOUNT = st.integers(0, money.LARGEST_WIRE_AMOUNT)


def amounts(currency: str) -> st.SearchStrategy[int]:
    """Amounts that a currency can carry: whole multiples of its smallest unit."""
    return st.integers(0, 10**13).map(lambda units: units * money.smallest_unit(currency))


payouts = st.builds(
    Payout,
    id=ID,
    player=ID,
    currency=TEXT,
    amount=WIRE_AMOUNT,
    session=TEXT,
    bet=TEXT,
    game=TEXT,
    win=st.booleans(),
)
settled = st.builds(lambda payout, text: replace(payout, round=text), payouts, TEXT)
retried = settled.map(lambda payout: replace(payout, bet="", win=True))
bets = st.builds(
    Bet, id=ID, player=ID, currency=TEXT, amount=WIRE_AMOUNT, session=TEXT, game=TEXT, round=TEXT, odds=st.just("")
)
batch_bets = st.builds(lambda bet, automatic: replace(bet, auto_withdrawal=automatic), bets, st.booleans())
rewards = st.builds(
    Reward,
    id=ID,
    player=ID,
    currency=st.just(""),
    amount=WIRE_AMOUNT,
    session=TEXT,
    bet=TEXT,
    game=TEXT,
    kind=st.sampled_from(["bonus", "jackpot"]),
)
casino_operations = st.one_of(
    st.builds(GetBalance, player=ID, session=TEXT),
    *(payouts, bets, rewards),
    st.builds(Settle, items=st.lists(settled, max_size=3).map(tuple)),
    st.builds(Retry, items=st.lists(retried, max_size=3).map(tuple)),
    st.builds(BetBatch, items=st.lists(batch_bets, max_size=3).map(tuple)),
)


def priced(movement: type[Movement], **fields: st.SearchStrategy[str]) -> st.SearchStrategy[Movement]:
    return CURRENCY.flatmap(
        lambda currency: st.builds(
            movement, id=ID, player=ID, bet=ID, currency=st.just(currency), amount=amounts(currency), **fields
        )
    )


sportsbook_operations = st.one_of(
    st.builds(GetBalance, player=ID, session=TEXT),
    st.builds(Authenticate, token=ID),
    st.builds(Rollback, id=ID, original=ID, bet=ID, player=ID, session=TEXT),
    priced(Unsettle, kind=st.just("BET_UNPAID")),
    priced(Payout, kind=st.sampled_from(["BET_PAID", "CASHOUT", "VOIDED"])),
    priced(
        Bet,
        session=TEXT,
        kind=st.sampled_from(["SINGLE", "MULTIPLE", "SYSTEM"]),
        odds=st.sampled_from(["", "2.50", "100", "1.001"]),
    ),
)
KEY = st.text("abcü日", min_size=1, max_size=5)


def sent(contract: Contract, operation: Operation, who: Credentials) -> Request:
    request = contract.request(operation, who, 1_731_504_451_691)
    assert contract.verify(dict(request.headers), request.body, who, 1_731_504_451_700) == ""
    schema = contract.schemas / f"{contract.name_of(operation)}.request.json"
    assert violations(schema, parse(request.body)) == ()
    return request


@given(casino_operations, st.builds(of_casino, KEY, TEXT))
@REPEATABLE
def test_a_casino_wallet_reads_what_the_platform_writes(operation: Operation, who: Credentials) -> None:
    request = sent(CASINO, operation, who)
    assert CASINO.read_request(CASINO.name_of(operation), request.body) == operation


@given(sportsbook_operations, st.builds(of_sportsbook, KEY, TEXT))
@REPEATABLE
def test_a_sportsbook_wallet_reads_what_the_platform_writes(operation: Operation, who: Credentials) -> None:
    request = sent(SPORTSBOOK, operation, who)
    assert SPORTSBOOK.read_request(SPORTSBOOK.name_of(operation), request.body) == operation


CODES = {Outcome.OK: "RS_OK", Outcome.INSUFFICIENT_FUNDS: "RS_ERROR_NOT_ENOUGH_MONEY", Outcome.REFUSED: "RS_ERROR"}
ECHOED = {
    "settlement": ("refTransactionId", "sessionId", "roundId", "playerId", "currency"),
    "bet_batch": ("sessionId", "roundId", "playerId", "currency"),
    "retry": ("sessionId", "roundId", "playerId", "currency"),
    "balance": ("sessionId",),
}


def casino_items(data: st.DataObject, operation: Operation) -> tuple[ItemReply, ...]:
    """Any answers to an operation, a batch's in any order, with everything that the platform will read back."""
    encoded = CASINO.encode(operation, "r-1")
    sent_items = encoded.get("transactions", [encoded])
    assert isinstance(sent_items, list)
    unique = {each.get("transactionId"): each for each in sent_items}
    answered = data.draw(st.permutations([*unique.values()]))
    return tuple(casino_item(data, CASINO.name_of(operation), fields) for fields in answered)


def casino_item(data: st.DataObject, name: str, fields: dict[str, Any]) -> ItemReply:
    outcome = data.draw(st.sampled_from([*CODES]))
    echo = {wire: fields[wire] for wire in ECHOED.get(name, ())}
    return ItemReply(
        outcome=outcome,
        code=CODES[outcome],
        id=fields.get("transactionId"),
        balance=data.draw(st.integers(-(2**70), 2**70)) if outcome is Outcome.OK else None,
        currency=echo.get("currency"),
        echo=echo,
    )


@given(st.data())
@settings(REPEATABLE, max_examples=200)
def test_the_platform_reads_what_a_casino_wallet_writes(data: st.DataObject) -> None:
    operation = data.draw(casino_operations)
    items = casino_items(data, operation)
    first = ItemReply(outcome=Outcome.OK) if CASINO.specs[CASINO.name_of(operation)].batch else items[0]
    reply = Reply(outcome=first.outcome, items=items, code=CODES[first.outcome])
    status, body = CASINO.write_reply(operation, reply, REQUEST)
    decoded = CASINO.decode(operation, Message(b"", body, status, HEADERS), REQUEST)
    assert (decoded.reply, decoded.problems) == (reply, ())


@given(st.data())
@REPEATABLE
def test_the_platform_reads_what_a_sportsbook_wallet_writes(data: st.DataObject) -> None:
    operation = data.draw(sportsbook_operations)
    currency = operation.currency if isinstance(operation, Movement) else data.draw(CURRENCY)
    reference = None if isinstance(operation, GetBalance | Authenticate) else data.draw(st.none() | TEXT)
    balance = data.draw(amounts(currency))
    item = ItemReply(outcome=Outcome.OK, balance=balance, currency=currency, reference=reference)
    session = None
    if isinstance(operation, Authenticate):
        session = Session(player="p", session="s", brand="b", display_name=data.draw(st.text("ab c")), country="GB")
    reply = Reply(outcome=Outcome.OK, items=(item,), session=session)
    status, body = SPORTSBOOK.write_reply(operation, reply, REQUEST)
    decoded = SPORTSBOOK.decode(operation, Message(b"", body, status, HEADERS), REQUEST)
    assert (decoded.reply, decoded.problems) == (reply, ())


@pytest.mark.parametrize("contract", [CASINO, SPORTSBOOK], ids=lambda contract: contract.name)
@pytest.mark.parametrize("outcome", [each for each in Outcome if each is not Outcome.OK])
def test_every_refusal_that_is_written_is_read_as_a_refusal(contract: Contract, outcome: Outcome) -> None:
    operation = GetBalance(player="p", session="s")
    for asked in (None, operation):
        status, body = contract.write_reply(asked, Reply(outcome=outcome, items=()), REQUEST)
        decoded = contract.decode(operation, Message(b"", body, status, HEADERS), REQUEST)
        assert decoded.reply is not None
        assert not decoded.reply.accepted
        assert decoded.problems == ()


messages = st.builds(
    Message,
    st.just(b""),
    st.one_of(
        st.binary(max_size=40),
        st.sampled_from(
            [b"{}", b"[]", b"null", b'{"status":"RS_OK"}', b'{"status":1}', b'{"errorCode":"INVALID_BET"}']
        ),
        st.sampled_from([b'{"status":"RS_OK","data":[1,{},{"status":"RS_OK"}]}', b'{"status":"X","data":{}}']),
        st.sampled_from([b'{"balance":"1","currency":5}', b'{"status":"RS_OK","balance":1.5,"transactionId":7}']),
        st.sampled_from([b'{"errorCode":null,"balance":1e2,"currency":"EUR\\n"}', b'{"status":"RS_OK","data":null}']),
    ),
    st.integers(100, 599),
    st.sampled_from([(), HEADERS, (("content-type", "text/html; charset=utf-8"),)]),
)


@given(casino_operations, messages)
@settings(REPEATABLE, max_examples=300)
def test_no_answer_breaks_the_casino_decoder(operation: Operation, message: Message) -> None:
    decoded = CASINO.decode(operation, message, REQUEST)
    assert decoded.reply is not None or decoded.problems or decoded.absent


@given(sportsbook_operations, messages)
@settings(REPEATABLE, max_examples=300)
def test_no_answer_breaks_the_sportsbook_decoder(operation: Operation, message: Message) -> None:
    decoded = SPORTSBOOK.decode(operation, message, REQUEST)
    assert decoded.reply is not None or decoded.problems or decoded.absent


@given(st.lists(st.booleans(), max_size=6))
@REPEATABLE
def test_unreadable_items_are_refused_in_their_places(readable: list[bool]) -> None:
    good = {"sessionId": "s", "roundId": "r", "playerId": "p", "gameId": "g", "currency": "EUR", "amount": 1}
    sent_items = [{"transactionId": f"t{n}", **good, "amount": 1 if ok else -1} for n, ok in enumerate(readable)]
    operation = CASINO.read_request("retry", CASINO.stringify({"transactions": sent_items}))
    assert isinstance(operation, Retry)
    assert [item.id for item in operation.items] == [f"t{n}" for n, ok in enumerate(readable) if ok]
    assert operation.unreadable == tuple(
        BadItem(position=n, id=f"t{n}", outcome=Outcome.MALFORMED, reason="`amount` is negative")
        for n, ok in enumerate(readable)
        if not ok
    )
    replies = tuple(ItemReply(outcome=Outcome.OK, id=item.id, balance=5) for item in operation.items)
    status, body = CASINO.write_reply(operation, Reply(outcome=Outcome.OK, items=replies), REQUEST)
    decoded = CASINO.decode(operation, Message(b"", body, status, HEADERS), REQUEST)
    assert decoded.reply is not None
    assert [(item.id, item.outcome is Outcome.OK) for item in decoded.reply.items] == [
        (f"t{n}", ok) for n, ok in enumerate(readable)
    ]
