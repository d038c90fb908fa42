"""Double entry: balances are sums of postings, the audit proves it, and it finds whatever does not agree."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest
from wallet_at_hand import AtHand

from harness.cli import main
from harness.model import Outcome
from mock_server.defects import DEFECTS
from mock_server.store import Entry, Key, Store, open_store
from mock_server.store.audit import Statement, books, statements

Statements = Callable[[], list[Statement]]
Change = Callable[[str], None]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.full)])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/books.db"
    address: str = request.getfixturevalue("postgres")
    return address


@pytest.fixture
def store(where: str) -> Iterator[Store]:
    with closing(open_store(where)) as found:
        yield found


def audited(where: str) -> dict[str, Statement]:
    with books(where) as read:
        return {each.player: each for each in statements(read)}


def change(where: str, statement: str) -> None:
    """Change the books behind the wallet's back."""
    if where.startswith("sqlite"):
        with closing(sqlite3.connect(where.removeprefix("sqlite:///"), isolation_level=None)) as connection:
            connection.execute(statement)
    else:
        with psycopg.connect(where, autocommit=True) as database:
            database.execute(statement.encode())


def play(at: AtHand) -> None:
    at.open("bob", 700)
    bet, payout = at.bet(300, id="b"), at.payout(45, id="p")
    for _ in range(2):
        assert at.item(bet).outcome is at.item(payout).outcome is Outcome.OK
    at.ask(at.rollback("b"))
    at.ask(at.bet(10**12))
    at.ask(at.payout(0))
    at.open("bob", 50)


def test_the_books_of_a_sound_wallet_agree(where: str, store: Store) -> None:
    play(AtHand(store=store))
    found = audited(where)
    assert not any(each.differences for each in found.values())
    ann, bob = found["ann"], found["bob"]
    assert [(line.kind, line.amount, line.balance) for line in ann.lines] == [
        ("opening", 1000, 1000),
        ("bet", -300, 700),
        ("payout", 45, 745),
        ("rollback", 300, 1045),
    ]
    assert [line.amount for line in bob.lines] == [700, -650]
    assert (ann.balance, bob.balance) == (1045, 50)


def test_a_former_currency_is_left_behind_with_nothing(where: str, store: Store) -> None:
    at = AtHand(store=store)
    at.open("ann", 7, currency="USD")
    (found,) = audited(where).values()
    assert [(line.currency, line.amount, line.balance) for line in found.lines] == [
        ("EUR", 1000, 1000),
        ("EUR", -1000, 0),
        ("USD", 7, 7),
    ]
    assert not found.differences


@pytest.mark.parametrize("statement", ["UPDATE posting SET amount = 0", "DELETE FROM posting"])
def test_postings_are_append_only(where: str, store: Store, statement: str) -> None:
    AtHand(store=store)
    with pytest.raises((sqlite3.Error, psycopg.Error), match="postings are append-only"):
        change(where, statement)
    assert audited(where)["ann"].lines


@pytest.mark.parametrize(
    ("statement", "difference"),
    [
        ("UPDATE account SET balance = 9", "the balance is 0.00009 EUR, and the postings add up to 0.01045 EUR"),
        ("DELETE FROM entry WHERE family = 'bet'", "bet b: -0.003 was posted, and the recorded transaction moved 0"),
        (
            """INSERT INTO entry
            (contract, family, id, account, amount, effect, balance, bet, outcome, reference, at_ms)
            SELECT 'casino', 'payout', account.player, number, 5, 5, 5, account.player, 'ok', 'r', 0 FROM account
            WHERE currency = 'EUR' AND balance = 1045""",
            "payout ann: the recorded transaction moved 0.00005, and nothing was posted",
        ),
        (
            """INSERT INTO posting (account, owner, currency, amount, kind, id, at_ms)
            SELECT number, 'house', currency, 5, 'bonus', player, 0 FROM account WHERE balance = 1045""",
            "bonus ann: player and house do not add up to 0, but to 0.00005",
        ),
    ],
    ids=["balance", "record", "posting", "side"],
)
def test_books_that_were_changed_do_not_agree(where: str, store: Store, statement: str, difference: str) -> None:
    play(AtHand(store=store))
    change(where, statement)
    assert difference in audited(where)["ann"].differences


@pytest.mark.parametrize(
    ("defect", "difference"),
    [
        ("takes-a-part-and-refuses", "the balance is"),
        ("books-behind-a-cached-answer", "the balance is"),
        ("forgets-every-transaction", "bet b: -0.009 was posted, and the recorded transaction moved -0.003"),
    ],
)
def test_the_audit_finds_a_wallet_that_moves_money_wrongly(tmp_path: Path, defect: str, difference: str) -> None:
    where = f"sqlite:///{tmp_path}/books.db"
    with closing(open_store(where)) as store:
        at = AtHand(store=store, wallet_type=DEFECTS[defect].wallet_type)
        for operation in (at.bet(300, id="b"), at.bet(300, id="b"), at.payout(45, id="p"), at.bet(10**12)):
            at.ask(operation)
            at.ask(operation)
    assert any(each.startswith(difference) for each in audited(where)["ann"].differences)


def test_an_old_store_gets_its_postings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from mock_server.store import migrations, sql

    where = f"sqlite:///{tmp_path}/old.db"
    with monkeypatch.context() as old:
        old.setattr(migrations, "MIGRATIONS", migrations.MIGRATIONS[:1])
        old.setattr(sql.SqlStore, "_post", lambda *_: None)
        with closing(open_store(where)) as store:
            play(AtHand(store=store))
    assert main(["audit", "--store", where]) == 2
    open_store(where).close()
    found = audited(where)
    assert not any(each.differences for each in found.values())
    assert [line.amount for line in found["ann"].lines] == [1000, -300, 45, 300]
    with closing(open_store(where)) as store:
        assert store.entry(Key("casino", "bet", "b")) is not None


def test_the_audit_prints_statements_in_three_forms(
    where: str, store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    at = AtHand(store=store)
    at.ask(at.bet(300, id="b\u202e\x1b[31m"))
    assert main(["audit", "--store", where]) == 0
    text = capsys.readouterr().out
    assert "ann: 0.007 EUR" in text
    assert text.splitlines()[-1].startswith("the books agree: 1 accounts, 2 postings")
    assert main(["audit", "--store", where, "--format", "csv"]) == 0
    table = capsys.readouterr().out
    rows = list(csv.DictReader(io.StringIO(table)))
    assert [(row["player"], row["kind"], row["amount"], row["balance"]) for row in rows] == [
        ("ann", "opening", "0.01", "0.01"),
        ("ann", "bet", "-0.003", "0.007"),
    ]
    assert main(["audit", "--store", where, "--format", "json", "--player", "ann"]) == 0
    content = capsys.readouterr().out
    whole = json.loads(content, parse_float=Decimal)
    assert whole["sound"] is True
    assert whole["players"][0]["postings"][1]["id"] == "b\u202e\x1b[31m"
    assert not any(each in text + table + content for each in "\u202e\x1b")


def test_the_audit_fails_with_the_differences(where: str, store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    play(AtHand(store=store))
    change(where, "UPDATE account SET balance = 9 WHERE balance = 1045")
    for form in ("text", "csv", "json"):
        assert main(["audit", "--store", where, "--format", form, "--player", "bob"]) == 1
        printed = capsys.readouterr()
        assert "add up to 0.01045 EUR" in printed.out + printed.err
        assert "THE BOOKS DO NOT AGREE: 1 differences" in printed.out + printed.err


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ((), "which store?"),
        (("--store", "sqlite:///no/such/folder/books.db"), "unable to open database file"),
        (("--store", "sqlite://"), "a store in memory"),
        (("--store", "mysql://user:hidden-word@host/books"), "none of these forms: sqlite:///wallet.db"),
        (("--store", "postgresql://user:hidden-word@127.0.0.1:1/books"), "the PostgreSQL store cannot be read"),
    ],
)
def test_a_store_that_cannot_be_audited_is_an_error_in_a_sentence(
    arguments: tuple[str, ...], reason: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WALLET_STORE", raising=False)
    assert main(["audit", *arguments]) == 2
    message = capsys.readouterr().err
    assert (reason in message, message.count("\n"), "hidden-word" in message) == (True, 1, False)


def test_a_player_that_does_not_exist_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    where = f"sqlite:///{tmp_path}/books.db"
    open_store(where).close()
    assert main(["audit", "--store", where, "--player", "eve\x1b"]) == 2
    assert "no player eve\\u001b" in capsys.readouterr().err


def test_an_entry_whose_account_does_not_exist_posts_nothing(store: Store) -> None:
    store.begin()
    store.put_entry(Key("casino", "bet", "x"), Entry(77, 5, -5, 0, "", Outcome.OK, "r", 0))
    store.commit()
    assert store.entry(Key("casino", "bet", "x")) is not None
