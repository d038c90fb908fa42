"""The sportsbook dialect: what answers mean, whom to believe, and what requests are refused."""

from __future__ import annotations

import base64
import json
from fractions import Fraction

import pytest

from harness.contracts import BadRequest, Credentials, Decoded, load
from harness.contracts.json_text import stringify
from harness.model import (
    Authenticate,
    Bet,
    Fault,
    GetBalance,
    ItemReply,
    Message,
    Operation,
    Outcome,
    Payout,
    Reply,
    Retry,
    Session,
    Settle,
    Unsettle,
)

SPORTSBOOK = load("sportsbook")
WHO = Credentials("Jörg", "pass:wörd")
JSON = (("content-type", "application/json"),)
UNSETTLE = Unsettle(id="t1", bet="b1", player="p1", amount=20_000_000, currency="USD")
GOOD = {"balance": 100, "currency": "USD", "walletTransactionId": "w1"}


def answered(value: object, status: int = 200, headers: tuple[tuple[str, str], ...] = JSON) -> Message:
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return Message(b"", body, status, headers)


def told(decoded: Decoded) -> list[tuple[Fault, str, str]]:
    return [(problem.fault, problem.topic, problem.where) for problem in decoded.problems]


def error(code: str, status: int) -> Decoded:
    return SPORTSBOOK.decode(UNSETTLE, answered({"errorCode": code, "description": "why"}, status))


@pytest.mark.parametrize("text", [b"100", b"100.0", b"100.00", b"1e2", b"1.00E+2"])
def test_a_number_may_be_written_in_every_way(text: bytes) -> None:
    body = json.dumps(GOOD).encode().replace(b"100", text)
    decoded = SPORTSBOOK.decode(UNSETTLE, answered(body))
    assert decoded.problems == ()
    assert decoded.reply is not None
    assert decoded.reply.items[0].balance == 10_000_000


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        (b"0.1", 10_000),
        (b"0.30000000000000004", Fraction(30000000000000004, 10**12)),
        (b"90071992547409.93", 9007199254740993000),
    ],
)
def test_balances_never_pass_through_a_binary_float(text: bytes, amount: Fraction | int) -> None:
    decoded = SPORTSBOOK.decode(UNSETTLE, answered(json.dumps(GOOD).encode().replace(b"100", text)))
    assert decoded.reply is not None
    assert decoded.reply.items[0].balance == amount


@pytest.mark.parametrize("balance", ["100.00", None, True, [100]])
def test_a_balance_that_is_no_number_breaks_the_schema(balance: object) -> None:
    decoded = SPORTSBOOK.decode(UNSETTLE, answered({**GOOD, "balance": balance}))
    assert told(decoded) == [(Fault.WRONG_FORMAT, "schema", "/balance")]
    assert decoded.reply is not None
    assert decoded.reply.items[0].balance is None


def test_a_success_without_balance_and_currency_is_still_a_success() -> None:
    decoded = SPORTSBOOK.decode(UNSETTLE, answered({}))
    assert decoded.reply is not None
    assert decoded.reply.accepted
    assert [problem.detail for problem in decoded.problems] == ["`balance` and `currency` missing"]


@pytest.mark.parametrize("currency", ["EUR", "usd", "USD\n", "DOLLAR", 840])
def test_another_currency_than_the_players_is_wrong(currency: object) -> None:
    decoded = SPORTSBOOK.decode(UNSETTLE, answered({**GOOD, "currency": currency}))
    assert {(problem.fault, problem.topic, problem.where) for problem in decoded.problems} == {
        (Fault.WRONG_FORMAT, "schema", "/currency")
    }


def test_a_reference_that_is_null_is_a_warning() -> None:
    decoded = SPORTSBOOK.decode(UNSETTLE, answered({**GOOD, "walletTransactionId": None}))
    assert told(decoded) == [(Fault.POOR_FORMAT, "schema", "/walletTransactionId")]


def test_an_error_code_of_null_beside_a_success_is_an_unknown_field() -> None:
    decoded = SPORTSBOOK.decode(UNSETTLE, answered({**GOOD, "errorCode": None, "description": None}))
    assert decoded.problems == ()
    assert decoded.reply is not None
    assert decoded.reply.accepted


@pytest.mark.parametrize(
    ("status", "code", "outcome"),
    [
        (401, "AUTHENTICATION_FAILED", Outcome.UNAUTHENTICATED),
        (403, "INVALID_TOKEN", Outcome.INVALID_TOKEN),
        (400, "INVALID_PLAYER", Outcome.UNKNOWN_PLAYER),
        (400, "INVALID_SESSION_TOKEN", Outcome.INVALID_SESSION),
        (400, "INVALID_CURRENCY", Outcome.WRONG_CURRENCY),
        (400, "INVALID_BET", Outcome.UNKNOWN_TRANSACTION),
        (402, "INSUFFICIENT_FUNDS", Outcome.INSUFFICIENT_FUNDS),
        (400, "INVALID_REQUEST", Outcome.REFUSED),
        (400, "INSUFFICIENT_FUNDS", Outcome.REFUSED),
        (404, "INVALID_PLAYER", Outcome.REFUSED),
        (400, "AUTHENTICATION_FAILED", Outcome.REFUSED),
        (409, "DUPLICATE", Outcome.REFUSED),
    ],
)
def test_an_outcome_is_a_pair_of_status_and_code(status: int, code: str, outcome: Outcome) -> None:
    item = ItemReply(outcome=outcome, code=code, description="why")
    assert error(code, status) == Decoded(Reply(outcome=outcome, items=(item,), code=code))


def test_401_is_enough_and_its_code_a_should() -> None:
    decoded = error("ACCESS_DENIED", 401)
    assert decoded.reply is not None
    assert decoded.reply.outcome is Outcome.UNAUTHENTICATED
    assert told(decoded) == [(Fault.POOR_FORMAT, "code", "/errorCode")]


@pytest.mark.parametrize("body", [b"", b"<html>Unauthorized</html>", b"{}", b'{"error": "unauthorized"}', b"[]"])
def test_a_bare_401_is_a_refusal_with_a_warning(body: bytes) -> None:
    decoded = SPORTSBOOK.decode(UNSETTLE, answered(body, 401, ()))
    assert decoded.reply is not None
    assert decoded.reply.outcome is Outcome.UNAUTHENTICATED
    assert told(decoded) == [(Fault.POOR_FORMAT, "code", "/errorCode")]


@pytest.mark.parametrize("value", [{"errorCode": "INVALID_BET"}, {"errorCode": "INVALID_BET", "description": 5}])
def test_an_error_should_have_a_description(value: object) -> None:
    decoded = SPORTSBOOK.decode(UNSETTLE, answered(value, 400))
    assert decoded.reply is not None
    assert [(problem.fault, problem.topic) for problem in decoded.problems] == [(Fault.POOR_FORMAT, "http")]


@pytest.mark.parametrize("status", [200, 201, 302])
def test_an_error_with_a_success_status_is_unknown(status: int) -> None:
    decoded = error("INSUFFICIENT_FUNDS", status)
    assert decoded.reply is None
    assert told(decoded) == [(Fault.WRONG_FORMAT, "status", "status")]


@pytest.mark.parametrize("status", [201, 202])
def test_a_success_is_200_and_nothing_else(status: int) -> None:
    decoded = SPORTSBOOK.decode(UNSETTLE, answered(GOOD, status))
    assert decoded.reply is not None
    assert decoded.reply.accepted
    assert told(decoded) == [(Fault.WRONG_FORMAT, "status", "status")]


def test_an_error_with_5xx_is_a_refusal_with_a_warning() -> None:
    decoded = error("INSUFFICIENT_FUNDS", 500)
    assert decoded.reply is not None
    assert decoded.reply.outcome is Outcome.REFUSED
    assert told(decoded) == [(Fault.POOR_FORMAT, "http", "status")]


@pytest.mark.parametrize("status", [404, 405, 501])
def test_an_operation_is_absent_without_a_body_of_the_contract(status: int) -> None:
    for body in (b"", b"<html>", b'{"message": "no route"}'):
        assert SPORTSBOOK.decode(UNSETTLE, answered(body, status, ())) == Decoded(None, absent=True)
    assert not error("INVALID_BET", status).absent


@pytest.mark.parametrize(
    ("status", "body", "topic"),
    [
        (200, b"<html>", "json"),
        (200, b"[]", "schema"),
        (204, b"", "json"),
        (307, b"", "status"),
        (400, b'{"error": "bad"}', "http"),
        (402, b"", "http"),
        (429, b"", "http"),
        (500, b"", "http"),
        (503, b"", "http"),
    ],
)
def test_an_answer_that_cannot_be_decoded_is_unknown(status: int, body: bytes, topic: str) -> None:
    decoded = SPORTSBOOK.decode(UNSETTLE, answered(body, status))
    assert (decoded.reply, decoded.absent) == (None, False)
    assert [(problem.fault, problem.topic) for problem in decoded.problems] == [(Fault.UNDECODABLE, topic)]


@pytest.mark.parametrize("status", [400, 404, 500])
def test_a_success_under_an_error_status_contradicts_itself(status: int) -> None:
    decoded = SPORTSBOOK.decode(UNSETTLE, answered(b'{"balance": 1, "currency": "USD"}', status))
    assert (decoded.reply, decoded.absent) == (None, False)
    assert [(problem.fault, problem.topic) for problem in decoded.problems] == [(Fault.WRONG_FORMAT, "status")]


PLAYER = {
    "playerId": "p1",
    "brandCode": "B",
    "sessionId": "s1",
    "displayName": "Ann",
    "balance": 1,
    "currency": "USD",
    "country": "GB",
}


def test_authenticate_returns_a_session() -> None:
    decoded = SPORTSBOOK.decode(Authenticate(token="t"), answered(PLAYER))
    assert decoded.problems == ()
    assert decoded.reply is not None
    assert decoded.reply.session == Session(player="p1", session="s1", brand="B", display_name="Ann", country="GB")


@pytest.mark.parametrize("field", [*PLAYER])
def test_authenticate_returns_every_documented_field(field: str) -> None:
    value = {name: each for name, each in PLAYER.items() if name != field}
    decoded = SPORTSBOOK.decode(Authenticate(token="t"), answered(value))
    assert [problem.detail for problem in decoded.problems] == [f"`{field}` missing"]


def test_a_display_name_is_no_e_mail_address() -> None:
    decoded = SPORTSBOOK.decode(Authenticate(token="t"), answered({**PLAYER, "displayName": "ann@example.com"}))
    assert [problem.detail for problem in decoded.problems] == [
        "must not be an e-mail address, is the text 'ann@example.com'"
    ]
    assert SPORTSBOOK.decode(Authenticate(token="t"), answered({**PLAYER, "displayName": "Ann @ home"})).problems == ()


# --------------------------------------------------------------------------------------------------------------------
# Credentials


def test_credentials_are_utf_8_and_a_password_may_have_a_colon() -> None:
    request = SPORTSBOOK.request(UNSETTLE, WHO, 0)
    headers = dict(request.headers)
    assert base64.b64decode(headers["authorization"].removeprefix("Basic ")) == "Jörg:pass:wörd".encode()
    assert SPORTSBOOK.verify(headers, request.body, WHO, 0) == ""
    lower = {"authorization": headers["authorization"].replace("Basic", "basic")}
    assert SPORTSBOOK.verify(lower, request.body, WHO, 0) == "", "RFC 7617: the scheme's case does not matter"


@pytest.mark.parametrize("who", [WHO, Credentials("user", "password"), Credentials("user", "12345")])
@pytest.mark.parametrize("name", [*SPORTSBOOK.forgeries])
def test_every_forgery_is_refused_and_leaves_the_body_alone(name: str, who: Credentials) -> None:
    good = SPORTSBOOK.request(UNSETTLE, who, 0)
    forged = SPORTSBOOK.forgeries[name](good, who, 0)
    assert forged != good
    assert (forged.body, forged.path) == (good.body, good.path)
    assert SPORTSBOOK.verify(dict(forged.headers), forged.body, who, 0) != ""
    assert all(value.isascii() and value.isprintable() for _, value in forged.headers), "it can be sent"


@pytest.mark.parametrize(
    "value", [None, "", "Basic", "Basic ", "Basic é", "Basic ====", "Basic YQ", "Bearer YTpi", "\udcff"]
)
def test_no_authorization_breaks_the_verifier(value: str | None) -> None:
    headers = {} if value is None else {"authorization": value}
    assert SPORTSBOOK.verify(headers, b"", WHO, 0) != ""


# --------------------------------------------------------------------------------------------------------------------
# Requests as a wallet reads them

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


@pytest.mark.parametrize(("name", "field"), [(name, field) for name, fields in REQUIRED.items() for field in fields])
def test_each_required_field_is_required(name: str, field: str) -> None:
    assert read(name, full(name)) is not None
    with pytest.raises(BadRequest, match=f"`{field}` is missing") as caught:
        read(name, {key: value for key, value in full(name).items() if key != field})
    assert caught.value.outcome is Outcome.MALFORMED


@pytest.mark.parametrize(("name", "field"), [("unsettlement", "type"), ("settlement", "type"), ("placebet", "betType")])
def test_an_unknown_type_is_refused(name: str, field: str) -> None:
    for word in ("BET_FROZEN", "bet_paid", "", 7):
        with pytest.raises(BadRequest):
            read(name, {**full(name), field: word})


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
    ("currency", "text"),
    [
        *(("USD", text) for text in (b'"5"', b"true", b"null", b"[5]", b"-0.01", b"0.001", b"1e-9", b"1e300", b"NaN")),
        ("JPY", b"0.5"),
        ("KWD", b"0.0001"),
        ("USD", b"92233720368548.00"),
    ],
)
def test_an_amount_that_the_currency_cannot_carry_is_refused(currency: str, text: bytes) -> None:
    body = stringify({**FULL, "currency": currency}).replace(b'"amount":5', b'"amount":' + text)
    with pytest.raises(BadRequest) as caught:
        read("settlement", body)
    assert caught.value.outcome is Outcome.MALFORMED


@pytest.mark.parametrize(("wire", "odds"), [(b"2.50", "2.50"), (b'"2.50"', "2.50"), (b"100", "100"), (b"1e2", "100")])
def test_odds_are_optional_and_kept_as_text(wire: bytes, odds: str) -> None:
    operation = read("placebet", stringify({**FULL, "odds": 1}).replace(b'"odds":1', b'"odds":' + wire))
    assert isinstance(operation, Bet)
    assert operation.odds == odds
    bare = read("placebet", FULL)
    assert isinstance(bare, Bet)
    assert bare.odds == ""
    assert "odds" not in SPORTSBOOK.encode(bare)


@pytest.mark.parametrize(("currency", "wire"), [("USD", b"0.30"), ("JPY", b"0.3"), ("KWD", b"0.300")])
def test_amounts_are_written_with_the_decimals_of_the_currency(currency: str, wire: bytes) -> None:
    operation = Payout(id="t", bet="b", player="p", currency=currency, amount=30_000)
    assert b'"amount":' + wire + b"," in SPORTSBOOK.stringify(SPORTSBOOK.encode(operation))


@pytest.mark.parametrize("operation", [Settle(items=()), Retry(items=())])
def test_an_operation_of_another_contract_has_no_name(operation: Operation) -> None:
    with pytest.raises(ValueError, match="the sportsbook contract has no "):
        SPORTSBOOK.name_of(operation)


def test_a_bet_is_referred_to_by_its_bet_id() -> None:
    assert SPORTSBOOK.bet_reference("transaction", "bet") == "bet"
    assert [SPORTSBOOK.wire_unit(currency) for currency in ("JPY", "USD", "KWD")] == [100_000, 1_000, 100]
    assert SPORTSBOOK.path_of(GetBalance(player="p")) == "/balance"
