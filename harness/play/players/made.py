"""Players that are made for one scenario each, and the reading of a provisioning answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from harness import money
from harness.model import Amount, Player
from harness.play.players.source import BYSTANDER, NoPlayer, ProvisioningFailed
from harness.scenario.identities import Identities
from harness.scenario.needs import Needs

Make = Callable[[Mapping[str, str]], Player]
"""A function that makes the player with that playerId, contract, currency, balance and displayName.

It raises the same errors as `Players.cast`.
"""


class MadePlayers:
    """New players for every scenario. The bystander is kept until its balance changes."""

    def __init__(self, contract: str, make: Make, identities: Identities, *, currency: str = "EUR") -> None:
        """Prepare a source of players. `currency` is used for scenarios without a currency of their own."""
        self._contract = contract
        self._make = make
        self._identities = identities
        self._currency = currency
        self._bystander: Player | None = None
        self._ids: set[str] = set()

    @property
    def frugal(self) -> bool:
        """False: the players are made for the run, so their money need not be restored."""
        return False

    @property
    def named(self) -> bool:
        """False: no earlier run has used these players."""
        return False

    @property
    def ids(self) -> frozenset[str]:
        """The ids of the players made so far."""
        return frozenset(self._ids)

    def cast(self, needs: Needs) -> dict[str, Player]:
        """A new player for each role, with exactly the balance that the role needs."""
        currency = needs.currency or self._currency
        cast = {"": self._lead(currency, needs)}
        cast |= {role: self._provision(currency, needs.funds(role, currency)) for role in needs.others}
        if needs.expired_session and not cast[""].expired_session:
            raise NoPlayer("needs a player with an expired session, and none is made")
        if needs.token and not cast[""].token:
            raise NoPlayer("needs a player with a one-time token, and none is made")
        with suppress(NoPlayer):
            cast[BYSTANDER] = self.bystander()
        return cast

    def player(self, *, currency: str, balance: Amount, exactly: bool) -> Player:
        """One new player with exactly that balance, in hundred-thousandths. An empty `currency` means any."""
        del exactly
        return self._provision(currency or self._currency, balance)

    def bystander(self) -> Player:
        """One bystander for the whole run."""
        if self._bystander is None:
            self._bystander = self._provision(self._currency, 100 * money.SCALE)
        return self._bystander

    def back(self, cast: Mapping[str, Player], shown: Mapping[str, Amount | None]) -> None:
        """Replace the bystander if its balance has changed. The other players are not used again."""
        if (bystander := cast.get(BYSTANDER)) is not None and shown.get(BYSTANDER) != bystander.balance:
            self._bystander = None

    def close(self) -> tuple[str, ...]:
        """No sentences, because nothing needs to be restored."""
        return ()

    def _lead(self, currency: str, needs: Needs) -> Player:
        """The scenario's own player. Many wallets have players whose ids are numbers, and make no others."""
        balance = needs.funds("", currency)
        if not needs.letters:
            return self._provision(currency, balance)
        lettered = f"p{self._identities.number()[1:]}"
        try:
            return self._provision(currency, balance, lettered)
        except ProvisioningFailed:
            raise NoPlayer("needs a player whose id has letters, and none is made") from None

    def _provision(self, currency: str, balance: Amount, id_: str = "") -> Player:
        chosen = id_ or self._identities.number()
        made = self._make(
            {
                "playerId": chosen,
                "contract": self._contract,
                "currency": currency,
                "balance": money.text(balance, currency),
                "displayName": self._identities.display_name(),
            }
        )
        if made.currency != currency or made.balance != balance:
            raise ProvisioningFailed(
                f"the provisioning was asked for {money.show(balance, currency)} and made a player with "
                f"{money.show(made.balance, made.currency)}"
            )
        self._ids.add(made.id)
        return replace(made, ours=made.id == chosen)


def player_of(answer: Any) -> Player:
    """The player in an answer of the provisioning protocol. Raises ValueError."""
    if not isinstance(answer, dict):
        raise ValueError("it is no JSON object")  # noqa: TRY004 -- what a stranger sent has a wrong value
    bets = answer.get("bets") or ()
    if not isinstance(bets, list | tuple):
        raise ValueError("bets is no array")  # noqa: TRY004
    return Player(
        id=_text(answer, "playerId"),
        currency=_text(answer, "currency"),
        session=_text(answer, "sessionId"),
        expired_session=str(answer.get("expiredSessionId") or ""),
        token=str(answer.get("authToken") or ""),
        bets=tuple(str(each) for each in bets),
        balance=money.parse(_text(answer, "balance")),
    )


def _text(answer: dict[str, object], name: str) -> str:
    value = answer.get(name)
    if not isinstance(value, str) or not value:
        raise ValueError(f"{name} is {'missing' if value is None else 'no text'}")
    return value
