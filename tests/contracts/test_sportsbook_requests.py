"""The sportsbook dialect on the wallet's side: which requests are refused, how exactly money is read and written."""

from __future__ import annotations

import pytest

from harness.contracts import BadRequest, load
from harness.contracts.shared.json_text import stringify
from harness.model import (
    Bet,
    GetBalance,
    ItemReply,
    Operation,
    Outcome,
    Payout,
    Reply,
    Request,
    Retry,
    Session,
    Settle,
)

REQUEST = Request("/", (), b"")
SPORTSBOOK = load("sportsbook")

FULL = {
    "transactionId": "t1",
    "originalTransactionId": "t0",
    "betId": "b1",
    "playerId": "p1",
    "sessionId": "s1",
    "authToken": "a1",
    "amount": 5,
    "currency": "USD",
    "type": "BET_PAID",
    "betType": "SINGLE",
}
REQUIRED = {
    "unsettlement": ("transactionId", "betId", "playerId", "amount", "currency", "type"),
    "settlement": ("transactionId", "betId", "playerId", "amount", "currency", "type"),
    "placebet": ("transactionId", "betId", "playerId", "sessionId", "amount", "currency", "betType"),
    "rollbackbet": ("transactionId", "originalTransactionId", "betId", "playerId", "sessionId"),
    "balance": ("playerId", "sessionId"),
    "authenticate": ("authToken",),
}


def full(name: str) -> dict[str, object]:
    return {**FULL, "type": "BET_UNPAID"} if name == "unsettlement" else dict(FULL)


def read(name: str, value: object) -> Operation:
    return SPORTSBOOK.read_request(name, value if isinstance(value, bytes) else stringify(value))


def refused(name: str, value: object) -> str:
    """Why a request is malformed."""
    with pytest.raises(BadRequest) as caught:
        read(name, value)
    assert caught.value.outcome is Outcome.MALFORMED
    return str(caught.value)


@pytest.mark.parametrize(("name", "field"), [(name, field) for name, fields in REQUIRED.items() for field in fields])
def test_each_required_field_is_required(name: str, field: str) -> None:
    assert read(name, full(name)) is not None
    without = {key: value for key, value in full(name).items() if key != field}
    assert refused(name, without) == f"`{field}` is missing"


@pytest.mark.parametrize(("name", "field"), [("unsettlement", "type"), ("settlement", "type"), ("placebet", "betType")])
def test_an_unknown_type_is_refused(name: str, field: str) -> None:
    known = {
        "unsettlement": "BET_UNPAID",
        "settlement": "BET_PAID or CASHOUT or VOIDED",
        "placebet": "SINGLE or MULTIPLE or SYSTEM",
    }[name]
    for word in ("BET_FROZEN", "bet_paid", ""):
        assert refused(name, {**full(name), field: word}) == f"`{field}` must be {known}, is the text {word!r}"
    assert refused(name, {**full(name), field: 7}) == f"`{field}` must be a string, is the number 7"


@pytest.mark.parametrize(
    ("currency", "text", "amount"),
    [
        ("USD", b"200.00", 20_000_000),
        ("USD", b"200", 20_000_000),
        ("USD", b"2e2", 20_000_000),
        ("USD", b"0.010", 1_000),
        ("JPY", b"7", 700_000),
        ("JPY", b"7.000", 700_000),
        ("KWD", b"0.001", 100),
        ("USD", b"0", 0),
    ],
)
def test_amounts_are_read_exactly(currency: str, text: bytes, amount: int) -> None:
    body = stringify({**FULL, "currency": currency}).replace(b'"amount":5', b'"amount":' + text)
    operation = read("settlement", body)
    assert isinstance(operation, Payout)
    assert operation.amount == amount


@pytest.mark.parametrize(
    ("currency", "text", "complaint"),
    [
        ("USD", b'"5"', "`amount` must be a decimal number, is the text '5'"),
        ("USD", b"true", "`amount` must be a decimal number, is the boolean true"),
        ("USD", b"null", "`amount` must be a decimal number, is null"),
        ("USD", b"[5]", "`amount` must be a decimal number, is an array"),
        ("USD", b"-0.01", "`amount` is negative"),
        ("USD", b"0.001", "`amount` has more than the 2 decimals of USD"),
        ("USD", b"1e-9", "`amount` is finer than the smallest unit"),
        ("USD", b"1e300", "`amount` is larger than any account"),
        ("USD", b"92233720368548.00", "`amount` is larger than any account"),
        ("USD", b"NaN", "the body is refused: NaN is not a JSON number"),
        ("JPY", b"0.5", "`amount` has more than the 0 decimals of JPY"),
        ("KWD", b"0.0001", "`amount` has more than the 3 decimals of KWD"),
        ("D" * 21, b"0.001", f"`amount` has more than the 2 decimals of {'D' * 20}"),
    ],
)
def test_an_amount_that_the_currency_cannot_carry_is_refused(currency: str, text: bytes, complaint: str) -> None:
    body = stringify({**FULL, "currency": currency}).replace(b'"amount":5', b'"amount":' + text)
    assert refused("settlement", body) == complaint


@pytest.mark.parametrize(("odds", "shown"), [(True, "the boolean true"), (None, "null"), ([2], "an array")])
def test_odds_are_a_number_or_text(odds: object, shown: str) -> None:
    assert refused("placebet", {**FULL, "odds": odds}) == f"`odds` must be a decimal number, is {shown}"


@pytest.mark.parametrize(("wire", "odds"), [(b"2.50", "2.50"), (b'"2.50"', "2.50"), (b"100", "100"), (b"1e2", "100")])
def test_odds_are_optional_and_kept_as_text(wire: bytes, odds: str) -> None:
    operation = read("placebet", stringify({**FULL, "odds": 1}).replace(b'"odds":1', b'"odds":' + wire))
    assert isinstance(operation, Bet)
    assert operation.odds == odds
    bare = read("placebet", FULL)
    assert isinstance(bare, Bet)
    assert bare.odds == ""
    assert "odds" not in SPORTSBOOK.encode(bare, "r-1")


@pytest.mark.parametrize(("currency", "wire"), [("USD", b"0.30"), ("JPY", b"0.3"), ("KWD", b"0.300")])
def test_amounts_are_written_with_the_decimals_of_the_currency(currency: str, wire: bytes) -> None:
    operation = Payout(id="t", bet="b", player="p", currency=currency, amount=30_000)
    assert b'"amount":' + wire + b"," in SPORTSBOOK.stringify(SPORTSBOOK.encode(operation, "r-1"))


@pytest.mark.parametrize("operation", [Settle(items=()), Retry(items=())])
def test_an_operation_of_another_contract_has_no_name(operation: Operation) -> None:
    with pytest.raises(ValueError, match="no ") as caught:
        SPORTSBOOK.name_of(operation)
    assert str(caught.value) == f"the sportsbook contract has no {type(operation).__name__}"


def test_a_bet_is_referred_to_by_its_bet_id() -> None:
    assert SPORTSBOOK.bet_reference("transaction", "bet") == "bet"
    assert [SPORTSBOOK.wire_unit(currency) for currency in ("JPY", "USD", "KWD")] == [100_000, 1_000, 100]
    assert SPORTSBOOK.path_of(GetBalance(player="p")) == "/balance"


# --------------------------------------------------------------------------------------------------------------------
# Answers as a wallet writes them


@pytest.mark.parametrize(
    ("outcome", "status", "body"),
    [
        ("unauthenticated", 401, b'{"errorCode":"AUTHENTICATION_FAILED","description":"unauthenticated"}'),
        ("invalid_token", 403, b'{"errorCode":"INVALID_TOKEN","description":"invalid token"}'),
        ("unknown_player", 400, b'{"errorCode":"INVALID_PLAYER","description":"unknown player"}'),
        ("invalid_session", 400, b'{"errorCode":"INVALID_SESSION_TOKEN","description":"invalid session"}'),
        ("wrong_currency", 400, b'{"errorCode":"INVALID_CURRENCY","description":"wrong currency"}'),
        ("unknown_transaction", 400, b'{"errorCode":"INVALID_BET","description":"unknown transaction"}'),
        ("insufficient_funds", 402, b'{"errorCode":"INSUFFICIENT_FUNDS","description":"insufficient funds"}'),
        ("conflict", 400, b'{"errorCode":"INVALID_BET","description":"conflict"}'),
        ("malformed", 400, b'{"errorCode":"INVALID_REQUEST","description":"malformed"}'),
        ("refused", 400, b'{"errorCode":"INVALID_BET","description":"refused"}'),
    ],
)
def test_each_refusal_has_its_status_and_code(outcome: str, status: int, body: bytes) -> None:
    for items in ((), (ItemReply(outcome=Outcome(outcome)),)):
        reply = Reply(outcome=Outcome(outcome), items=items)
        assert SPORTSBOOK.write_reply(None, reply, REQUEST) == (status, body)


def test_a_refusal_may_have_a_code_and_a_description_of_its_own() -> None:
    own = b'{"errorCode":"TWICE","description":"conflict"}'
    assert SPORTSBOOK.write_reply(None, Reply(outcome=Outcome.CONFLICT, items=(), code="TWICE"), REQUEST) == (400, own)
    item = ItemReply(outcome=Outcome.CONFLICT, code="TWICE", description="sent before")
    assert SPORTSBOOK.write_reply(None, Reply(outcome=Outcome.CONFLICT, items=(item,)), REQUEST) == (
        400,
        b'{"errorCode":"TWICE","description":"sent before"}',
    )


@pytest.mark.parametrize(
    ("item", "session", "body"),
    [
        (
            ItemReply(outcome=Outcome.OK, balance=12_345_000, currency="USD", reference="w1"),
            None,
            b'{"balance":123.45,"currency":"USD","walletTransactionId":"w1"}',
        ),
        (
            ItemReply(outcome=Outcome.OK, balance=200_000, currency="JPY"),
            None,
            b'{"balance":2,"currency":"JPY"}',
        ),
        (ItemReply(outcome=Outcome.OK), None, b'{"currency":""}'),
        (
            ItemReply(outcome=Outcome.OK, balance=0, currency="KWD"),
            Session(player="p1", session="s1", brand="B", display_name="Ann", country="GB"),
            (
                b'{"playerId":"p1","brandCode":"B","sessionId":"s1","displayName":"Ann",'
                b'"balance":0.000,"currency":"KWD","country":"GB"}'
            ),
        ),
        (
            ItemReply(outcome=Outcome.OK, balance=0, currency="USD"),
            Session(player="p1", session=None, brand=None, display_name=None, country=None),
            b'{"playerId":"p1","balance":0.00,"currency":"USD"}',
        ),
    ],
    ids=["transaction", "yen", "bare", "session", "part-of-a-session"],
)
def test_a_success_is_written_in_the_decimals_of_its_currency(
    item: ItemReply, session: Session | None, body: bytes
) -> None:
    reply = Reply(outcome=Outcome.OK, items=(item,), session=session)
    assert SPORTSBOOK.write_reply(None, reply, REQUEST) == (200, body)
