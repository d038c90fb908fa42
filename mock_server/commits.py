"""Decides when the wallet's changes become durable: at once, or once for all requests of a turn of the event loop.

A request awaits `begin` before it is processed and `done` before it is answered. So no answer is sent before its
transaction is committed. A database that is locked or away is waited for in `begin`, by all requests together. Other
work of the event loop goes on meanwhile.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from typing import Protocol

from mock_server.clock import elapsed_seconds
from mock_server.store import PATIENCE_SECONDS, RETRY_SECONDS, NotStored, Reads, Store, StoreError, Unclear

ALONE_SECONDS = 1.0
"""After a failure of the database each request has a transaction of its own for so long. Then one that meets a locked
row takes no other along.
"""

RECENT_TURNS = 4
"""Number of turns whose size says how many requests to expect."""

QUIET_SECONDS = 0.001
"""A turn begins when no further request has arrived for so long."""

GATHER_SECONDS = 0.01
"""How long a turn waits at most for further requests."""

LOOKUP_SECONDS = 0.8
"""How long the fate of a transaction is looked for whose COMMIT was not answered."""

log = logging.getLogger("mock_server.store")


class Commits(Protocol):
    """How a transaction is opened, and how it is committed or undone."""

    async def begin(self, reads: Reads | None = None) -> None:
        """Open a transaction, or join the one that is open. Raises NotStored if the database is not available.

        `reads` are the rows that the request will probably ask for.
        """

    async def done(self) -> None:
        """Return when everything that was written so far is durable. Raises the errors of the database."""

    def undo(self, cause: Exception) -> None:
        """Undo the open transaction, because `cause` left it incomplete."""


class CommitAtOnce:
    """One commit for each request, for a wallet that is called in process by one caller at a time."""

    def __init__(self, store: Store) -> None:
        """`store` is the wallet's store."""
        self._store = store

    async def begin(self, reads: Reads | None = None) -> None:
        """Open a transaction, or join the one that is open."""
        self._store.begin()
        if reads is not None:
            self._store.read_ahead([reads])

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


Turn = list[asyncio.Future[None]]


class CommitEachTurn:
    """One commit for all requests that were processed in the same turn of the event loop.

    A flush to disk costs more than all other work on a request, and 64 connections share one flush this way. All
    requests of the turn fail when the commit fails or one request left the transaction incomplete. Then nothing of them
    is stored, and none of them has been answered.
    """

    def __init__(self, store: Store) -> None:
        """`store` is the wallet's store."""
        self._store = store
        self._waiting: Turn = []
        self._arrived: Turn = []
        self._reads: list[Reads] = []
        self._sizes: deque[int] = deque((1,), RECENT_TURNS)
        self._commit_seconds = 0.0
        self._lookups: set[asyncio.Task[None]] = set()
        self._rests_until = 0.0
        self._alone_until = 0.0
        self._failing = False

    async def begin(self, reads: Reads | None = None) -> None:
        """Open the transaction of this turn, or join it. Raises NotStored after `PATIENCE_SECONDS`.

        The transaction is open when this returns, and the caller goes on without waiting. The requests that wait take
        one attempt together, because an attempt may block the event loop for `RETRY_SECONDS`.
        """
        if reads is not None:
            self._reads.append(reads)
        await self._gathered()
        if self._attempt():
            return
        deadline = elapsed_seconds() + PATIENCE_SECONDS
        while elapsed_seconds() < deadline:
            await asyncio.sleep(RETRY_SECONDS)
            if self._attempt():
                return
        self._failed(f"it was locked or away for {PATIENCE_SECONDS} s")
        raise NotStored("the database was locked or away")

    async def _gathered(self) -> None:
        """Wait for the other requests of this turn.

        The turn begins as soon as it has as many requests as the largest of the recent turns. It does not wait for
        longer than half of a commit, because a turn with more requests saves commits and nothing else.
        """
        loop = asyncio.get_running_loop()
        if not self._arrived:
            deadline = elapsed_seconds() + min(self._commit_seconds / 2, GATHER_SECONDS)
            loop.call_soon(self._gather, loop, 0, deadline)
        arrived = loop.create_future()
        self._arrived.append(arrived)
        await arrived

    def _gather(self, loop: asyncio.AbstractEventLoop, looks: int, deadline: float, before: int = 0) -> None:
        """Look whether the turn is complete. `before` is the number of its requests at the last look."""
        now = len(self._arrived)
        if not looks:
            loop.call_soon(self._gather, loop, 1, deadline, now)
        elif now < max(self._sizes) and (looks == 1 or now > before) and elapsed_seconds() + QUIET_SECONDS < deadline:
            loop.call_later(QUIET_SECONDS, self._gather, loop, looks + 1, deadline, now)
        else:
            arrived, self._arrived = self._arrived, []
            self._sizes.append(now)
            _finish(arrived, None)

    def _attempt(self) -> bool:
        """True if a transaction is open now, with the rows that the turn will ask for. Raises NotStored."""
        if not self._store.busy and elapsed_seconds() < self._rests_until:
            return False
        try:
            if self._store.busy or self._store.try_begin():
                self._read_ahead()
                return True
        except NotStored as error:
            self._failed(str(error))
            raise
        self._rests_until = elapsed_seconds() + RETRY_SECONDS
        return False

    def _read_ahead(self) -> None:
        if not self._reads:
            return
        reads, self._reads = self._reads, []
        try:
            self._store.read_ahead(reads)
        except NotStored as error:
            self.undo(error)
            raise

    async def done(self) -> None:
        """Wait for the commit at the end of this turn. Returns at once if no transaction is open."""
        if not self._store.busy:
            return
        loop = asyncio.get_running_loop()
        if not self._waiting:
            loop.call_soon(self._commit)
        turn = loop.create_future()
        self._waiting.append(turn)
        if elapsed_seconds() < self._alone_until:
            self._commit()
        await turn

    def undo(self, cause: Exception) -> None:
        """Undo the whole turn and raise an error in every request that waits for it."""
        self._store.rollback()
        if isinstance(cause, StoreError):
            self._failed(str(cause))
        _finish(self._turn(), cause)

    def _turn(self) -> Turn:
        turn, self._waiting = self._waiting, []
        return turn

    def _commit(self) -> None:
        if not self._waiting:
            return
        began = elapsed_seconds()
        try:
            self._store.commit()
            self._commit_seconds = elapsed_seconds() - began
        except Unclear as unclear:
            self._failed(str(unclear))
            lookup = asyncio.get_running_loop().create_task(self._look_up(unclear, self._turn()))
            self._lookups.add(lookup)
            lookup.add_done_callback(self._lookups.discard)
        except Exception as error:  # noqa: BLE001 - the waiting requests must receive every error of the database
            self.undo(error)
        else:
            self._worked()
            _finish(self._turn(), None)

    async def _look_up(self, unclear: Unclear, turn: Turn) -> None:
        """Find out on a new connection whether the turn is stored. One id of it stands for all."""
        deadline = elapsed_seconds() + LOOKUP_SECONDS
        stored = None
        while unclear.proof is not None and stored is None and elapsed_seconds() < deadline:
            try:
                stored = self._store.is_stored(unclear.proof)
            except StoreError as error:
                self._failed(str(error))
            await asyncio.sleep(RETRY_SECONDS)
        if stored is None:
            _finish(turn, unclear)
        else:
            _finish(turn, None if stored else NotStored(str(unclear)))

    def _failed(self, reason: str) -> None:
        """Log the first failure of a series, and let the database rest before the next attempt."""
        now = elapsed_seconds()
        self._rests_until, self._alone_until = now + RETRY_SECONDS, now + ALONE_SECONDS
        if not self._failing:
            log.warning("the database fails: %s", reason)
        self._failing = True

    def _worked(self) -> None:
        if self._failing and elapsed_seconds() > self._alone_until:
            self._failing = False
            log.warning("the database works again")


def _finish(turn: Turn, error: Exception | None) -> None:
    """Let the requests of a turn go on, or raise an error in each. One whose client has left is passed over."""
    for waiting in turn:
        if waiting.done():
            continue
        if error is None:
            waiting.set_result(None)
        else:
            waiting.set_exception(error)
