"""Examines one wallet, sound or defective, by every scenario of a contract in this process. Returns cells."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from harness.config import WalletUnderTest
from harness.contracts import BUNDLED, load
from harness.examine import Examiner, preflight
from harness.model import Limits, Scenario, Status
from harness.play.preflight import ConfigurationProblem
from harness.proof.in_process import InProcessCarrier
from harness.verdict import ScenarioResult
from mock_server.app import App
from mock_server.clock import MovedClock
from mock_server.provisioning import PATH
from mock_server.store import open_store
from mock_server.wallet import Wallet

LIMITS = Limits(rounds=12, burst=Limits().connections, races=2)
"""The sizes of the proof: the defaults of a run, except for three smaller numbers.

* `parallel` is the default, 20. A bug that shows among six requests in flight need not show among 20.
* `batch` is the default, 1,000. One scenario has a batch of this size, which costs less than a second in each row.
* `burst` is 50, the default of `connections`. Over sockets, a larger burst is sent in waves of that size, so more are
  never in flight together.
* `rounds` is 12. A sum with rounding errors is wrong after 12 small amounts, and each further amount adds a request to
  every row.
* `races` is 2. In process the requests of a race take turns, first in the order given and then in the opposite one. A
  third run would repeat the first.
"""

AGE_SECONDS = 60
"""How far the clock is moved before the epilogue. A wallet that forgets within a minute is found, and nothing waits."""

CREDENTIALS = {
    name: load(name).made_up(lambda each: "secret of the Proof" if each.secret else "prove") for name in BUNDLED
}
RUN_ID = "9800f000"
STARTS_AT_MS = 1_767_225_600_000
"""First time of the clock of wallet and platform, in Unix milliseconds: the first moment of 2026."""
RED = (Status.FAIL, Status.UNKNOWN, Status.WARN)
"""The statuses of a red cell. The proof is strict, so a violated SHOULD counts."""


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One reason for a red cell: the requirement that was charged and the check that found the violation."""

    requirement: str
    check: str
    undecided: bool = False
    """True if the requirement could not be judged."""

    def __str__(self) -> str:
        return f"{self.requirement} {self.check}{'?' if self.undecided else ''}"


@dataclass(frozen=True, slots=True)
class Cell:
    """The result of one scenario. A cell with neither findings nor a reason passed."""

    findings: tuple[Finding, ...] = ()
    skipped: str = ""


Row = Mapping[str, Cell]
"""The cells of one wallet on one contract, by scenario id."""


def try_out(wallet_type: type[Wallet], contract: str, scenarios: Iterable[Scenario]) -> Row:
    """The row of a wallet type: pre-flight, then every scenario of the contract on one wallet."""
    logging.getLogger("mock_server").setLevel(logging.CRITICAL)
    examiner = examiner_of(wallet_type, contract, explain=False)
    try:
        mine = (each for each in scenarios if contract in each.requirements)
        return {each.id: cell_of(examiner.examine(each)) for each in sorted(mine, key=lambda each: each.is_epilogue)}
    finally:
        examiner.close()


def examiner_of(
    wallet_type: type[Wallet],
    contract: str,
    *,
    explain: bool = True,
    policies: Mapping[str, str] = MappingProxyType({}),
    clock: MovedClock | None = None,
) -> Examiner:
    """An examiner of a new wallet, after pre-flight. Raises ConfigurationProblem if pre-flight fails.

    `policies` has the reading to which the wallet is fixed, by policy. Wallet and platform read the time from `clock`,
    which moves with each request. A restart puts a new wallet on the same store, so what the
    old one kept in its own memory is gone.
    """
    clock = clock or MovedClock(STARTS_AT_MS)
    store = open_store()
    app = App(wallet_type(store, CREDENTIALS, now_ms=clock), provision=True)
    wallet, provision = InProcessCarrier(app, f"/{contract}", clock), InProcessCarrier(app, PATH)
    under_test = WalletUnderTest(
        contract=contract,
        url="in process",
        provision_url="in process",
        credentials=CREDENTIALS[contract],
        seed=1,
        run_id=RUN_ID,
        limits=replace(LIMITS, age_seconds=AGE_SECONDS),
        policies=tuple(policies.items()),
    )
    facts = preflight(under_test, wallet=wallet, provision=provision, now_ms=clock)
    return Examiner(
        under_test,
        facts,
        wallet=wallet,
        provision=provision,
        explain=explain,
        now_ms=clock,
        restart=lambda: setattr(app, "wallet", wallet_type(store, CREDENTIALS, now_ms=clock)),
        pause=lambda seconds: clock.move(round(seconds * 1000)),
    )


def cell_of(result: ScenarioResult) -> Cell:
    """The cell of a result. An undecided result counts as a finding of the scenario's own requirement."""
    found = [
        Finding(each.requirement, each.check, each.status is Status.UNKNOWN)
        for each in result.verdicts
        if each.status in RED
    ]
    if result.status in RED and not found:
        found = [Finding(result.requirement, "stopped", undecided=True)]
    if found:
        return Cell(tuple(sorted(set(found))))
    return Cell(skipped=result.reason or "skipped") if result.status is Status.SKIPPED else Cell()


__all__ = ["ConfigurationProblem", "examiner_of", "try_out"]
