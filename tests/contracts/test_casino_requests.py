"""The casino dialect on the wallet's side: which requests are refused, and how answers are written."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction

import pytest

from harness.contracts import BadRequest, load
from harness.model import (
    Authenticate,
    BadItem,
    Bet,
    BetBatch,
    GetBalance,
    ItemReply,
    Operation,
    Outcome,
    Payout,
    Reply,
    Request,
    Retry,
    Settle,
    Unsettle,
)

REQUEST = Request("/", (), b"")
CASINO = load("casino")
PAYOUT = Payout(
    id="t1", bet="b1", session="s1", round="r1", player="p1", game="g1", currency="EUR", amount=100, win=True
)
SETTLE = Settle(items=(PAYOUT,))
WIRE_ITEM = CASINO.encode(SETTLE, "r-1")["transactions"][0]  # type: ignore[index]
REQUIRED = [
    (name, field)
    for name, fields in {
        "bet": ("transactionId", "sessionId", "playerId", "gameId", "currency", "amount"),
        "payout": (
            "transactionId",
            "refTransactionId",
            "sessionId",
            "playerId",
            "gameId",
            "currency",
            "amount",
            "isWin",
        ),
        "reward": ("transactionId", "refTransactionId", "sessionId", "type", "playerId", "gameId", "amount"),
        "balance": ("sessionId", "playerId"),
    }.items()
    for field in fields
]
FULL = {**WIRE_ITEM, "type": "bonus"}


def refused(name: str, value: object) -> BadRequest:
    body = value if isinstance(value, bytes) else CASINO.stringify(value)
    with pytest.raises(BadRequest) as caught:
        CASINO.read_request(name, body)
    return caught.value


@pytest.mark.parametrize(("name", "field"), REQUIRED)
def test_each_required_field_is_required(name: str, field: str) -> None:
    error = refused(name, {key: value for key, value in FULL.items() if key != field})
    assert (error.outcome, str(error)) == (Outcome.MALFORMED, f"`{field}` is missing")


@pytest.mark.parametrize(
    ("amount", "complaint"),
    [
        (b'"100"', "`amount` must be an integer x 100000, is the text '100'"),
        (b"100.0", "`amount` must be an integer x 100000, is the number 100.0"),
        (b"1e2", "`amount` must be an integer x 100000, is the number 1e+2"),
        (b"true", "`amount` must be an integer x 100000, is the boolean true"),
        (b"null", "`amount` must be an integer x 100000, is null"),
        (b"[]", "`amount` must be an integer x 100000, is an array"),
        (b"-1", "`amount` is negative"),
        (b"9223372036854775808", "`amount` is larger than any account"),
        (b"NaN", "the body is refused: NaN is not a JSON number"),
    ],
)
def test_an_amount_that_is_no_plain_integer_is_refused(amount: bytes, complaint: str) -> None:
    body = CASINO.stringify(FULL).replace(b'"amount":100', b'"amount":' + amount)
    error = refused("payout", body)
    assert (error.outcome, str(error)) == (Outcome.MALFORMED, complaint)


@pytest.mark.parametrize("amount", [0, 2**63 - 1])
def test_the_least_and_the_largest_amount_are_read(amount: int) -> None:
    operation = CASINO.read_request("payout", CASINO.stringify({**FULL, "amount": amount}))
    assert isinstance(operation, Payout)
    assert operation.amount == amount


@pytest.mark.parametrize(
    ("field", "value", "complaint"),
    [
        ("transactionId", "", "`transactionId` is empty"),
        ("transactionId", 7, "`transactionId` must be a string, is the number 7"),
        ("playerId", "", "`playerId` is empty"),
        ("playerId", None, "`playerId` must be a string, is null"),
        ("isWin", "true", "`isWin` must be true or false, is the text 'true'"),
        ("isWin", 1, "`isWin` must be true or false, is the number 1"),
        ("currency", 978, "`currency` must be a string, is the number 978"),
        ("sessionId", [], "`sessionId` must be a string, is an array"),
    ],
)
def test_a_field_of_another_type_or_an_empty_id_is_refused(field: str, value: object, complaint: str) -> None:
    error = refused("payout", {**FULL, field: value})
    assert (error.outcome, str(error)) == (Outcome.MALFORMED, complaint)


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        (b"", "the body is refused: the body is empty"),
        (
            b"{",
            "the body is refused: not JSON: expecting property name enclosed in double quotes at line 1, column 2",
        ),
        (b"[]", "the body must be an object, is an array"),
        (b"7", "the body must be an object, is the number 7"),
        (b'{"a":1,"a":1}', "the body is refused: the key 'a' stands twice in one object"),
        (b"\xff", "the body is refused: not UTF-8: byte 0xff at offset 0"),
        (b"[" * 9999, "the body is refused: nested deeper than 64 levels"),
    ],
    ids=["empty", "cut", "array", "number", "twice", "latin-1", "deep"],
)
def test_a_body_that_is_no_object_is_refused(body: bytes, complaint: str) -> None:
    for name in CASINO.specs:
        error = refused(name, body)
        assert (error.outcome, str(error)) == (Outcome.MALFORMED, complaint)


@pytest.mark.parametrize("value", [{}, {"transactions": {}}, {"transactions": None}, {"transactions": "[]"}])
def test_a_batch_without_an_array_is_refused_as_a_whole(value: object) -> None:
    error = refused("settlement", value)
    assert (error.outcome, str(error)) == (Outcome.MALFORMED, "`transactions` is missing or no array")


def test_unknown_fields_of_a_request_are_accepted() -> None:
    assert CASINO.read_request("payout", CASINO.stringify({**FULL, "extra": [1, {"a": None}]})).id == "t1"  # type: ignore[union-attr]


def test_an_unknown_reward_type_is_refused() -> None:
    error = refused("reward", {**FULL, "type": "rakeback"})
    assert (error.outcome, str(error)) == (Outcome.MALFORMED, "`type` must be bonus or jackpot, is the text 'rakeback'")
    assert str(refused("reward", {**FULL, "type": 7})) == "`type` must be a string, is the number 7"


def test_a_bad_item_is_set_aside_and_answered_in_its_place() -> None:
    items = [
        WIRE_ITEM,
        {**WIRE_ITEM, "transactionId": "t2", "amount": "1"},
        "x",
        {**WIRE_ITEM, "transactionId": "t4"},
        {**WIRE_ITEM, "transactionId": 5},
    ]
    operation = CASINO.read_request("settlement", CASINO.stringify({"transactions": items}))
    assert operation == Settle(
        items=(PAYOUT, replace(PAYOUT, id="t4")),
        unreadable=tuple(
            BadItem(position=position, id=identifier, outcome=Outcome.MALFORMED, reason=reason)
            for position, identifier, reason in (
                (1, "t2", "`amount` must be an integer x 100000, is the text '1'"),
                (2, None, "a transaction must be an object, is the text 'x'"),
                (4, None, "`transactionId` must be a string, is the number 5"),
            )
        ),
    )
    accepted = tuple(ItemReply(outcome=Outcome.OK, id=item.id, balance=5) for item in operation.items)
    _, body = CASINO.write_reply(operation, Reply(outcome=Outcome.OK, items=accepted), REQUEST)
    assert [(item.get("transactionId"), item["status"]) for item in json.loads(body)["data"]] == [
        ("t1", "RS_OK"),
        ("t2", "RS_ERROR_WRONG_SYNTAX"),
        (None, "RS_ERROR_WRONG_SYNTAX"),
        ("t4", "RS_OK"),
        (None, "RS_ERROR_WRONG_SYNTAX"),
    ]


def answers(operation: Operation, *items: ItemReply) -> list[dict[str, object]]:
    """What stands in `data` of a success with these items."""
    status, body = CASINO.write_reply(operation, Reply(outcome=Outcome.OK, items=items), REQUEST)
    assert status == 200
    found: list[dict[str, object]] = json.loads(body)["data"]
    return found


def test_an_answer_repeats_what_its_own_transaction_said() -> None:
    batch = BetBatch(
        items=tuple(
            Bet(id=f"t{n}", player=f"p{n}", currency="EUR", amount=1, session=f"s{n}", round=f"r{n}") for n in (1, 2, 3)
        )
    )
    second, third = (ItemReply(outcome=Outcome.OK, id=each.id, balance=7) for each in batch.items[1:])
    repeated = [
        {
            "status": "RS_OK",
            "transactionId": f"t{n}",
            "sessionId": f"s{n}",
            "roundId": f"r{n}",
            "playerId": f"p{n}",
            "currency": "EUR",
            "balance": 7,
        }
        for n in (2, 3)
    ]
    assert answers(batch, second, third) == repeated, "in order, with one left out"
    assert answers(batch, third, second) == repeated[::-1]
    assert answers(batch, third, second, third) == [repeated[1], *repeated], "as many as were asked for, in any order"


def test_two_transactions_with_one_id_are_each_repeated_in_their_place() -> None:
    batch = Retry(items=(PAYOUT, replace(PAYOUT, player="p2")))
    said = answers(batch, *(ItemReply(outcome=Outcome.OK, id="t1", balance=n) for n in (1, 2)))
    assert [(each["playerId"], each["balance"]) for each in said] == [("p1", 1), ("p2", 2)]


def test_an_answer_to_what_nobody_asked_repeats_nothing() -> None:
    assert answers(SETTLE, ItemReply(outcome=Outcome.REFUSED, id="t9")) == [
        {"status": "RS_ERROR", "transactionId": "t9"}
    ]


@pytest.mark.parametrize("operation", [None, GetBalance(player="p1", session="s1"), SETTLE])
def test_a_code_of_its_own_is_written_in_place_of_the_contracts(operation: Operation | None) -> None:
    reply = Reply(outcome=Outcome.UNAUTHENTICATED, items=(), code="RS_ERROR_WHO")
    status, body = CASINO.write_reply(operation, reply, REQUEST)
    assert (status, json.loads(body)["status"]) == (401, "RS_ERROR_WHO")


def test_a_single_answer_repeats_what_its_page_shows() -> None:
    ok = ItemReply(outcome=Outcome.OK, balance=7)
    reply = Reply(outcome=Outcome.OK, items=(ok,))
    assert CASINO.write_reply(GetBalance(player="p1", session="s1"), reply, REQUEST) == (
        200,
        b'{"status":"RS_OK","sessionId":"s1","balance":7}',
    )
    assert CASINO.write_reply(PAYOUT, reply, REQUEST) == (200, b'{"status":"RS_OK","transactionId":"t1","balance":7}')


def test_a_batch_that_is_refused_as_a_whole_has_no_data() -> None:
    assert CASINO.write_reply(SETTLE, Reply(outcome=Outcome.REFUSED, items=()), REQUEST) == (
        200,
        b'{"status":"RS_ERROR"}',
    )
    assert CASINO.write_reply(None, Reply(outcome=Outcome.UNAUTHENTICATED, items=()), REQUEST) == (
        401,
        b'{"status":"RS_ERROR_INVALID_SIGNATURE"}',
    )


def test_an_empty_batch_is_answered_with_empty_data() -> None:
    assert CASINO.write_reply(Settle(items=()), Reply(outcome=Outcome.OK, items=()), REQUEST) == (
        200,
        b'{"status":"RS_OK","data":[]}',
    )


def test_a_refusal_may_show_a_balance() -> None:
    item = ItemReply(outcome=Outcome.INSUFFICIENT_FUNDS, balance=7)
    bet = Bet(id="t1", player="p", currency="EUR", amount=9)
    assert CASINO.write_reply(bet, Reply(outcome=item.outcome, items=(item,)), REQUEST) == (
        200,
        b'{"status":"RS_ERROR_NOT_ENOUGH_MONEY","transactionId":"t1","balance":7}',
    )


def test_an_optional_round_is_left_out_when_empty() -> None:
    assert "roundId" not in CASINO.encode(Bet(id="t", player="p", currency="EUR", amount=1), "r-1")
    assert "roundId" in CASINO.encode(Bet(id="t", player="p", currency="EUR", amount=1, round="r"), "r-1")


@pytest.mark.parametrize("operation", [Authenticate(token="t"), Unsettle(id="t", player="p", currency="EUR", amount=1)])
def test_an_operation_of_another_contract_has_no_name(operation: Authenticate | Unsettle) -> None:
    with pytest.raises(ValueError, match="no ") as caught:
        CASINO.name_of(operation)
    assert str(caught.value) == f"the casino contract has no {type(operation).__name__}"


def test_an_amount_that_no_integer_can_carry_is_not_sent() -> None:
    with pytest.raises(ValueError, match="no whole number") as caught:
        CASINO.encode(replace(PAYOUT, amount=Fraction(3, 2)), "r-1")
    assert str(caught.value) == "an amount of 3/2 hundred-thousandths is no whole number"


def test_a_bet_is_referred_to_by_its_transaction_id() -> None:
    assert CASINO.bet_reference("transaction", "bet") == "transaction"
    assert CASINO.wire_unit("EUR") == CASINO.wire_unit("JPY") == 1
    assert CASINO.path_of(GetBalance(player="p")) == "/user/balance"
