"""What a profile pins of a wallet, its readings and its own codes: kept to, it passes; otherwise it fails."""

from __future__ import annotations

import contextlib
import pickle
import threading
from collections.abc import Iterator
from dataclasses import replace
from itertools import count

import legal_wallets as legal
import pytest
from listening import Listening
from patience import PATIENCE_SECONDS

from harness.config import WalletUnderTest
from harness.contracts import BUNDLED, Contract, load
from harness.contracts.shared.schema import bundled
from harness.examine import Examiner
from harness.model import Operation, Reply, Request, Status
from harness.play.preflight import Facts
from harness.proof.trials import CREDENTIALS, LIMITS
from harness.scenario import load_file
from harness.verdict import ScenarioResult
from mock_server.app import App
from mock_server.provisioning import PATH
from mock_server.store import open_store
from mock_server.wallet import Wallet
from mock_server.wire import Answer

CONTRACTS = {name: load(name) for name in BUNDLED}
RUNS = count(1)
OWN = "OUR_PLAYER_IS_BROKE"


class SaysItInItsOwnWords(Wallet):
    """Has a code of its own for a lack of funds."""

    def write(self, contract: Contract, operation: Operation | None, reply: Reply, request: Request) -> Answer:
        answer = super().write(contract, operation, reply, request)
        text = answer.body.decode()
        for code in ("INSUFFICIENT_FUNDS", "RS_ERROR_NOT_ENOUGH_MONEY"):
            text = text.replace(code, OWN)
        return answer._replace(body=text.encode())


@contextlib.contextmanager
def served(wallet_type: type[Wallet], contract: str) -> Iterator[WalletUnderTest]:
    """The wallet on a socket."""
    server = Listening(App(wallet_type(open_store(), CREDENTIALS), provision=True))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        assert server.ready.wait(PATIENCE_SECONDS)
        root = f"http://127.0.0.1:{server.port}"
        yield WalletUnderTest(
            contract=contract,
            url=f"{root}/{contract}",
            provision_url=root + PATH,
            credentials=CREDENTIALS[contract],
            limits=replace(LIMITS, races=1),
        )
    finally:
        server.should_exit = True
        thread.join(PATIENCE_SECONDS)


def examined(under_test: WalletUnderTest, scenario: str, facts: Facts | None = None) -> ScenarioResult:
    """One scenario in a run of its own, by a wallet under test that has come from another process."""
    root = bundled("scenarios")
    under_test = replace(under_test, run_id=f"{next(RUNS):08x}")
    examiner = Examiner(pickle.loads(pickle.dumps(under_test)), facts or Facts())
    try:
        return examiner.examine(load_file(root / f"{scenario}.yaml", root, CONTRACTS))
    finally:
        examiner.close()


UNCOVERED = "insufficient_funds/one_unit_too_much"
WITH_OWN = (("insufficient_funds", (OWN,)),)


def test_a_code_of_its_own_passes_where_the_profile_has_it() -> None:
    with served(SaysItInItsOwnWords, "sportsbook") as under_test:
        without = examined(under_test, UNCOVERED)
        assert without.status is Status.FAIL
        assert {each.check for each in without.verdicts} <= {"code", "expectation"}
        assert examined(replace(under_test, codes=WITH_OWN), UNCOVERED).status is Status.PASS


@pytest.mark.parametrize(("contract", "status"), [("casino", Status.WARN), ("sportsbook", Status.FAIL)])
def test_a_wallet_that_does_not_say_the_code_that_its_profile_has_is_told(contract: str, status: Status) -> None:
    with served(Wallet, contract) as under_test:
        assert examined(under_test, UNCOVERED).status is Status.PASS
        told = examined(replace(under_test, codes=WITH_OWN), UNCOVERED)
        assert told.status is status
        assert {each.check for each in told.verdicts} <= {"code", "expectation"}


@pytest.mark.parametrize("contract", BUNDLED)
def test_a_reading_that_was_pinned_is_the_only_one(contract: str) -> None:
    with served(legal.ReplaysShowTheCurrentBalance, contract) as under_test:
        scenario = "idempotency/resent_after_others"
        assert examined(under_test, scenario).status is Status.PASS
        pinned = replace(under_test, policies=(("replay_balance", "original"),))
        assert examined(pinned, scenario).status is Status.FAIL
        assert examined(replace(under_test, policies=(("replay_balance", "current"),)), scenario).status is Status.PASS


def test_what_was_seen_does_not_excuse_from_what_was_pinned() -> None:
    seen = Facts(readings=(("deduction", "unsupported"),))
    with served(legal.NeverDeducts, "sportsbook") as under_test:
        scenario = "unsettlement/deduction_of_a_settled_bet"
        assert examined(under_test, scenario, seen).status is Status.SKIPPED
        assert (
            examined(replace(under_test, policies=(("deduction", "supported"),)), scenario, seen).status is Status.FAIL
        )


def test_an_outcome_that_does_not_exist_is_refused() -> None:
    under_test = WalletUnderTest(
        contract="casino", url="http://127.0.0.1:1", credentials=CREDENTIALS["casino"], codes=(("no", ()),)
    )
    with pytest.raises(ValueError, match="'no' is not a valid Outcome"):
        Examiner(under_test, Facts())
