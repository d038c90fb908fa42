"""Wallets whose balances are late, examined on a clock that moves only with requests and while somebody waits."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from harness.config import WalletUnderTest
from harness.examine import Examiner, Interlude, preflight
from harness.model import Loss, Operation, Outcome, Reply, Request, Scenario, Transmission, id_of, transactions
from harness.proof.in_process import InProcessCarrier
from harness.proof.trials import CREDENTIALS, LIMITS, RUN_ID, STARTS_AT_MS
from harness.verdict import ScenarioResult
from mock_server.app import App
from mock_server.clock import MovedClock
from mock_server.order import Refusal
from mock_server.provisioning import PATH
from mock_server.store import Account, open_store
from mock_server.wallet import Wallet


class ReadsFromReplica(Wallet):
    """Readings show the balance of some milliseconds ago. Every booking is right, and so is its answer."""

    lag_ms = 40

    async def handle(self, contract: str, operation: Operation) -> Reply:
        accounts = list(self._named(contract, operation))
        for each in accounts:
            self._log(each).setdefault(0, self.store.balance(each))
        reply = await super().handle(contract, operation)
        for each in accounts:
            self._log(each)[self.now_ms()] = self.store.balance(each)
        return reply

    def read_balance(self, account: Account) -> int:
        before = [held for at, held in self._log(account).items() if at <= self.now_ms() - self.lag_ms]
        return before[-1] if before else super().read_balance(account)

    def _named(self, contract: str, operation: Operation) -> Sequence[Account]:
        found = []
        for player in dict.fromkeys(each.player for each in transactions(operation)):
            try:
                found.append(self.find_player(contract, player))
            except Refusal:
                continue
        return found

    def _log(self, account: Account) -> dict[int, int]:
        """By time, in milliseconds: the balance from then on."""
        logs: dict[int, dict[int, int]] = self.__dict__.setdefault("logs", {})
        return logs.setdefault(account.number, {})


class ReadsEverythingFromReplica(ReadsFromReplica):
    """Answers about bookings show the replica's balance, too."""

    async def handle(self, contract: str, operation: Operation) -> Reply:
        reply = await super().handle(contract, operation)
        players = {id_of(each): each.player for each in transactions(operation)}
        if not players:
            return reply
        single = next(iter(players.values()))
        items = (
            replace(each, balance=self.read_balance(self.find_player(contract, players.get(each.id or "", single))))
            if each.outcome is Outcome.OK
            else each
            for each in reply.items
        )
        return replace(reply, items=tuple(items))


class _OnClock(InProcessCarrier):
    """Requests whose times are those of the moved clock. Each takes a millisecond."""

    def __init__(self, app: App, place: str, clock: MovedClock) -> None:
        super().__init__(app, place)
        self.now_ms = clock

    def send(
        self, request: Request, *, loss: Loss | None = None, time_out_seconds: float | None = None
    ) -> Transmission:
        return self._timed(super().send(request, loss=loss))

    def release(
        self, requests: Sequence[Request], *, time_out_seconds: float | None = None
    ) -> tuple[Transmission, ...]:
        self.now_ms.move(1)
        started = (self.now_ms() - 1) * 1_000_000
        return tuple(self._timed(each, started) for each in super().release(requests))

    def _timed(self, sent: Transmission, started: int = 0) -> Transmission:
        if not started:
            self.now_ms.move(1)
        begun, ended = started or (self.now_ms() - 1) * 1_000_000, self.now_ms() * 1_000_000
        return replace(sent, started_ns=begun, released_ns=begun, first_byte_ns=ended, finished_ns=ended)


def examiner_on_clock(
    wallet_type: type[Wallet],
    contract: str,
    *,
    settle_seconds: float = 1,
    restart: Callable[[Wallet], None] | None = None,
) -> Examiner:
    """An examiner of a new wallet whose waits move the clock of the wallet and of the platform.

    `restart` is called with the wallet before the epilogue.
    """
    logging.getLogger("mock_server").setLevel(logging.CRITICAL)
    clock = MovedClock(STARTS_AT_MS)
    app = App(wallet_type(open_store(), CREDENTIALS, now_ms=clock), provision=True)
    wallet, provision = _OnClock(app, f"/{contract}", clock), InProcessCarrier(app, PATH)
    under_test = WalletUnderTest(
        contract=contract,
        url="in process",
        provision_url="in process",
        credentials=CREDENTIALS[contract],
        seed=1,
        run_id=RUN_ID,
        limits=replace(LIMITS, settle_seconds=settle_seconds),
    )
    facts = preflight(under_test, wallet=wallet, provision=provision, now_ms=clock)
    interlude = Interlude(None if restart is None else partial(restart, app.wallet))
    examiner = Examiner(under_test, facts, wallet=wallet, provision=provision, now_ms=clock, interlude=interlude)
    examiner.settling.now = lambda: clock() / 1000
    examiner.settling.wait = lambda seconds: clock.move(round(seconds * 1000))
    return examiner


def forget_everything(wallet: Wallet) -> None:
    """What a restart does to a wallet that keeps everything in the memory of its process."""
    wallet.store = open_store()


def after_a_restart(*scenarios: Scenario) -> list[ScenarioResult]:
    """The result of the last scenario, the epilogue, on a casino wallet that forgets everything at a restart."""
    found = examiner_on_clock(Wallet, "casino", restart=forget_everything)
    results = [found.examine(each) for each in scenarios]
    return results[-1:]
