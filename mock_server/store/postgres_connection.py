"""A connection to PostgreSQL on which nothing waits without limit: locks, statements, answers, idle transactions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import psycopg
from psycopg.abc import PQGen
from psycopg.pq import TransactionStatus
from psycopg.rows import TupleRow

Result = TypeVar("Result")

ANSWER_SECONDS = 1.0
"""How long the client waits for the answer to one statement. Then it gives the connection up."""

LIMITS = {
    "lock_timeout": 200,
    "statement_timeout": 900,
    "idle_in_transaction_session_timeout": 10_000,
}
"""Limits that the server keeps, in milliseconds: of a lock, of a statement, of a transaction without statements.

Our own writers wait for their advisory lock elsewhere. So a statement meets only the lock of a stranger. The last
limit ends the transaction of a wallet whose machine has disappeared.
"""

PLANS = {"enable_hashjoin": "off", "enable_mergejoin": "off", "plan_cache_mode": "force_custom_plan"}
"""How the server plans a statement. Every statement of the wallet finds rows by their keys.

A plan that reads a whole table would meet the time limit. So would one that does not know the number of keys.
"""

DEFAULTS: Mapping[str, str | int] = {
    "application_name": "walletproof wallet",
    "connect_timeout": 2,
    "keepalives_idle": 2,
    "keepalives_interval": 1,
    "keepalives_count": 3,
    "tcp_user_timeout": 2000,
}
"""Parameters of a connection, unless the address has its own. A lost network is noticed within a few seconds."""


class BoundedConnection(psycopg.Connection[TupleRow]):
    """A connection that is closed when an answer does not arrive within `ANSWER_SECONDS`."""

    hung = False
    """True if it was closed for that reason."""

    def wait(self, gen: PQGen[Result], interval: float = ANSWER_SECONDS / 10, timeout: float | None = None) -> Result:
        """Wait for the answer of the server. Raises OperationalError if it does not arrive."""
        try:
            return super().wait(gen, interval, ANSWER_SECONDS if timeout is None else timeout)
        except psycopg.OperationalError as error:
            if self.pgconn.transaction_status != TransactionStatus.ACTIVE:
                raise
            self.hung = True
            self.close()
            raise psycopg.OperationalError(f"no answer within {ANSWER_SECONDS} s") from error


def configure(connection: BoundedConnection) -> None:
    """Set the limits and the plans of a new connection."""
    settings = {**LIMITS, **PLANS}
    connection.execute("; ".join(f"SET {name} = {value}" for name, value in settings.items()).encode(), prepare=False)


def with_defaults(given: Mapping[str, str | int | None], *, durable: bool) -> dict[str, str | int | None]:
    """The parameters of a connection whose commits are flushed to disk or not."""
    options = f"{given.get('options') or ''} -c synchronous_commit={'on' if durable else 'off'}".strip()
    return {**DEFAULTS, **given, "options": options}


def reason_of(error: Exception) -> str:
    """The server's reason, in one line. A text that may hold a password is replaced by the kind of the error."""
    text = " ".join(str(error).split())
    return type(error).__name__ if "password" in text else text or type(error).__name__
