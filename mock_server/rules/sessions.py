"""Rules about sessions and one-time tokens."""

from __future__ import annotations

from harness.model import Authenticate, Bet, GetBalance, ItemReply, Movement, Outcome, Reply, Session
from mock_server.order import Order, Refusal
from mock_server.rules.accounts import Accounts
from mock_server.store import Account, SessionRecord


class Sessions(Accounts):
    """Checks sessions and exchanges tokens for sessions."""

    def needs_session(self, order: Order[Movement]) -> bool:
        """True for a bet alone. A payout may arrive months after the session has ended."""
        return isinstance(order.item, Bet)

    def check_session(self, contract: str, session: str, account: Account) -> None:
        """Refuse a session that does not exist, has ended or belongs to another player."""
        record = self.store.session(contract, session)
        if record is None or not record.live or record.account != account.number:
            raise Refusal(Outcome.INVALID_SESSION, "session expired or not found")

    async def authenticate(self, contract: str, operation: Authenticate) -> Reply:
        """Exchange a one-time token for a session. A token works once."""
        account = self.redeem_token(contract, operation.token)
        session = Session(
            player=account.player,
            session=self.start_session(account),
            brand=account.brand,
            display_name=account.display_name,
            country=account.country,
        )
        item = ItemReply(outcome=Outcome.OK, balance=self.read_balance(account), currency=account.currency)
        return Reply(outcome=Outcome.OK, items=(item,), session=session)

    def redeem_token(self, contract: str, token: str) -> Account:
        """The account of a token. An unknown or a spent token is refused."""
        record = self.store.token(contract, token)
        if record is None or record.spent:
            raise Refusal(Outcome.INVALID_TOKEN, "the token is unknown or was used")
        self.spend_token(contract, token)
        return self.store.account_numbered(record.account)

    def spend_token(self, contract: str, token: str) -> None:
        """Mark the token as spent."""
        record = self.store.token(contract, token)
        if record is not None:
            self.store.put_token(contract, token, record._replace(spent=True))

    def start_session(self, account: Account) -> str:
        """Open a new session. Other sessions of the player stay live, because two devices have two sessions."""
        session = self.fresh_id(16)
        self.store.put_session(account.contract, session, SessionRecord(account.number, live=True))
        return session

    async def get_balance(self, contract: str, operation: GetBalance) -> Reply:
        """Show the balance if the player has a live session."""
        account = self.find_player(contract, operation.player)
        self.check_session(contract, operation.session, account)
        item = ItemReply(outcome=Outcome.OK, balance=self.read_balance(account), currency=account.currency)
        return Reply(outcome=Outcome.OK, items=(item,))
