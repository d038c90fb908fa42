"""Remarks on a verdict that a reader has to know, as sentences."""

from __future__ import annotations

from collections.abc import Sequence

from harness.contracts import Contract
from harness.model import PAIRS, Status
from harness.play.sent_again import sent_again
from harness.verdict import ContractVerdict, ScenarioResult
from harness.verdict.dictionary import dictionary_in


def remarks(
    verdict: ContractVerdict, contract: Contract, results: Sequence[ScenarioResult], warnings: Sequence[str] = ()
) -> tuple[str, ...]:
    """The remarks on one contract. `results` are the contract's own, and `warnings` are those of pre-flight."""
    waivers = (each.warning for each in verdict.waivers if each.warning)
    unusable = dictionary_in(contract.schemas, contract.name).complaint
    found = (
        *_balances(contract, results),
        *_not_explored(results),
        *(sentence for each in results for sentence in each.remarks),
        *_sent_again(results),
        *warnings,
        *waivers,
        unusable,
    )
    return tuple(dict.fromkeys(each for each in found if each))


def _not_explored(results: Sequence[ScenarioResult]) -> tuple[str, ...]:
    """Why the generated scenarios were not played, if they were skipped."""
    return tuple(each.reason for each in results if each.scenario == PAIRS and each.status is Status.SKIPPED)


def _sent_again(results: Sequence[ScenarioResult]) -> tuple[str, ...]:
    """How often requests were sent again, and how long the run waited, if it did."""
    told = sent_again(sum(each.resent for each in results), sum(each.waited_ms for each in results))
    return (told,) if told else ()


def _balances(contract: Contract, results: Sequence[ScenarioResult]) -> tuple[str, ...]:
    """The source of the balances, if the wallet has no operation that shows them."""
    name = contract.words.get("balance", "")
    if name and not any(name in each.absent for each in results):
        return ()
    core = " and ".join(spec for spec in contract.specs if contract.specs[spec].core)
    return (f"balances are as reported by the wallet's own zero transactions ({core} with amount 0)",)
