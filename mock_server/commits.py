"""Decides when the wallet's changes become durable: at once, or once for all requests of a turn of the event loop.

A request awaits `done` before it is answered, so no answer is sent before its transaction is committed.
"""

from __future__ import annotations

import asyncio
from typing import Protocol

from mock_server.store import Store


class Commits(Protocol):
    """How the open transaction is committed or undone."""

    async def done(self) -> None:
        """Return when everything that was written so far is durable. Raises the errors of the database."""

    def undo(self, cause: Exception) -> None:
        """Undo the open transaction, because `cause` left it incomplete."""


class CommitAtOnce:
    """One commit for each request, for a wallet that is called in process by one caller at a time."""

    def __init__(self, store: Store) -> None:
        """`store` is the wallet's store."""
        self._store = store

    async def done(self) -> None:
        """Commit, or undo the transaction if the commit fails."""
        try:
            self._store.commit()
        except Exception:
            self._store.rollback()
            raise

    def undo(self, cause: Exception) -> None:
        """Undo the open transaction."""
        del cause
        self._store.rollback()


class CommitEachTurn:
    """One commit for all requests that were processed in the same turn of the event loop.

    A flush to disk costs more than all other work on a request, and 64 connections share one flush this way. All
    requests of the turn fail when the commit fails or one request left the transaction incomplete. Then nothing of them
    is stored, and none of them has been answered.
    """

    def __init__(self, store: Store) -> None:
        """`store` is the wallet's store."""
        self._store = store
        self._waiting: list[asyncio.Future[None]] = []

    async def done(self) -> None:
        """Wait for the commit at the end of this turn. Returns at once if no transaction is open."""
        if not self._store.busy:
            return
        loop = asyncio.get_running_loop()
        if not self._waiting:
            loop.call_soon(self._commit)
        turn = loop.create_future()
        self._waiting.append(turn)
        await turn

    def undo(self, cause: Exception) -> None:
        """Undo the whole turn and raise an error in every request that waits for it."""
        self._store.rollback()
        self._finish(cause)

    def _commit(self) -> None:
        try:
            self._store.commit()
        except Exception as error:  # noqa: BLE001 - the waiting requests must receive every error of the database
            self.undo(error)
        else:
            self._finish(None)

    def _finish(self, error: Exception | None) -> None:
        waiting, self._waiting = self._waiting, []
        for turn in waiting:
            if turn.done():
                continue
            if error is None:
                turn.set_result(None)
            else:
                turn.set_exception(error)
