"""The casino dialect on the platform's side: what answers mean, and what is wrong with their format."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from harness.contracts import Decoded, load
from harness.model import Fault, Flaw, GetBalance, ItemReply, Message, Outcome, Payout, Problem, Reply, Request, Settle

REQUEST = Request("/", (), b"")
CASINO = load("casino")
JSON = (("content-type", "application/json; charset=utf-8"),)
PAYOUT = Payout(
    id="t1", bet="b1", session="s1", round="r1", player="p1", game="g1", currency="EUR", amount=100, win=True
)
SETTLE = Settle(items=(PAYOUT,))
GOOD_ITEM = {
    "status": "RS_OK",
    "transactionId": "t1",
    "refTransactionId": "b1",
    "sessionId": "s1",
    "roundId": "r1",
    "playerId": "p1",
    "currency": "EUR",
    "balance": 300,
}


def answered(value: object, status: int = 200, headers: tuple[tuple[str, str], ...] = JSON) -> Message:
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return Message(b"", body, status, headers)


def batch(*items: object, status: str = "RS_OK") -> dict[str, object]:
    return {"status": status, "data": list(items)}


def told(decoded: Decoded) -> list[tuple[Fault, str, str]]:
    return [(problem.fault, problem.topic, problem.where) for problem in decoded.problems]


def test_a_good_answer_has_no_problems() -> None:
    decoded = CASINO.decode(SETTLE, answered(batch(GOOD_ITEM)), REQUEST)
    assert decoded.problems == ()
    assert decoded.reply is not None
    assert decoded.reply.items[0].balance == 300


def test_unknown_fields_are_accepted() -> None:
    value = {**batch({**GOOD_ITEM, "bonus": {"deep": [1.5]}}), "version": 3.1}
    assert CASINO.decode(SETTLE, answered(value), REQUEST).problems == ()


@pytest.mark.parametrize(
    ("name", "value", "detail", "flaw"),
    [
        ("transactionId", 7, "must be string, is the number 7", None),
        ("transactionId", None, "must be string, is null", Flaw.NULL),
        ("balance", "7", "must be integer, is the text '7'", Flaw.TEXT),
        ("balance", True, "must be integer, is the boolean true", None),
    ],
)
def test_a_field_of_another_type_is_left_unread(name: str, value: object, detail: str, flaw: Flaw | None) -> None:
    decoded = CASINO.decode(
        PAYOUT, answered({"status": "RS_OK", "transactionId": "t1", "balance": 7, name: value}), REQUEST
    )
    fields = {"id": "t1", "balance": 7, {"transactionId": "id"}.get(name, name): None}
    item = ItemReply(outcome=Outcome.OK, code="RS_OK", **fields)  # type: ignore[arg-type]
    assert decoded.reply == Reply(outcome=Outcome.OK, items=(item,), code="RS_OK")
    assert decoded.problems == (Problem(Fault.WRONG_FORMAT, f"/{name}", detail, flaw=flaw),)


def test_fields_of_an_item_that_are_no_text_are_left_unread() -> None:
    wrong = {"transactionId": "t1", "currency": 978, "sessionId": 7, "playerId": None, "roundId": ["r1"]}
    decoded = CASINO.decode(SETTLE, answered(batch({**GOOD_ITEM, **wrong})), REQUEST)
    assert decoded.reply is not None
    assert decoded.reply.items == (
        ItemReply(outcome=Outcome.OK, code="RS_OK", id="t1", balance=300, echo={"refTransactionId": "b1"}),
    )
    assert decoded.problems == tuple(
        Problem(Fault.POOR_FORMAT, f"/{name}", "is not repeated as text", "echo")
        for name in ("sessionId", "roundId", "playerId", "currency")
    )


@pytest.mark.parametrize("balance", ["12.00", None, True, 12.5, [], {}])
def test_a_balance_that_is_no_integer_breaks_the_schema(balance: object) -> None:
    decoded = CASINO.decode(SETTLE, answered(batch({**GOOD_ITEM, "balance": balance})), REQUEST)
    assert told(decoded) == [(Fault.WRONG_FORMAT, "schema", "/data/0/balance")]
    assert decoded.reply is not None
    assert decoded.reply.items[0].balance is None


@pytest.mark.parametrize("text", [b"300.0", b"3e2", b"3.00E2", b"30000e-2"])
def test_an_integer_balance_that_is_written_as_a_fraction_is_read_with_a_warning(text: bytes) -> None:
    body = json.dumps(batch(GOOD_ITEM)).encode().replace(b"300", text)
    decoded = CASINO.decode(SETTLE, answered(body), REQUEST)
    shown = str(Decimal(text.decode())).lower()
    detail = f"the number {shown} is written with a fraction or an exponent; money is an integer x 100000"
    assert decoded.problems == (Problem(Fault.POOR_FORMAT, "/data/0/balance", detail, flaw=Flaw.FRACTION),)
    assert decoded.reply is not None
    assert decoded.reply.items[0].balance == 300
    single = CASINO.decode(
        PAYOUT, answered(b'{"status":"RS_OK","transactionId":"t1","balance":' + text + b"}"), REQUEST
    )
    assert single.problems == (Problem(Fault.POOR_FORMAT, "/balance", detail, flaw=Flaw.FRACTION),)


def test_a_balance_beyond_2_to_the_53_is_exact() -> None:
    decoded = CASINO.decode(SETTLE, answered(batch({**GOOD_ITEM, "balance": 2**53 + 1})), REQUEST)
    assert decoded.reply is not None
    assert decoded.reply.items[0].balance == 9007199254740993


@pytest.mark.parametrize("missing", ["transactionId", "balance"])
def test_what_an_accepted_item_must_have(missing: str) -> None:
    item = {name: value for name, value in GOOD_ITEM.items() if name != missing}
    decoded = CASINO.decode(SETTLE, answered(batch(item)), REQUEST)
    assert told(decoded) == [(Fault.WRONG_FORMAT, "schema", "/data/0")]
    assert decoded.problems[0].detail == f"`{missing}` missing"


def test_a_rejected_item_needs_a_status_alone() -> None:
    decoded = CASINO.decode(
        SETTLE, answered(batch({"status": "RS_ERROR", "balance": None, "transactionId": None})), REQUEST
    )
    assert decoded.problems == ()
    assert decoded.reply is not None
    assert decoded.reply.items[0] == ItemReply(outcome=Outcome.REFUSED, code="RS_ERROR")


def test_echoes_are_a_should_and_told_once_for_all_items() -> None:
    settle = Settle(items=tuple(Payout(id=f"t{n}", player="p1", currency="EUR", amount=1) for n in range(3)))
    items = [
        {"status": "RS_OK", "transactionId": f"t{n}", "balance": 1, "playerId": "p1", "currency": "EUR"}
        for n in range(3)
    ]
    items[0]["currency"] = items[2]["currency"] = "USD"
    decoded = CASINO.decode(settle, answered(batch(*items)), REQUEST)
    assert {(problem.fault, problem.topic) for problem in decoded.problems} == {(Fault.POOR_FORMAT, "echo")}
    assert {problem.where: problem.detail for problem in decoded.problems} == {
        "/currency": "repeated as the text 'USD', was the text 'EUR', and so in 1 more items",
        "/refTransactionId": "is not repeated as text, and so in 2 more items",
        "/sessionId": "is not repeated as text, and so in 2 more items",
        "/roundId": "is not repeated as text, and so in 2 more items",
    }


def test_an_id_that_stands_twice_in_a_batch_is_not_compared() -> None:
    twice = Settle(items=(PAYOUT, Payout(id="t1", player="p2", currency="EUR", amount=5)))
    assert CASINO.decode(twice, answered(batch(GOOD_ITEM)), REQUEST).problems == ()


def test_another_transaction_id_in_a_single_answer_is_wrong() -> None:
    decoded = CASINO.decode(PAYOUT, answered({"status": "RS_OK", "transactionId": "t2", "balance": 1}), REQUEST)
    detail = "answers the text 't2' for the text 't1'"
    assert decoded.problems == (Problem(Fault.WRONG_FORMAT, "/transactionId", detail),)


def test_a_refusal_may_name_another_transaction() -> None:
    assert CASINO.decode(PAYOUT, answered({"status": "RS_ERROR", "transactionId": "t2"}), REQUEST).problems == ()


def test_the_balance_is_asked_for_in_a_session() -> None:
    decoded = CASINO.decode(
        GetBalance(player="p1", session="s1"), answered({"status": "RS_OK", "balance": 1, "sessionId": "s2"}), REQUEST
    )
    detail = "repeated as the text 's2', was the text 's1'"
    assert decoded.problems == (Problem(Fault.POOR_FORMAT, "/sessionId", detail, "echo"),)


def test_batches_are_decoded_as_they_are() -> None:
    items = [{**GOOD_ITEM, "transactionId": name} for name in ("t9", "t1", "t1")]
    decoded = CASINO.decode(SETTLE, answered(batch(*items)), REQUEST)
    assert decoded.reply is not None
    assert [item.id for item in decoded.reply.items] == ["t9", "t1", "t1"]


def test_items_that_say_nothing_are_left_out() -> None:
    decoded = CASINO.decode(SETTLE, answered(batch(GOOD_ITEM, 7, {}, {"status": 1})), REQUEST)
    assert decoded.reply is not None
    assert [item.id for item in decoded.reply.items] == ["t1"]
    assert {problem.where for problem in decoded.problems} == {"/data/1", "/data/2", "/data/3/status"}


def test_the_top_level_status_of_a_mixed_batch_may_be_anything() -> None:
    decoded = CASINO.decode(SETTLE, answered(batch(GOOD_ITEM, {"status": "RS_ERROR"}, status="RS_PARTLY")), REQUEST)
    assert decoded.problems == ()
    assert decoded.reply is not None
    assert (decoded.reply.outcome, len(decoded.reply.items)) == (Outcome.REFUSED, 2)


@pytest.mark.parametrize("status", [200, 400, 401, 404, 405, 409, 422, 429])
def test_a_refusal_may_come_with_200_or_4xx(status: int) -> None:
    decoded = CASINO.decode(SETTLE, answered({"status": "RS_ERROR_WRONG_CURRENCY"}, status), REQUEST)
    assert decoded == Decoded(Reply(outcome=Outcome.WRONG_CURRENCY, items=(), code="RS_ERROR_WRONG_CURRENCY"))


@pytest.mark.parametrize("status", [500, 501, 503, 599])
def test_a_refusal_with_5xx_is_a_refusal_with_a_warning(status: int) -> None:
    detail = f"an error of the contract's shape with HTTP {status}: a refusal is not a server error"
    assert CASINO.decode(SETTLE, answered({"status": "RS_ERROR"}, status), REQUEST) == Decoded(
        Reply(outcome=Outcome.REFUSED, items=(), code="RS_ERROR"),
        (Problem(Fault.POOR_FORMAT, "status", detail, "http"),),
    )


@pytest.mark.parametrize("status", [199, 300, 302, 400, 409, 429, 500, 503])
def test_success_in_the_body_with_another_status_is_unknown(status: int) -> None:
    for value in (batch(GOOD_ITEM), batch(GOOD_ITEM, status="RS_ERROR")):
        assert CASINO.decode(SETTLE, answered(value, status), REQUEST) == Decoded(
            None, (Problem(Fault.WRONG_FORMAT, "status", f"HTTP {status} with RS_OK", "status", Flaw.CONTRADICTION),)
        )


@pytest.mark.parametrize("status", [404, 405, 501])
@pytest.mark.parametrize("body", [b"", b"<html>", b"{}", b'{"status": 404, "error": "Not Found"}', b'"gone"'])
def test_an_operation_is_absent_without_a_body_of_the_contract(status: int, body: bytes) -> None:
    decoded = CASINO.decode(SETTLE, answered(body, status, ()), REQUEST)
    assert (decoded.reply, decoded.absent) == (None, True)
    assert [problem.topic for problem in decoded.problems] == ["http"], "it counts where the operation exists"


NO_JSON = "not JSON: expecting value at line 1, column 1"
NO_OBJECT = "the answer is JSON, but not an object"
NO_SHAPE = "the answer is a JSON object that says neither success nor an error"
LIMITED = "; the wallet limits its callers: run with a lower rate"
SLOWER = "; the wallet is overloaded or restarts: run with a lower rate"


@pytest.mark.parametrize(
    ("status", "body", "where", "detail", "topic", "flaw"),
    [
        (200, b"<html>", "body", NO_JSON, "json", Flaw.NOT_JSON),
        (200, b"", "body", "the body is empty", "json", Flaw.EMPTY),
        (299, b"", "body", "the body is empty", "json", Flaw.EMPTY),
        (200, b"[1]", "", NO_OBJECT, "schema", None),
        (200, b'"RS_OK"', "", NO_OBJECT, "schema", None),
        (200, b"{}", "", NO_SHAPE, "schema", None),
        (200, b'{"status": 1}', "", NO_SHAPE, "schema", None),
        (
            200,
            b'{"status": "RS_OK", "status": "RS_OK"}',
            "body",
            "the key 'status' stands twice in one object",
            "json",
            Flaw.KEY_TWICE,
        ),
        (200, b'{"status": "RS_OK", "balance": NaN}', "body", "NaN is not a JSON number", "json", Flaw.NOT_A_NUMBER),
        (199, b"", "status", "HTTP 199 is neither a success nor an error; redirects are not followed", "status", None),
        (
            300,
            b"",
            "status",
            "HTTP 300 is neither a success nor an error; redirects are not followed",
            "status",
            Flaw.REDIRECT,
        ),
        (
            304,
            b"",
            "status",
            "HTTP 304 is neither a success nor an error; redirects are not followed",
            "status",
            Flaw.REDIRECT,
        ),
        (
            399,
            b"{}",
            "status",
            "HTTP 399 is neither a success nor an error; redirects are not followed",
            "status",
            Flaw.REDIRECT,
        ),
        (
            400,
            b"<html>",
            "status",
            f"HTTP 400 without an error of the contract's shape ({NO_JSON})",
            "http",
            Flaw.NOT_JSON,
        ),
        (403, b"[]", "status", f"HTTP 403 without an error of the contract's shape ({NO_OBJECT})", "http", None),
        (
            429,
            b"{}",
            "status",
            f"HTTP 429 without an error of the contract's shape ({NO_SHAPE}){LIMITED}",
            "http",
            None,
        ),
        (500, b"Oh", "status", f"HTTP 500 without an error of the contract's shape ({NO_JSON})", "http", Flaw.NOT_JSON),
        (
            503,
            b"no",
            "status",
            f"HTTP 503 without an error of the contract's shape ({NO_JSON}){SLOWER}",
            "http",
            Flaw.NOT_JSON,
        ),
    ],
)
def test_an_answer_that_cannot_be_decoded_is_unknown(
    status: int, body: bytes, where: str, detail: str, topic: str, flaw: Flaw | None
) -> None:
    problem = Problem(Fault.UNDECODABLE, where, detail, topic, flaw)
    assert CASINO.decode(SETTLE, answered(body, status), REQUEST) == Decoded(None, (problem,))


@pytest.mark.parametrize(
    ("headers", "detail"),
    [
        ((), "missing"),
        ((("content-type", ""),), "missing"),
        ((("content-type", "; charset=utf-8"),), "missing"),
        ((("content-type", "Text/HTML; charset=utf-8"),), "'text/html', JSON is announced as application/json"),
        ((("content-type", "x" * 81),), f"'{'x' * 80}...', JSON is announced as application/json"),
    ],
    ids=["none", "empty", "only-charset", "html", "long"],
)
def test_a_wrong_content_type_is_a_warning(headers: tuple[tuple[str, str], ...], detail: str) -> None:
    decoded = CASINO.decode(SETTLE, answered(batch(GOOD_ITEM), 200, headers), REQUEST)
    assert decoded.reply is not None
    assert decoded.problems == (Problem(Fault.POOR_FORMAT, "content-type", detail, "http"),)


@pytest.mark.parametrize("announced", ["application/json", "Application/JSON ; charset=UTF-8"])
def test_json_may_be_announced_in_any_case_and_with_a_charset(announced: str) -> None:
    assert (
        CASINO.decode(SETTLE, answered(batch(GOOD_ITEM), 200, (("content-type", announced),)), REQUEST).problems == ()
    )


def test_an_unknown_code_is_a_refusal() -> None:
    decoded = CASINO.decode(PAYOUT, answered({"status": "RS_ERROR_FULL_MOON"}), REQUEST)
    assert decoded.reply is not None
    assert (decoded.reply.outcome, decoded.reply.code) == (Outcome.REFUSED, "RS_ERROR_FULL_MOON")


@pytest.mark.parametrize("balance", ["x" * 10_000, 300.0])
def test_many_wrong_items_are_told_in_few_sentences(balance: object) -> None:
    items = [{**GOOD_ITEM, "transactionId": f"t{n}", "balance": balance} for n in range(100)]
    decoded = CASINO.decode(SETTLE, answered(batch(*items)), REQUEST)
    assert len(decoded.problems) == 20
    assert all(len(problem.detail) < 200 for problem in decoded.problems)
