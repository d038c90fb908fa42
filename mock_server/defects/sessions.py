"""Defects of sessions and one-time tokens: required without need, or not required where they must be."""

from __future__ import annotations

from dataclasses import replace

from harness.model import Authenticate, Movement, Outcome, Payout, Reply
from mock_server.defects.registry import CASINO, SPORTSBOOK, defect
from mock_server.order import Order, Refusal
from mock_server.store import Account
from mock_server.wallet import Wallet


@defect(
    violates="CAS-SES-01 CAS-SES-02", contracts=CASINO, witnesses={"session/settlement_after_the_session": "oracle"}
)
class CreditsInASessionOnly(Wallet):
    """Wants a live session for whatever is credited, also for the night job of the day before."""

    def needs_session(self, order: Order[Movement]) -> bool:
        return super().needs_session(order) or isinstance(order.item, Payout)


@defect(violates="CAS-SES-02", contracts=CASINO, witnesses={"session/payout_after_the_session": "expectation"})
class PaysLiveInASessionOnly(Wallet):
    """Wants a live session for a live payout, and the round ends when the player has gone."""

    def needs_session(self, order: Order[Movement]) -> bool:
        return super().needs_session(order) or order.operation in {"Payout", "Retry"}


@defect(violates="CAS-SES-02 SPB-SES-01", witnesses={"session/bet_after_the_session": "expectation"})
class BetsWithoutASession(Wallet):
    """Takes bets without asking whether the player's session is still there."""

    def needs_session(self, order: Order[Movement]) -> bool:
        return False


@defect(violates="SPB-SES-01", contracts=SPORTSBOOK, witnesses={"session/refused_with_the_documented_code": "code"})
class NamesNoSessionError(Wallet):
    """Refuses a bet of an ended session with the code of an unknown bet."""

    def check_session(self, contract: str, session: str, account: Account) -> None:
        try:
            super().check_session(contract, session, account)
        except Refusal:
            raise Refusal(Outcome.UNKNOWN_TRANSACTION, "the bet cannot be placed") from None


@defect(violates="SPB-TOK-01", contracts=SPORTSBOOK, witnesses={"authentication/used_token": "expectation"})
class TakesATokenTwice(Wallet):
    """Does not spend a one-time token, so whoever reads it in a log can use it again."""

    def spend_token(self, contract: str, token: str) -> None:
        return


@defect(violates="SPB-TOK-01", contracts=SPORTSBOOK, witnesses={"races/token_used_twice_at_once": "oracle"})
class SpendsATokenTooLate(Wallet):
    """Looks whether a token was used, and spends it later, so two logins at once both succeed."""

    async def authenticate(self, contract: str, operation: Authenticate) -> Reply:
        read = self.store.token(contract, operation.token)
        await self.gap()
        if read is not None:
            self.store.put_token(contract, operation.token, read)
        return await super().authenticate(contract, operation)


@defect(violates="SPB-TOK-01", contracts=SPORTSBOOK, witnesses={"authentication/unknown_token": "expectation"})
class NamesAnUnknownTokenWrongly(Wallet):
    """Refuses an unknown token as if the player were unknown."""

    def redeem_token(self, contract: str, token: str) -> Account:
        if self.store.token(contract, token) is None:
            raise Refusal(Outcome.UNKNOWN_PLAYER, "nobody has this token")
        return super().redeem_token(contract, token)


@defect(violates="SPB-TOK-02", contracts=SPORTSBOOK, witnesses={"authentication/login": "schema"})
class ShowsAnEmailAddress(Wallet):
    """Gives the player's e-mail address as the display name, which the platform then shows to everybody."""

    async def authenticate(self, contract: str, operation: Authenticate) -> Reply:
        reply = await super().authenticate(contract, operation)
        if reply.session is None:
            return reply
        return replace(reply, session=replace(reply.session, display_name="player@example.com"))


@defect(violates="SPB-TOK-02", contracts=SPORTSBOOK, witnesses={"authentication/login": "schema"})
class ForgetsTheCountry(Wallet):
    """Leaves the player's country out of the answer to a login."""

    async def authenticate(self, contract: str, operation: Authenticate) -> Reply:
        reply = await super().authenticate(contract, operation)
        return reply if reply.session is None else replace(reply, session=replace(reply.session, country=None))


@defect(violates="SPB-BAL-01 SPB-TOK-02", contracts=SPORTSBOOK, witnesses={"authentication/login": "oracle"})
class OpensNoSession(Wallet):
    """Answers a login with a session that no later call knows."""

    def start_session(self, account: Account) -> str:
        return self.fresh_id(16)


@defect(violates="SPB-TOK-02", contracts=SPORTSBOOK, witnesses={"authentication/login": "conservation"})
class ShowsAnOldBalanceAtLogin(Wallet):
    """Answers a login with balance 0, because the account is loaded later."""

    async def authenticate(self, contract: str, operation: Authenticate) -> Reply:
        reply = await super().authenticate(contract, operation)
        return replace(reply, items=(replace(reply.items[0], balance=0),))
