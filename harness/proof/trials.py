"""One wallet, sound or wrong, examined by every scenario of a contract in this process; what came of it as cells."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
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
"""The sizes of the proof: those at which people run, but for three numbers that are smaller for a reason.

* `parallel` is the default, 20: what shows itself among six requests in flight need not do so among 20.
* `batch` is the default, 1,000. One scenario has a batch of this size, which costs less than a second a row.
* `burst` is 50, the default of `connections`: a larger burst goes over sockets in waves of that size, so that more are
  never in flight at once.
* `rounds` is 12: a sum that drifts has drifted after 12 small amounts, and each amount more is a request in every row.
* `races` is 2: in process the requests of a race take turns, in the order given and then in the opposite order. A third
  run would repeat the first.
"""

CREDENTIALS = {
    name: load(name).made_up(lambda each: "secret of the Proof" if each.secret else "prove") for name in BUNDLED
}
RUN_ID = "9800f000"
STARTS_AT_MS = 1_767_225_600_000
"""What the clock of wallet and platform shows first, in Unix milliseconds: the first moment of 2026."""
RED = (Status.FAIL, Status.UNKNOWN, Status.WARN)
"""The proof is strict: a violated SHOULD counts."""


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One reason for a red cell: the requirement that was charged, and the check that found it."""

    requirement: str
    check: str
    undecided: bool = False
    """The requirement was not found violated, but could not be judged."""

    def __str__(self) -> str:
        return f"{self.requirement} {self.check}{'?' if self.undecided else ''}"


@dataclass(frozen=True, slots=True)
class Cell:
    """What became of one scenario. Neither findings nor a reason: it passed."""

    findings: tuple[Finding, ...] = ()
    skipped: str = ""


Row = Mapping[str, Cell]
"""Scenario id to its cell, of one wallet on one contract."""


def try_out(wallet_type: type[Wallet], contract: str, scenarios: Iterable[Scenario]) -> Row:
    """The row of a wallet type: pre-flight first, then every scenario of the contract on one wallet."""
    logging.getLogger("mock_server").setLevel(logging.CRITICAL)
    examiner = examiner_of(wallet_type, contract, explain=False)
    try:
        return {each.id: cell_of(examiner.examine(each)) for each in scenarios if contract in each.requirements}
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
    """An examiner of a new wallet, after pre-flight. Raises ConfigurationProblem when pre-flight ends there.

    `policies` has the readings that the wallet is pinned to, by policy. `clock` is the one that wallet and platform go
    by; it moves on with each request.
    """
    clock = clock or MovedClock(STARTS_AT_MS)
    app = App(wallet_type(open_store(), CREDENTIALS, now_ms=clock), provision=True)
    wallet, provision = InProcessCarrier(app, f"/{contract}", clock), InProcessCarrier(app, PATH)
    under_test = WalletUnderTest(
        contract=contract,
        url="in process",
        provision_url="in process",
        credentials=CREDENTIALS[contract],
        seed=1,
        run_id=RUN_ID,
        limits=LIMITS,
        policies=tuple(policies.items()),
    )
    facts = preflight(under_test, wallet=wallet, provision=provision, now_ms=clock)
    return Examiner(under_test, facts, wallet=wallet, provision=provision, explain=explain, now_ms=clock)


def cell_of(result: ScenarioResult) -> Cell:
    """The cell of a result. What was not decided counts as a finding of the scenario's own requirement."""
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
