"""Examines one wallet, sound or defective, by every scenario of a contract in this process. Returns cells."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import count
from types import MappingProxyType

from harness.config import WalletUnderTest
from harness.contracts import BUNDLED, load
from harness.examine import Examiner, Interlude, preflight
from harness.explore.certifying import explored_pairs
from harness.model import Limits, Scenario, Status
from harness.play.preflight import ConfigurationProblem
from harness.proof.in_process import InProcessCarrier
from harness.proof.remembered import Remembered
from harness.verdict import ScenarioResult
from harness.verdict.checks import Judge, examine
from harness.verdict.dictionary import Mark, mark_of
from mock_server.app import App
from mock_server.clock import MovedClock
from mock_server.fresh_ids import FreshId, SeededIds, random_id
from mock_server.provisioning import PATH
from mock_server.store import open_store
from mock_server.wallet import Wallet

LIMITS = Limits(rounds=12, burst=Limits().connections, races=2, settle_seconds=0)
"""The sizes of the proof: the defaults of a run, except for four smaller numbers.

* `parallel` is the default, 20. A bug that shows among six requests in flight need not show among 20.
* `batch` is the default, 1,000. One scenario has a batch of this size, which costs less than a second in each row.
* `burst` is 50, the default of `connections`. Over sockets, a larger burst is sent in waves of that size, so more are
  never in flight together.
* `rounds` is 12. A sum with rounding errors is wrong after 12 small amounts, and each further amount adds a request to
  every row.
* `races` is 2. In process the requests of a race take turns, first in the order given and then in the opposite one. A
  third run would repeat the first.
* `settle_seconds` is 0: nothing of the wallets in process happens after its answer, so no balance is read again.
"""

AGE_SECONDS = 60
"""How far the clock is moved before the epilogue. A wallet that forgets within a minute is found, and nothing waits."""

CREDENTIALS = {
    name: load(name).made_up(lambda each: "secret of the Proof" if each.secret else "prove") for name in BUNDLED
}
RUN_ID = "9800f000"
STARTS_AT_MS = 1_767_225_600_000
"""First time of the clock of wallet and platform, in Unix milliseconds: the first moment of 2026."""
TICK_NS = 1_000
"""Nanoseconds between two readings of the time of transmissions, so that a wallet's row is always the same."""
RED = (Status.FAIL, Status.UNKNOWN, Status.WARN)
"""The statuses of a red cell. The proof is strict, so a violated SHOULD counts."""


@dataclass(frozen=True, slots=True, order=True)
class Charge:
    """One reason for a red cell: the requirement that was charged and the check that found the violation."""

    requirement: str
    check: str
    """A `Check`, or `stopped` if the scenario is undecided and no check has said why."""
    undecided: bool = False
    """True if the requirement could not be judged."""

    def __str__(self) -> str:
        return f"{self.requirement} {self.check}{'?' if self.undecided else ''}"


@dataclass(frozen=True, slots=True)
class Cell:
    """The result of one scenario. A cell with neither findings nor a reason passed."""

    findings: tuple[Charge, ...] = ()
    skipped: str = ""
    marks: frozenset[Mark] = field(default=frozenset(), compare=False)
    """The findings with what their steps suggest, for the dictionary of faults. Empty if nothing was explained."""


Row = Mapping[str, Cell]
"""The cells of one wallet on one contract, by scenario id."""


_JUDGES = {explain: Remembered(courses=explain) for explain in (False, True)}
"""The judges of all rows that this process makes, by whether findings are explained."""


def try_out(wallet_type: type[Wallet], contract: str, scenarios: Iterable[Scenario], *, explain: bool = False) -> Row:
    """The row of a wallet type: pre-flight, then every scenario of the contract on one wallet.

    With `explain` the cells have marks.
    """
    logging.getLogger("mock_server").setLevel(logging.CRITICAL)
    ids = SeededIds("pre-flight")
    examiner = examiner_of(
        wallet_type,
        contract,
        explain=explain,
        fresh_id=ids,
        now_ns=count(1, TICK_NS).__next__,
        judge=_JUDGES[explain],
    )
    cells = {}
    try:
        for each in sorted(scenarios, key=lambda each: each.is_epilogue):
            if contract in each.requirements:
                ids.begin(each.id)
                cells[each.id] = cell_of(examiner.examine(each), explained=explain)
        return cells
    finally:
        examiner.close()


def examiner_of(
    wallet_type: type[Wallet],
    contract: str,
    *,
    explain: bool = True,
    policies: Mapping[str, str] = MappingProxyType({}),
    limits: Limits = LIMITS,
    clock: MovedClock | None = None,
    fresh_id: FreshId = random_id,
    now_ns: Callable[[], int] = time.monotonic_ns,
    judge: Judge = examine,
) -> Examiner:
    """An examiner of a new wallet, after pre-flight. Raises ConfigurationProblem if pre-flight fails.

    `policies` has the reading to which the wallet is fixed, by policy. Wallet and platform read the time from `clock`,
    which moves with each request. The wallet makes its ids by `fresh_id`. The times of transmissions come from
    `now_ns`, in nanoseconds. Of the pairs the first finding ends the item, and it is not shrunk. A restart
    puts a new wallet on the same store, so what the old one kept in its own memory is gone.
    """
    clock = clock or MovedClock(STARTS_AT_MS)
    store = open_store()
    made = partial(wallet_type, store, CREDENTIALS, now_ms=clock, fresh_id=fresh_id)
    app = App(made(), provision=True)
    wallet = InProcessCarrier(app, f"/{contract}", clock, now_ns=now_ns)
    provision = InProcessCarrier(app, PATH, now_ns=now_ns)
    under_test = _under_test(contract, policies, limits)
    facts = preflight(under_test, wallet=wallet, provision=provision, now_ms=clock)
    return Examiner(
        under_test,
        facts,
        wallet=wallet,
        provision=provision,
        explain=explain,
        now_ms=clock,
        judge=judge,
        explore=partial(explored_pairs, first_only=True),
        interlude=Interlude(
            restart=lambda: setattr(app, "wallet", made()), pause=lambda seconds: clock.move(round(seconds * 1000))
        ),
    )


def _under_test(contract: str, policies: Mapping[str, str], limits: Limits) -> WalletUnderTest:
    return WalletUnderTest(
        contract=contract,
        url="in process",
        provision_url="in process",
        credentials=CREDENTIALS[contract],
        seed=1,
        run_id=RUN_ID,
        limits=replace(limits, age_seconds=AGE_SECONDS),
        policies=tuple(policies.items()),
    )


def cell_of(result: ScenarioResult, *, explained: bool = False) -> Cell:
    """The cell of a result. An undecided result counts as a finding of the scenario's own requirement."""
    marks = frozenset(mark_of(each) for each in result.verdicts if explained and each.status in RED)
    found = [
        Charge(each.requirement, each.check, each.status is Status.UNKNOWN)
        for each in result.verdicts
        if each.status in RED
    ]
    if result.status in RED and not found:
        found = [Charge(result.requirement, "stopped", undecided=True)]
    if found:
        return Cell(tuple(sorted(set(found))), marks=marks)
    return Cell(skipped=result.reason or "skipped") if result.status is Status.SKIPPED else Cell()


__all__ = ["ConfigurationProblem", "examiner_of", "try_out"]
