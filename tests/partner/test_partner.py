"""The mock partner lives through days with sound and with wrong wallets, in process, and remembers what it must."""

from __future__ import annotations

from dataclasses import replace

import legal_batches
import legal_wallets
import pytest

from harness.config import WalletUnderTest
from harness.contracts.shared.day import Course, Sending, SendTogether, TransactionState, Wait
from harness.model import GetBalance, Status
from harness.partner import ConnectionQuality, Day, Habits, NoPartner, live_through
from harness.partner.clock import Clock
from harness.proof.in_process import InProcessCarrier
from harness.proof.trials import CREDENTIALS, RUN_ID, examiner_of
from mock_server.defects import named
from mock_server.wallet import Wallet

CONTRACTS = ("casino", "sportsbook")
WITH_LOSSES = Habits(players=5, rounds=120, connection=ConnectionQuality(lost_percent=15))


def a_day(wallet_type: type[Wallet], contract: str, habits: Habits = WITH_LOSSES, seed: int = 1) -> Day:
    examiner = examiner_of(wallet_type, contract)
    under_test = WalletUnderTest(contract=contract, url="", credentials=CREDENTIALS[contract], seed=seed, run_id=RUN_ID)
    try:
        return live_through(examiner, under_test, habits)
    finally:
        examiner.close()


def total(day: Day, what: str) -> int:
    return sum(each.get(what, 0) for each in day.turnover.values())


@pytest.mark.parametrize("seed", [0, 1, *(pytest.param(each, marks=pytest.mark.full) for each in (2, 3))])
@pytest.mark.parametrize("contract", CONTRACTS)
def test_a_sound_wallet_survives_days_of_bad_weather(contract: str, seed: int) -> None:
    day = a_day(Wallet, contract, replace(WITH_LOSSES, days=2), seed)
    assert day.result.status is Status.PASS, day.result.verdicts
    assert day.lost > 10
    assert day.repeated > 0


@pytest.mark.parametrize("contract", CONTRACTS)
@pytest.mark.parametrize(
    "wallet_type",
    [
        legal_wallets.ReplaysShowTheCurrentBalance,
        legal_wallets.RefusalsAreRemembered,
        legal_batches.BatchIsAnsweredBackwards,
        legal_wallets.LateBetsSucceedWithoutEffect,
        legal_wallets.NeverDeducts,
    ],
)
def test_a_wallet_that_reads_the_documents_otherwise_survives_them(wallet_type: type[Wallet], contract: str) -> None:
    assert a_day(wallet_type, contract).result.status is Status.PASS


@pytest.mark.parametrize(
    ("defect", "contract", "requirement"),
    [
        ("forgets-every-transaction", "casino", "CAS-IDM-07"),
        ("forgets-every-transaction", "sportsbook", "SPB-IDM"),
        ("works-the-first-item-only", "casino", "CAS-SET-01"),
    ],
)
def test_an_ordinary_day_finds_a_wrong_wallet(defect: str, contract: str, requirement: str) -> None:
    day = a_day(named(defect).wallet_type, contract, replace(WITH_LOSSES, rounds=200))
    assert day.result.status is Status.FAIL
    assert any(each.startswith(requirement) for each in day.result.violated), day.result.violated


@pytest.mark.parametrize("contract", CONTRACTS)
def test_a_day_can_be_lived_through_again(contract: str) -> None:
    first, second, other = (a_day(Wallet, contract, seed=seed) for seed in (7, 7, 8))
    assert (first.counts, first.turnover, first.requests) == (second.counts, second.turnover, second.requests)
    assert first.counts != other.counts


def test_the_night_settles_what_was_not_paid_by_day() -> None:
    day = a_day(Wallet, "casino", Habits(players=4, rounds=200))
    assert day.counts["payouts left to the night, never tried"] > 0
    assert day.counts["payouts in settlements accepted"] >= day.counts["payouts left to the night, never tried"]
    assert day.counts["settlements of the night"] >= 1


def test_an_item_that_the_night_refuses_is_a_lost_bet_and_is_not_sent_again() -> None:
    day = a_day(legal_wallets.UnknownBetsAreRefused, "casino", replace(WITH_LOSSES, days=2))
    assert day.result.status is Status.PASS
    assert day.counts["settlements of the night"] >= 2


def test_what_cannot_be_taken_back_is_kept_back_from_later_settlements() -> None:
    day = a_day(legal_wallets.NeverDeducts, "sportsbook", replace(WITH_LOSSES, rounds=400))
    assert total(day, "taken back") == 0
    assert total(day, "clawback owed") >= total(day, "clawback recovered") > 0
    assert day.counts["settlements reduced by a clawback"] > 0


def test_a_bet_without_an_answer_is_rolled_back_until_the_wallet_says_so() -> None:
    day = a_day(Wallet, "sportsbook")
    assert day.counts["bets unknown"] > 0
    assert day.counts["rollbacks accepted"] == day.counts["bets unknown"] + day.counts["bets refused"]


def test_a_wallet_that_falls_silent_is_undecided_and_not_certified(monkeypatch: pytest.MonkeyPatch) -> None:
    from harness.model import Failure, FailureKind, Loss, Request, Transmission

    answered = InProcessCarrier.send

    def silent(
        self: InProcessCarrier, request: Request, *, loss: Loss | None = None, time_out_seconds: float | None = None
    ) -> Transmission:
        sent = answered(self, request, loss=loss)
        if request.path.endswith("bet"):
            return replace(sent, received=None, failure=Failure(FailureKind.UNREACHABLE, "nobody listens", True))
        return sent

    examiner = examiner_of(Wallet, "casino")
    monkeypatch.setattr(InProcessCarrier, "send", silent)
    under_test = WalletUnderTest(contract="casino", url="", credentials=CREDENTIALS["casino"], seed=1, run_id=RUN_ID)
    day = live_through(examiner, under_test, WITH_LOSSES)
    assert day.result.status is Status.UNKNOWN
    assert "nobody listens" in " ".join(each.summary + each.said for each in day.result.verdicts)


def test_a_contract_without_a_platform_is_refused() -> None:
    examiner = examiner_of(Wallet, "casino")
    examiner.contract = replace(examiner.contract, name="bingo", days=None)
    under_test = WalletUnderTest(contract="casino", url="", credentials=CREDENTIALS["casino"])
    with pytest.raises(NoPartner, match="bingo has scenarios only"):
        live_through(examiner, under_test, WITH_LOSSES)


def test_the_clock_does_what_is_due_in_its_order() -> None:
    clock, done = Clock(), list[str]()

    def course(name: str, *minutes: int) -> Course:
        done.append(name)
        for each in minutes:
            yield Wait(each)
            done.append(f"{name}, at {clock.now}")

    clock.at(20, course("second", 30))
    clock.at(20, course("third", 5, 5))
    clock.at(10, course("first", 10))
    clock.run(lambda _: ())
    assert done == ["first", "second", "third", "first, at 20", "third, at 25", "third, at 30", "second, at 50"]
    clock.at(5, course("late, and so at once"))
    clock.run(lambda _: ())
    assert (done[-1], clock.now) == ("late, and so at once", 50)


def test_a_course_is_given_what_became_of_each_transaction_that_it_sent() -> None:
    given: list[tuple[TransactionState, ...]] = []

    def course() -> Course:
        given.append((yield Sending(GetBalance(player="anna"), 3)))
        given.append((yield SendTogether((GetBalance(player="anna"), GetBalance(player="bert")))))

    clock = Clock()
    clock.at(0, course())
    clock.run(
        lambda wish: (
            (TransactionState.ACCEPTED,)
            if isinstance(wish, Sending)
            else (TransactionState.REFUSED, TransactionState.UNKNOWN)
        )
    )
    assert given == [(TransactionState.ACCEPTED,), (TransactionState.REFUSED, TransactionState.UNKNOWN)]
