"""The provisioning protocol over HTTP: `POST <provisioning URL>` makes a player (docs/PLAYERS.md)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TypeAlias

from harness.model import NotApplicable, Player, Request, Transmission
from harness.model.words import PROVISION_TOKEN
from harness.play.players.made import MadePlayers, player_of
from harness.play.players.source import NoPlayer, ProvisioningFailed
from harness.scenario.identities import Identities

Send = Callable[[Request], Transmission]
"""A function that sends one request to the provisioning address and returns its transmission."""

Headers: TypeAlias = tuple[tuple[str, str], ...]

REFUSED = frozenset({401, 403})
"""The statuses by which the address reports that we may not use it."""
NO_SUCH_CURRENCY = frozenset({409, 422})
"""The statuses by which the address reports that it makes no such player."""


class ProvisionedPlayers(MadePlayers):
    """New players for every scenario, made by an HTTP address of the wallet."""

    def __init__(
        self, contract: str, send: Send, identities: Identities, *, token: str = "", currency: str = "EUR"
    ) -> None:
        """Prepare a source of players.

        `send` sends requests to the provisioning address, and `token` is sent with each. `currency` is used for
        scenarios without a currency of their own.
        """
        headers: Headers = (("content-type", "application/json"),)
        if token:
            headers = (*headers, ("authorization", f"Bearer {token}"))
        super().__init__(contract, lambda asked: _over_http(send, headers, asked), identities, currency=currency)


def _over_http(send: Send, headers: Headers, asked: Mapping[str, str]) -> Player:
    made = send(Request("", headers, json.dumps(asked).encode()))
    if made.received is None:
        detail = made.failure.detail if made.failure else "no answer"
        raise ProvisioningFailed(f"the provisioning address does not answer: {detail}", unanswered=True)
    if made.received.status in NO_SUCH_CURRENCY:
        raise NoPlayer(
            f"the provisioning address makes no {asked['currency']} player", not_applicable=NotApplicable.CURRENCY
        )
    if made.received.status in REFUSED:
        raise ProvisioningFailed(
            f"the provisioning address answered {made.received.status}, so it wants a token, or another one: give it "
            f"with {PROVISION_TOKEN} in the environment, --wallet-provision-token or provision.token"
        )
    try:
        return player_of(json.loads(made.received.body, parse_float=Decimal))
    except (ValueError, RecursionError) as error:
        raise ProvisioningFailed(
            f"the provisioning address answered {made.received.status} with something else than the protocol asks "
            f"for ({error}); it must answer 200 with playerId, sessionId, currency and balance as text, "
            "and with authToken if the contract has one-time tokens"
        ) from None
