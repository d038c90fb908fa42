"""What pre-flight asks of a wallet: harmless operations with fresh ids, and a record of those that prove something."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from harness.client import Call, Client
from harness.config.subject import Subject
from harness.contracts import Contract
from harness.model import (
    Alteration,
    Bet,
    Exchange,
    GetBalance,
    ItemReply,
    Operation,
    Outcome,
    Payout,
    Player,
    Settle,
    Unsettle,
)
from harness.play.players import DEFAULT_GAME, zero_read
from harness.report.record import Secrets, one
from harness.scenario.identities import Identities


class Asking:
    """The calls of one pre-flight to one wallet."""

    def __init__(
        self,
        subject: Subject,
        contract: Contract,
        client: Client,
        identities: Identities,
        hide: Callable[[str], str],
    ) -> None:
        """Nothing is sent yet. `hide` takes credentials out of a text."""
        self.hide = hide
        self.subject = subject
        self.contract = contract
        self.knows_bets_only = False
        """Whether the wallet was seen to insist on bets that it has taken."""
        self._client = client
        self._identities = identities
        self._game = next(iter(subject.games), DEFAULT_GAME)
        self.proofs: list[Exchange] = []
        """What a report may show as evidence, in the order of sending."""

    def ask(self, operation: Operation, alteration: Alteration | None = None) -> Exchange:
        """One operation."""
        return self._client.call(Call(operation=operation, alteration=alteration or Alteration()))

    def prove(self, operation: Operation, alteration: Alteration | None = None) -> Exchange:
        """One operation that a report may show as evidence."""
        exchange = self.ask(operation, alteration)
        self.proofs.append(exchange)
        return exchange

    def new_id(self) -> str:
        """A fresh transaction id that begins with the run's id."""
        return self._identities.transaction_id()

    def stranger(self) -> Player:
        """A player whom the wallet has never seen."""
        return Player(id=self._identities.number(), currency="EUR", session=f"no-such-session-{self.new_id()}")

    def zero(self, player: Player) -> Operation:
        """The core operation with amount 0: it moves nothing, and shows the balance."""
        return zero_read(self.contract, player, self.new_id(), self._game)

    def smallest(self, player: Player) -> Operation:
        """The core operation with the smallest amount that the contract can carry."""
        return _with_amount(self.zero(player), self.contract.wire_unit(player.currency))

    def bet(self, player: Player, amount: int) -> Bet:
        """A bet of a fresh round."""
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
        )

    def has(self, word: str) -> str:
        """The name of the operation for a scenario's word; empty when contract or wallet are said to lack it."""
        name = self.contract.words.get(word, "")
        return "" if name in self.subject.lacks else name

    def reading(self, player: Player) -> Operation:
        """The operation that reads a balance."""
        return GetBalance(player=player.id, session=player.session)

    def balance(self, player: Player) -> Exchange | None:
        """The answer to a reading of the balance, None where the wallet has no operation for it."""
        if not self.has("balance"):
            return None
        exchange = self.ask(self.reading(player))
        return None if exchange.absent else exchange

    def with_known_bet(self, player: Player) -> Player | None:
        """The player with a bet that the wallet has just taken, of the smallest stake; None when it takes none."""
        if not self.has("bet"):
            return None
        bet = self.bet(player, self.contract.wire_unit(player.currency))
        if not accepted(self.ask(bet)):
            return None
        return replace(player, bets=(self.contract.bet_reference(bet.id, bet.bet),))

    def said(self, exchange: Exchange) -> str:
        """The wallet's own word for its answer, or ours; without credentials that it may repeat."""
        found = answer(exchange)
        whole = exchange.reply.code if exchange.reply is not None else ""
        # Hidden first and shortened then: half a secret would not be recognised.
        return self.hide(found.code or whole)[:80] or found.outcome.replace("_", " ")

    def records(self, proofs: Iterable[Exchange]) -> tuple[Mapping[str, Any], ...]:
        """Evidence as a report has it."""
        secrets = Secrets.of(self.contract, self.subject.credentials, players=self.subject.players)
        return tuple(
            {"run": 0, "index": index, **one(each, self.contract, secrets), "balances": []}
            for index, each in enumerate(proofs)
        )


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
    """The one answer in a reply, whether it came as the whole or as the only item of a batch."""
    reply = exchange.reply
    if reply is None:
        return ItemReply(outcome=Outcome.REFUSED)
    whole = ItemReply(outcome=reply.outcome, code=reply.code)
    return next((each for each in reply.items if each.outcome is not Outcome.OK), next(iter(reply.items), whole))


def accepted(exchange: Exchange) -> bool:
    """Whether everything that was asked succeeded."""
    reply = exchange.reply
    return reply is not None and reply.accepted and all(item.outcome is Outcome.OK for item in reply.items)
