"""What an exchange did with a one-time token."""

from __future__ import annotations

from harness.model import Authenticate, Exchange, Outcome


def refuses_token(exchange: Exchange, token: str) -> bool:
    """True if the wallet refuses this token as invalid in a request that has no deliberate mistake."""
    asked = isinstance(exchange.operation, Authenticate) and exchange.operation.token == token
    return bool(
        asked
        and exchange.alteration.is_none
        and exchange.reply is not None
        and exchange.reply.outcome is Outcome.INVALID_TOKEN
    )


def spends_token(exchange: Exchange) -> bool:
    """True if the request may have used its token: it was an `authenticate`, and it was not refused."""
    refused = exchange.reply is not None and not exchange.reply.accepted
    return isinstance(exchange.operation, Authenticate) and not refused


def is_refused_login(exchange: Exchange) -> bool:
    """True for a login without success. In a race the successful one is noted first: it has used the token."""
    return isinstance(exchange.operation, Authenticate) and not spends_token(exchange)
