"""A balance that is late is one finding, and a wallet whose bookings are right is accused of nothing else."""

from __future__ import annotations

import pytest
from late_wallet import ReadsEverythingFromReplica, ReadsFromReplica, examiner_on_clock
from report_at_hand import scenarios

from harness.contracts import BUNDLED
from harness.model import SETTLING, Aspect, History, Scenario, Status, Verdict
from harness.play.settling import MOST_IN_VAIN, Settling, moments
from harness.proof.trials import RED
from harness.verdict import ScenarioResult
from mock_server.defects import named
from mock_server.order import AnyOrder
from mock_server.store import Account, Entry
from mock_server.wallet import Wallet

BALANCE = {"casino": "CAS-BAL-01", "sportsbook": "SPB-BAL-01"}
SLOW = {"batch/full_batch", "lost_replies/large_batch_without_an_answer"}
"""Batches of 1,000 items, which say nothing more about balances."""


def of(contract: str) -> list[Scenario]:
    return [each for name, each in scenarios().items() if contract in each.requirements and name not in SLOW]


def red(result: ScenarioResult) -> list[Verdict]:
    return [each for each in result.verdicts if each.status in RED]


@pytest.mark.parametrize(
    "contract", [each if each == "sportsbook" else pytest.param(each, marks=pytest.mark.full) for each in BUNDLED]
)
def test_a_wallet_that_reads_from_a_replica_is_accused_of_that_alone(contract: str) -> None:
    examiner = examiner_on_clock(ReadsFromReplica, contract)
    found = [each for scenario in of(contract) for each in red(examiner.examine(scenario))]
    assert len(found) > 100
    assert {(each.requirement, each.cause, each.aspect, each.status) for each in found} == {
        (BALANCE[contract], "late_balance", Aspect.LATE, Status.FAIL)
    }
    assert {each.probably.partition(":")[0] for each in found} == {"the balance is late by about 50 ms"}
    examiner.close()


class StartsWithAnOldReplica(ReadsFromReplica):
    """For some time after a restart, readings show the balance that the account was opened with."""

    restarted_ms = 0

    def read_balance(self, account: Account) -> int:
        if self.now_ms() - self.restarted_ms >= self.lag_ms:
            return self.store.balance(account)
        return next(iter(self._log(account).values()))


@pytest.mark.parametrize("contract", BUNDLED)
def test_a_balance_that_comes_right_in_the_epilogue_is_late_and_nothing_else(contract: str) -> None:
    def restart(wallet: Wallet) -> None:
        vars(wallet)["restarted_ms"] = wallet.now_ms()

    examiner = examiner_on_clock(StartsWithAnOldReplica, contract, restart=restart)
    played = {"casino": "settlement/exact_credit", "sportsbook": "settlement/paid_bet"}[contract]
    assert examiner.examine(scenarios()[played]).status is Status.PASS
    found = red(examiner.examine(scenarios()["epilogue/first_transactions"]))
    assert {(each.requirement, each.cause, each.aspect, each.status) for each in found} == {
        (BALANCE[contract], "late_balance", Aspect.LATE, Status.FAIL)
    }


def test_the_finding_shows_the_old_balance_and_the_right_one() -> None:
    examiner = examiner_on_clock(ReadsFromReplica, "casino")
    (found,) = red(examiner.examine(scenarios()["settlement/exact_credit"]))
    assert found.summary == "shows an old balance, which is right when it is read again"
    assert "balance 100.00001 EUR, and 50 ms later 112.34567 EUR" in found.said
    assert found.accused is not None
    assert found.exchange is not None
    assert found.accused < found.exchange
    assert "user/balance" in found.again


class ReadsFromSlowReplica(ReadsFromReplica):
    lag_ms = 700


@pytest.mark.parametrize(("settle_seconds", "late"), [(1.0, True), (0.5, False), (0.0, False)])
def test_nothing_is_waited_for_beyond_the_limit(settle_seconds: float, late: bool) -> None:
    examiner = examiner_on_clock(ReadsFromSlowReplica, "casino", settle_seconds=settle_seconds)
    (found,) = red(examiner.examine(scenarios()["settlement/exact_credit"]))
    assert (found.aspect is Aspect.LATE) is late
    if late:
        assert "about 1000 ms" in found.probably


@pytest.mark.parametrize("contract", BUNDLED)
def test_answers_that_show_an_old_balance_for_some_time_are_late_too(contract: str) -> None:
    examiner = examiner_on_clock(ReadsEverythingFromReplica, contract)
    (found,) = red(examiner.examine(scenarios()["idempotency/resent_bet"]))
    assert (found.requirement, found.cause) == (BALANCE[contract], "late_balance")


def test_an_answer_that_is_early_while_readings_are_right_is_not_late() -> None:
    examiner = examiner_on_clock(named("shows-the-balance-before").wallet_type, "casino")
    found = [each for name in ("idempotency/resent_settlement",) for each in red(examiner.examine(scenarios()[name]))]
    assert found
    assert all(each.cause != "late_balance" for each in found)
    assert examiner.settling.in_vain == 0, "the closing reading was right, so no reading could change anything"


class ReadsLateAndAppliesReplays(ReadsFromReplica):
    """Two bugs: readings are late, and a repetition is booked again."""

    async def look_up(self, order: AnyOrder, account: Account) -> Entry | None:
        return None


@pytest.mark.parametrize("contract", BUNDLED)
def test_a_wrong_booking_is_charged_although_balances_are_late(contract: str) -> None:
    examiner = examiner_on_clock(ReadsLateAndAppliesReplays, contract)
    found = red(examiner.examine(scenarios()["idempotency/resent_bet"]))
    assert {each.requirement for each in found} == {scenarios()["idempotency/resent_bet"].requirements[contract]}
    assert {each.cause for each in found} == {"id_not_looked_up"}


def test_after_three_balances_that_stay_wrong_none_is_read_again() -> None:
    examiner = examiner_on_clock(named("reads-a-whole-balance").wallet_type, "casino")
    read_again = []
    for _ in range(MOST_IN_VAIN + 2):
        histories = examiner._runner.run(scenarios()["settlement/exact_credit"])
        read_again.append(sum(each.step == SETTLING for history in histories for each in history.exchanges))
    assert examiner.settling.in_vain == MOST_IN_VAIN
    assert all(read_again[:MOST_IN_VAIN])
    assert not any(read_again[MOST_IN_VAIN:])


def test_a_sound_wallet_is_read_once() -> None:
    examiner = examiner_on_clock(Wallet, "casino")
    (history,) = examiner._runner.run(scenarios()["idempotency/resent_bet"])
    assert [each for each in history.exchanges if each.step == SETTLING] == []


# ----------------------------------------------------------------------------------------------------------------------
# When balances are read again


class Pauses:
    """A clock on which only waiting takes time."""

    def __init__(self) -> None:
        self.now = 0.0
        self.read: list[float] = []

    def wait(self, seconds: float) -> None:
        self.now += seconds

    def settle(self, seconds: float, right_from: float) -> Settling:
        settling = Settling(
            lambda _: {"188"} if self.now < right_from else set(), seconds, now=lambda: self.now, wait=self.wait
        )
        history = History(contract="casino", scenario=scenarios()["settlement/exact_credit"])
        settling.settle(lambda: history, lambda _: self.read.append(round(self.now, 3)))
        return settling


@pytest.mark.parametrize(
    ("seconds", "right_from", "read"),
    [
        (1, 0, []),
        (1, 0.04, [0.05]),
        (1, 0.1, [0.05, 0.2]),
        (1, 0.9, [0.05, 0.2, 1]),
        (1, 9, [0.05, 0.2, 1]),
        (0.1, 9, [0.05, 0.1]),
        (0.05, 9, [0.05]),
        (0, 9, []),
    ],
)
def test_balances_are_read_after_growing_times(seconds: float, right_from: float, read: list[float]) -> None:
    pauses = Pauses()
    settling = pauses.settle(seconds, right_from)
    assert pauses.read == read
    assert settling.in_vain == (right_from == 9 and seconds > 0)
    assert len(moments(seconds)) <= 3
