"""Remarks on a verdict that a reader has to know, as sentences."""

from __future__ import annotations

from collections.abc import Sequence

from harness.contracts import Contract
from harness.contracts.shared.requirements import is_conservation
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
        *_beyond_waivers(verdict, results),
        *_sent_again(results),
        *warnings,
        *waivers,
        unusable,
    )
    return tuple(dict.fromkeys(each for each in found if each))


def _not_explored(results: Sequence[ScenarioResult]) -> tuple[str, ...]:
    """Why the generated scenarios were not played, if they were skipped."""
    return tuple(each.reason for each in results if each.scenario == PAIRS and each.status is Status.SKIPPED)


def _beyond_waivers(verdict: ContractVerdict, results: Sequence[ScenarioResult]) -> tuple[str, ...]:
    """What generated scenarios have found beside the waived requirements, if anything is waived, and what to do."""
    pairs = [each for each in results if each.scenario == PAIRS]
    beyond = sorted({id for each in pairs for id in each.violated if id not in verdict.waived})
    if not beyond or not verdict.waived:
        return ()
    fixed = [each for each in beyond if is_conservation(each)]
    rest = [each for each in beyond if each not in fixed]
    ways = [f"waive {', '.join(rest)}, too"] if rest and not fixed else []
    remedy = " or ".join([*ways, "set limits.explore to 0 until it is mended"])
    said = f"{PAIRS} violates {', '.join(beyond)}, which no waiver excuses. If that is a known bug, {remedy}"
    return (said,)


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
