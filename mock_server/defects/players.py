"""Defects of references: the id of a player, a bet or a session is taken for another one that nearly equals it."""

from __future__ import annotations

import re
import unicodedata

from harness.model import Movement, Outcome, Payout, Rollback
from mock_server.defects.registry import CASINO, SPORTSBOOK, defect
from mock_server.order import Moved, Order, Refusal
from mock_server.store import Account, BetRecord, Fate
from mock_server.wallet import Wallet

VIOLATES = "CAS-INP-09 SPB-INP-09"
IN_BETS = "player/near_ids_in_bets"


class ReadsPlayersLoosely(Wallet):
    """The wallet with the text of a player id already read by a rule of its own."""

    def find_player(self, contract: str, player: str) -> Account:
        return super().find_player(contract, self.read_player(contract, player))

    def read_player(self, contract: str, player: str) -> str:
        """The id that the wallet takes this text for."""
        return player

    def knows(self, contract: str, player: str) -> bool:
        """True if a player has exactly this id."""
        return self.store.account(contract, player) is not None


@defect(violates=VIOLATES, witnesses={IN_BETS: "oracle"})
class ReadsPlayerIdsAsIntegers(ReadsPlayersLoosely):
    """Reads the digits that a player id begins with, as parseInt does, so that 17x, 017 and 17.5 are player 17."""

    def read_player(self, contract: str, player: str) -> str:
        digits = re.match(r"\s*0*([0-9]+)", player)
        return digits[1] if digits else player


@defect(violates=VIOLATES, witnesses={IN_BETS: "oracle"})
class ReadsPlayerIdsAsNumbers(ReadsPlayersLoosely):
    """Reads a player id as a decimal number, so that 017 and 17.0 are player 17."""

    def read_player(self, contract: str, player: str) -> str:
        number = re.fullmatch(r"0*([0-9]+)(\.0*)?", player, re.ASCII)
        return number[1] if number else player


@defect(violates=VIOLATES, witnesses={IN_BETS: "oracle"})
class StripsSpacesFromPlayerIds(ReadsPlayersLoosely):
    """Takes white space off both ends of a player id."""

    def read_player(self, contract: str, player: str) -> str:
        return player.strip()


@defect(violates=VIOLATES, witnesses={IN_BETS: "oracle"})
class CutsPlayerIds(ReadsPlayersLoosely):
    """Keeps player ids in a column that is too short, and cuts what does not fit."""

    def read_player(self, contract: str, player: str) -> str:
        fitting = (player[:length] for length in range(len(player), 0, -1))
        return next((each for each in fitting if self.knows(contract, each)), player)


@defect(violates=VIOLATES, witnesses={IN_BETS: "oracle"})
class CompletesPlayerIds(ReadsPlayersLoosely):
    """Looks for a player whose id begins with the given text."""

    def read_player(self, contract: str, player: str) -> str:
        longer = (f"{player}{digit}" for digit in ("", *"0123456789"))
        return next((each for each in longer if self.knows(contract, each)), player)


@defect(violates=VIOLATES, witnesses={IN_BETS: "oracle"})
class NormalisesPlayerIds(ReadsPlayersLoosely):
    """Brings a player id into a compatible Unicode form, in which full-width digits are ordinary ones."""

    def read_player(self, contract: str, player: str) -> str:
        return unicodedata.normalize("NFKC", player)


@defect(violates=VIOLATES, witnesses={"player/near_id_in_another_case": "oracle"})
class IgnoresTheCaseOfPlayerIds(ReadsPlayersLoosely):
    """Compares player ids in a database that takes capital and small letters for the same."""

    def read_player(self, contract: str, player: str) -> str:
        return player if self.knows(contract, player) else player.swapcase()


@defect(violates="CAS-SES-02 SPB-SES-01", witnesses={"session/bet_in_a_session_that_is_nearly_right": "expectation"})
class CutsSessions(Wallet):
    """Keeps sessions in a column that is too short, and cuts what does not fit."""

    def check_session(self, contract: str, session: str, account: Account) -> None:
        cut = session[:-1]
        super().check_session(contract, cut if self.store.session(contract, cut) is not None else session, account)


@defect(
    violates="CAS-IDM-09",
    contracts=CASINO,
    witnesses={"idempotency/bets_whose_ids_differ_in_case": "oracle"},
)
class TakesABetForAPaidOne(Wallet):
    """Takes a bet for paid, and refuses its payout, when one whose id differs in case only was paid."""

    def check_known_bet(self, order: Order[Movement], account: Account) -> None:
        bet = order.item.bet
        others = {bet.upper(), bet.lower()} - {bet}
        paid = (record for each in others for record in self.store.bets_with_reference(account, each))
        if isinstance(order.item, Payout) and any(record.fate is Fate.SETTLED for record in paid):
            raise Refusal(Outcome.CONFLICT, "this bet was paid")


@defect(violates="SPB-IDM-07", contracts=SPORTSBOOK, witnesses={"rollback/bet_beside_a_returned_one": "oracle"})
class TakesABetForAReturnedOne(Wallet):
    """Takes a bet for returned, and refuses its settlement, when one whose id differs in case only was returned."""

    async def was_returned(self, order: Order[Movement], account: Account) -> bool:
        plain = f"bet-{order.item.bet.removeprefix('bet-').lower()}"
        bets = self.store.bets_with_reference(account, plain)
        return any(record.fate is Fate.ROLLED_BACK for record in bets) or await super().was_returned(order, account)


@defect(violates="SPB-RBK-09", contracts=SPORTSBOOK, witnesses={"rollback/bet_id_in_another_case": "oracle"})
class IgnoresTheCaseOfBetIds(Wallet):
    """Finds the bet of a rollback in a database that takes capital and small letters for the same."""

    async def find_bet(self, order: Order[Rollback], account: Account) -> BetRecord | None:
        found = await super().find_bet(order, account)
        alike = self.store.bets_with_id(order.contract, order.item.original.lower())
        return found or next((each for each in alike if each.account == account.number), None)


@defect(
    violates="SPB-RBK-09",
    contracts=SPORTSBOOK,
    witnesses={"rollback/unknown_transaction_of_a_known_bet": "oracle"},
)
class RefundsByTheBetId(Wallet):
    """Finds the bet of a rollback by its bet id alone, whatever transaction the rollback names."""

    async def find_bet(self, order: Order[Rollback], account: Account) -> BetRecord | None:
        return next(iter(self.store.bets_with_reference(account, order.item.bet)), None)


@defect(
    violates="SPB-RBK-02 SPB-RBK-09",
    contracts=SPORTSBOOK,
    witnesses={"rollback/unknown_bet_beside_an_open_one": "oracle"},
)
class RefundsTheLastBet(Wallet):
    """Returns the player's last stake when it does not know the bet of a rollback."""

    def roll_back_unknown(self, order: Order[Rollback], account: Account) -> Moved:
        before = self.store.balance(account)
        stake = next((-entry.effect for entry in reversed(self.store.statement(account)) if entry.effect < 0), 0)
        self.store.set_balance(account, before + stake)
        return Moved(before, before + stake)
