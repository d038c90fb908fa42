"""Where the players of a run come from: made on demand through the provisioning protocol, or named by the user.

A player serves one scenario. Names and ids come from a seeded source, so that a run can be repeated, and every id
carries the run's id, so that an operator can find it in its logs.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Protocol

from harness import money
from harness.model import Amount, FailureKind, Player, Request, Transmission

Send = Callable[[Request], Transmission]
"""Sends one request to the provisioning address and says what came back."""


class NoPlayer(Exception):
    """There is no player as the scenario needs one: the scenario is skipped, with this text as its reason."""


class ProvisioningFailed(Exception):
    """The provisioning address did not do its part: a configuration error, with the remedy in its text."""


class Players(Protocol):
    """A source of players for one contract."""

    def player(self, *, currency: str, balance: Amount, exactly: bool) -> Player:
        """A player nobody has used, with that balance or (not `exactly`) more; `currency` empty means any.

        The balance is in hundred-thousandths. Raises NoPlayer or ProvisioningFailed.
        """

    def bystander(self) -> Player:
        """A player who takes part in no scenario and whose balance must never move. Raises as `player` does."""

    def back(self, player: Player, balance: Amount | None) -> None:
        """The scenario is over and left the player with that balance, None when it is not known."""


@dataclass
class Identities:
    """A seeded source of test data: names from Faker, and ids that are unique within the run and carry its id."""

    seed: int
    run_id: str
    scope: str = ""

    def __post_init__(self) -> None:
        """Import Faker here only: it costs every start a tenth of a second, and inert runs need none."""
        self._random = random.Random(f"{self.seed}/{self.scope}")
        self._count = 0
        self._faker: object | None = None

    def transaction_id(self) -> str:
        """A fresh transaction id in the shape that platforms use: 36 characters, the first eight the run's id."""
        digits = f"{self._random.getrandbits(112):028x}"
        return f"{self.run_id}-{digits[:4]}-4{digits[5:8]}-a{digits[9:12]}-{digits[12:24]}"

    def number(self) -> str:
        """A fresh player id of eight digits, as the published examples have."""
        self._count += 1
        return f"{self._random.randrange(10_000_000, 99_999_999)}"

    def display_name(self) -> str:
        """A name such as a player would choose to be shown."""
        if self._faker is None:
            from faker import Faker

            self._faker = Faker()
            self._faker.seed_instance(self._random.getrandbits(64))
        return str(self._faker.user_name())  # type: ignore[attr-defined]


class ProvisionedPlayers:
    """A new player for every scenario, through `POST <provisioning URL>` (the protocol is in the README)."""

    def __init__(self, contract: str, send: Send, identities: Identities, *, currency: str = "EUR") -> None:
        """`send` knows the provisioning address; `currency` is what a scenario gets that does not care."""
        self._contract = contract
        self._send = send
        self._identities = identities
        self._currency = currency
        self._bystander: Player | None = None

    def player(self, *, currency: str, balance: Amount, exactly: bool) -> Player:
        """A player that was made for this scenario with exactly that balance."""
        del exactly
        return self._provision(currency or self._currency, balance)

    def bystander(self) -> Player:
        """One for the whole run: whoever touches it has touched a stranger."""
        if self._bystander is None:
            self._bystander = self._provision(self._currency, 100 * money.SCALE)
        return self._bystander

    def back(self, player: Player, balance: Amount | None) -> None:
        """Nothing to do: nobody uses the player again. A bystander who was touched is replaced."""
        if self._bystander is not None and player.id == self._bystander.id:
            self._bystander = None if balance != player.balance else self._bystander

    def _provision(self, currency: str, balance: Amount) -> Player:
        asked = {
            "playerId": self._identities.number(),
            "contract": self._contract,
            "currency": currency,
            "balance": money.text(balance, currency),
            "displayName": self._identities.display_name(),
        }
        body = json.dumps(asked).encode()
        made = self._send(Request("", (("content-type", "application/json"),), body))
        return _read_player(made, currency, balance)


def _read_player(made: Transmission, currency: str, balance: Amount) -> Player:
    if made.received is None:
        detail = made.failure.detail if made.failure else "no answer"
        raise ProvisioningFailed(f"the provisioning address does not answer: {detail}")
    if made.received.status in {409, 422}:
        raise NoPlayer(f"the provisioning address makes no {currency} player")
    try:
        answer = json.loads(made.received.body, parse_float=Decimal)
        player = Player(
            id=_text(answer, "playerId"),
            currency=_text(answer, "currency"),
            session=_text(answer, "sessionId"),
            expired_session=str(answer.get("expiredSessionId") or ""),
            token=str(answer.get("authToken") or ""),
            bets=tuple(str(each) for each in answer.get("bets") or ()),
            balance=money.parse(_text(answer, "balance")),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ProvisioningFailed(
            f"the provisioning address answered {made.received.status} with something else than the protocol asks "
            f"for ({error}); it must answer 200 with playerId, sessionId, authToken, currency and balance as text"
        ) from None
    if player.currency != currency or player.balance != balance:
        raise ProvisioningFailed(
            f"the provisioning address was asked for {money.show(balance, currency)} and made a player with "
            f"{money.show(player.balance, player.currency)}"
        )
    return player


def _text(answer: dict[str, object], name: str) -> str:
    value = answer.get(name)
    if not isinstance(value, str) or not value:
        raise ValueError(f"{name} is {'missing' if value is None else 'no text'}")
    return value


ReadBalance = Callable[[Player], Amount | None]


class StaticPlayers:
    """Players that the user named. Each scenario takes the first that has what it needs and is not in use."""

    def __init__(self, players: Sequence[Player], read_balance: ReadBalance) -> None:
        """`read_balance` asks the wallet, by its balance operation or a zero transaction."""
        self._players = list(players)
        self._read_balance = read_balance

    def player(self, *, currency: str, balance: Amount, exactly: bool) -> Player:
        """A named player of that currency whose balance is at least what is needed now."""
        fitting = [each for each in self._players[:-1] or self._players if currency in {"", each.currency}]
        if not fitting:
            raise NoPlayer(f"needs a {currency} player, and none was named")
        seen: list[str] = []
        for candidate in fitting:
            held = self._read_balance(candidate)
            if held is not None and (held == balance if exactly else held >= balance):
                self._players.remove(candidate)
                return replace(candidate, balance=held)
            seen.append(f"player {candidate.id} has {money.show(held, candidate.currency)}")
        wanted = money.text(balance, fitting[0].currency)
        much = "exactly" if exactly else "at least"
        raise NoPlayer(f"needs a {currency or fitting[0].currency} player with {much} {wanted}; {'; '.join(seen)}")

    def bystander(self) -> Player:
        """The last of several named players takes part in no scenario; a single one has nobody to stand by."""
        if len(self._players) < 2:
            raise NoPlayer("needs a second player as a bystander, and only one was named")
        return replace(self._players[-1], balance=self._read_balance(self._players[-1]))

    def back(self, player: Player, balance: Amount | None) -> None:
        """The player may serve another scenario; a one-time token is spent."""
        del balance
        if all(each.id != player.id for each in self._players):
            self._players.insert(0, replace(player, token="", balance=None))


def unreachable(made: Transmission) -> bool:
    """Whether nothing listens where the request went."""
    return made.failure is not None and made.failure.kind is FailureKind.UNREACHABLE
