"""Plays the epilogue of a run: sends requests of earlier scenarios again, and reads every player. It never judges."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from harness.client import Call
from harness.model import (
    CLOSING,
    PREPARATION,
    SETTLING,
    Exchange,
    FailureKind,
    GetBalance,
    History,
    Lateness,
    Operation,
    Player,
    Scenario,
)
from harness.play.players import zero_read
from harness.play.runner import Runner
from harness.play.sending import PatientSending, WalletGone

_GAVE_UP = (FailureKind.UNREACHABLE, FailureKind.TIME_OUT, FailureKind.TLS)


@dataclass(frozen=True, slots=True)
class Repeat:
    """A request of an earlier scenario that is sent again, and how late that is."""

    operation: Operation
    late: Lateness


class Epilogue:
    """One epilogue. The runner says which operations the wallet has, where ids come from, and how long is waited."""

    def __init__(self, runner: Runner, scenario: Scenario, players: Sequence[Player]) -> None:
        """Nothing is sent before `play`. The `players` are those of the whole run."""
        self._context = runner.context
        self._contract = runner.context.client.contract
        self._scenario = scenario
        self._players = players
        self._sending = PatientSending(
            self._context.client, self._context.patience, scenario.id, lambda: self._reading(players[0])
        )
        self._exchanges: list[Exchange] = []
        self._stopped = ""
        self._ended = ""

    def play(self, repeats: Iterable[Repeat]) -> None:
        """Send the repeats one by one and read every player.

        A player whose balance is not known is read first, too. Such a player takes part only if that reading shows one.
        """
        known = [player if player.balance is not None else self._opened(player) for player in self._players]
        self._players = [player for player in known if player.balance is not None]
        line = self._scenario.steps[0].line
        for each in repeats:
            self._send(Call(operation=each.operation, line=line, late=each.late, session_in_doubt=True))
        for player in self._players:
            self._read(player, CLOSING)

    def read_again(self, players: Collection[str]) -> None:
        """Read the balances of these players once more, after the closing reads."""
        for player in self._players:
            if player.id in players:
                self._read(player, SETTLING)

    def history(self) -> History:
        """The frozen history of what was played so far."""
        return History(
            contract=self._contract.name,
            scenario=self._scenario,
            players=tuple(self._players),
            exchanges=tuple(self._exchanges),
            stopped=self._stopped,
            ended=self._ended,
            outage=self._sending.outage,
            waited_ms=self._sending.waited_ms,
        )

    def _opened(self, player: Player) -> Player:
        exchange = self._read(player, PREPARATION)
        reply = exchange.reply if exchange is not None else None
        return replace(player, balance=reply.items[0].balance if reply is not None and reply.items else None)

    def _read(self, player: Player, step: int) -> Exchange | None:
        """Read a balance. If the wallet refuses that, because the session may be over, an amount of 0 shows it."""
        operation = self._reading(player)
        exchange = self._send(Call(operation=operation, step=step, session_in_doubt=True))
        if exchange is None or not isinstance(operation, GetBalance):
            return exchange
        if not exchange.absent and (exchange.reply is None or exchange.reply.accepted):
            return exchange
        return self._send(Call(operation=self._zero(player), step=step, session_in_doubt=True))

    def _reading(self, player: Player) -> Operation:
        """The request that shows a player's balance: the balance operation, or a transaction of amount 0."""
        if self._context.capabilities.has(self._contract, self._contract.words.get("balance", "")):
            return GetBalance(player=player.id, session=player.session)
        return self._zero(player)

    def _zero(self, player: Player) -> Operation:
        number = self._context.identities.transaction_id()
        return zero_read(self._contract, player, number, self._context.games[0])

    def _send(self, call: Call) -> Exchange | None:
        """Send a request, unless the wallet has stopped answering. Returns None if nothing was sent."""
        if self._stopped:
            return None
        try:
            found = self._sending.call(call)
        except WalletGone as reason:
            self._stopped = self._ended = str(reason)
            return None
        self._exchanges += found
        failure = found[-1].transmission.failure
        if failure is not None and failure.kind in _GAVE_UP:
            self._stopped = failure.detail
        return found[-1]
