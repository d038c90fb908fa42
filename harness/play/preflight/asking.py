"""The calls of pre-flight: harmless operations with fresh ids, and a record of those that prove something."""

from __future__ import annotations

from dataclasses import replace

from harness.client import Call, Client
from harness.config import WalletUnderTest
from harness.contracts import Contract
from harness.model import (
    Alteration,
    Amount,
    Bet,
    Exchange,
    GetBalance,
    ItemReply,
    Movement,
    Operation,
    Payout,
    Player,
    Settle,
    Unsettle,
    transactions,
)
from harness.play.players import zero_read
from harness.play.preflight.absence import alike, beside, may_mean_absence
from harness.play.sending import Patience, PatientSending
from harness.scenario.identities import Identities

LONGEST_WORD = 80
"""The most characters of a code in a message.

A longer code is left out, because half a secret could not be redacted.
"""


class Asking:
    """The calls of one pre-flight to one wallet. A call raises WalletGone if the time of the run is over."""

    def __init__(
        self,
        wallet: WalletUnderTest,
        contract: Contract,
        client: Client,
        identities: Identities,
        patience: Patience,
    ) -> None:
        """Prepare without sending. `patience` says how long is waited if the wallet asks for that."""
        self.wallet = wallet
        self.contract = contract
        self.knows_bets_only = False
        """True if the wallet accepts only bets that it already knows."""
        self._client = client
        self._sending = PatientSending(client, patience, "pre-flight", lambda: self.reading(self.stranger()))
        self._identities = identities
        self.first = ""
        """The id of the player of the first calls."""
        self._game = (wallet.games or contract.games)[0]
        self.proofs: list[Exchange] = []
        """The calls that prove something about the wallet, in the order of sending."""
        self.findings: list[tuple[Exchange, ...]] = []
        """Calls that prove a violation in spite of which scenarios can run, each with its proof last."""
        self.takes_zero = True
        """False if the core operation with amount 0 gives no usable answer, so that only the balance can be read."""
        self.readings: tuple[tuple[str, str], ...] = ()
        """Pairs of a policy and the one reading that the calls have shown."""
        self.moved: Amount = 0
        """What the calls have certainly added to the first player's balance, in hundred-thousandths."""
        self.exchanges: list[Exchange] = []
        """The calls so far, in the order of sending. Those that were sent again are `repeated`."""
        self.absent: set[str] = set()
        """The operations that were found to be absent."""

    def ask(self, operation: Operation, alteration: Alteration | None = None) -> Exchange:
        """Send one operation and return its exchange. It is sent again if its answer is lost or asks for that."""
        found = self._sending.call(Call(operation=operation, alteration=alteration or Alteration()))
        self.exchanges += found
        return found[-1]

    @property
    def waited_ms(self) -> int:
        """How many milliseconds the calls have waited because the wallet asked for that."""
        return self._sending.waited_ms

    def in_time(self, operation: Operation, seconds: float) -> Exchange:
        """Send one operation, and wait for its answer for at most that many seconds."""
        return self._client.call(Call(operation=operation), time_out_seconds=seconds)

    def prove(self, operation: Operation, alteration: Alteration | None = None) -> Exchange:
        """Send one operation whose answer proves something about the wallet, and record it in `proofs`."""
        exchange = self.ask(operation, alteration)
        self.proofs.append(exchange)
        return exchange

    def new_id(self) -> str:
        """A fresh transaction id that begins with the run's id."""
        return self._identities.transaction_id()

    def stranger(self) -> Player:
        """A player that the wallet does not know."""
        return Player(id=self._identities.number(), currency="EUR", session=f"no-such-session-{self.new_id()}")

    def zero(self, player: Player) -> Operation:
        """The core operation with amount 0. It moves no money and its answer shows the balance."""
        return zero_read(self.contract, player, self.new_id(), self._game)

    def shown(self, player: Player) -> Exchange:
        """An answer that shows a player's balance: to the amount 0, or to the balance operation."""
        return self.ask(self.zero(player) if self.takes_zero else self.reading(player))

    def smallest(self, player: Player) -> Operation:
        """The core operation with the smallest amount that the contract can carry."""
        return _with_amount(self.zero(player), self.contract.wire_unit(player.currency))

    def bet(self, player: Player, amount: int) -> Bet:
        """A bet in a new round. `amount` is in hundred-thousandths."""
        number = self.new_id()
        return Bet(
            id=number,
            player=player.id,
            currency=player.currency,
            amount=amount,
            session=player.session,
            bet=f"bet-{number}",
            round=f"round-bet-{number}",
            game=self._game,
            kind=self.contract.kind_of("bet"),
        )

    def has(self, word: str) -> str:
        """The name of the operation for a scenario's word.

        Empty if the contract lacks it, or the profile declares it absent.
        """
        name = self.contract.words.get(word, "")
        return "" if name in self.wallet.lacks or name in self.absent else name

    def path_of(self, exchange: Exchange) -> str:
        """The path of an exchange's operation below the wallet's URL."""
        return self._client.path_of(exchange.name)

    def is_absent(self, exchange: Exchange) -> bool:
        """True if the wallet answers an operation as it answers a path that certainly does not exist.

        The same request is sent to such a path to know. An operation other than a core one is added to `absent`.
        """
        received = exchange.transmission.received
        if received is None or not may_mean_absence(received):
            return False
        path = self._client.path_of(exchange.name)
        nowhere = beside(path, self.new_id())
        other = self._sending.call(Call(operation=exchange.operation, path=nowhere))[-1].transmission.received
        found = other is not None and alike(received, path, other, nowhere)
        if found and not self.contract.specs[exchange.name].core:
            self.absent.add(exchange.name)
        return found

    def reading(self, player: Player) -> Operation:
        """The operation that reads a balance."""
        return GetBalance(player=player.id, session=player.session)

    def balance(self, player: Player) -> Exchange | None:
        """The answer to a balance request, or None if the wallet has no operation for it."""
        if not self.has("balance"):
            return None
        exchange = self.ask(self.reading(player))
        return None if self.is_absent(exchange) else exchange

    def note_moved(self, exchange: Exchange) -> None:
        """Remember what an accepted call with the smallest amount has added to the first player's balance."""
        operation = exchange.operation
        for each in transactions(operation) if accepted(exchange) else ():
            if isinstance(each, Movement) and each.player == self.first:
                self.moved += -each.amount if isinstance(each, Bet | Unsettle) else each.amount

    def with_known_bet(self, player: Player) -> Player | None:
        """The player with a bet of the smallest stake that the wallet has just accepted. None if it accepts none."""
        if not self.has("bet"):
            return None
        bet = self.bet(player, self.contract.wire_unit(player.currency))
        asked = self.ask(bet)
        if not accepted(asked):
            self.is_absent(asked)
            return None
        if player.id == self.first:
            self.moved -= bet.amount
        return replace(player, bets=(self.contract.bet_reference(bet.id, bet.bet),))

    def code_of(self, exchange: Exchange) -> str:
        """The wallet's own code for its answer.

        Without a code, or with one that is too long, our word for the outcome.
        """
        found = answer(exchange)
        whole = exchange.reply.code if exchange.reply is not None else ""
        code = found.code or whole
        return code if 0 < len(code) <= LONGEST_WORD else found.outcome.replace("_", " ")


def _with_amount(operation: Operation, amount: int) -> Operation:
    match operation:
        case Settle(items=items):
            return Settle(items=tuple(replace(each, amount=amount, win=True) for each in items))
        case Payout():
            return replace(operation, amount=amount, win=True)
        case Unsettle():
            return replace(operation, amount=amount)
    return operation


def answer(exchange: Exchange) -> ItemReply:
    """The one answer in a reply, from the reply itself or from its batch of one item."""
    return exchange.answer


def accepted(exchange: Exchange) -> bool:
    """True if every part of the operation succeeded."""
    return exchange.succeeded
