"""The wallet takes its time from one clock: rules, defects, signatures and the proof in process all go by it."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from functools import cached_property

import pytest
from source_tree import Module, pretend, sources
from wallet_at_hand import AtHand

from harness.contracts import load
from harness.model import Outcome, Payout, Status
from harness.proof.in_process import STEP_MS
from harness.proof.matrix import scenarios
from harness.proof.trials import CREDENTIALS, cell_of, examiner_of
from mock_server.app import App
from mock_server.clock import MovedClock, system_clock
from mock_server.defects import DEFECTS
from mock_server.in_process import InProcess
from mock_server.store import Account, Key, open_store
from mock_server.wallet import Wallet

NOW_MS = 1_700_000_000_000
MINUTE_MS = 60_000
SUITE = {each.id: each for each in scenarios()}
READINGS = {"time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "now", "utcnow", "today"}
"""Functions of `time` and `datetime` that read a clock of the machine."""


class EndsSessions(Wallet):
    """A sound wallet whose sessions last one minute."""

    def start_session(self, account: Account) -> str:
        session = super().start_session(account)
        self.begun_ms[session] = self.now_ms()
        return session

    def check_session(self, contract: str, session: str, account: Account) -> None:
        begun_ms = self.begun_ms.get(session, 0)
        super().check_session(contract, session if self.now_ms() - begun_ms <= MINUTE_MS else "", account)

    @cached_property
    def begun_ms(self) -> dict[str, int]:
        return {}


def test_a_moved_clock_stands_still_until_it_is_moved() -> None:
    clock = MovedClock(NOW_MS)
    assert clock() == clock() == NOW_MS
    clock.move(MINUTE_MS)
    assert clock() == NOW_MS + MINUTE_MS


def test_the_books_have_the_time_of_the_clock() -> None:
    clock = MovedClock(NOW_MS)
    at = AtHand(clock=clock)
    at.ask(at.bet(10, id="first"))
    clock.move(MINUTE_MS)
    at.ask(at.bet(10, id="second"))
    entries = [at.store.entry(Key("casino", "bet", each)) for each in ("first", "second")]
    assert [each and each.at_ms for each in entries] == [NOW_MS, NOW_MS + MINUTE_MS]


@pytest.mark.parametrize("direction", [1, -1])
def test_the_age_of_a_signature_is_read_from_the_clock(direction: int) -> None:
    clock = MovedClock(NOW_MS)
    at = InProcess(App(Wallet(open_store(), CREDENTIALS, now_ms=clock)))
    casino = load("casino")
    payout = Payout(id="t1", player="nobody", currency="EUR", amount=0, session="", bet="b1", round="r1", game="g1")
    request = casino.request(payout, CREDENTIALS["casino"], NOW_MS)
    clock.move(5 * MINUTE_MS * direction)
    assert at.ask("/casino", request).status != 401
    clock.move(direction)
    assert at.ask("/casino", request).status == 401


def test_a_session_can_end_by_the_clock() -> None:
    clock = MovedClock(NOW_MS)
    at = AtHand(contract="sportsbook", clock=clock, wallet_type=EndsSessions)
    login = at.ask(at.token())
    assert login.session is not None
    read = at.read(session=login.session.session)
    clock.move(MINUTE_MS)
    assert at.ask(read).outcome is Outcome.OK
    clock.move(1)
    assert at.ask(read).outcome is Outcome.INVALID_SESSION


def test_a_defect_counts_the_seconds_of_the_clock() -> None:
    clock = MovedClock(NOW_MS)
    at = AtHand(clock=clock, wallet_type=DEFECTS["forgets-after-three-seconds"].wallet_type)
    bet = at.bet(10)
    at.ask(bet)
    for _ in range(20):
        at.ask(at.payout(1))
    clock.move(3_000)
    at.ask(bet)
    assert at.holds() == 1010, "three seconds later it is known, however many others came meanwhile"
    clock.move(1)
    at.ask(bet)
    assert at.holds() == 1000


@pytest.mark.parametrize("contract", ["casino", "sportsbook"])
def test_in_process_time_passes_with_each_request_and_once_for_a_race(contract: str) -> None:
    clock = MovedClock(NOW_MS)
    examiner = examiner_of(Wallet, contract, clock=clock)
    for name in ("settlement/large_credit", "races/credits"):
        before_ms = clock()
        histories = examiner._runner.run(SUITE[name])
        races = {(run, each.race) for run, history in enumerate(histories) for each in history.exchanges if each.race}
        alone = sum(each.race is None for history in histories for each in history.exchanges)
        assert clock() - before_ms == (alone + len(races)) * STEP_MS
        assert bool(races) is name.startswith("races/")
    examiner.close()


def test_in_process_platform_and_wallet_go_by_the_same_clock() -> None:
    clock = MovedClock(NOW_MS)
    examiner = examiner_of(Wallet, "casino", clock=clock)
    for name in ("settlement/exact_credit", "signature/correct_signature", "signature/old_timestamp"):
        clock.move(60 * MINUTE_MS)
        assert examiner.examine(SUITE[name]).status is Status.PASS
    examiner.close()


class FastClock(MovedClock):
    """A clock on which a thousand times as much passes."""

    def move(self, milliseconds: int) -> None:
        super().move(1000 * milliseconds)


def test_a_repeat_that_comes_later_by_the_clock_is_found() -> None:
    clock = FastClock(NOW_MS)
    examiner = examiner_of(DEFECTS["forgets-after-three-seconds"].wallet_type, "casino", clock=clock)
    assert not cell_of(examiner.examine(SUITE["idempotency/resent_settlement"])).findings, "within three seconds"
    assert cell_of(examiner.examine(SUITE["idempotency/resent_after_others"])).findings
    examiner.close()


def readings(modules: Iterable[Module]) -> Iterator[str]:
    """Places that read a clock of the machine."""
    for each in modules:
        for node in ast.walk(each.tree):
            match node:
                case ast.Attribute(value=ast.Name(id="time" | "datetime" | "date"), attr=name) if name in READINGS:
                    yield each.at(node)
                case ast.ImportFrom(module="time", names=names) if READINGS & {one.name for one in names}:
                    yield each.at(node)


def test_only_one_module_of_the_wallet_reads_the_time_of_the_machine() -> None:
    found = {place.partition(":")[0] for place in readings(sources("mock_server"))}
    assert found == {"mock_server/clock.py"}
    assert abs(system_clock() - MovedClock(system_clock())()) < MINUTE_MS


@pytest.mark.parametrize(
    "text", ["import time\ntime.time()", "from time import monotonic", "import datetime\ndatetime.now()"]
)
def test_a_reading_of_the_time_is_seen(text: str) -> None:
    assert list(readings([pretend("mock_server.wallet", text)]))
