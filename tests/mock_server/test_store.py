"""The store keeps what it is told, on each database, and a commit is what makes it last."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from wallet_at_hand import AtHand

from harness.model import Outcome
from mock_server.store import Account, BetRecord, Entry, Fate, Key, SessionRecord, Store, TokenRecord, open_store
from mock_server.store.migrations import MIGRATIONS
from mock_server.store.sql import SqlStore

ACCOUNT = Account(0, "casino", "ann", "EUR", "Ann", "BRAND", "MT")
ENTRY = Entry(1, 5, -5, 2**63 - 1, "b\x00\ud800", Outcome.OK, "ref", 1_700_000_000_000)

Opener = Callable[[], Store]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.full)])
def opener(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opener]:
    """Opens further connections to one and the same fresh database."""
    where = str(tmp_path / "books.sqlite") if request.param == "sqlite" else request.getfixturevalue("postgres")
    opened: list[Store] = []

    def open_another() -> Store:
        opened.append(open_store(where))
        return opened[-1]

    yield open_another
    for store in opened:
        store.close()


def test_what_is_committed_is_there_for_the_next_one(opener: Opener) -> None:
    store = opener()
    store.begin()
    account = store.open_account(ACCOUNT, 2**53 + 1)
    key = Key("casino", "bet", "id \x00\ud800é")
    bet = BetRecord(account.number, key.id, "ref", 7, Fate.SETTLED)
    store.put_entry(key, ENTRY._replace(account=account.number))
    store.put_bet("casino", bet)
    store.put_session("casino", "s", SessionRecord(account.number, live=False))
    store.put_token("casino", "t", TokenRecord(account.number, spent=True))
    store.commit()

    after = opener()
    assert after.account("casino", "ann") == account == after.account_numbered(account.number)
    assert after.balance(account) == 2**53 + 1
    assert after.entry(key) == ENTRY._replace(account=account.number)
    assert after.statement(account) == (ENTRY._replace(account=account.number),)
    assert after.bets_with_id("casino", key.id) == (bet,) == after.bets_with_reference(account, "ref")
    assert after.session("casino", "s") == SessionRecord(account.number, live=False)
    assert after.token("casino", "t") == TokenRecord(account.number, spent=True)


def test_what_is_not_committed_is_seen_by_nobody_else(opener: Opener) -> None:
    store, other = opener(), opener()
    store.begin()
    store.open_account(ACCOUNT, 5)
    open_before = store.busy
    assert other.account("casino", "ann") is None
    store.rollback()
    assert (open_before, store.busy) == (True, False)
    assert store.account("casino", "ann") is None


def test_an_account_is_reset_and_keeps_its_number(opener: Opener) -> None:
    store = opener()
    first = store.open_account(ACCOUNT, 5)
    second = store.open_account(ACCOUNT._replace(currency="USD"), 9)
    assert second.number == first.number
    assert (store.account("casino", "ann"), store.balance(first)) == (second, 9)


def test_an_entry_is_replaced_and_forgotten(opener: Opener) -> None:
    store = opener()
    key = Key("casino", "bet", "x")
    store.put_entry(key, ENTRY)
    store.put_entry(key, ENTRY._replace(amount=6))
    assert store.entry(key) == ENTRY._replace(amount=6)
    store.forget(key)
    assert store.entry(key) is None


def test_nothing_is_found_where_nothing_is(opener: Opener) -> None:
    store = opener()
    account = store.open_account(ACCOUNT, 5)
    assert store.account("sportsbook", "ann") is None
    assert store.entry(Key("casino", "bet", "x")) is None
    assert store.session("casino", "s") is None
    assert store.token("casino", "t") is None
    assert store.bets_with_id("casino", "x") == () == store.bets_with_reference(account, "x")


def test_begin_commit_and_rollback_may_be_said_twice(opener: Opener) -> None:
    store = opener()
    for step in (store.begin, store.begin, store.commit, store.commit, store.rollback):
        step()
    assert not store.busy


def test_a_wallet_remembers_after_a_restart(opener: Opener) -> None:
    at = AtHand("sportsbook", balance=10_000, store=opener())
    bet, late = at.bet(1000, id="b"), at.rollback("late")
    first = at.item(bet)
    at.ask(late)
    restarted = AtHand("sportsbook", store=opener(), player="bob")
    assert restarted.item(bet) == first
    assert restarted.item(at.bet(1000, id="late")).outcome is Outcome.UNKNOWN_TRANSACTION
    assert restarted.holds("ann") == 9000


def test_a_place_that_is_no_database_is_an_error_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("this is a letter, not a database, and long enough to be read as one" * 20)
    with pytest.raises(OSError, match="cannot be used as the wallet's SQLite store: file is not a database"):
        open_store(str(tmp_path / "text"))
    with pytest.raises(OSError, match="unable to open database file"):
        open_store(str(tmp_path / "no" / "such" / "folder"))


def test_an_unreachable_postgres_is_an_error_without_its_password() -> None:
    with pytest.raises(OSError, match="PostgreSQL store cannot be used") as caught:
        open_store("postgresql://user:hidden-word@127.0.0.1:1/books")
    assert "hidden-word" not in str(caught.value)


@pytest.mark.parametrize("where", [":memory:", "sqlite://", "sqlite:///:memory:"])
def test_a_store_in_memory_has_no_file(where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    open_store(where).close()
    assert not list(tmp_path.iterdir())


def test_a_url_names_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for where in ("bare.db", "sqlite:///relative.db", f"sqlite:///{tmp_path}/absolute%20path.db"):
        open_store(where).close()
    names = {each.name for each in tmp_path.iterdir()}
    assert {"bare.db", "relative.db", "absolute path.db"} <= names


@pytest.mark.parametrize("where", ["mysql://u:hidden-word@h/b", "sqlite://host/x.db", "sqlite:///", "sqlite:///x?y=z"])
def test_a_url_of_no_store_is_an_error_in_a_sentence(where: str) -> None:
    with pytest.raises(OSError, match="none of these forms") as caught:
        open_store(where)
    assert "hidden-word" not in str(caught.value)


def test_a_store_of_a_newer_wallet_is_left_alone(opener: Opener) -> None:
    store = opener()
    store.begin()
    assert isinstance(store, SqlStore)
    store._run("INSERT INTO schema_version (version, title, applied_at_ms) VALUES (99, 'later', 0)", ())
    store.commit()
    with pytest.raises(OSError, match="version 99 of the schema"):
        opener()


def test_wallets_that_start_at_once_migrate_once(opener: Opener) -> None:
    with ThreadPoolExecutor(8) as threads:
        stores = list(threads.map(lambda _: opener(), range(8)))
    assert isinstance(stores[0], SqlStore)
    rows = stores[0]._run("SELECT version FROM schema_version ORDER BY version", ()).fetchall()
    assert [version for (version,) in rows] == list(range(1, len(MIGRATIONS) + 1))
