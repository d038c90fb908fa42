"""Legal wallets whose peculiarity shows with time or after a restart: short sessions, a slow memory of old ids."""

from __future__ import annotations

from functools import cached_property

from harness.model import Operation, Outcome, Reply
from mock_server.order import AnyOrder, Refusal
from mock_server.store import Account, Entry
from mock_server.wallet import Wallet

MINUTE_MS = 60_000


class SessionsLastAMinute(Wallet):
    """A session ends one minute after its first use, and the wallet keeps that time in its own memory."""

    def check_session(self, contract: str, session: str, account: Account) -> None:
        super().check_session(contract, session, account)
        if self.now_ms() - self._first_used_ms.setdefault(session, self.now_ms()) > MINUTE_MS:
            raise Refusal(Outcome.INVALID_SESSION, "session expired")

    @cached_property
    def _first_used_ms(self) -> dict[str, int]:
        return {}


class SessionsEndAtARestart(Wallet):
    """Sessions are kept in the memory of the process, so a restart ends all of them. Transactions are in the store."""

    def check_session(self, contract: str, session: str, account: Account) -> None:
        super().check_session(contract, session, account)
        if account.number < self._first_number:
            raise Refusal(Outcome.INVALID_SESSION, "session not found")

    @cached_property
    def _first_number(self) -> int:
        """The number that the next account of the store gets. The wallet asks for it when it begins."""
        probe = Account(0, "sportsbook", f"probe-{id(self)}", "EUR", "", "", "MT")
        return self.store.open_account(probe, 0).number

    async def decide(self, contract: str, operation: Operation) -> Reply:
        self._first_number  # noqa: B018 - the first request settles it
        return await super().decide(contract, operation)


class OldIdsAreInASlowArchive(Wallet):
    """Ids older than three seconds are in an archive that takes its time. They are known for ever."""

    async def look_up(self, order: AnyOrder, account: Account) -> Entry | None:
        known = await super().look_up(order, account)
        if known is not None and self.now_ms() - known.at_ms > 3_000:
            for _ in range(5):
                await self.gap()
        return known
