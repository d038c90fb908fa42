"""How a batch is answered as a whole: which permitted reading was seen, and what is said where another was pinned."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.contracts import load
from harness.model import (
    Alteration,
    Exchange,
    History,
    ItemReply,
    Outcome,
    Overlaps,
    Payout,
    Reply,
    Scenario,
    Settle,
    Status,
)
from harness.proof.matrix import scenarios
from harness.proof.trials import examiner_of
from harness.verdict.checks import examine
from harness.verdict.checks.batch_readings import batch_readings
from mock_server.wallet import Wallet

CASINO = load("casino")
ITEM = Payout(id="t-1", player="188", currency="EUR", amount=10)
OK, NO = ItemReply(outcome=Outcome.OK, id="t-1"), ItemReply(outcome=Outcome.UNKNOWN_PLAYER, id="t-1")


@pytest.fixture(scope="module")
def history() -> History:
    """A history of one empty batch and of one with one item, by the reference wallet."""
    examiner = examiner_of(Wallet, "casino")
    scenario: Scenario = next(each for each in scenarios() if each.id == "batch/empty_batch")
    (recorded,) = examiner._runner.run(scenario)
    return recorded


def settled(history: History, *items: Payout, reply: Reply | None, **changes: object) -> History:
    """The history with one batch only, answered so."""
    first: Exchange = next(each for each in history.exchanges if isinstance(each.operation, Settle))
    changed = replace(first, operation=Settle(items=items), reply=reply, **changes)  # type: ignore[arg-type]
    return replace(history, exchanges=(changed,))


@pytest.mark.parametrize(
    ("items", "reply", "seen"),
    [
        ((), Reply(outcome=Outcome.OK, items=()), ("empty_batch", "ok")),
        ((), Reply(outcome=Outcome.MALFORMED, items=()), ("empty_batch", "refused")),
        ((), None, None),
        ((ITEM,), Reply(outcome=Outcome.OK, items=(NO,)), ("batch_with_no_valid_item", "answered")),
        ((ITEM,), Reply(outcome=Outcome.MALFORMED, items=()), ("batch_with_no_valid_item", "refused")),
        ((ITEM,), Reply(outcome=Outcome.OK, items=(OK,)), None),
        ((ITEM, ITEM), Reply(outcome=Outcome.OK, items=(NO, OK)), None),
        ((ITEM,), None, None),
    ],
)
def test_the_reading_of_a_batch(
    history: History, items: tuple[Payout, ...], reply: Reply | None, seen: tuple[str, str] | None
) -> None:
    found = list(batch_readings(settled(history, *items, reply=reply), Overlaps()))
    assert found == ([] if seen is None else [(0, seen)])


def test_a_request_that_was_altered_shows_no_reading(history: History) -> None:
    refused = Reply(outcome=Outcome.UNAUTHENTICATED, items=())
    assert not list(
        batch_readings(settled(history, ITEM, reply=refused, alteration=Alteration(forged="other_secret")), Overlaps())
    )


def test_only_batches_have_one(history: History) -> None:
    assert [index for index, _ in batch_readings(history, Overlaps())] == [
        index
        for index, each in enumerate(history.exchanges)
        if isinstance(each.operation, Settle) and not each.operation.items
    ]


def test_another_reading_than_the_pinned_one_is_a_violation_of_the_contract_as_a_whole(history: History) -> None:
    judged = examine(history, CASINO, {**CASINO.policy, "empty_batch": frozenset({"refused"})})
    assert ("empty_batch", "ok") in judged.readings
    (verdict,) = judged.verdicts
    exchange = history.exchanges[verdict.exchange or 0]
    assert (verdict.check, verdict.requirement, verdict.status) == ("expectation", "CAS-CON-01", Status.FAIL)
    assert verdict.summary == "empty batch: ok, and for this wallet only refused is accepted"
    assert verdict.level is CASINO.requirements["CAS-CON-01"].level
    assert verdict.line == exchange.line > 0
    assert verdict.sent == "settlement of 0 transactions"


@pytest.mark.parametrize("readings", [frozenset({"ok"}), frozenset({"ok", "refused"}), None])
def test_a_reading_that_is_accepted_is_no_finding(history: History, readings: frozenset[str] | None) -> None:
    policy = {name: each for name, each in CASINO.policy.items() if name != "empty_batch"}
    policy |= {"empty_batch": readings} if readings is not None else {}
    assert examine(history, CASINO, policy).verdicts == ()
