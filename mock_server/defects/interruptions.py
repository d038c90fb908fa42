"""Defects of interruptions: requests that were not received in full are processed."""

from __future__ import annotations

from collections.abc import Mapping

from harness.contracts import BadRequest, Contract
from harness.model import Batch
from mock_server.defects.registry import defect
from mock_server.wallet import Wallet

ENDINGS = (b"", b"}", b"]}", b"}]}", b'"}', b'"}]}')


@defect(
    violates="CAS-CUT-01 SPB-CUT-01",
    witnesses={"lost_replies/batch_cut_off": "conservation", "lost_replies/unsettlement_cut_off": "conservation"},
)
class RepairsARequestThatBrokeOff(Wallet):
    """Closes the brackets of a request that broke off, and obeys what is left of it."""

    async def break_off(self, contract: Contract, name: str, headers: Mapping[str, str], arrived: bytes) -> None:
        for end in range(len(arrived), 0, -1):
            for ending in ENDINGS:
                try:
                    operation = self.read(contract, name, arrived[:end].rstrip(b",") + ending)
                except BadRequest:
                    continue
                if not isinstance(operation, Batch) or (operation.items and not operation.unreadable):
                    await self.handle(contract.name, operation)
                    return
