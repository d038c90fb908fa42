"""The sportsbook dialect on the platform's side: what answers mean, and what is wrong with their format."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction

import pytest

from harness.contracts import Decoded, load
from harness.model import (
    Authenticate,
    Fault,
    Flaw,
    GetBalance,
    ItemReply,
    Message,
    Outcome,
    Problem,
    Reply,
    Request,
    Session,
    Unsettle,
)

REQUEST = Request("/", (), b"")
SPORTSBOOK = load("sportsbook")
JSON = (("content-type", "application/json"),)
UNSETTLE = Unsettle(id="t1", bet="b1", player="p1", amount=20_000_000, currency="USD")
GOOD = {"balance": 100, "currency": "USD", "walletTransactionId": "w1"}


def answered(value: object, status: int = 200, headers: tuple[tuple[str, str], ...] = JSON) -> Message:
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return Message(b"", body, status, headers)


def told(decoded: Decoded) -> list[tuple[Fault, str, str]]:
    return [(problem.fault, problem.topic, problem.where) for problem in decoded.problems]


def error(code: str, status: int) -> Decoded:
    return SPORTSBOOK.decode(UNSETTLE, answered({"errorCode": code, "description": "why"}, status), REQUEST)


@pytest.mark.parametrize("text", [b"100", b"100.0", b"100.00", b"1e2", b"1.00E+2"])
def test_a_number_may_be_written_in_every_way(text: bytes) -> None:
    body = json.dumps(GOOD).encode().replace(b"100", text)
    decoded = SPORTSBOOK.decode(UNSETTLE, answered(body), REQUEST)
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
    decoded = SPORTSBOOK.decode(UNSETTLE, answered(json.dumps(GOOD).encode().replace(b"100", text)), REQUEST)
    assert decoded.reply is not None
    assert decoded.reply.items[0].balance == amount


@pytest.mark.parametrize("balance", ["100.00", None, True, [100]])
def test_a_balance_that_is_no_number_breaks_the_schema(balance: object) -> None:
    decoded = SPORTSBOOK.decode(UNSETTLE, answered({**GOOD, "balance": balance}), REQUEST)
    assert told(decoded) == [(Fault.WRONG_FORMAT, "schema", "/balance")]
    assert decoded.reply is not None
    assert decoded.reply.items[0].balance is None


def test_a_success_without_balance_and_currency_is_still_a_success() -> None:
    decoded = SPORTSBOOK.decode(UNSETTLE, answered({}), REQUEST)
    assert decoded.reply is not None
    assert decoded.reply.accepted
    assert [problem.detail for problem in decoded.problems] == ["`balance` and `currency` missing"]


def test_the_currency_is_that_of_the_request() -> None:
    decoded = SPORTSBOOK.decode(UNSETTLE, answered({**GOOD, "currency": "EUR"}), REQUEST)
    item = ItemReply(outcome=Outcome.OK, balance=10_000_000, currency="EUR", reference="w1")
    detail = "'EUR' for a player who was accepted in 'USD'"
    assert decoded == Decoded(
        Reply(outcome=Outcome.OK, items=(item,)), (Problem(Fault.WRONG_FORMAT, "/currency", detail),)
    )
    read = SPORTSBOOK.decode(GetBalance(player="p", session="s"), answered({**GOOD, "currency": "EUR"}), REQUEST)
    assert read.problems == (), "a read names none"


@pytest.mark.parametrize("currency", ["EUR", "usd", "USD\n", "DOLLAR", 840])
def test_another_currency_than_the_players_is_wrong(currency: object) -> None:
    decoded = SPORTSBOOK.decode(UNSETTLE, answered({**GOOD, "currency": currency}), REQUEST)
    assert {(problem.fault, problem.topic, problem.where) for problem in decoded.problems} == {
        (Fault.WRONG_FORMAT, "schema", "/currency")
    }


def test_a_reference_that_is_null_is_a_warning() -> None:
    decoded = SPORTSBOOK.decode(UNSETTLE, answered({**GOOD, "walletTransactionId": None}), REQUEST)
    assert told(decoded) == [(Fault.POOR_FORMAT, "schema", "/walletTransactionId")]


def test_an_error_code_of_null_beside_a_success_is_an_unknown_field() -> None:
    decoded = SPORTSBOOK.decode(UNSETTLE, answered({**GOOD, "errorCode": None, "description": None}), REQUEST)
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
    detail = "the code should be AUTHENTICATION_FAILED, is 'ACCESS_DENIED'"
    item = ItemReply(outcome=Outcome.UNAUTHENTICATED, code="ACCESS_DENIED", description="why")
    assert decoded == Decoded(
        Reply(outcome=Outcome.UNAUTHENTICATED, items=(item,), code="ACCESS_DENIED"),
        (Problem(Fault.POOR_FORMAT, "/errorCode", detail, "code"),),
    )


@pytest.mark.parametrize("body", [b"", b"<html>Unauthorized</html>", b"{}", b'{"error": "unauthorized"}', b"[]"])
def test_a_bare_401_is_a_refusal_with_a_warning(body: bytes) -> None:
    detail = "HTTP 401 without a JSON error; its code should be AUTHENTICATION_FAILED"
    refused = (ItemReply(outcome=Outcome.UNAUTHENTICATED),)
    assert SPORTSBOOK.decode(UNSETTLE, answered(body, 401, ()), REQUEST) == Decoded(
        Reply(outcome=Outcome.UNAUTHENTICATED, items=refused),
        (Problem(Fault.POOR_FORMAT, "/errorCode", detail, "code"),),
    )


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (
            {"errorCode": "INVALID_BET"},
            Problem(Fault.POOR_FORMAT, "", "`description` missing", "http", Flaw.MISSING, "description"),
        ),
        (
            {"errorCode": "INVALID_BET", "description": 5},
            Problem(Fault.POOR_FORMAT, "/description", "must be string, is the number 5", "http"),
        ),
        (
            {"errorCode": "INVALID_BET", "description": None},
            Problem(Fault.POOR_FORMAT, "/description", "must be string, is null", "http", Flaw.NULL),
        ),
    ],
)
def test_an_error_should_have_a_description(value: object, problem: Problem) -> None:
    item = ItemReply(outcome=Outcome.UNKNOWN_TRANSACTION, code="INVALID_BET")
    assert SPORTSBOOK.decode(UNSETTLE, answered(value, 400), REQUEST) == Decoded(
        Reply(outcome=item.outcome, items=(item,), code="INVALID_BET"),
        (problem,),
    )


@pytest.mark.parametrize("status", [199, 200, 201, 302, 399])
def test_an_error_with_a_success_status_is_unknown(status: int) -> None:
    detail = f"HTTP {status} with the error 'INSUFFICIENT_FUNDS'"
    assert error("INSUFFICIENT_FUNDS", status) == Decoded(
        None, (Problem(Fault.WRONG_FORMAT, "status", detail, "status", Flaw.CONTRADICTION),)
    )


@pytest.mark.parametrize("status", [201, 202, 299])
def test_a_success_is_200_and_nothing_else(status: int) -> None:
    decoded = SPORTSBOOK.decode(UNSETTLE, answered(GOOD, status), REQUEST)
    item = ItemReply(outcome=Outcome.OK, balance=10_000_000, currency="USD", reference="w1")
    detail = f"HTTP {status} with a success, which is always 200"
    assert decoded == Decoded(
        Reply(outcome=Outcome.OK, items=(item,)),
        (Problem(Fault.WRONG_FORMAT, "status", detail, "status", Flaw.CONTRADICTION),),
    )


def test_an_error_with_5xx_is_a_refusal_with_a_warning() -> None:
    decoded = error("INSUFFICIENT_FUNDS", 500)
    assert decoded.reply is not None
    assert decoded.reply.outcome is Outcome.REFUSED
    detail = "an error of the contract's shape with HTTP 500: a refusal is not a server error"
    assert decoded.problems == (Problem(Fault.POOR_FORMAT, "status", detail, "http"),)


def test_a_long_code_is_cut_where_it_is_told() -> None:
    whole, cut = "X" * 81, f"{'X' * 80}..."
    assert [each.detail for each in error(whole, 401).problems] == [
        f"the code should be AUTHENTICATION_FAILED, is '{cut}'"
    ]
    assert [each.detail for each in error(whole, 200).problems] == [f"HTTP 200 with the error '{cut}'"]
    player = SPORTSBOOK.decode(UNSETTLE, answered({**GOOD, "currency": whole}), REQUEST)
    assert player.problems[-1].detail == f"'{cut}' for a player who was accepted in 'USD'"


@pytest.mark.parametrize("status", [404, 405, 501])
def test_an_operation_is_absent_without_a_body_of_the_contract(status: int) -> None:
    for body in (b"", b"<html>", b'{"message": "no route"}'):
        decoded = SPORTSBOOK.decode(UNSETTLE, answered(body, status, ()), REQUEST)
        assert (decoded.reply, decoded.absent) == (None, True)
        assert [problem.topic for problem in decoded.problems] == ["http"], "it counts where the operation exists"
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
    decoded = SPORTSBOOK.decode(UNSETTLE, answered(body, status), REQUEST)
    assert (decoded.reply, decoded.absent) == (None, False)
    assert [(problem.fault, problem.topic) for problem in decoded.problems] == [(Fault.UNDECODABLE, topic)]


@pytest.mark.parametrize("status", [199, 300, 302, 399, 400, 404, 500])
def test_a_success_under_another_status_than_2xx_is_unknown(status: int) -> None:
    decoded = SPORTSBOOK.decode(UNSETTLE, answered(b'{"balance": 1, "currency": "USD"}', status), REQUEST)
    detail = f"HTTP {status} with a success, which is always 200"
    assert decoded == Decoded(None, (Problem(Fault.WRONG_FORMAT, "status", detail, "status", Flaw.CONTRADICTION),))


@pytest.mark.parametrize("status", [199, 300, 302])
def test_an_empty_object_is_a_success_with_2xx_alone(status: int) -> None:
    detail = f"HTTP {status} is neither a success nor an error; redirects are not followed"
    flaw = Flaw.REDIRECT if status >= 300 else None
    assert SPORTSBOOK.decode(UNSETTLE, answered({}, status), REQUEST) == Decoded(
        None, (Problem(Fault.UNDECODABLE, "status", detail, "status", flaw),)
    )


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
    decoded = SPORTSBOOK.decode(Authenticate(token="t"), answered(PLAYER), REQUEST)
    assert decoded.problems == ()
    assert decoded.reply is not None
    assert decoded.reply.session == Session(player="p1", session="s1", brand="B", display_name="Ann", country="GB")


@pytest.mark.parametrize("field", [*PLAYER])
def test_authenticate_returns_every_documented_field(field: str) -> None:
    value = {name: each for name, each in PLAYER.items() if name != field}
    decoded = SPORTSBOOK.decode(Authenticate(token="t"), answered(value), REQUEST)
    assert [problem.detail for problem in decoded.problems] == [f"`{field}` missing"]


@pytest.mark.parametrize(
    ("field", "attribute"),
    [
        ("playerId", "player"),
        ("brandCode", "brand"),
        ("sessionId", "session"),
        ("displayName", "display_name"),
        ("country", "country"),
    ],
)
def test_a_field_of_a_session_that_is_no_text_is_left_unread(field: str, attribute: str) -> None:
    decoded = SPORTSBOOK.decode(Authenticate(token="t"), answered({**PLAYER, field: 7}), REQUEST)
    whole = Session(player="p1", session="s1", brand="B", display_name="Ann", country="GB")
    assert decoded == Decoded(
        Reply(
            outcome=Outcome.OK,
            items=(ItemReply(outcome=Outcome.OK, balance=100_000, currency="USD"),),
            session=replace(whole, **{attribute: None}),
        ),
        (Problem(Fault.WRONG_FORMAT, f"/{field}", "must be string, is the number 7"),),
    )


def test_only_authenticate_opens_a_session() -> None:
    decoded = SPORTSBOOK.decode(GetBalance(player="p1", session="s1"), answered(PLAYER), REQUEST)
    assert decoded.reply is not None
    assert decoded.reply.session is None


def test_a_display_name_is_no_e_mail_address() -> None:
    decoded = SPORTSBOOK.decode(
        Authenticate(token="t"), answered({**PLAYER, "displayName": "ann@example.com"}), REQUEST
    )
    assert [problem.detail for problem in decoded.problems] == [
        "must not be an e-mail address, is the text 'ann@example.com'"
    ]
    assert (
        SPORTSBOOK.decode(Authenticate(token="t"), answered({**PLAYER, "displayName": "Ann @ home"}), REQUEST).problems
        == ()
    )
