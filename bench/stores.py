"""How fast the wallet writes its books, beside loops that write the same rows, on SQLite and PostgreSQL.

    python bench/stores.py [--bets 1024]

Each row is measured in turns with the others, and the medians are shown. PostgreSQL is started by the benchmark, with
flushes to disk. Compare only rows of one run.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from harness.model import Bet, Outcome
from mock_server.commits import CommitEachTurn
from mock_server.store import Account, BetRecord, Entry, Fate, Key, SessionRecord, Store, open_store
from mock_server.store.sql import SqlStore, packed
from mock_server.wallet import Wallet

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "support"))
from postgres_server import NoServer, cluster

ROUNDS = 5
SESSION = "session"
SIZES = (1, 64)

BALANCE = "UPDATE account SET balance = ? WHERE number = ?"
BET = (
    "INSERT INTO bet (contract, id, account, bet, stake, fate) VALUES (?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (contract, id, account) DO UPDATE SET bet = excluded.bet, stake = excluded.stake,"
    " fate = excluded.fate"
)
ENTRY = (
    "INSERT INTO entry (contract, family, id, account, amount, effect, balance, bet, outcome, reference, at_ms)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
POSTINGS = (
    "INSERT INTO posting (account, owner, currency, amount, kind, id, at_ms)"
    " SELECT account.number, side.owner, account.currency, side.sign * ?, ?, ?, ? FROM account"
    " CROSS JOIN (SELECT 'player' AS owner, 1 AS sign UNION ALL SELECT 'house', -1) AS side"
    " WHERE account.number = ? ORDER BY side.sign DESC"
)

Name = Callable[[int], str]
Loop = Callable[[Store, Sequence[Account], int, int], None]


class Written(NamedTuple):
    """What one bet or payout writes, besides both postings."""

    account: Account
    bet: BetRecord
    key: Key
    entry: Entry


def written(accounts: Sequence[Account], first: int, count: int, family: str, named: Name) -> Iterator[Written]:
    """What `count` bets or payouts write. `named` is the id of a number."""
    fate = Fate.PLACED if family == "bet" else Fate.SETTLED
    for number in range(first, first + count):
        account, id, balance = accounts[number % len(accounts)], named(number), 10**12 - number
        entry = Entry(account.number, 1, -1, balance, "", Outcome.OK, f"{number:032x}", 1_700_000_000_000)
        yield Written(account, BetRecord(account.number, id, id, 1, fate), Key(account.contract, family, id), entry)


def bare(
    store: Store, accounts: Sequence[Account], first: int, count: int, family: str = "bet", named: Name = "b{}".format
) -> None:
    """Write the rows in one transaction, with a statement for each, without looking at anything."""
    assert isinstance(store, SqlStore)
    run = store._run  # noqa: SLF001 - one statement and nothing else
    store.begin()
    for account, bet, key, entry in written(accounts, first, count, family, named):
        id = packed(key.id)
        run(BALANCE, (entry.balance, account.number))
        run(BET, (account.contract, id, bet.account, id, bet.stake, bet.fate.value))
        row = (*entry[:4], packed(entry.bet), entry.outcome.value, entry.reference, entry.at_ms)
        run(ENTRY, (key.contract, key.family, id, *row))
        run(POSTINGS, (entry.effect, key.family, id, entry.at_ms, account.number))
    store.commit()


def grouped(
    store: Store, accounts: Sequence[Account], first: int, count: int, family: str = "bet", named: Name = "b{}".format
) -> None:
    """Write the same rows by the calls of the store, which writes them in groups."""
    store.begin()
    for account, bet, key, entry in written(accounts, first, count, family, named):
        store.set_balance(account, entry.balance)
        store.put_bet(account.contract, bet)
        store.put_entry(key, entry)
    store.commit()


def wallet(store: Store, accounts: Sequence[Account], first: int, count: int) -> None:
    """Let the wallet carry out `count` bets that arrive in one turn of the event loop."""
    (account,) = accounts
    playing = Wallet(store, commits=CommitEachTurn(store))
    bets = [
        Bet(id=f"b{number}", player=account.player, currency="EUR", amount=1, session=SESSION)
        for number in range(first, first + count)
    ]

    async def play() -> None:
        replies = await asyncio.gather(*(playing.handle(account.contract, each) for each in bets))
        assert all(reply.accepted for reply in replies)

    asyncio.run(play())


LOOPS: dict[str, Loop] = {"bare loop": bare, "grouped": grouped, "wallet": wallet}


def seconds(where: str, loop: Loop, size: int, bets: int) -> float:
    """Seconds for so many bets, in transactions of `size`, by a new player."""
    with contextlib.closing(open_store(where)) as store:
        store.begin()
        player = f"player-{time.time_ns()}"
        account = store.open_account(Account(0, player, player, "EUR", "", "", "MT"), 10**12)
        store.put_session(player, SESSION, SessionRecord(account.number, live=True))
        store.commit()
        began = time.perf_counter()
        for first in range(0, bets, size):
            loop(store, [account], first, size)
        return time.perf_counter() - began


@contextlib.contextmanager
def stores() -> Iterator[dict[str, str]]:
    """The stores to measure, by name. Without a PostgreSQL server on this machine it is SQLite alone."""
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        found = {"SQLite": f"sqlite:///{folder}/books.db"}
        try:
            found["PostgreSQL"] = stack.enter_context(cluster(durable=True)).address
        except NoServer as reason:
            print(f"PostgreSQL is left out: it {reason}")
        yield found


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure all and print one table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--bets", type=int, default=1024, help="bets of a measurement")
    options = parser.parse_args(arguments)
    took: dict[tuple[str, int, str], list[float]] = {}
    with stores() as places:
        for _ in range(ROUNDS):
            for place, where in places.items():
                for size in SIZES:
                    for name, loop in LOOPS.items():
                        count = options.bets if size > 1 else options.bets // 4
                        each = seconds(where, loop, size, count) / count
                        took.setdefault((place, size, name), []).append(each)
    print(f"{'bets/s':12} {'in one commit':>14} {'bare loop':>10} {'grouped':>10} {'wallet':>10} {'share':>7}")
    for place in places:
        for size in SIZES:
            floor, group, ours = (statistics.median(took[place, size, name]) for name in LOOPS)
            rates = " ".join(f"{1 / each:10,.0f}" for each in (floor, group, ours))
            print(f"{place:12} {size:14} {rates} {floor / ours:7.0%}")


if __name__ == "__main__":
    main()
