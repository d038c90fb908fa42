"""A judgement is remembered for a history that is the same, and for no other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from harness.contracts import BUNDLED, Contract, load
from harness.examine import Examiner
from harness.model import Exchange, History, Message, Policy, Scenario
from harness.proof import trials
from harness.proof.matrix import scenarios
from harness.proof.remembered import Remembered
from harness.proof.trials import examiner_of, try_out
from harness.verdict.checks import Judge, Judged, examine
from mock_server.defects import DEFECTS
from mock_server.wallet import Wallet

FOLDERS = {"idempotency", "signature"}
SUITE = tuple(each for each in scenarios() if each.category in FOLDERS)


class Counting:
    """The judge, and how often it was asked."""

    def __init__(self, judge: Judge = examine) -> None:
        self.count = 0
        self._judge = judge

    def __call__(self, history: History, contract: Contract, policy: Policy) -> Judged:
        self.count += 1
        return self._judge(history, contract, policy)


def says_nothing(history: History, contract: Contract, policy: Policy) -> Judged:
    return Judged(verdicts=(), readings=())


@pytest.fixture
def counting(monkeypatch: pytest.MonkeyPatch) -> Counting:
    """A judge of the rows that has judged nothing before."""
    counting = Counting()
    monkeypatch.setitem(trials._JUDGES, False, Remembered(counting))
    return counting


def history_of(name: str) -> tuple[History, Examiner]:
    examiner = examiner_of(Wallet, "casino")
    scenario = next(each for each in scenarios() if each.id == name)
    return examiner._runner.run(scenario)[0], examiner


def with_last(history: History, change: Callable[[Exchange], Exchange]) -> History:
    return replace(history, exchanges=(*history.exchanges[:-1], change(history.exchanges[-1])))


@pytest.mark.parametrize("contract", BUNDLED)
def test_the_second_sound_wallet_needs_no_judgement(contract: str, counting: Counting) -> None:
    first = try_out(Wallet, contract, SUITE)
    judged = counting.count
    assert judged >= len(first)
    assert try_out(Wallet, contract, SUITE) == first
    assert counting.count == judged


@pytest.mark.full
@pytest.mark.parametrize("defect", ["remembers-the-last-five-ids", "gives-a-repeat-a-new-reference"])
def test_a_row_is_the_same_with_and_without_memory(
    defect: str, counting: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    wallet_type, contract = DEFECTS[defect].wallet_type, DEFECTS[defect].contracts[0]
    sound = try_out(Wallet, contract, SUITE)
    before = counting.count
    remembered = try_out(wallet_type, contract, SUITE)
    assert before < counting.count < 2 * before, "the defect shows in some scenarios and not in all"
    monkeypatch.setitem(trials._JUDGES, False, examine)
    assert remembered == try_out(wallet_type, contract, SUITE)
    assert remembered != sound


def test_a_history_with_any_other_detail_is_judged_anew() -> None:
    history, examiner = history_of("idempotency/resent_bet")
    counting = Counting(says_nothing)
    judge = Remembered(counting)
    policy = examiner._policy

    def is_new(changed: History, contract: Contract = examiner.contract, policy: Policy = policy) -> bool:
        before = counting.count
        judge(changed, contract, policy)
        return counting.count > before

    assert is_new(history)
    assert not is_new(history)
    assert is_new(with_last(history, _other_answer)), "the answer"
    assert is_new(with_last(history, lambda each: replace(each, step=each.step + 1))), "the step"
    assert is_new(with_last(history, lambda each: replace(each, race=7))), "a race"
    assert is_new(with_last(history, _earlier)), "the order"
    assert is_new(replace(history, scenario=_retitled(history.scenario))), "the scenario"
    assert is_new(replace(history, players=history.players[:1])), "the players"
    assert is_new(history, replace(load("casino"), name="another")), "the contract"
    assert is_new(history, policy={}), "the policy"


def test_absolute_times_and_signatures_do_not_make_a_history_another_one() -> None:
    history, examiner = history_of("idempotency/resent_bet")
    counting = Counting(says_nothing)
    judge = Remembered(counting)
    judge(history, examiner.contract, examiner._policy)
    later = replace(history, exchanges=tuple(map(_later, history.exchanges)))
    judge(later, examiner.contract, examiner._policy)
    assert counting.count == 1


def _other_answer(each: Exchange) -> Exchange:
    received = each.transmission.received
    assert received is not None
    return replace(each, transmission=replace(each.transmission, received=replace(received, body=received.body + b" ")))


def _earlier(each: Exchange) -> Exchange:
    return replace(each, transmission=replace(each.transmission, started_ns=each.transmission.started_ns - 10**9))


def _later(each: Exchange) -> Exchange:
    sent = each.transmission
    times = {name: getattr(sent, name) + 5 for name in ("started_ns", "released_ns", "first_byte_ns", "finished_ns")}
    return replace(each, transmission=replace(sent, sent=Message(b"signed later", sent.sent.body), **times))


def _retitled(scenario: Scenario) -> Scenario:
    return replace(scenario, title="Another title")
