"""Reports of wallets in this process, sound and wrong, by a few scenarios. Any test can make them quickly."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from credentials_at_hand import of_casino, of_sportsbook

from harness.config import WalletUnderTest
from harness.contracts import Contract, load
from harness.examine import Examiner, preflight
from harness.model import Limits, Scenario, Waiver
from harness.proof.in_process import InProcessCarrier
from harness.report import RunFacts, report_data
from harness.scenario import load_folder
from harness.verdict import ScenarioResult, conclude, from_data, to_data
from mock_server.app import App
from mock_server.provisioning import PATH
from mock_server.store import open_store
from mock_server.wallet import Wallet

ROOT = Path(__file__).resolve().parents[2]
CREDENTIALS = {
    "casino": of_casino("casino-key-4711", "casino-Secret/of+these=tests"),
    "sportsbook": of_sportsbook("sportsbook-user", "sportsbook-Password/of+these=tests"),
}
SOME_OF_BOTH = {
    "casino": ["idempotency/resent_settlement", "races/identical_bets", "signature/wrong_signature"],
    "sportsbook": ["idempotency/resent_bet", "authentication/wrong_password"],
}
"""A few scenarios of both contracts."""
RUN_ID = "0badcafe"
TODAY = date(2026, 11, 21)
LIMITS = Limits(parallel=6, rounds=20, burst=20, batch=30, races=2, settle_seconds=0)


@cache
def contracts() -> dict[str, Contract]:
    """Both bundled contracts by name."""
    return {name: load(name) for name in CREDENTIALS}


@cache
def scenarios() -> dict[str, Scenario]:
    """The bundled scenarios by id."""
    return {each.id: each for each in load_folder(ROOT / "scenarios", contracts())}


def results(
    wallet_type: type[Wallet],
    contract: str,
    ids: Sequence[str],
    *,
    record: bool = True,
    waivers: Sequence[Waiver] = (),
) -> list[ScenarioResult]:
    """The results of bundled scenarios."""
    return results_of(wallet_type, contract, [scenarios()[each] for each in ids], record=record, waivers=waivers)


def results_of(
    wallet_type: type[Wallet],
    contract: str,
    chosen: Sequence[Scenario],
    *,
    record: bool = True,
    waivers: Sequence[Waiver] = (),
    carrier: type[InProcessCarrier] = InProcessCarrier,
) -> list[ScenarioResult]:
    """The results of scenarios, passed through JSON as between two processes."""
    logging.getLogger("mock_server").setLevel(logging.CRITICAL)
    app = App(wallet_type(open_store(), CREDENTIALS), provision=True)
    wallet, provision = carrier(app, f"/{contract}"), InProcessCarrier(app, PATH)
    under_test = WalletUnderTest(
        contract=contract,
        url=f"http://wallet.example:9000/{contract}",
        provision_url="in process",
        credentials=CREDENTIALS[contract],
        seed=1,
        run_id=RUN_ID,
        limits=LIMITS,
    )
    facts = preflight(under_test, wallet=wallet, provision=provision)
    examiner = Examiner(under_test, facts, wallet=wallet, provision=provision, record=record, waivers=waivers)
    examiner.results = replace(examiner.results, day=lambda: TODAY)
    found = [examiner.examine(each) for each in chosen]
    return [from_data(json.loads(json.dumps(to_data(each)), parse_float=Decimal)) for each in found]


def exercised(contract: str) -> dict[str, list[str]]:
    """Requirement id to scenario ids."""
    found: dict[str, list[str]] = {}
    for each in scenarios().values():
        if contract in each.requirements:
            found.setdefault(each.requirements[contract], []).append(each.id)
    return found


def report(
    wallet_type: type[Wallet],
    ids: Mapping[str, Sequence[str]],
    *,
    complete: bool = True,
    bundled: bool = False,
    waivers: Sequence[Waiver] = (),
) -> dict[str, Any]:
    """The report of a wallet by scenarios of each contract."""
    found = {name: results(wallet_type, name, chosen, waivers=waivers) for name, chosen in ids.items()}
    facts = RunFacts(
        id=RUN_ID,
        targets={name: f"http://wallet.example:9000/{name}" for name in ids},
        harness="0.0.0",
        seed=1,
        started="2026-11-21T04:00:00+00:00",
        finished="2026-11-21T04:00:09+00:00",
        digests={"scenarios": "ab" * 32},
        environment={"python": "3.11"},
        bundled=bundled,
    )
    mine = {name: contracts()[name] for name in ids}
    suite = {name: exercised(name) for name in ids}
    verdicts = [
        conclude(name, found[name], mine[name].requirements, suite[name], waivers=waivers, today=TODAY) for name in ids
    ]
    every = [each for part in found.values() for each in part]
    paths = {each.scenario: ROOT / "scenarios" / f"{each.scenario}.yaml" for each in every}
    texts = {name: path.read_text(encoding="utf-8") for name, path in paths.items()}
    return report_data(facts, every, verdicts, mine, suite, complete=complete, texts=texts)


def everything(contract: str) -> list[str]:
    """Every scenario of a contract."""
    return [each.id for each in scenarios().values() if contract in each.requirements]
