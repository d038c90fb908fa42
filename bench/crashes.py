"""Kills the reference wallet while mock partners play days with it, and has the oracle judge every account.

    python bench/crashes.py [--kills 200] [--store URL]

Each partner is a thread that plays day after day with players of its own. A kill ends the requests that are in flight.
For the oracle their answers are lost on purpose: each request was booked as a whole or not at all. A transaction that
was acknowledged must be there after the restart, once.
"""

from __future__ import annotations

import argparse
import json
import random
import secrets
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import count

from bench.surroundings import without_wallet
from harness.client import Carrier, Transport
from harness.config import WalletUnderTest
from harness.contracts import BUNDLED, Contract, load
from harness.examine import Examiner, preflight
from harness.model import Exchange, FailureKind, History, Loss, Policy, Request, Status, Transmission
from harness.partner import ConnectionQuality, Day, Habits, live_through
from harness.play.players import ProvisioningFailed
from harness.play.preflight import ConfigurationProblem
from harness.verdict.checks import Judged, examine

CREDENTIALS = {name: load(name).made_up(lambda each: f"{each.name} of the crash test") for name in BUNDLED}
COMMAND = (sys.executable, "-m", "mock_server")
HOST = "127.0.0.1"
START_SECONDS = 60
"""How long a start may take before the wallet counts as broken."""
ANSWERS = (20, 120)
"""The fewest and the most answers between a start and the next kill."""
HABITS = Habits(players=3, rounds=40, connection=ConnectionQuality(lost_percent=10))
BROKEN_OFF = frozenset({FailureKind.CLOSED, FailureKind.UNREACHABLE})


class WalletProcess:
    """The reference wallet as a process that can be killed and started again at the same port, with the same books."""

    def __init__(self, store: str, command: Sequence[str] = COMMAND) -> None:
        """Start it. `store` keeps the books."""
        with socket.create_server((HOST, 0)) as free:
            self._port = free.getsockname()[1]
        self._arguments = [*command, "--host", HOST, "--port", str(self._port), "--store", store]
        self._arguments += ["--provision", "--ready-json", "--stop-with-parent"]
        given = {each.variable: CREDENTIALS[name][each.name] for name in BUNDLED for each in load(name).credentials}
        self._environment = without_wallet(**given)
        self.outages: list[tuple[int, int | None]] = []
        """Each kill with the moment at which the wallet was ready again, or None, in nanoseconds of the clock."""
        self._process = self._started()

    @property
    def root(self) -> str:
        """The URL above the contracts."""
        return f"http://{HOST}:{self._port}"

    def crash(self) -> None:
        """Kill the process at once, and start it again."""
        killed_ns = time.monotonic_ns()
        self.outages.append((killed_ns, None))
        self._process.kill()
        self._process.communicate()
        self._process = self._started()
        self.outages[-1] = (killed_ns, time.monotonic_ns())

    def stop(self) -> int:
        """Stop it in order. Returns its exit status."""
        self._process.terminate()
        self._process.communicate(timeout=START_SECONDS)
        return self._process.returncode

    def _started(self) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            self._arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=self._environment, text=True
        )
        assert process.stdout is not None
        ready = process.stdout.readline()
        if not ready or not json.loads(ready, parse_float=Decimal)["ready"]:
            raise SystemExit("the wallet did not start again: see its message above")
        return process

    def interrupted(self, exchange: Exchange) -> bool:
        """True if the exchange failed because of a kill: its connection broke off while the wallet was away."""
        sent = exchange.transmission
        if sent.failure is None or sent.failure.kind not in BROKEN_OFF:
            return False
        return any(
            sent.finished_ns >= killed and (ready is None or sent.started_ns <= ready)
            for killed, ready in list(self.outages)
        )


class Traffic:
    """Counts the answers of the wallet, so that it is killed under load and not while it idles."""

    def __init__(self) -> None:
        """Begin with no answer."""
        self._answers = 0
        self._more = threading.Condition()

    def note(self, sent: Sequence[Transmission]) -> None:
        """Count what was answered."""
        with self._more:
            self._answers += sum(each.received is not None for each in sent)
            self._more.notify_all()

    def wait_for(self, answers: int) -> None:
        """Wait until so many more answers have come. Raises SystemExit if they do not."""
        with self._more:
            until = self._answers + answers
            if not self._more.wait_for(lambda: self._answers >= until, timeout=START_SECONDS):
                raise SystemExit("the wallet did not answer any more after its restart")


class Counted:
    """A carrier that counts the answers that come through it."""

    def __init__(self, inner: Carrier, traffic: Traffic) -> None:
        """Carry requests by `inner`."""
        self._inner = inner
        self._traffic = traffic

    def send(
        self, request: Request, *, loss: Loss | None = None, time_out_seconds: float | None = None
    ) -> Transmission:
        """Send one request once."""
        sent = self._inner.send(request, loss=loss, time_out_seconds=time_out_seconds)
        self._traffic.note([sent])
        return sent

    def release(
        self, requests: Sequence[Request], *, time_out_seconds: float | None = None
    ) -> tuple[Transmission, ...]:
        """Send requests at the same moment."""
        sent = self._inner.release(requests, time_out_seconds=time_out_seconds)
        self._traffic.note(sent)
        return sent

    def close(self) -> None:
        """Close every connection."""
        self._inner.close()


@dataclass
class Findings:
    """What the days have shown so far. Several threads add to it."""

    days: int = 0
    requests: int = 0
    interrupted: int = 0
    wrong: list[str] = field(default_factory=list)
    """A sentence for each day that the oracle does not accept."""
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)

    def add(self, contract: str, day: Day, interrupted: int) -> None:
        """Add a day that was judged."""
        with self._lock:
            self.days += 1
            self.requests += day.requests
            self.interrupted += interrupted
            if day.result.status is not Status.PASS:
                found = "; ".join(f"{each.requirement}: {each.summary}" for each in day.result.verdicts)
                self.wrong.append(f"{contract}: {day.result.status} {day.result.reason} {found}")


class Partner:
    """Plays days with the wallet by one contract, one after the other, until it is stopped."""

    def __init__(
        self,
        wallet: WalletProcess,
        contract: str,
        findings: Findings,
        traffic: Traffic,
        run_ids: Callable[[], str],
    ) -> None:
        """Prepare without sending. `run_ids` returns a fresh id for each day."""
        self._traffic = traffic
        self._wallet = wallet
        self._contract = contract
        self._findings = findings
        self._run_ids = run_ids
        self._interrupted = 0

    def play(self, stopping: threading.Event) -> None:
        """Play until the event is set. The last day is played to its end."""
        while not stopping.is_set():
            try:
                day = self._day()
            except (ConfigurationProblem, ProvisioningFailed):
                continue  # The wallet was away at the beginning of the day, before any money moved.
            self._findings.add(self._contract, day, self._interrupted)

    def _day(self) -> Day:
        run_id = self._run_ids()
        under_test = WalletUnderTest(
            contract=self._contract,
            url=f"{self._wallet.root}/{self._contract}",
            provision_url=f"{self._wallet.root}/__admin/player",
            credentials=CREDENTIALS[self._contract],
            recovery_seconds=START_SECONDS,
            seed=int(run_id, 16),
            run_id=run_id,
        )
        examiner = Examiner(
            under_test,
            preflight(under_test),
            wallet=Counted(Transport(under_test.url), self._traffic),
            judge=self._judged,
            explain=False,
        )
        try:
            return live_through(examiner, under_test, HABITS)
        finally:
            examiner.close()

    def _judged(self, history: History, contract: Contract, policy: Policy) -> Judged:
        """The oracle's judgement. What a kill has interrupted counts as an answer that was lost on purpose."""
        lost = [self._wallet.interrupted(each) for each in history.exchanges]
        self._interrupted = sum(
            is_lost and each.transmission.released_ns > 0 for each, is_lost in zip(history.exchanges, lost, strict=True)
        )
        exchanges = (
            replace(each, loss=each.loss or Loss.AFTER_SENDING) if is_lost else each
            for each, is_lost in zip(history.exchanges, lost, strict=True)
        )
        return examine(replace(history, exchanges=tuple(exchanges)), contract, policy)


def crash(
    store: str, kills: int, *, seed: int, partners: int = 4, command: Sequence[str] = COMMAND
) -> tuple[Findings, WalletProcess]:
    """Kill the wallet that often under load, and stop it at the end. Returns what the days have shown.

    `seed` decides the moments of the kills.
    """
    wallet, findings, stopping, traffic = WalletProcess(store, command), Findings(), threading.Event(), Traffic()
    chance, first, numbers = random.Random(seed), secrets.randbits(24), count()
    threads = [
        threading.Thread(
            target=Partner(
                wallet, BUNDLED[number % len(BUNDLED)], findings, traffic, lambda: f"{first + next(numbers):08x}"
            ).play,
            args=(stopping,),
        )
        for number in range(partners)
    ]
    for each in threads:
        each.start()
    try:
        for _ in range(kills):
            traffic.wait_for(chance.randint(*ANSWERS))
            wallet.crash()
    finally:
        stopping.set()
        for each in threads:
            each.join()
        status = wallet.stop()
    if status:
        findings.wrong.append(f"the wallet ended with status {status} after SIGTERM")
    return findings, wallet


def main(arguments: Sequence[str] | None = None) -> None:
    """Kill, and print what was found. Raises SystemExit if an account is wrong."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=200, help="how often the wallet is killed")
    parser.add_argument("--store", default="", metavar="URL", help="the store (default: an SQLite file)")
    parser.add_argument("--seed", type=int, default=1, help="decides the moments of the kills")
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        store = chosen.store or f"sqlite:///{folder}/books.sqlite"
        findings, wallet = crash(store, chosen.kills, seed=chosen.seed)
    away = statistics.median((ready or killed) - killed for killed, ready in wallet.outages) / 1e9
    print(
        f"{len(wallet.outages)} kills, each start took {away:.2f} s (median); {findings.days} days of "
        f"{findings.requests} requests were judged, {findings.interrupted} requests were in flight at a kill"
    )
    for each in findings.wrong:
        print(f"WRONG: {each}")
    if findings.wrong:
        raise SystemExit(1)
    print("what was acknowledged is in the books, once")


if __name__ == "__main__":
    main()
