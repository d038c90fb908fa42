"""Every defect of the wire and of races, and some of each other theme, over real sockets: caught as in process."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Iterator

import pytest
from listening import Listening
from patience import PATIENCE_SECONDS

from harness.config import WalletUnderTest
from harness.contracts import load
from harness.examine import Examiner, preflight
from harness.model import Limits, Scenario
from harness.proof.matrix import scenarios
from harness.proof.trials import CREDENTIALS, cell_of
from mock_server.app import App, Receive, Scope, Send
from mock_server.defects import DEFECTS, Defect
from mock_server.provisioning import PATH
from mock_server.store import open_store

OTHERS = (
    "forgets-every-transaction",
    "remembers-per-operation",
    "counts-in-floats",
    "overdraws-by-one-unit",
    "forgets-zero",
    "works-the-first-item-only",
    "checks-no-signature",
    "checks-the-user-only",
    "refunds-again-for-a-new-id",
    "unsettles-below-zero",
    "repairs-a-request-that-broke-off",
    "burns-the-ids-of-forgeries",
)
"""One or two of each theme whose defects do not depend on how bytes travel."""
LIMITS = Limits(parallel=6, rounds=20, burst=20, batch=30, races=8, settle_seconds=0)
"""The server decides which of two requests that arrive together it reads first: a race is run often enough for both."""
GAP_MS = 60
"""The window of a race stays open for longer than a busy machine needs to let both sides run."""
QUICK = {"forgets-every-transaction", "checks-no-signature", "refuses-with-a-page", "looks-up-too-early"}
"""What `make test` tries: one of memory, one of signatures, one of the wire and one of races."""
CHOSEN = tuple(
    (defect, contract)
    for defect in DEFECTS.values()
    if defect.theme in {"wire", "races"} or defect.name in OTHERS
    for contract in defect.contracts
)
CASES = tuple(
    pytest.param(defect, contract, marks=() if defect.name in QUICK else pytest.mark.full)
    for defect, contract in CHOSEN
)


class Doors:
    """One server for many wallets: the first part of the path says which one is asked."""

    def __init__(self) -> None:
        self.apps: dict[str, App] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        name, _, rest = scope["path"].lstrip("/").partition("/")
        await self.apps[name]({**scope, "path": f"/{rest}", "raw_path": f"/{rest}".encode()}, receive, send)


@pytest.fixture(scope="module")
def served() -> Iterator[str]:
    """The root under which every chosen wallet listens, by its name."""
    logging.getLogger("mock_server").setLevel(logging.CRITICAL)
    doors = Doors()
    for defect in dict.fromkeys(each.name for each, _ in CHOSEN):
        doors.apps[defect] = App(DEFECTS[defect].wallet_type(open_store(), CREDENTIALS, gap_ms=GAP_MS), provision=True)
    server = Listening(doors)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        assert server.ready.wait(PATIENCE_SECONDS)
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.should_exit = True
        thread.join(PATIENCE_SECONDS)


@pytest.fixture(scope="module")
def suite() -> dict[str, Scenario]:
    return {each.id: each for each in scenarios()}


@pytest.mark.parametrize(("defect", "contract"), CASES, ids=lambda each: getattr(each, "name", each))
def test_a_defect_is_caught_over_sockets(
    served: str, suite: dict[str, Scenario], defect: Defect, contract: str
) -> None:
    under_test = WalletUnderTest(
        contract=contract,
        url=f"{served}/{defect.name}/{contract}",
        provision_url=f"{served}/{defect.name}{PATH}",
        credentials=CREDENTIALS[contract],
        seed=1,
        limits=LIMITS,
    )
    with contextlib.closing(Examiner(under_test, preflight(under_test))) as examiner:
        for witness in defect.witnesses:
            scenario = suite[witness.scenario]
            if contract not in scenario.requirements:
                continue
            found = cell_of(examiner.examine(scenario)).findings
            assert witness.check in {each.check for each in found}, (witness, found)
            charged = {each.requirement for each in found if not each.undecided}
            assert charged <= set(defect.violates), (charged, defect.violates)


def test_the_sample_is_wide_enough() -> None:
    names = {defect.name for defect, _ in CHOSEN}
    assert len(names) >= 10
    assert {each.name for each in DEFECTS.values() if each.theme in {"wire", "races"}} <= names
    assert all(load(contract) for _, contract in CHOSEN)
