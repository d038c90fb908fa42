"""The wrong value of an answer is marked in its body, on its own line, for each check that knows where it stands."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from chromium import Page
from packed_pages import unpacked
from pages import go_to, in_browser
from report_at_hand import report

from harness.contracts import Contract
from harness.model import Aspect, Check, Operation, Reply, Request
from harness.report import write
from harness.report.html import render
from harness.report.html.bodies import WrongValue, lines_of, wire
from harness.report.html.view import page as page_values
from mock_server.defects import named
from mock_server.wallet import Wallet
from mock_server.wire import Answer

RESENT = "idempotency/resent_settlement"


class PlainText(Wallet):
    """Announces its answers as text."""

    def write(self, contract: Contract, operation: Operation | None, reply: Reply, request: Request) -> Answer:
        answer = super().write(contract, operation, reply, request)
        return answer._replace(headers=((b"Content-Type", b"text/plain"),))


class OtherSession(Wallet):
    """Repeats another session than the one of the request, in the answer to a bet."""

    def write(self, contract: Contract, operation: Operation | None, reply: Reply, request: Request) -> Answer:
        answer = super().write(contract, operation, reply, request)
        value = json.loads(answer.body, parse_float=Decimal)
        if "sessionId" in value:
            value["sessionId"] = "another"
        return answer._replace(body=json.dumps(value, separators=(",", ":"), default=str).encode())


def wallet_of(name: str) -> type[Wallet]:
    own = {each.__name__: each for each in (PlainText, OtherSession)}
    return own[name] if name in own else named(name).wallet_type


CASES = [
    ("credits-twice", "casino", RESENT, Check.ORACLE, '"balance": 7469134', "possible: success, balance 62.34567 EUR"),
    ("credits-twice", "sportsbook", "settlement/paid_bet", Check.ORACLE, '"balance": 140.00,', "balance 115.00 EUR"),
    (
        "shows-an-old-balance-at-login",
        "sportsbook",
        "authentication/login",
        Check.CONSERVATION,
        '"balance": 0.00,',
        "possible: success, balance 100.00 EUR",
    ),
    ("writes-the-balance-as-text", "casino", RESENT, Check.SCHEMA, '"balance": "6234567"', "must be integer"),
    ("leaves-the-balance-out", "casino", RESENT, Check.SCHEMA, "{", "`balance` missing"),
    ("OtherSession", "casino", "insufficient_funds/exact_stake", Check.ECHO, '"sessionId": "another",', "repeated as"),
    ("PlainText", "casino", RESENT, Check.FORMAT, "content-type: text/plain", "application/json"),
    (
        "names-an-unknown-player-wrongly",
        "sportsbook",
        "input/unsettlement_of_an_unknown_player",
        Check.CODE,
        '"errorCode": "INVALID_BET",',
        "not as unknown_player",
    ),
    (
        "gives-a-repeat-a-new-reference",
        "sportsbook",
        "idempotency/resent_bet",
        Check.REFERENCE,
        '"walletTransactionId": "',
        "the first time",
    ),
    (
        "takes-text-for-an-amount",
        "casino",
        "input/settlement_amounts_eur",
        Check.EXPECTATION,
        '"status": "RS_OK",',
        "accepted with one fault",
    ),
]


def marks_of(made: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The marked texts of a page, each with what is wrong."""
    for group in page_values(made)["groups"]:
        for row in (*group["first"], *group["rest"]):
            for step in (*row["prepared"], *row["steps"]):
                for parts in (step["response"] or {}).values():
                    yield from ((each["text"], each["why"]) for each in parts if each["why"])


@pytest.mark.parametrize(("wallet", "contract", "scenario", "check", "line", "why"), CASES)
def test_the_wrong_value_is_marked_on_its_line(
    wallet: str, contract: str, scenario: str, check: Check, line: str, why: str
) -> None:
    made = report(wallet_of(wallet), {contract: [scenario]})
    found = [each for each in made["scenarios"][0]["verdicts"] if each["status"] != "pass"]
    assert check in {each["check"] for each in found if each.get("place")}
    marked = list(marks_of(made))
    assert [text for text, said in marked if text.startswith(line) and why in said], marked
    assert 'class="note' in unpacked(render(made))


def test_every_place_in_a_body_is_a_line_of_it(whole_report: dict[str, Any]) -> None:
    found = 0
    for scenario in whole_report["scenarios"]:
        by_index = {(each["run"], each["index"]): each for each in scenario["exchanges"]}
        for verdict in scenario["verdicts"]:
            if verdict["status"] == "pass" or not verdict.get("place", "").startswith("/"):
                continue
            which = verdict["accused" if verdict.get("aspect") == Aspect.LATE else "exchange"]
            answer = by_index[verdict.get("run", 0), which]["response"]
            if not answer["truncated"]:
                assert verdict["place"] in {each.place for each in lines_of(answer["body"])}, verdict
                found += 1
    assert found > 20


def test_a_late_balance_is_marked_where_it_was_old_and_not_in_its_proof() -> None:
    made: dict[str, Any] = report(named("credits-twice").wallet_type, {"casino": [RESENT]})
    (scenario,) = made["scenarios"]
    verdict = next(each for each in scenario["verdicts"] if each.get("place"))
    before = [each for each in scenario["exchanges"] if each["index"] < verdict["exchange"]][-1]
    late = {**verdict, "aspect": "late", "accused": before["index"], "place": "/balance"}
    made["scenarios"] = [{**scenario, "verdicts": [late]}]
    ((text, _),) = marks_of(made)
    assert text == '"balance": 5000000'


def test_nothing_is_marked_where_no_place_is_known() -> None:
    made: dict[str, Any] = report(named("credits-twice").wallet_type, {"casino": [RESENT]})
    for scenario in made["scenarios"]:
        for verdict in scenario["verdicts"]:
            verdict.pop("place", None)
    assert not list(marks_of(made))


@pytest.mark.parametrize(
    ("body", "place", "marked"),
    [
        ('{"a":{"b":[1,{"c":2}]},"d":3}', "/a/b/1/c", '"c": 2'),
        ('{"a":{"b":[1,{"c":2}]},"d":3}', "/a/b/0", "1,"),
        ('{"a":{"b":[1,{"c":2}]},"d":3}', "/d", '"d": 3'),
        ('{"a":{},"b":[],"c":1}', "/c", '"c": 1'),
        ('[[],[1],{"x":"]"}]', "/2/x", '"x": "]"'),
        ('{"a/b":1,"m~n":2}', "/a~1b", '"a/b": 1,'),
        ('{"\\u0061":1}', "/a", '"\\u0061": 1'),
        ('{"a":1}', "/b", ""),
        ('{"a":1', "/a", ""),
        ("[1,2]", "", ""),
    ],
)
def test_a_place_is_found_in_any_json(body: str, place: str, marked: str) -> None:
    message = {"headers": [["x", "y"]], "body": body}
    shown = wire("HTTP 200", message, {place: WrongValue("fail", "why")} if place else {})
    assert [each["text"] for each in shown["body"] if each["why"]] == ([marked] if marked else [])
    assert "".join(each["text"] for each in shown["body"]) == "\n".join(each.text for each in lines_of(body))


@in_browser
def test_a_mark_is_seen_and_is_not_copied(page: Page, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    write(path, report(named("credits-twice").wallet_type, {"casino": [RESENT]}))
    page.open(path)
    go_to(page, f"#{RESENT}")
    mark = "document.querySelector('.wire[open] mark')"
    assert page.run(f"{mark}.textContent") == '"balance": 7469134'
    assert page.run(
        f"getComputedStyle({mark}).backgroundColor != getComputedStyle({mark}.parentElement).backgroundColor"
    )
    page.run(
        "window.copied = ''; Object.defineProperty(navigator, 'clipboard', {configurable: true, "
        "value: {writeText: text => { window.copied = text; return Promise.resolve(); }}})"
    )
    page.run(f"{mark}.closest('.code').querySelector('[data-copy]').click()")
    copied = page.run("window.copied")
    assert '"balance": 7469134\n' in copied
    assert "possible" not in copied
