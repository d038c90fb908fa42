"""The casino dialect on the wallet's side: which requests are refused, and how answers are written."""

from __future__ import annotations

import json

import pytest

from harness.contracts import BadRequest, load
from harness.model import Authenticate, Bet, GetBalance, ItemReply, Outcome, Payout, Reply, Settle, Unsettle

CASINO = load("casino")
PAYOUT = Payout(
    id="t1", bet="b1", session="s1", round="r1", player="p1", game="g1", currency="EUR", amount=100, win=True
)
SETTLE = Settle(items=(PAYOUT,))
WIRE_ITEM = CASINO.encode(SETTLE)["transactions"][0]  # type: ignore[index]
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
    "amount", [b'"100"', b"100.0", b"1e2", b"true", b"null", b"-1", b"[]", b"9223372036854775808", b"NaN"]
)
def test_an_amount_that_is_no_plain_integer_is_refused(amount: bytes) -> None:
    body = CASINO.stringify(FULL).replace(b'"amount":100', b'"amount":' + amount)
    assert refused("payout", body).outcome is Outcome.MALFORMED


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("transactionId", ""),
        ("transactionId", 7),
        ("playerId", ""),
        ("playerId", None),
        ("isWin", "true"),
        ("isWin", 1),
        ("currency", 978),
        ("sessionId", []),
    ],
)
def test_a_field_of_another_type_or_an_empty_id_is_refused(field: str, value: object) -> None:
    assert refused("payout", {**FULL, field: value}).outcome is Outcome.MALFORMED


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"7", b'{"a":1,"a":1}', b"\xff", b"[" * 9999, b'{"a":"\\ud800"}'])
def test_a_body_that_is_no_object_is_refused(body: bytes) -> None:
    for name in CASINO.specs:
        assert refused(name, body).outcome is Outcome.MALFORMED


@pytest.mark.parametrize("value", [{}, {"transactions": {}}, {"transactions": None}, {"transactions": "[]"}])
def test_a_batch_without_an_array_is_refused_as_a_whole(value: object) -> None:
    assert refused("settlement", value).outcome is Outcome.MALFORMED


def test_unknown_fields_of_a_request_are_accepted() -> None:
    assert CASINO.read_request("payout", CASINO.stringify({**FULL, "extra": [1, {"a": None}]})).id == "t1"  # type: ignore[union-attr]


def test_an_unknown_reward_type_is_refused() -> None:
    assert refused("reward", {**FULL, "type": "rakeback"}).outcome is Outcome.MALFORMED


def test_a_bad_item_is_set_aside_and_answered_in_its_place() -> None:
    items = [WIRE_ITEM, {**WIRE_ITEM, "transactionId": "t2", "amount": "1"}, "x", {**WIRE_ITEM, "transactionId": "t4"}]
    operation = CASINO.read_request("settlement", CASINO.stringify({"transactions": items}))
    assert isinstance(operation, Settle)
    assert [item.id for item in operation.items] == ["t1", "t4"]
    assert [(bad.position, bad.id) for bad in operation.unreadable] == [(1, "t2"), (2, None)]
    accepted = tuple(ItemReply(outcome=Outcome.OK, id=item.id, balance=5) for item in operation.items)
    _, body = CASINO.write_reply(operation, Reply(outcome=Outcome.OK, items=accepted))
    assert [(item.get("transactionId"), item["status"]) for item in json.loads(body)["data"]] == [
        ("t1", "RS_OK"),
        ("t2", "RS_ERROR_WRONG_SYNTAX"),
        (None, "RS_ERROR_WRONG_SYNTAX"),
        ("t4", "RS_OK"),
    ]


def test_a_batch_that_is_refused_as_a_whole_has_no_data() -> None:
    assert CASINO.write_reply(SETTLE, Reply(outcome=Outcome.REFUSED, items=())) == (200, b'{"status":"RS_ERROR"}')
    assert CASINO.write_reply(None, Reply(outcome=Outcome.UNAUTHENTICATED, items=())) == (
        401,
        b'{"status":"RS_ERROR_INVALID_SIGNATURE"}',
    )


def test_an_empty_batch_is_answered_with_empty_data() -> None:
    assert CASINO.write_reply(Settle(items=()), Reply(outcome=Outcome.OK, items=())) == (
        200,
        b'{"status":"RS_OK","data":[]}',
    )


def test_a_refusal_may_show_a_balance() -> None:
    item = ItemReply(outcome=Outcome.INSUFFICIENT_FUNDS, balance=7)
    bet = Bet(id="t1", player="p", currency="EUR", amount=9)
    assert CASINO.write_reply(bet, Reply(outcome=item.outcome, items=(item,))) == (
        200,
        b'{"status":"RS_ERROR_NOT_ENOUGH_MONEY","transactionId":"t1","balance":7}',
    )


def test_an_optional_round_is_left_out_when_empty() -> None:
    assert "roundId" not in CASINO.encode(Bet(id="t", player="p", currency="EUR", amount=1))
    assert "roundId" in CASINO.encode(Bet(id="t", player="p", currency="EUR", amount=1, round="r"))


@pytest.mark.parametrize("operation", [Authenticate(token="t"), Unsettle(id="t", player="p", currency="EUR", amount=1)])
def test_an_operation_of_another_contract_has_no_name(operation: Authenticate | Unsettle) -> None:
    with pytest.raises(ValueError, match="the casino contract has no "):
        CASINO.name_of(operation)


def test_a_bet_is_referred_to_by_its_transaction_id() -> None:
    assert CASINO.bet_reference("transaction", "bet") == "transaction"
    assert CASINO.wire_unit("EUR") == CASINO.wire_unit("JPY") == 1
    assert CASINO.path_of(GetBalance(player="p")) == "/user/balance"
