"""When the wallet's books become durable: at once, or once for all requests of one turn of the event loop.

Whoever answers awaits `done` first, so that no answer leaves before its transaction is committed.
"""

from __future__ import annotations

import asyncio
from typing import Protocol

from mock_server.store import Store


class Commits(Protocol):
    """How the open transaction ends."""

    async def done(self) -> None:
        """Return when everything that was booked so far is durable. Raises what the database raises."""

    def undo(self, cause: Exception) -> None:
        """Undo the open transaction, because `cause` left it half done."""


class CommitAtOnce:
    """One commit per request: for a wallet that is asked in process, by one caller at a time."""

    def __init__(self, store: Store) -> None:
        """`store` is the wallet's own."""
        self._store = store

    async def done(self) -> None:
        """Commit; what cannot be committed is undone."""
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
    """One commit for all requests that were worked in the same turn of the event loop.

    A flush to disk costs more than the whole rest of a request, and 64 connections share it this way. When the
    commit fails, or one of the requests left the transaction half done, all of the turn's requests fail: nothing of
    them is in the books, and none of them has been answered.
    """

    def __init__(self, store: Store) -> None:
        """`store` is the wallet's own."""
        self._store = store
        self._waiting: list[asyncio.Future[None]] = []

    async def done(self) -> None:
        """Wait for the commit at the end of this turn; at once when nothing is open."""
        if not self._store.busy:
            return
        loop = asyncio.get_running_loop()
        if not self._waiting:
            loop.call_soon(self._commit)
        turn = loop.create_future()
        self._waiting.append(turn)
        await turn

    def undo(self, cause: Exception) -> None:
        """Undo the whole turn, and fail everybody who waits for it."""
        self._store.rollback()
        self._tell(cause)

    def _commit(self) -> None:
        try:
            self._store.commit()
        except Exception as error:  # noqa: BLE001 - whatever the database raises, the waiting requests must learn it
            self.undo(error)
        else:
            self._tell(None)

    def _tell(self, error: Exception | None) -> None:
        waiting, self._waiting = self._waiting, []
        for turn in waiting:
            if turn.done():
                continue
            if error is None:
                turn.set_result(None)
            else:
                turn.set_exception(error)
