"""Forged requests as shell lines: what a forgery changes in the lines that make a genuine request.

A forgery that is not here cannot be made by hand in a few lines: its request is shown as it was recorded.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from harness.contracts import Recipe

_SECRET, _PASSWORD, _USER = '"$WALLET_SECRET"', '"$WALLET_PASSWORD"', '"$WALLET_USER"'
_SIGNED = """'%s|%s' "$BODY" "$TIMESTAMP" |"""
_CLOCK = "$(($(date +%s)*1000))"


@dataclass(frozen=True, slots=True)
class Forgery:
    """Texts to replace in the lines, and a line to add behind them; headers that are sent with another value."""

    replaced: tuple[tuple[str, str], ...] = ()
    added: str = ""
    headers: tuple[tuple[str, str], ...] = ()

    def of(self, recipe: Recipe) -> tuple[list[str], dict[str, str]]:
        """The lines and the headers that make a request with this forgery."""
        lines = [*recipe.shell, *([self.added] if self.added else [])]
        for old, new in self.replaced:
            lines = [line.replace(old, new) for line in lines]
        return lines, {**recipe.headers, **dict(self.headers)}


FORGERIES: Mapping[str, Forgery] = {
    "wrong_signature": Forgery(added='SIGNATURE=$(printf %s "$SIGNATURE" | tr 0-9a-f 1-9a-f0)'),
    "truncated_signature": Forgery(added='SIGNATURE=$(printf %.32s "$SIGNATURE")'),
    "empty_signature": Forgery(headers=(("x-signature", ""),)),
    "other_secret": Forgery(((_SECRET, '"$WALLET_SECRET-of-somebody-else"'),)),
    "empty_secret": Forgery(((_SECRET, "''"),)),
    "key_as_secret": Forgery(((_SECRET, '"$WALLET_API_KEY"'),)),
    "unknown_key": Forgery(headers=(("x-api-key", "$WALLET_API_KEY-unknown"),)),
    "other_timestamp": Forgery(((_SIGNED, """'%s|%s' "$BODY" "$((TIMESTAMP-60000))" |"""),)),
    "signature_of_another_body": Forgery(((_SIGNED, """'%s|%s' '{}' "$TIMESTAMP" |"""),)),
    "without_timestamp": Forgery(((_SIGNED, """'%s' "$BODY" |"""),)),
    "without_separator": Forgery(((_SIGNED, """'%s%s' "$BODY" "$TIMESTAMP" |"""),)),
    "timestamp_first": Forgery(((_SIGNED, """'%s|%s' "$TIMESTAMP" "$BODY" |"""),)),
    "signed_in_seconds": Forgery(((_SIGNED, """'%s|%s' "$BODY" "$((TIMESTAMP/1000))" |"""),)),
    "timestamp_in_seconds": Forgery(((_CLOCK, "$(date +%s)"),)),
    "timestamp_not_a_number": Forgery(((_CLOCK, "now"),)),
    "wrong_password": Forgery(((_PASSWORD, '"$WALLET_PASSWORD-wrong"'),)),
    "wrong_user": Forgery(((_USER, '"$WALLET_USER-wrong"'),)),
    "empty_password": Forgery(((_PASSWORD, "''"),)),
    "truncated_password": Forgery(((_PASSWORD, '"${WALLET_PASSWORD%?}"'),)),
    "other_case": Forgery(((_PASSWORD, """"$(printf %s "$WALLET_PASSWORD" | tr a-zA-Z A-Za-z)" """.rstrip()),)),
    "not_basic": Forgery(headers=(("authorization", "Bearer $AUTHORIZATION"),)),
    "without_colon": Forgery((("'%s:%s'", "%s"), (f" {_PASSWORD}", ""))),
    "empty_authorization": Forgery(headers=(("authorization", ""),)),
}
"""By the names that contracts give them."""
