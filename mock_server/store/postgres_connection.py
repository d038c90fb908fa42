"""A connection to PostgreSQL on which nothing waits without limit: locks, statements, answers, idle transactions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeVar

import psycopg
from psycopg.abc import PQGen
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import Conninfo, TransactionStatus
from psycopg.rows import TupleRow

from mock_server.store.address import ambiguity, are_ports

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


SECRET = frozenset(each.keyword.decode() for each in Conninfo.get_defaults() if each.dispchar)
"""The parameters that the library itself marks as secrets or as not to be shown, such as a password."""

UNREADABLE = "the address cannot be read"
FORM = (
    "postgresql://user:password@host:port/database?name=value, with %XX for each other character than letters, digits "
    "and -._~ in a value"
)
"""The form of an address, for messages."""


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


def parameters_of(address: str) -> dict[str, str | int | None]:
    """The parameters in the URL of a database. Raises OSError, whose text repeats nothing of the URL."""
    if reason := ambiguity(address):
        raise OSError(f"{UNREADABLE}: {reason}")
    try:
        parameters = conninfo_to_dict(address)
    except (psycopg.Error, UnicodeError):
        raise OSError(f"{UNREADABLE}: its form is {FORM}") from None
    if not are_ports(str(parameters.get("port") or "")):
        raise OSError(f"{UNREADABLE}: the port is no number: its form is {FORM}")
    return parameters


def reason_of(error: Exception, parameters: Mapping[str, str | int | None]) -> str:
    """The reason of the server or the library, in one line, without the user and the secrets of the address.

    A user is replaced by three dots. A text in which a secret occurs is left out as a whole, because gaps would show
    what stood there.
    """
    kind, text = type(error).__name__, _one_line(str(error))
    user = _one_line(str(parameters.get("user") or ""))
    secrets = {_one_line(str(parameters.get(name) or "")) for name in SECRET} - {""}
    shown = re.sub(rf"(?<!\w){re.escape(user)}(?!\w)", "...", text) if user else text
    if any(each in shown or (each != user and each in text) for each in secrets):
        return f"{kind}, whose text is left out because it may repeat the password"
    return shown or kind


def _one_line(text: str) -> str:
    return " ".join(text.split())
