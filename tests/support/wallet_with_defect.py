"""`python wallet_with_defect.py NAME [options of mock_server]`: the reference wallet with one bug, as a process."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace

from harness.contracts import Contract
from mock_server.__main__ import _parser, _settings
from mock_server.order import AnyOrder
from mock_server.serving import serve
from mock_server.store import Account, Entry
from mock_server.wallet import Wallet


class Forgetful(Wallet):
    """Books whatever comes again: a MUST is violated."""

    async def look_up(self, order: AnyOrder, account: Account) -> Entry | None:
        return None


class Patient(Wallet):
    """Believes a timestamp that is hours old: a SHOULD is violated."""

    def doubts(self, contract: Contract, name: str, headers: Mapping[str, str], body: bytes) -> str:
        signed = headers.get("x-timestamp", "")
        if not signed.isdigit() or contract.name not in self.credentials:
            return super().doubts(contract, name, headers, body)
        return contract.verify(headers, body, self.credentials[contract.name], int(signed))


DEFECTS: Mapping[str, type[Wallet]] = {"forgetful": Forgetful, "patient": Patient}


def main(arguments: Sequence[str]) -> None:
    """Serve until stopped."""
    settings = _settings(_parser().parse_args(arguments[1:]), os.environ)
    serve(replace(settings, wallet_type=DEFECTS.get(arguments[0], settings.wallet_type)))


if __name__ == "__main__":
    main(sys.argv[1:])
