"""The statements that read and write many rows of PostgreSQL at once. Each column of the rows is sent as one array."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from mock_server.store.interface import Key, Reads, SessionRecord
from mock_server.store.sql import (
    ACCOUNT_COLUMNS,
    BET_COLUMNS,
    ENTRY_COLUMNS,
    Row,
    as_account,
    as_bet,
    as_entry,
    packed,
    unpacked,
)
from mock_server.store.tables import Table
from mock_server.store.working_set import WorkingSet

SET_BALANCES = (
    b"UPDATE account SET balance = new.balance FROM unnest(%b::bigint[], %b::bigint[]) AS new (balance, number)"
    b" WHERE account.number = new.number"
)


@cache
def insertion(table: Table) -> bytes:
    """The statement that writes rows into a table. It has a parameter for each column."""
    columns = ", ".join(name for name, _ in table.columns)
    arrays = ", ".join(f"%b::{of}[]" for _, of in table.columns)
    return f"INSERT INTO {table.name} ({columns}) SELECT * FROM unnest({arrays}) {table.conflict}".encode()  # noqa: S608


def arrays(rows: Sequence[Row]) -> list[list[Any]]:
    """The columns of rows, of which there is at least one."""
    return [list(each) for each in zip(*rows, strict=True)]


def _of(table: str, columns: str) -> str:
    return ", ".join(f"{table}.{each.strip()}" for each in columns.split(","))


ACCOUNTS = f"""SELECT {_of("account", ACCOUNT_COLUMNS)}, account.balance FROM unnest(%b::text[], %b::bytea[])
    AS wanted (contract, player) JOIN account USING (contract, player)""".encode()  # noqa: S608 - our own columns
SESSIONS = b"""SELECT contract, id, account, live FROM unnest(%b::text[], %b::bytea[]) AS wanted (contract, id)
    JOIN session USING (contract, id)"""
ENTRIES = f"""SELECT contract, family, id, {_of("entry", ENTRY_COLUMNS)}
    FROM unnest(%b::text[], %b::text[], %b::bytea[]) AS wanted (contract, family, id)
    JOIN entry USING (contract, family, id)""".encode()  # noqa: S608 - our own columns
BETS = f"""SELECT {_of("bet", BET_COLUMNS)} FROM unnest(%b::text[], %b::bytea[]) AS wanted (contract, id)
    JOIN bet USING (contract, id)""".encode()  # noqa: S608 - our own columns
REFERENCES = f"""SELECT {_of("bet", BET_COLUMNS)} FROM unnest(%b::text[], %b::bytea[], %b::bytea[])
    AS wanted (contract, player, bet) JOIN account USING (contract, player)
    JOIN bet ON bet.account = account.number AND bet.bet = wanted.bet""".encode()  # noqa: S608 - our own columns


class ReadAhead:
    """The rows that several requests will ask for: the statements that read them, and what the answers mean."""

    def __init__(self, reads: Sequence[Reads]) -> None:
        """Each row is read once, however many requests ask for it."""
        self._players = list(dict.fromkeys(key for each in reads for key in each.players))
        self._sessions = list(dict.fromkeys(key for each in reads for key in each.sessions))
        self._entries = list(dict.fromkeys(key for each in reads for key in each.entries))
        self._ids = list(dict.fromkeys(key for each in reads for key in each.ids))
        self._references = list(dict.fromkeys(key for each in reads for key in each.references))

    @property
    def statements(self) -> tuple[tuple[bytes, list[list[Any]]], ...]:
        """Each statement with its parameters. One that would read nothing has none."""
        return (
            (ACCOUNTS, arrays([(contract, packed(player)) for contract, player in self._players])),
            (SESSIONS, arrays([(contract, packed(id)) for contract, id in self._sessions])),
            (ENTRIES, arrays([(contract, family, packed(id)) for contract, family, id in self._entries])),
            (BETS, arrays([(contract, packed(id)) for contract, id in self._ids])),
            (REFERENCES, arrays([(key[0], packed(key[1]), packed(key[2])) for key in self._references])),
        )

    def note(self, known: WorkingSet, answers: Sequence[list[Row]]) -> None:
        """Note the rows, one list for each statement, and the keys without a row."""
        accounts, sessions, entries, bets, references = answers
        for row in accounts:
            known.know(as_account(row), row[7])
        for key in self._players:
            known.accounts.setdefault(key, None)
        for contract, id, account, live in sessions:
            known.sessions.setdefault((contract, unpacked(id)), SessionRecord(account, bool(live)))
        for key in self._sessions:
            known.sessions.setdefault(key, None)
        for row in entries:
            known.entries.setdefault(Key(row[0], row[1], unpacked(row[2])), as_entry(row[3:]))
        for entry in self._entries:
            known.entries.setdefault(entry, None)
        for key in self._ids:
            known.bets_by_id[key] = {}
        for row in bets:
            bet, record = as_bet(row)
            known.bets_by_id[bet.contract, bet.id][bet] = record
        for contract, player, reference in self._references:
            if (owner := known.accounts.get((contract, player))) is not None:
                known.bets_by_reference[owner.number, reference] = {}
        for row in references:
            bet, record = as_bet(row)
            known.bets_by_reference[bet.account, record.bet][bet] = record
