"""A contract as one wallet keeps it: what a profile pins of its readings, and codes of its own.

No wallet answers here; `tests/examine/test_own_codes.py` has the same over a socket.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from harness.config.tailoring import tailored
from harness.contracts import Decoded, ExpectedCode, load
from harness.model import (
    Fault,
    ItemReply,
    Level,
    Message,
    Operation,
    Outcome,
    Payout,
    Problem,
    Reply,
    Request,
    Settle,
    Situation,
    Unsettle,
)

CASINO, SPORTSBOOK = load("casino"), load("sportsbook")
HEADERS = (("content-type", "application/json"),)
UNSETTLE = Unsettle(id="t1", bet="b1", player="p1", amount=100, currency="USD")
PAYOUT = Payout(id="t1", player="p1", currency="EUR", amount=100)
SETTLE = Settle(items=(PAYOUT, Payout(id="t2", player="p1", currency="EUR", amount=100)))


REQUEST = Request("/", (), b"")


def answered(value: object, status: int = 200) -> Message:
    return Message(b"", json.dumps(value).encode(), status, HEADERS)


# --------------------------------------------------------------------------------------------------------------------
# Readings


def test_a_pinned_reading_is_the_only_one_of_its_policy() -> None:
    found = tailored(SPORTSBOOK, readings=[("late_bet", "refused"), ("deduction", "supported")])
    assert found.policy == {
        **SPORTSBOOK.policy,
        "late_bet": frozenset({"refused"}),
        "deduction": frozenset({"supported"}),
    }
    assert (found.codes, found.decode) == (SPORTSBOOK.codes, SPORTSBOOK.decode)


def test_without_anything_pinned_nothing_changes() -> None:
    assert tailored(CASINO) == CASINO


# --------------------------------------------------------------------------------------------------------------------
# Codes that are due


def test_a_pinned_code_must_be_said_and_the_general_error_is_another() -> None:
    found = tailored(CASINO, codes=[("insufficient_funds", ["BROKE"])])
    assert found.codes == {
        **CASINO.codes,
        Situation.UNCOVERED: ExpectedCode(Level.SHOULD, frozenset({Outcome.INSUFFICIENT_FUNDS})),
    }
    assert found.policy == CASINO.policy


def test_readings_and_codes_are_pinned_together() -> None:
    found = tailored(CASINO, readings=[("zero_bet", "refused")], codes=[("insufficient_funds", ["BROKE"])])
    assert found.policy == {**CASINO.policy, "zero_bet": frozenset({"refused"})}
    assert found.codes[Situation.UNCOVERED].outcomes == frozenset({Outcome.INSUFFICIENT_FUNDS})


def test_of_several_outcomes_that_a_document_allows_the_others_stay() -> None:
    found = tailored(SPORTSBOOK, codes=[("unknown_transaction", ["NO_BET"])])
    assert found.codes == SPORTSBOOK.codes


def test_a_pinned_general_error_is_due_nowhere_by_itself() -> None:
    found = tailored(CASINO, codes=[("refused", ["NO"])])
    assert {each.outcomes & {Outcome.REFUSED} for each in found.codes.values()} == {frozenset()}


def test_a_word_that_is_no_outcome_is_refused() -> None:
    with pytest.raises(ValueError, match="'broke' is not a valid Outcome"):
        tailored(CASINO, codes=[("broke", ["BROKE"])])


# --------------------------------------------------------------------------------------------------------------------
# Codes that were said

OWN: Any = [("insufficient_funds", ["BROKE", "POOR"]), ("unauthenticated", ["WHO_ARE_YOU"]), ("conflict", [])]


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        ("BROKE", Outcome.INSUFFICIENT_FUNDS),
        ("POOR", Outcome.INSUFFICIENT_FUNDS),
        ("WHO_ARE_YOU", Outcome.UNAUTHENTICATED),
        ("RS_ERROR_NOT_ENOUGH_MONEY", Outcome.REFUSED),
        ("RS_ERROR_DUPLICATE_TRANSACTION", Outcome.REFUSED),
        ("RS_ERROR_WRONG_CURRENCY", Outcome.WRONG_CURRENCY),
        ("RS_ERROR", Outcome.REFUSED),
        ("ELSE", Outcome.REFUSED),
    ],
)
def test_a_code_of_its_own_takes_the_place_of_the_documents(code: str, outcome: Outcome) -> None:
    found = tailored(CASINO, codes=OWN)
    item = ItemReply(outcome=outcome, code=code)
    for operation, value, items in (
        (PAYOUT, {"status": code}, (item,)),
        (SETTLE, {"status": code}, ()),
        (SETTLE, {"status": code, "data": [{"status": code}, {"status": code}]}, (item, item)),
    ):
        assert found.decode(operation, answered(value), REQUEST) == Decoded(
            Reply(outcome=outcome, items=items, code=code)
        )


def test_a_success_stays_a_success_whatever_is_pinned() -> None:
    found = tailored(CASINO, codes=[("ok", ["FINE"]), ("insufficient_funds", ["RS_OK"])])
    value = {"status": "RS_OK", "transactionId": "t1", "balance": 7}
    assert found.decode(PAYOUT, answered(value), REQUEST) == CASINO.decode(PAYOUT, answered(value), REQUEST)


def test_each_item_of_a_batch_is_read_by_its_own_code() -> None:
    items = [{"status": "RS_OK", "transactionId": "t1", "balance": 7}, {"status": "BROKE", "transactionId": "t2"}]
    decoded = tailored(CASINO, codes=OWN).decode(SETTLE, answered({"status": "RS_OK", "data": items}), REQUEST)
    assert decoded.reply is not None
    assert [(each.id, each.outcome, each.balance) for each in decoded.reply.items] == [
        ("t1", Outcome.OK, 7),
        ("t2", Outcome.INSUFFICIENT_FUNDS, None),
    ]
    assert decoded.reply.outcome is Outcome.OK
    assert {each.topic for each in decoded.problems} == {"echo"}


def decoded_401(code: str, own: Any) -> Decoded:
    return tailored(SPORTSBOOK, codes=own).decode(
        UNSETTLE, answered({"errorCode": code, "description": 5}, 401), REQUEST
    )


DESCRIPTION = Problem(Fault.POOR_FORMAT, "/description", "must be string, is the number 5", "http")
CODE = Problem(Fault.POOR_FORMAT, "/errorCode", "the code should be AUTHENTICATION_FAILED, is 'WHO_ARE_YOU'", "code")


@pytest.mark.parametrize(
    ("own", "outcome", "problems"),
    [
        ([], Outcome.UNAUTHENTICATED, (DESCRIPTION, CODE)),
        ([("unauthenticated", ["WHO_ARE_YOU"])], Outcome.UNAUTHENTICATED, (DESCRIPTION,)),
        ([("unauthenticated", ["GO_AWAY"])], Outcome.REFUSED, (DESCRIPTION, CODE)),
        ([("insufficient_funds", ["BROKE"])], Outcome.UNAUTHENTICATED, (DESCRIPTION, CODE)),
    ],
    ids=["none", "this", "another", "of-another-outcome"],
)
def test_a_pinned_code_is_not_complained_of_and_all_else_is(
    own: Any, outcome: Outcome, problems: tuple[Problem, ...]
) -> None:
    item = ItemReply(outcome=outcome, code="WHO_ARE_YOU")
    reply = Reply(outcome=outcome, items=(item,), code="WHO_ARE_YOU")
    assert decoded_401("WHO_ARE_YOU", own) == Decoded(reply, problems)


@pytest.mark.parametrize(
    ("answer", "item", "left"),
    [("BROKE", "", ()), ("", "BROKE", ()), ("ELSE", "ELSE", (CODE,))],
    ids=["in-the-answer", "in-an-item", "nowhere"],
)
def test_a_contract_may_have_its_code_in_the_answer_or_in_an_item(
    answer: str, item: str, left: tuple[Problem, ...]
) -> None:
    said = Reply(outcome=Outcome.REFUSED, items=(ItemReply(outcome=Outcome.REFUSED, code=item),), code=answer)
    private = replace(CASINO, decode=lambda operation, message, request: Decoded(said, (CODE,)))
    assert tailored(private, codes=OWN).decode(PAYOUT, answered({}), REQUEST).problems == left


@pytest.mark.parametrize(
    ("operation", "message"),
    [
        (SETTLE, Message(b"", b"<html>", 200, HEADERS)),
        (SETTLE, Message(b"", b"", 404, HEADERS)),
        (PAYOUT, answered({"status": "RS_OK"}, 500)),
    ],
    ids=["undecodable", "absent", "contradiction"],
)
def test_an_answer_of_unknown_fate_stays_so(operation: Operation, message: Message) -> None:
    assert tailored(CASINO, codes=OWN).decode(operation, message, REQUEST) == CASINO.decode(operation, message, REQUEST)
