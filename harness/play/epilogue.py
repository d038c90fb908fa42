"""Plays the epilogue of a run: sends requests of earlier scenarios again, and reads every player. It never judges."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from harness.client import Call, Client
from harness.model import Exchange, FailureKind, GetBalance, History, Lateness, Operation, Player, Scenario
from harness.play.players import zero_read
from harness.play.runner import CLOSING, PREPARATION, Runner

_GAVE_UP = (FailureKind.UNREACHABLE, FailureKind.TIME_OUT, FailureKind.TLS)


@dataclass(frozen=True, slots=True)
class Repeat:
    """A request of an earlier scenario that is sent again, and how late that is."""

    operation: Operation
    late: Lateness


class Epilogue:
    """One epilogue. The runner says which operations the wallet has, and where ids come from."""

    def __init__(self, client: Client, runner: Runner) -> None:
        """Nothing is sent before `play`."""
        self._client = client
        self._runner = runner
        self._exchanges: list[Exchange] = []
        self._stopped = ""

    def play(self, scenario: Scenario, repeats: Iterable[Repeat], players: Sequence[Player]) -> History:
        """Send the repeats one by one and read every player.

        A player whose balance is not known is read first, too. Such a player takes part only if that reading shows one.
        """
        known = [player if player.balance is not None else self._opened(player) for player in players]
        playing = [player for player in known if player.balance is not None]
        line = scenario.steps[0].line
        for each in repeats:
            self._send(Call(operation=each.operation, line=line, late=each.late, session_in_doubt=True))
        for player in playing:
            self._read(player, CLOSING)
        return History(
            contract=self._client.contract.name,
            scenario=scenario,
            players=tuple(playing),
            exchanges=tuple(self._exchanges),
            stopped=self._stopped,
        )

    def _opened(self, player: Player) -> Player:
        exchange = self._read(player, PREPARATION)
        reply = exchange.reply if exchange is not None else None
        return replace(player, balance=reply.items[0].balance if reply is not None and reply.items else None)

    def _read(self, player: Player, step: int) -> Exchange | None:
        """Read a balance. If the wallet refuses that, because the session may be over, an amount of 0 shows it."""
        contract, name = self._client.contract, self._client.contract.words.get("balance", "")
        if self._runner.context.capabilities.has(contract, name):
            operation = GetBalance(player=player.id, session=player.session)
            exchange = self._send(Call(operation=operation, step=step, session_in_doubt=True))
            if exchange is None or (not exchange.absent and (exchange.reply is None or exchange.reply.accepted)):
                return exchange
        zero = zero_read(
            contract, player, self._runner.context.identities.transaction_id(), self._runner.context.games[0]
        )
        return self._send(Call(operation=zero, step=step, session_in_doubt=True))

    def _send(self, call: Call) -> Exchange | None:
        """Send a request, unless the wallet has stopped answering. Returns None if nothing was sent."""
        if self._stopped:
            return None
        exchange = self._client.call(call)
        self._exchanges.append(exchange)
        failure = exchange.transmission.failure
        if failure is not None and failure.kind in _GAVE_UP:
            self._stopped = failure.detail
        return exchange
