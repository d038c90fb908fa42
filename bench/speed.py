"""How fast the reference wallet is on each store, beside both of its ceilings and beside a commit for each request.

    python bench/speed.py [--seconds 2] [--rounds 3]

* *Constant* is the same server. It answers a request by the answer to an earlier request of the same length.
* *Bare loop* writes the same rows into the same store with a statement for each, and looks at nothing. Its transactions
  have as many requests as there are connections. *Grouped* writes them by the calls of the store.
* *Alone* is the same wallet with a commit for each request.

All numbers are items in a second. All commits are flushed to disk. The load generator shares the machine's cores with
the wallet, so compare only numbers of one run.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import NamedTuple

from harness.model import Bet, Operation, Payout, Settle
from mock_server.app import App, Receive, Scope, Send, respond
from mock_server.commits import CommitAtOnce, CommitEachTurn
from mock_server.provisioning import PATH
from mock_server.serving import Server, Settings, listen, ready_line
from mock_server.store import Account, Store, open_store
from mock_server.wallet import Wallet
from mock_server.wire import Answer

sys.path.insert(0, str(Path(__file__).parents[1]))  # so that the file runs as a script, too
from bench.load import CREDENTIALS, rate, wire
from bench.stores import bare, grouped, stores
from bench.surroundings import without_wallet

PLAYERS = 64
CONNECTIONS = (1, 64)
CONNECTIONS_OF_LARGE = (1, 8)
"""For batches of 10,000. With 64 of them 640,000 items would be under way, which PostgreSQL writes in five minutes."""
MOST_PER_SECOND = {1: 3000, 8: 3000, 64: 20_000}
"""Requests that are prepared for each second of a measurement, by the number of connections."""
MOST_ITEMS = 60_000
"""Items that are prepared for a measurement, unless a request for each connection has more."""
PLAYER = json.dumps({"contract": "casino", "currency": "EUR", "balance": "1000000"}).encode()
AMOUNT = 100_000
LARGE = 10_000
MOST_IN_COMMIT = 12_800
"""Items in a transaction of the loops at most: 64 parts of 200."""


class Kind(NamedTuple):
    """A kind of request: a bet, a payout, or a batch of `size` payouts."""

    name: str
    size: int = 1

    @property
    def connections(self) -> Sequence[int]:
        """The numbers of connections that are measured."""
        return CONNECTIONS if self.size < LARGE else CONNECTIONS_OF_LARGE


KINDS = (
    Kind("bet"),
    Kind("payout"),
    Kind("settlement of 1"),
    Kind("settlement of 100", 100),
    Kind("settlement of 10,000", LARGE),
)


class Constant(App):
    """An application that lets the wallet answer the first request of each path and length, and repeats that answer."""

    def __init__(self, wallet: Wallet) -> None:
        """The wallet answers the first requests."""
        super().__init__(wallet, provision=True)
        self._first: dict[tuple[str, int], Answer] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            return
        body = bytearray()
        more = True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        key = scope["path"], len(body)
        if (answer := self._first.get(key)) is None:
            headers = {name.decode(): value.decode() for name, value in scope["headers"]}
            answer = await self.answer(scope["method"], scope["path"], headers, bytes(body))
            if key[0] != PATH:
                self._first[key] = answer
        await respond(send, answer)


def serve(way: str, where: str) -> None:
    """Serve in this process: a constant, one commit for each request (`alone`), or one for each turn (`wallet`)."""
    settings = Settings(credentials={"casino": CREDENTIALS}, provision=True, ready_json=True)
    listening = listen(settings)
    store = open_store(where)
    commits = CommitEachTurn(store) if way == "wallet" else CommitAtOnce(store)
    wallet = Wallet(store, settings.credentials, commits=commits)
    app = Constant(wallet) if way == "constant" else App(wallet, provision=True)
    Server(app, settings, ready_line(settings, listening.getsockname()[1])).run(sockets=[listening])


WriteLoop = Callable[[Store, Sequence[Account], int, int, str, Callable[[int], str]], None]


class Player(NamedTuple):
    """A player of one server."""

    id: str
    session: str


class Peer:
    """A server in a process of its own, with its players."""

    def __init__(self, port: int, process: int) -> None:
        """The server listens on this port. `process` is its number. The players are created."""
        self.port = port
        self.process = process
        self.players: list[Player] = []
        for _ in range(PLAYERS):
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{PATH}", PLAYER) as answer:
                made = json.loads(answer.read(), parse_float=Decimal)
            self.players.append(Player(made["playerId"], made["sessionId"]))


@contextlib.contextmanager
def peer(way: str, where: str) -> Iterator[Peer]:
    """A server that is ready, with its players. It is stopped at the end."""
    command = [sys.executable, __file__, "--serve", way, where]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=without_wallet()) as process:
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline(), parse_float=Decimal)
        try:
            yield Peer(int(ready["contracts"]["casino"].split(":")[2].partition("/")[0]), process.pid)
        finally:
            process.terminate()


NUMBERS = count()


def bet(player: Player, number: int) -> Bet:
    """A bet with ids of a fixed length."""
    id = f"{number:012}-0000-4000-8000-00000000"
    return Bet(id=id, player=player.id, currency="EUR", amount=AMOUNT, session=player.session, round=id, bet=id)


def payout(player: Player, number: int) -> Payout:
    """The payout of the bet with that number."""
    id = f"{number:012}-0000-4000-8000-00000000"
    return Payout(id=id, player=player.id, currency="EUR", amount=AMOUNT, bet=id, round=id)


def messages(kind: Kind, players: Sequence[Player], requests: int) -> list[bytes]:
    """Signed requests with new ids, by all players in turns."""
    found = []
    for _ in range(requests):
        items = [next(NUMBERS) for _ in range(kind.size)]
        if kind.size == 1 and not kind.name.startswith("settlement"):
            build: Callable[[Player, int], Operation] = bet if kind.name == "bet" else payout
            found.append(wire(build(players[items[0] % PLAYERS], items[0])))
        else:
            found.append(wire(Settle(items=tuple(payout(players[each % PLAYERS], each) for each in items))))
    return found


def prepared(store: Store, kind: Kind, players: Sequence[Player], requests: int) -> list[bytes]:
    """The same, with the bets that the payouts name in the books."""
    first = next(NUMBERS) + 1
    found = messages(kind, players, requests)
    if kind.name != "bet" and players:
        store.begin()
        accounts = [store.account("casino", each.id) for each in players]
        store.rollback()
        known = [each for each in accounts if each is not None]
        place(store, known, first, requests * kind.size)
    return found


def place(store: Store, accounts: Sequence[Account], first: int, bets: int) -> None:
    """Enter bets, in transactions of a thousand."""
    for begin in range(first, first + bets, 1000):
        grouped(store, accounts, begin, min(1000, first + bets - begin), "bet", lambda n: bet(NOBODY, n).id)


NOBODY = Player("", "")


class Wanted(NamedTuple):
    """What is measured in one row."""

    kind: Kind
    connections: int

    def requests(self, seconds: float) -> int:
        """The number of requests that are prepared."""
        most = MOST_PER_SECOND[self.connections] * seconds
        return max(self.connections, int(min(most, MOST_ITEMS / self.kind.size)))


def loop_rate(loop: WriteLoop, store: Store, accounts: Sequence[Account], wanted: Wanted, seconds: float) -> float:
    """Items in a second that the bare loop writes."""
    size = min(MOST_IN_COMMIT, wanted.kind.size * wanted.connections)
    family = "bet" if wanted.kind.name == "bet" else "payout"
    written, began = 0, time.perf_counter()
    while not written or time.perf_counter() < began + seconds:
        first = next(NUMBERS)
        for _ in range(size - 1):
            next(NUMBERS)
        loop(store, accounts, first, size, family, lambda n: bet(NOBODY, n).id)
        written += size
    return written / (time.perf_counter() - began)


class Measured(NamedTuple):
    """One row of the table, in items a second."""

    constant: float
    loop: float
    grouped: float
    wallet: float
    alone: float

    def line(self, name: str, wanted: Wanted) -> str:
        """The row as Markdown."""
        share = self.wallet / min(self.constant, self.loop)
        numbers = " | ".join(f"{each:,.0f}" for each in self)
        beside = f"{self.wallet / self.alone:.1f}"
        return f"| {name} | {wanted.kind.name} | {wanted.connections} | {numbers} | {share:.0%} | {beside} |"


def measure(constant: Peer, wallet: Peer, alone: Peer, store: Store, wanted: Wanted, seconds: float) -> Measured:
    """Measure one row once. The store is the one of both wallets."""
    found = []
    for each in (constant, wallet, alone):
        requests = wanted.requests(seconds)
        sent = (
            messages(wanted.kind, each.players, requests)
            if each is constant
            else prepared(store, wanted.kind, each.players, requests)
        )
        rate(each.port, sent[:1], wanted.kind.size, connections=1, seconds=seconds)
        found.append(
            rate(each.port, sent[1:] or sent, wanted.kind.size, connections=wanted.connections, seconds=seconds)
        )
    accounts = [account for each in wallet.players if (account := store.account("casino", each.id)) is not None]
    loops = [loop_rate(each, store, accounts, wanted, seconds) for each in (bare, grouped)]
    return Measured(found[0], loops[0], loops[1], found[1], found[2])


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure all rows in turns, and print the medians."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=2.0, help="length of a measurement")
    parser.add_argument("--rounds", type=int, default=3, help="measurements of each row")
    parser.add_argument("--only", default="", choices=[each.name for each in KINDS], help="measure one kind of request")
    parser.add_argument("--serve", nargs=2, metavar=("WAY", "STORE"), help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.serve:
        serve(*options.serve)
        return
    rows = [Wanted(kind, each) for kind in KINDS if options.only in {"", kind.name} for each in kind.connections]
    found: dict[tuple[str, Wanted], list[Measured]] = {}
    with stores() as places, contextlib.ExitStack() as stack:
        constant = stack.enter_context(peer("constant", ":memory:"))
        for name, where in places.items():
            with (
                peer("wallet", where) as wallet,
                peer("alone", where) as alone,
                contextlib.closing(open_store(where)) as store,
            ):
                for _ in range(options.rounds):
                    for wanted in rows:
                        measured = measure(constant, wallet, alone, store, wanted, options.seconds)
                        found.setdefault((name, wanted), []).append(measured)
    heads = ("constant", "bare loop", "grouped", "wallet", "alone", "share of the lower ceiling", "beside alone")
    print(f"| store | request | connections | {' | '.join(heads)} |")
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for (name, wanted), all_of_it in found.items():
        print(Measured(*(statistics.median(each) for each in zip(*all_of_it, strict=True))).line(name, wanted))


if __name__ == "__main__":
    main()
