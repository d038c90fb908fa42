"""Each check of single answers: a history that trips it, made of a sound one by one change, and the sound one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import pytest
from report_at_hand import scenarios

from harness.contracts import load
from harness.model import (
    Alteration,
    Exchange,
    Failure,
    FailureKind,
    Fault,
    History,
    ItemReply,
    Outcome,
    Problem,
    Reply,
    Status,
    Verdict,
)
from harness.proof.trials import examiner_of
from harness.verdict.checks import examine
from mock_server.wallet import Wallet

CASINO = load("casino")
RESENT = "idempotency/resent_settlement"
Change = Callable[[Exchange], Exchange]


@cache
def lived(scenario: str) -> History:
    examiner = examiner_of(Wallet, "casino")
    history = examiner._runner.run(scenarios()[scenario])[0]
    examiner.close()
    return history


def judged(history: History) -> tuple[Verdict, ...]:
    return examine(history, CASINO, CASINO.policy).verdicts


def changed(history: History, index: int, change: Change) -> History:
    exchanges = list(history.exchanges)
    exchanges[index] = change(exchanges[index])
    return replace(history, exchanges=tuple(exchanges))


def settlements(history: History) -> list[int]:
    return [index for index, each in enumerate(history.exchanges) if each.name == "settlement"]


def reply_of(exchange: Exchange) -> Reply:
    assert exchange.reply is not None
    return exchange.reply


def with_items(exchange: Exchange, *items: ItemReply) -> Exchange:
    return replace(exchange, reply=replace(reply_of(exchange), items=items))


def found(history: History, check: str) -> list[Verdict]:
    return [each for each in judged(history) if each.check == check]


def test_a_sound_history_trips_nothing() -> None:
    assert judged(lived(RESENT)) == ()
    assert len(settlements(lived(RESENT))) == 2


def test_a_batch_without_an_answer_for_an_item_is_incomplete() -> None:
    history = lived(RESENT)
    at = settlements(history)[0]
    bad = changed(history, at, with_items)
    (verdict,) = found(bad, "completeness")
    operation = history.exchanges[at].operation
    assert verdict.exchange == at
    assert verdict.summary == f"1 of the batch's transactions has no answer: {operation.items[0].id}"  # type: ignore[union-attr]


def test_an_answer_that_nobody_asked_for_is_told() -> None:
    history = lived(RESENT)
    at = settlements(history)[0]
    stranger = ItemReply(outcome=Outcome.OK, id="somebody-else", balance=1)
    bad = changed(history, at, lambda each: with_items(each, *reply_of(each).items, stranger))
    (verdict,) = found(bad, "completeness")
    assert verdict.summary == "the answer has transactions that were not asked for: somebody-else"


def test_another_reference_for_the_same_transaction_is_told() -> None:
    history = lived(RESENT)
    first, again = settlements(history)

    def named(name: str) -> Change:
        return lambda each: with_items(each, *(replace(item, reference=name) for item in reply_of(each).items))

    same = changed(changed(history, first, named("w1")), again, named("w1"))
    other = changed(changed(history, first, named("w1")), again, named("w2"))
    assert found(same, "reference") == []
    (verdict,) = found(other, "reference")
    assert verdict.exchange == again
    assert verdict.summary == "the wallet's reference was w1 the first time, and is w2 now"


@pytest.mark.parametrize(
    ("topic", "check"), [("schema", "schema"), ("json", "schema"), ("echo", "echo"), ("http", "format")]
)
def test_problems_of_form_go_to_the_check_of_their_topic_once_for_each_place(topic: str, check: str) -> None:
    history = lived(RESENT)
    problem = Problem(Fault.WRONG_FORMAT, "/data/0/balance", "is a string", topic)
    bad = history
    for at in settlements(history):
        bad = changed(bad, at, lambda each: replace(each, problems=(problem, problem)))
    told = judged(bad)
    assert [(each.check, each.summary) for each in told] == [(check, "/data/0/balance: is a string")]
    assert told[0].exchange == settlements(history)[0]


def test_a_poor_format_is_a_warning_where_a_wrong_one_fails() -> None:
    history, places = lived(RESENT), settlements(lived(RESENT))

    def status(fault: Fault) -> Status:
        problem = Problem(fault, "/data/0/balance", "is a string")
        bad = changed(history, places[0], lambda each: replace(each, problems=(problem,)))
        return judged(bad)[0].status

    assert status(Fault.WRONG_FORMAT) is Status.FAIL
    assert status(Fault.POOR_FORMAT) is Status.WARN


def test_an_answer_that_was_lost_by_accident_decides_nothing() -> None:
    history = lived(RESENT)
    at = settlements(history)[1]
    failure = Failure(FailureKind.CLOSED, "the wallet hung up")

    def lost(each: Exchange) -> Exchange:
        return replace(each, reply=None, transmission=replace(each.transmission, received=None, failure=failure))

    (verdict,) = judged(changed(history, at, lost))
    assert (verdict.check, verdict.status, verdict.summary) == ("delivery", Status.UNKNOWN, "the wallet hung up")
    assert verdict.exchange == at


@pytest.mark.parametrize("alteration", [Alteration(forged="other_secret"), Alteration(body=b"{")])
def test_a_request_that_must_be_refused_may_be_refused_illegibly_but_not_left_unanswered(
    alteration: Alteration,
) -> None:
    history = lived(RESENT)
    at = settlements(history)[1]

    def illegible(each: Exchange) -> Exchange:
        return replace(each, reply=None, alteration=alteration)

    def unanswered(each: Exchange) -> Exchange:
        failure = Failure(FailureKind.CLOSED, "the wallet hung up")
        return replace(illegible(each), transmission=replace(each.transmission, received=None, failure=failure))

    assert "delivery" not in {each.check for each in judged(changed(history, at, illegible))}
    assert "delivery" in {each.check for each in judged(changed(history, at, unanswered))}


def test_an_answer_that_cannot_be_read_for_want_of_capacity_names_the_remedy() -> None:
    history = lived(RESENT)

    def overloaded(each: Exchange) -> Exchange:
        received = each.transmission.received
        assert received is not None
        return replace(
            each, reply=None, transmission=replace(each.transmission, received=replace(received, status=503))
        )

    (verdict,) = judged(changed(history, settlements(history)[1], overloaded))
    assert verdict.check == "delivery"
    assert verdict.summary == (
        "the answer cannot be read (HTTP 503); the wallet is overloaded or restarts: run with a lower rate"
    )


def test_a_refusal_where_success_was_expected_is_told_by_the_oracle_and_with_the_code_it_had() -> None:
    history = lived(RESENT)
    at = settlements(history)[0]

    def refused(each: Exchange) -> Exchange:
        items = tuple(replace(item, outcome=Outcome.REFUSED, balance=None) for item in reply_of(each).items)
        return with_items(each, *items)

    verdicts = judged(changed(history, at, refused))
    assert {each.check for each in verdicts} == {"oracle"}
    assert verdicts[0].exchange == at
    assert verdicts[0].summary == "refused, though a sound wallet must accept it"


def test_one_unit_too_much_in_the_last_read_is_conservation() -> None:
    history = lived(RESENT)
    at = next(index for index, each in enumerate(history.exchanges) if each.step == -2)

    def richer(each: Exchange) -> Exchange:
        item = reply_of(each).items[0]
        assert item.balance is not None
        return with_items(each, replace(item, balance=item.balance + 1))

    (verdict,) = judged(changed(history, at, richer))
    assert (verdict.check, verdict.status, verdict.exchange) == ("conservation", Status.FAIL, at)
    assert verdict.player == history.players[0].id


def test_a_bystander_whose_money_moves_is_noticed() -> None:
    history = lived(RESENT)
    at = len(history.exchanges) - 1

    def richer(each: Exchange) -> Exchange:
        item = reply_of(each).items[0]
        assert item.balance is not None
        return with_items(each, replace(item, balance=item.balance - 1))

    (verdict,) = judged(changed(history, at, richer))
    assert (verdict.requirement, verdict.player) == ("CAS-CON-01", history.players[-1].id)
