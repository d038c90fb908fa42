"""The store answers within a transaction as a store does that writes each row at once."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness.model import Outcome
from mock_server.store import Account, BetRecord, Entry, Fate, Key, Reads, SessionRecord, Store, open_store
from mock_server.store.postgres_connection import BoundedConnection, configure
from mock_server.store.postgres_rows import ReadAhead
from mock_server.store.sql import FLUSH_ROWS

NAMES = ("ann", "bob")
IDS = ("1", "2", "\x00\ud800")
FAMILIES = ("bet", "payout")
Step = Callable[[Store, tuple[Account, ...]], object]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.full)])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return str(tmp_path / "books.sqlite") if request.param == "sqlite" else str(request.getfixturevalue("postgres"))


def writes(chance: random.Random) -> Iterator[Step]:
    """One random call that writes."""
    number, amount = chance.randrange(len(NAMES)), chance.randrange(-3, 4)
    id, other, family = chance.choice(IDS), chance.choice(IDS), chance.choice(FAMILIES)
    fate, live = chance.choice(list(Fate)), chance.random() < 0.5
    entry = Entry(0, abs(amount), amount, 7, other, Outcome.OK, "ref", 5)
    yield chance.choice(
        (
            lambda store, of: store.set_balance(of[number], amount),
            lambda store, of: store.put_entry(Key("casino", family, id), entry._replace(account=of[number].number)),
            lambda store, of: store.put_bet("casino", BetRecord(of[number].number, id, other, abs(amount), fate)),
            lambda store, of: store.put_session("casino", id, SessionRecord(of[number].number, live)),
            lambda store, of: store.forget(Key("casino", family, id)),
            lambda store, of: store.open_account(of[number], abs(amount)) and None,
        )
    )


def seen(store: Store, of: tuple[Account, ...]) -> list[object]:
    """Everything that the store tells, with account numbers as places in `of`."""
    places = {each.number: place for place, each in enumerate(of)}

    def bets(found: tuple[BetRecord, ...]) -> list[BetRecord]:
        return sorted(each._replace(account=places[each.account]) for each in found)

    entries = [store.entry(Key("casino", family, id)) for family in FAMILIES for id in IDS]
    sessions = [store.session("casino", id) for id in IDS]
    return [
        [store.balance(each) for each in of],
        [None if (found := store.account("casino", name)) is None else places[found.number] for name in NAMES],
        [each and each._replace(account=places[each.account]) for each in entries],
        [each and each._replace(account=places[each.account]) for each in sessions],
        [bets(store.bets_with_id("casino", id)) for id in IDS],
        [bets(store.bets_with_reference(each, id)) for each in of for id in IDS],
        [each._replace(account=0) for account in of for each in store.statement(account)],
    ]


EVERYTHING = Reads(
    players=tuple(("casino", name) for name in (*NAMES, "nobody")),
    sessions=tuple(("casino", id) for id in IDS),
    entries=tuple(Key("casino", family, id) for family in FAMILIES for id in IDS),
    ids=tuple(("casino", id) for id in IDS),
    references=tuple(("casino", name, id) for name in NAMES for id in IDS),
)


def accounts(store: Store) -> tuple[Account, ...]:
    return tuple(store.open_account(Account(0, "casino", name, "EUR", name, "", "MT"), 5) for name in NAMES)


@pytest.mark.parametrize("seed", range(20))
def test_rows_that_wait_for_the_commit_are_seen(where: str, seed: int) -> None:
    chance = random.Random(seed)
    store, direct = open_store(where), open_store()
    of, direct_of = accounts(store), accounts(direct)
    for _ in range(12):
        store.begin()
        for _ in range(chance.randrange(8)):
            if chance.random() < 0.3:
                store.read_ahead([EVERYTHING, EVERYTHING])
            for step in writes(chance):
                step(store, of)
                step(direct, direct_of)
            if chance.random() < 0.5:
                assert seen(store, of) == seen(direct, direct_of)
        store.commit()
        assert seen(store, of) == seen(direct, direct_of)
    store.close()


def test_rows_of_a_transaction_that_is_undone_are_forgotten(where: str) -> None:
    store = open_store(where)
    of = accounts(store)
    before = seen(store, of)
    store.begin()
    for seed in range(30):
        for step in writes(random.Random(seed)):
            step(store, of)
    store.rollback()
    assert seen(store, of) == before
    store.close()


def test_more_rows_than_one_statement_takes_are_written(where: str) -> None:
    store = open_store(where)
    account, _ = accounts(store)
    store.begin()
    for number in range(FLUSH_ROWS):
        entry = Entry(account.number, 1, 1, 6 + number, "", Outcome.OK, f"r{number}", 5)
        store.set_balance(account, 6 + number)
        store.put_entry(Key("casino", "payout", f"id{number}"), entry)
    store.commit()
    assert len(store.statement(account)) == FLUSH_ROWS
    assert store.balance(account) == 5 + FLUSH_ROWS
    store.close()


@pytest.mark.full
def test_rows_are_read_ahead_by_their_index(postgres: str) -> None:
    store = open_store(postgres)
    account, _ = accounts(store)
    store.begin()
    for number in range(5 * FLUSH_ROWS):
        id = f"id{number}"
        store.put_bet("casino", BetRecord(account.number, id, id, 1, Fate.PLACED))
        store.put_entry(Key("casino", "bet", id), Entry(account.number, 1, -1, 5, "", Outcome.OK, "ref", 5))
    store.commit()
    store.close()
    ids = [f"id{number}" for number in range(200)]
    reads = Reads(
        entries=tuple(Key("casino", "bet", id) for id in ids),
        ids=tuple(("casino", id) for id in ids),
        references=tuple(("casino", "ann", id) for id in ids),
    )
    with BoundedConnection.connect(postgres, autocommit=True) as connection:
        configure(connection)
        for statement, values in ReadAhead([reads]).statements:
            for _ in range(7 if values else 0):  # the server could change its plan after five times
                plan = "\n".join(row[0] for row in connection.execute(b"EXPLAIN " + statement, values, prepare=True))
                assert "Seq Scan on entry" not in plan
                assert "Seq Scan on bet" not in plan
