"""What has to be known with a verdict on a contract, besides the verdict: sentences for the reader."""

from __future__ import annotations

from collections.abc import Sequence

from harness.contracts import Contract
from harness.verdict import ContractVerdict, ScenarioResult


def remarks(
    verdict: ContractVerdict, contract: Contract, results: Sequence[ScenarioResult], warnings: Sequence[str] = ()
) -> tuple[str, ...]:
    """Those on one contract. `results` are the contract's own; `warnings` are those of pre-flight."""
    waivers = (each.warning for each in verdict.waivers if each.warning)
    return tuple(dict.fromkeys((*_balances(contract, results), *warnings, *waivers)))


def _balances(contract: Contract, results: Sequence[ScenarioResult]) -> tuple[str, ...]:
    """Where the balances come from, when the wallet has no operation that tells them."""
    name = contract.words.get("balance", "")
    if name and not any(name in each.absent for each in results):
        return ()
    core = " and ".join(spec for spec in contract.specs if contract.specs[spec].core)
    return (f"balances are as reported by the wallet's own zero transactions ({core} with amount 0)",)
