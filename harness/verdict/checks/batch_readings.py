"""Checks how a wallet answers an empty batch, and a batch without a valid transaction."""

from __future__ import annotations

from collections.abc import Iterator

from harness.contracts import Contract
from harness.model import Batch, Check, Exchange, History, Outcome, Overlaps, Policy, Status, Verdict
from harness.verdict.checks.on_exchange import verdict_on

Reading = tuple[str, str]


def batch_readings(history: History, overlaps: Overlaps) -> Iterator[tuple[int, Reading]]:
    """Batches that are empty or have no accepted item: the index of the exchange, and the reading that it shows.

    A refusal that overlapped the first sending of the batch shows no reading.
    """
    for index, exchange in enumerate(history.exchanges):
        if index not in overlaps.exchanges and (reading := _reading(exchange)) is not None:
            yield index, reading


def _reading(exchange: Exchange) -> Reading | None:
    operation, reply = exchange.operation, exchange.reply
    if not isinstance(operation, Batch) or reply is None or not exchange.alteration.is_none:
        return None
    if not operation.items:
        return "empty_batch", "ok" if reply.accepted else "refused"
    if any(answer.outcome is Outcome.OK for answer in reply.items):
        return None
    return "batch_with_no_valid_item", "answered" if reply.items else "refused"


def batch_verdicts(history: History, contract: Contract, policy: Policy, overlaps: Overlaps) -> Iterator[Verdict]:
    """Batches answered by another reading than the policy of this wallet allows."""
    requirement = contract.conservation
    for index, (name, seen) in batch_readings(history, overlaps):
        accepted = policy.get(name)
        if accepted is None or seen in accepted:
            continue
        exchange = history.exchanges[index]
        reading = f"{name.replace('_', ' ')}: {seen}"
        summary = f"{reading}, and for this wallet only {' or '.join(sorted(accepted))} is accepted"
        yield verdict_on(Check.EXPECTATION, requirement, Status.FAIL, summary, index, exchange, "")
