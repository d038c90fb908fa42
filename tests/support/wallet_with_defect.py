"""`python wallet_with_defect.py NAME [options of mock_server]`: the reference wallet with bugs, as a process.

NAME is one of `DEFECTS`, or names of registered defects with commas between them.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from harness.contracts import Contract
from mock_server.__main__ import _parser, _settings
from mock_server.commits import Commits
from mock_server.defects import named
from mock_server.order import AnyOrder
from mock_server.serving import serve
from mock_server.store import Account, Entry, Reads, Store
from mock_server.wallet import Wallet

COMMIT_SECONDS = 0.1


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


class CommitLater:
    """Commits some time after the answers, as a cache in front of a database does."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waits = False

    async def begin(self, reads: Reads | None = None) -> None:
        del reads
        self._store.begin()

    async def done(self) -> None:
        if not self._waits:
            self._waits = True
            asyncio.get_running_loop().call_later(COMMIT_SECONDS, self._commit)

    def undo(self, cause: Exception) -> None:
        del cause
        self._store.rollback()

    def _commit(self) -> None:
        self._waits = False
        self._store.commit()


class AnswersFirst(Wallet):
    """Answers before its changes are durable: a crash loses what it has acknowledged."""

    def __init__(self, store: Store, *arguments: Any, **options: Any) -> None:
        commits: Commits = CommitLater(store)
        super().__init__(store, *arguments, **{**options, "commits": commits})


DEFECTS: Mapping[str, type[Wallet]] = {"forgetful": Forgetful, "patient": Patient, "answers-first": AnswersFirst}


def _with(names: str) -> type[Wallet] | None:
    """The wallet with one of the bugs above, or with all of the registered defects; None for `none`."""
    if "," in names:
        return type("WithSeveral", tuple(named(each).wallet_type for each in names.split(",")), {})
    return DEFECTS.get(names)


def main(arguments: Sequence[str]) -> None:
    """Serve until stopped."""
    settings = _settings(_parser().parse_args(arguments[1:]), os.environ)
    serve(replace(settings, wallet_type=_with(arguments[0]) or settings.wallet_type))


if __name__ == "__main__":
    main(sys.argv[1:])
