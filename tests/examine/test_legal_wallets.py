"""No wallet fails for what no document says: legal variants pass the whole suite, with the warnings they earned."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace

import legal_identities
import legal_notations
import legal_wallets as legal
import pytest
from legal_pins import OTHERWISE, pins_of
from listening import Listening
from overlapping_wallets import RefusesWhatIsInProgress
from patience import PATIENCE_SECONDS
from run_sizes import SMALL

from harness.config import WalletUnderTest
from harness.config.tailoring import narrowed
from harness.contracts import BUNDLED, Contract, load
from harness.contracts.shared.schema import bundled
from harness.examine import Examiner, preflight
from harness.model import History, Limits, Policy, Scenario, Status
from harness.proof.trials import CREDENTIALS, LIMITS, examiner_of
from harness.scenario import load_folder
from harness.verdict import Certification, ScenarioResult, conclude
from harness.verdict.checks import Judged, examine
from mock_server.app import App, Asgi
from mock_server.provisioning import PATH
from mock_server.store import open_store
from mock_server.wallet import Wallet
from mock_server.weather.faults import Chunked, CloseConnection, Gzip, Latency
from mock_server.weather.strikes import Every

CONTRACTS = {name: load(name) for name in BUNDLED}


def slow(app: Asgi, strikes: Every) -> Asgi:
    """60 milliseconds a request."""
    return Latency(app, strikes, milliseconds=60)


EARNED = {
    legal.BetsOfEndedSessionsAreTaken: {"CAS-SES-02", "SPB-SES-01"},
    legal.EndedSessionsCreditNothing: {"CAS-SES-02", "SPB-SES-01"},
    RefusesWhatIsInProgress: {"CAS-CNC-01", "SPB-CNC-01"},
    legal.RefusesUnderContention: {"CAS-CNC-01", "CAS-CNC-02", "SPB-CNC-01", "SPB-CNC-02", "SPB-BRS-01", "SPB-SES-01"},
    legal_notations.TakesScalarsForOneAnother: {"CAS-INP-04", "SPB-INP-04"},
}
"""The SHOULD requirements that a variant may be warned of. All others must be warned of none."""
INCOMPLETE = {(legal.NeverDeducts, "sportsbook"), (legal.DeductsNoMoreThanWasPaid, "sportsbook")}
"""A wallet that is permitted not to do what a MUST is about is not certified, and not failed either."""
VARIANTS = (*legal.VARIANTS, *legal_identities.VARIANTS)


def contracts_of(variant: type[Wallet]) -> list[str]:
    """The contracts on which a variant differs from the reference."""
    return [
        each for each in BUNDLED if legal.of_contract(each)(variant) and legal_identities.of_contract(each)(variant)
    ]


CASES = [
    *(
        pytest.param(variant, contracts_of(variant)[-1], SMALL, id=f"{variant.__name__}-small")
        for variant in VARIANTS[::12]
    ),
    *(
        pytest.param(variant, contract, LIMITS, id=f"{contract}-{variant.__name__}", marks=pytest.mark.full)
        for variant in VARIANTS
        for contract in contracts_of(variant)
    ),
]
"""Every twelfth variant on one contract with small batches. `make test-all` has all on all, as in the proof."""


@pytest.fixture(scope="module")
def scenarios() -> tuple[Scenario, ...]:
    return load_folder(bundled("scenarios"), CONTRACTS)


@pytest.mark.parametrize(("variant", "contract", "limits"), CASES)
def test_a_legal_wallet_is_never_failed(
    variant: type[Wallet], contract: str, limits: Limits, scenarios: Sequence[Scenario]
) -> None:
    """Neither with all readings permitted nor, where it is known what the wallet does, pinned to that."""
    failed_if_pinned: list[str] = []
    pins = pins_of(variant, contract) if contract in OTHERWISE.get(variant, {}) else {}

    def judged(history: History, contract: Contract, policy: Policy) -> Judged:
        if pins:
            pinned = examine(history, contract, narrowed(policy, [each for each in pins.items() if each[1]]))
            if any(each.status in {Status.FAIL, Status.UNKNOWN} for each in pinned.verdicts):
                failed_if_pinned.append(history.scenario.id)
        return examine(history, contract, policy)

    examiner = examiner_of(variant, contract, limits=limits, judge=judged)
    mine = [each for each in scenarios if contract in each.requirements]
    results = [examiner.examine(each) for each in mine]
    examiner.close()
    assert failed_if_pinned == []
    red = [_told(each) for each in results if each.status in {Status.FAIL, Status.UNKNOWN}]
    assert not red, "\n".join(red)
    warned = {verdict.requirement for each in results for verdict in each.verdicts if verdict.status is Status.WARN}
    assert warned <= EARNED.get(variant, set())
    exercised: dict[str, list[str]] = {}
    for each in mine:
        exercised.setdefault(each.requirements[contract], []).append(each.id)
    verdict = conclude(contract, results, CONTRACTS[contract].requirements, exercised)
    expected = Certification.INCOMPLETE if (variant, contract) in INCOMPLETE else Certification.CERTIFIED
    assert verdict.certification is expected, verdict.reason


def test_every_wallet_with_pins_is_among_the_legal_ones() -> None:
    assert set(OTHERWISE) <= {*VARIANTS}


def test_a_variant_that_earns_a_warning_gets_it(scenarios: Sequence[Scenario]) -> None:
    examiner = examiner_of(legal.RefusesUnderContention, "casino")
    race = next(each for each in scenarios if each.id == "races/identical_bets")
    result = examiner.examine(race)
    assert result.status is Status.WARN
    assert {each.requirement for each in result.verdicts} <= EARNED[legal.RefusesUnderContention]


def test_a_scenario_that_a_reading_evades_says_which(scenarios: Sequence[Scenario]) -> None:
    examiner = examiner_of(legal.NeverDeducts, "sportsbook")
    deduction = next(each for each in scenarios if each.requirements.get("sportsbook") == "SPB-UNS-01")
    result = examiner.examine(deduction)
    assert result.status is Status.SKIPPED
    assert "deduction: unsupported" in result.reason


@pytest.mark.parametrize(
    ("style", "contract"),
    [(style, name) for style in (Gzip, Chunked, CloseConnection) for name in BUNDLED]
    + [pytest.param(slow, name, marks=pytest.mark.full) for name in BUNDLED],
)
def test_no_way_to_write_http_is_a_violation(
    style: Callable[[Asgi, Every], Asgi], contract: str, scenarios: Sequence[Scenario]
) -> None:
    wallet = Wallet(open_store(), CREDENTIALS)
    server = Listening(style(App(wallet, provision=True), Every()))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        assert server.ready.wait(PATIENCE_SECONDS)
        under_test = WalletUnderTest(
            contract=contract,
            url=f"http://127.0.0.1:{server.port}/{contract}",
            provision_url=f"http://127.0.0.1:{server.port}{PATH}",
            credentials=CREDENTIALS[contract],
            limits=replace(LIMITS, races=1),
        )
        examiner = Examiner(under_test, preflight(under_test))
        chosen = [each for each in scenarios if contract in each.requirements and each.category in _FEW]
        results = [examiner.examine(each) for each in chosen]
        examiner.close()
    finally:
        server.should_exit = True
        thread.join(PATIENCE_SECONDS)
    assert not [_told(each) for each in results if each.status is not Status.PASS]


_FEW = ("zero_amount", "races")


def _told(result: ScenarioResult) -> str:
    said = "; ".join(f"{each.requirement} {each.check}: {each.summary} ({each.sent})" for each in result.verdicts)
    return f"{result.scenario}: {result.status} {result.reason} {said}"
