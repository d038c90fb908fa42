"""A request is sent again while the wallet still processes its first sending: what is sent, and what is said of it."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest
from listening import Listening
from overlapping_wallets import (
    BooksBothSendings,
    DebitsAfterTheRollback,
    HeldUntilItComesAgain,
    HeldUntilItComesOften,
    KeepsTheFirstRunning,
    RefusesRollbacksMeanwhile,
    RefusesWhatIsInProgress,
    TakesRollbacksMeanwhile,
    WaitsUntilItBegan,
)
from patience import PATIENCE_SECONDS
from report_at_hand import scenarios
from run_sizes import SIZES

from harness.client import Transport
from harness.config import WalletUnderTest
from harness.contracts import BUNDLED, load
from harness.examine import Examiner, preflight
from harness.model import Aspect, Bet, Exchange, Limits, Movement, Payout, Status, Unsettle
from harness.play.settling import Waits
from harness.proof.in_process import InProcessCarrier
from harness.proof.trials import CREDENTIALS, LIMITS, examiner_of
from harness.verdict import Certification, ScenarioResult, conclude
from mock_server.app import App
from mock_server.defects import DEFECTS
from mock_server.provisioning import PATH
from mock_server.store import open_store
from mock_server.wallet import Wallet

CONTRACTS = {name: load(name) for name in BUNDLED}
SUITE = scenarios()
CONTENTION = {"casino": "CAS-CNC-01", "sportsbook": "SPB-CNC-01"}
LOST = {"casino": "CAS-LST-01", "sportsbook": "SPB-LST-01"}
TIMED_OUT = SUITE["lost_replies/settlement_that_timed_out"]
HELD = [
    ("casino", "lost_replies/settlement_that_timed_out", Payout),
    ("sportsbook", "lost_replies/settlement_that_timed_out", Payout),
    ("sportsbook", "lost_replies/unsettlement_of_everything_sent_again", Unsettle),
]


def overlapping(wallet_type: type[Wallet], contract: str, limits: Limits = LIMITS) -> Examiner:
    """An examiner in process of a wallet that goes on with a request whose answer is lost while the next one comes."""
    logging.getLogger("mock_server").setLevel(logging.CRITICAL)
    app = App(wallet_type(open_store(), CREDENTIALS), provision=True)
    wallet, provision = KeepsTheFirstRunning(app, f"/{contract}"), InProcessCarrier(app, PATH)
    under_test = WalletUnderTest(
        contract=contract,
        url="in process",
        provision_url="in process",
        credentials=CREDENTIALS[contract],
        seed=1,
        limits=limits,
    )
    facts = preflight(under_test, wallet=wallet, provision=provision)
    return Examiner(under_test, facts, wallet=wallet, provision=provision)


def sendings(examiner: Examiner, step_times: str = "") -> Sequence[Exchange]:
    """Every sending of the settlement that timed out, whose resend is written with `times`."""
    first, again = TIMED_OUT.steps
    scenario = replace(TIMED_OUT, steps=(first, replace(again, times=step_times)))
    with contextlib.closing(examiner):
        (history,) = examiner._runner.run(scenario)
    lost = next(each for each in history.exchanges if each.loss is not None)
    return [each for each in history.exchanges if each.operation == lost.operation]


@pytest.mark.parametrize("contract", BUNDLED)
def test_a_refused_resend_is_sent_once_more(contract: str) -> None:
    lost, refused, accepted = sendings(overlapping(RefusesWhatIsInProgress, contract))
    assert (lost.reply, refused.succeeded, accepted.succeeded) == (None, False, True)
    assert (accepted.step, accepted.line) == (refused.step, 0)


@pytest.mark.parametrize("contract", BUNDLED)
def test_a_resend_that_is_refused_for_good_is_sent_once_more_and_not_again(contract: str) -> None:
    wrong = DEFECTS["answers-a-repeat-with-an-error"].wallet_type
    assert [each.succeeded for each in sendings(examiner_of(wrong, contract))] == [False, False, False]


@pytest.mark.parametrize("contract", BUNDLED)
def test_a_resend_that_is_accepted_is_the_last_sending(contract: str) -> None:
    assert len(sendings(examiner_of(Wallet, contract))) == 2


def test_nothing_is_added_where_the_scenario_counts_sendings() -> None:
    wrong = DEFECTS["answers-a-repeat-with-an-error"].wallet_type
    found = sendings(examiner_of(wrong, "casino"), step_times="2")
    assert len(found) == 3
    assert all(each.line for each in found)


@pytest.mark.full
@SIZES
@pytest.mark.parametrize("contract", BUNDLED)
def test_a_wallet_that_refuses_what_is_in_progress_is_certified(contract: str, limits: Limits) -> None:
    with contextlib.closing(overlapping(RefusesWhatIsInProgress, contract, limits)) as examiner:
        mine = [each for each in SUITE.values() if contract in each.requirements]
        results = [examiner.examine(each) for each in mine]
    red = {each.scenario: told(each) for each in results if each.status in {Status.FAIL, Status.UNKNOWN}}
    assert not red
    warned = {verdict.requirement for each in results for verdict in each.verdicts if verdict.status is Status.WARN}
    assert warned == {CONTENTION[contract]}
    exercised: dict[str, list[str]] = {}
    for each in mine:
        exercised.setdefault(each.requirements[contract], []).append(each.id)
    verdict = conclude(contract, results, CONTRACTS[contract].requirements, exercised)
    assert verdict.certification is Certification.CERTIFIED, verdict.reason


def told(result: ScenarioResult) -> list[str]:
    return [f"{each.requirement}: {each.summary}" for each in result.verdicts]


@contextlib.contextmanager
def over_socket(
    wallet: HeldUntilItComesAgain, contract: str, holds: type[Movement], limits: Limits = LIMITS
) -> Iterator[Examiner]:
    """An examiner of a wallet behind a real socket. The wallet holds the first movement of that type."""
    logging.getLogger("mock_server").setLevel(logging.CRITICAL)
    server = Listening(App(wallet, provision=True))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        assert server.ready.wait(PATIENCE_SECONDS)
        root = f"http://127.0.0.1:{server.port}"
        under_test = WalletUnderTest(
            contract=contract,
            url=f"{root}/{contract}",
            provision_url=f"{root}{PATH}",
            credentials=CREDENTIALS[contract],
            seed=1,
            limits=limits,
        )
        facts = preflight(under_test)
        wallet.holds = holds
        carrier = WaitsUntilItBegan(Transport(under_test.url), wallet)
        with contextlib.closing(Examiner(under_test, facts, wallet=carrier)) as examiner:
            yield examiner
    finally:
        server.should_exit = True
        thread.join(PATIENCE_SECONDS)


@pytest.mark.parametrize(("contract", "scenario", "holds"), HELD)
def test_a_sound_wallet_that_answers_409_meanwhile_is_only_warned(
    contract: str, scenario: str, holds: type[Movement]
) -> None:
    with over_socket(HeldUntilItComesAgain(open_store(), CREDENTIALS), contract, holds) as examiner:
        result = examiner.examine(SUITE[scenario])
    assert result.status is Status.WARN, told(result)
    assert [(each.requirement, each.aspect) for each in result.verdicts] == [
        (CONTENTION[contract], Aspect.REFUSED_WITHOUT_NEED)
    ]


@pytest.mark.parametrize(("contract", "scenario", "holds"), HELD[:2])
def test_a_wallet_that_books_both_sendings_is_caught(contract: str, scenario: str, holds: type[Movement]) -> None:
    with over_socket(BooksBothSendings(open_store(), CREDENTIALS), contract, holds) as examiner:
        result = examiner.examine(SUITE[scenario])
    assert result.status is Status.FAIL
    assert LOST[contract] in {each.requirement for each in result.verdicts if each.status is Status.FAIL}, told(result)


# ---------------------------------------------------------------------------------------------------------------------
# The first sending runs for longer

WAITING = replace(LIMITS, settle_seconds=1)
ROLLED_BACK = SUITE["lost_replies/timed_out_bet_rolled_back"]
ROLLING_BACK = [each for each in BUNDLED if each in ROLLED_BACK.requirements]


@pytest.mark.parametrize(("contract", "scenario", "holds"), HELD)
def test_a_first_sending_that_runs_past_the_third_is_waited_for(
    contract: str, scenario: str, holds: type[Movement]
) -> None:
    with over_socket(HeldUntilItComesOften(open_store(), CREDENTIALS), contract, holds, WAITING) as examiner:
        result = examiner.examine(SUITE[scenario])
    assert result.status is Status.WARN, told(result)
    assert [each.requirement for each in result.verdicts] == [CONTENTION[contract]]


@pytest.mark.parametrize("contract", ROLLING_BACK)
def test_a_rollback_that_is_refused_while_its_bet_runs_is_only_warned(contract: str) -> None:
    with over_socket(RefusesRollbacksMeanwhile(open_store(), CREDENTIALS), contract, Bet, WAITING) as examiner:
        result = examiner.examine(ROLLED_BACK)
    assert result.status is Status.WARN, told(result)
    assert [each.requirement for each in result.verdicts] == [CONTENTION[contract]]


@pytest.mark.parametrize("contract", ROLLING_BACK)
def test_a_rollback_that_is_taken_while_its_bet_runs_passes(contract: str) -> None:
    with over_socket(TakesRollbacksMeanwhile(open_store(), CREDENTIALS), contract, Bet, WAITING) as examiner:
        result = examiner.examine(ROLLED_BACK)
    assert result.status is Status.PASS, told(result)


@pytest.mark.parametrize("contract", ROLLING_BACK)
def test_a_bet_that_is_debited_after_its_rollback_was_taken_is_caught(contract: str) -> None:
    with over_socket(DebitsAfterTheRollback(open_store(), CREDENTIALS), contract, Bet, WAITING) as examiner:
        result = examiner.examine(ROLLED_BACK)
    assert result.status is Status.FAIL, told(result)


class AtOnce:
    """A clock that moves only while somebody waits."""

    def __init__(self) -> None:
        self.time, self.waited = 0.0, list[float]()

    def now(self) -> float:
        return self.time

    def wait(self, seconds: float) -> None:
        self.time += seconds
        self.waited.append(round(seconds, 6))


def test_a_refusal_that_stays_is_asked_about_until_the_limit_and_three_times_a_run() -> None:
    clock, sent = AtOnce(), list[float]()
    waits = Waits(1, clock.now, clock.wait)

    def again() -> bool:
        sent.append(clock.time)
        return False

    for _ in range(5):
        waits.until(lambda: True, again)
    assert clock.waited == [0.05, 0.15, 0.8] * 3
    assert len(sent) == 9


def test_a_refusal_with_a_reason_of_its_own_does_not_end_the_waiting() -> None:
    clock = AtOnce()
    waits = Waits(0.1, clock.now, clock.wait)
    for _ in range(5):
        waits.until(lambda: True, lambda: True)
    assert len(clock.waited) == 10


def test_without_settle_seconds_nothing_is_waited_for() -> None:
    clock = AtOnce()
    Waits(0, clock.now, clock.wait).until(lambda: True, lambda: True)
    assert not clock.waited
