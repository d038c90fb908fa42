"""A wallet that takes right requests and spoilt ones, too: the cause says that it takes them too, and not instead."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from report_at_hand import contracts, results_of

from harness.contracts import BUNDLED, Contract, load
from harness.contracts.shared.authentication import Forgery
from harness.model import Level, Request, Status
from harness.scenario import load_file
from harness.verdict import ScenarioResult
from mock_server.wallet import Wallet

MISTAKES = [(name, each.name) for name in BUNDLED for each in load(name).forgeries.values() if each.mistake]
JUDGED = [pair for pair in MISTAKES if load(pair[0]).forgeries[pair[1]].level is Level.MUST]
PERMITTED = [pair for pair in MISTAKES if load(pair[0]).forgeries[pair[1]].level is Level.MAY]
REQUIREMENTS = {"casino": "CAS-SIG-02", "sportsbook": "SPB-AUT-02"}


def that_takes_too(forgery: Forgery) -> type[Wallet]:
    """The reference wallet, which also takes requests that are spoilt by this forgery."""

    class TakesItToo(Wallet):
        def doubts(self, contract: Contract, name: str, headers: Mapping[str, str], body: bytes) -> str:
            at = int(headers.get("x-timestamp", "0"))
            who = self.credentials[contract.name]
            made = forgery.spoil(Request("/", contract.sign(body, who, at), body), who, at)
            if all(headers.get(key) == value for key, value in made.headers):
                return ""
            return super().doubts(contract, name, headers, body)

    return TakesItToo


def result(name: str, forged: str, folder: Path, wallet_type: type[Wallet] | None = None) -> ScenarioResult:
    """The result of a good request and a forged one. Without a type the wallet takes both."""
    path = folder / "own" / "forged.yaml"
    path.parent.mkdir()
    path.write_text(
        f"title: It is of this test\nrequirement: {{{name}: {REQUIREMENTS[name]}}}\n"
        f"steps:\n  - settle: {{amount: 10}}\n  - settle: {{amount: 1}}\n    forged: {forged}\n",
        encoding="utf-8",
    )
    scenario = load_file(path, folder, contracts())
    wallet_type = wallet_type or that_takes_too(load(name).forgeries[forged])
    (found,) = results_of(wallet_type, name, [scenario], record=False)
    return found


@pytest.mark.parametrize(("name", "forged"), JUDGED)
def test_the_cause_says_that_the_form_is_taken_besides_the_documented_one(
    name: str, forged: str, tmp_path: Path
) -> None:
    found = result(name, forged, tmp_path)
    assert found.status is Status.FAIL
    told = {each.probably for each in found.verdicts if each.status is Status.FAIL}
    assert told == {f"your wallet also takes {load(name).forgeries[forged].mistake}"}


@pytest.mark.parametrize(("name", "forged"), PERMITTED)
@pytest.mark.parametrize("strict", [False, True])
def test_neither_a_lenient_reader_of_the_right_credentials_nor_a_strict_one_is_accused(
    name: str, forged: str, strict: bool, tmp_path: Path
) -> None:
    assert result(name, forged, tmp_path, Wallet if strict else None).status is Status.PASS
