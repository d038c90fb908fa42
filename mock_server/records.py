"""What is remembered of a request while it is served: its operation, for the log."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass

from harness.model import GetBalance, Operation, Single, id_of, transactions

MOST_IDS = 10
"""Number of transaction ids of one request in the log. A batch may have thousands."""
LONGEST_ID = 100
"""Number of characters of an id in the log."""


@dataclass(slots=True)
class Record:
    """One request while it is served."""

    operation: Operation | None = None
    """The operation, as soon as it was read."""

    @property
    def transactions(self) -> tuple[str, ...]:
        """The first ids of the request's transactions, each cut to `LONGEST_ID` characters."""
        return tuple(id_of(each)[:LONGEST_ID] for each in self._moves[:MOST_IDS])

    @property
    def count(self) -> int:
        """Number of the request's transactions. A read and a login have none."""
        return len(self._moves)

    @property
    def _moves(self) -> tuple[Single, ...]:
        if self.operation is None:
            return ()
        return tuple(each for each in transactions(self.operation) if not isinstance(each, GetBalance))

    @property
    def secrets(self) -> tuple[str, ...]:
        """The sessions and tokens of the request. They open an account, so that no log may have them."""
        if self.operation is None:
            return ()
        parts = (self.operation, *transactions(self.operation))
        found = (getattr(each, name, "") for each in parts for name in ("session", "token"))
        return tuple({text for text in found if text})

    @property
    def fields(self) -> dict[str, object]:
        """The fields of the log: the first ids and the number of all transactions."""
        return {"transactions": self.transactions, "count": self.count}


_CURRENT: ContextVar[Record | None] = ContextVar("record", default=None)


def begin() -> Record:
    """Start the record of the request that this task serves."""
    record = Record()
    _CURRENT.set(record)
    return record


def current() -> Record:
    """The record of the request that this task serves. It is empty for a request without one."""
    return _CURRENT.get() or Record()


def note(operation: Operation) -> None:
    """Remember the operation of the current request. Does nothing for a request without a record."""
    record = _CURRENT.get()
    if record is not None:
        record.operation = operation
