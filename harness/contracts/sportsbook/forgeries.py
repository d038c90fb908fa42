"""Requests with spoilt HTTP Basic authorization, and the error of a wallet that accepts one of them."""

from __future__ import annotations

import base64
from dataclasses import replace

from harness.contracts.shared.authentication import Credentials, Shell, by_name, forgery, in_another_case
from harness.contracts.sportsbook.authentication import basic
from harness.model import Level, Request

_PASSWORD, _USER = '"$WALLET_PASSWORD"', '"$WALLET_USER"'


_NOBODY = "Og=="
"""Base64 of an empty user and an empty password."""


def _without_space(variable: str) -> str:
    """Shell text: a variable without white space around it."""
    return f""""$(printf %s {variable} | sed 's/^[[:space:]]*//; s/[[:space:]]*$//')" """.rstrip()


def _other_base64(where: str, change: str) -> str:
    """A shell line that changes base64 by `tr` if it fits the pattern `where`, and spoils it if it does not."""
    changed = f'AUTHORIZATION=$(printf %s "$AUTHORIZATION" | tr {change})'
    return f'case "$AUTHORIZATION" in {where}) {changed};; *) AUTHORIZATION=:;; esac'


def _authorized(request: Request, value: str) -> Request:
    return replace(request, headers=tuple((k, value if k == "authorization" else v) for k, v in request.headers))


@forgery(
    "the password is not looked at",
    "compare user and password, both, in constant time",
    shell=Shell(replaced=((_PASSWORD, '"$WALLET_PASSWORD-wrong"'),)),
)
def wrong_password(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """The right user, with another password."""
    return _authorized(request, basic(f"{credentials['user']}:{credentials['password']}-wrong"))


@forgery(
    "the user is not looked at",
    "compare user and password, both, in constant time",
    shell=Shell(replaced=((_USER, '"$WALLET_USER-wrong"'),)),
)
def wrong_user(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """Another user, with the right password."""
    return _authorized(request, basic(f"{credentials['user']}-wrong:{credentials['password']}"))


@forgery(
    "an empty password is believed",
    "compare user and password, both, in constant time",
    shell=Shell(replaced=((_PASSWORD, "''"),)),
)
def empty_password(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """The right user, with an empty password."""
    return _authorized(request, basic(f"{credentials['user']}:"))


@forgery(
    "the password is compared only by its beginning",
    "compare the whole password, in constant time",
    shell=Shell(replaced=((_PASSWORD, '"${WALLET_PASSWORD%?}"'),)),
    near="wrong_password",
)
def truncated_password(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """The password without its last character. A wallet that compares only a prefix accepts it."""
    return _authorized(request, basic(f"{credentials['user']}:{credentials['password'][:-1]}"))


@forgery(
    "user or password are compared without regard to case, as by a database with a case-insensitive collation",
    "compare bytes, in constant time",
    shell=Shell(replaced=((_PASSWORD, """"$(printf %s "$WALLET_PASSWORD" | tr a-zA-Z A-Za-z)" """.rstrip()),)),
)
def other_case(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """Letters in the other case, which some databases compare as equal. A password without letters gets one more."""
    password = credentials["password"]
    swapped = password.swapcase()
    return _authorized(request, basic(f"{credentials['user']}:{swapped if swapped != password else swapped + 'a'}"))


@forgery(
    "your wallet looks for another scheme than Basic",
    "take `Authorization: Basic base64(user:password)`",
    mistake="the right credentials under another scheme than Basic",
    shell=Shell(headers=(("authorization", "Bearer $AUTHORIZATION"),)),
)
def not_basic(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """The right credentials under another scheme."""
    return _authorized(request, basic(f"{credentials['user']}:{credentials['password']}").replace("Basic", "Bearer", 1))


@forgery(
    "credentials that are no base64 are believed",
    "refuse what cannot be decoded",
    shell=Shell(headers=(("authorization", "Basic $WALLET_USER:%%%"),)),
)
def malformed_basic(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """The user as plain text, with characters that base64 does not have."""
    return _authorized(request, f"Basic {credentials['user'].encode('ascii', 'ignore').decode()}:%%%")


@forgery(
    slip="user and password are the other way round",
    shell=Shell(replaced=((f"{_USER} {_PASSWORD}", f"{_PASSWORD} {_USER}"),)),
)
def user_and_password_swapped(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """The password as the user, and the user as the password."""
    return _authorized(request, basic(f"{credentials['password']}:{credentials['user']}"))


@forgery(
    slip="there is a space or a line break around the user or the password",
    shell=Shell(
        replaced=((_USER, _without_space(_USER)), (_PASSWORD, _without_space(_PASSWORD))),
        added='[ "$AUTHORIZATION" != "$(printf %s "$WALLET_USER:$WALLET_PASSWORD" | base64 | tr -d \'\\n\')" ] || '
        f"AUTHORIZATION={_NOBODY}",
    ),
)
def trimmed(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """Without white space around user and password; an empty user and password if there is none."""
    trimmed = f"{credentials['user'].strip()}:{credentials['password'].strip()}"
    return _authorized(
        request, basic(trimmed if trimmed != f"{credentials['user']}:{credentials['password']}" else ":")
    )


@forgery(
    "your wallet compares the header with user and password in the clear",
    "decode what follows `Basic ` from base64, and split it at the first colon",
    mistake="user and password in the clear",
    shell=Shell(headers=(("authorization", "Basic $WALLET_USER:$WALLET_PASSWORD"),)),
)
def not_encoded(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """User and password as plain text; empty credentials if a header cannot carry the text."""
    text = f"{credentials['user']}:{credentials['password']}"
    return _authorized(request, f"Basic {text}" if text.isascii() and text.isprintable() else "Basic :")


@forgery(
    "your wallet decodes the credentials from base64 twice",
    "decode what follows `Basic ` once; perhaps the web framework has done it already",
    mistake="credentials that are encoded in base64 twice",
    shell=Shell(added="AUTHORIZATION=$(printf %s \"$AUTHORIZATION\" | base64 | tr -d '\\n')"),
)
def encoded_twice(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """User and password in base64 twice."""
    return _authorized(request, basic(basic(f"{credentials['user']}:{credentials['password']}").removeprefix("Basic ")))


@forgery(
    "your wallet expects base64 without the equals signs at its end",
    "take the standard base64 of RFC 4648, with padding",
    mistake="base64 without the equals signs at its end",
    level=Level.MAY,
    shell=Shell(added=_other_base64("*=", "-d =")),
)
def without_padding(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """Base64 without the equals signs at its end; text that is not base64 if there are none."""
    whole = basic(f"{credentials['user']}:{credentials['password']}")
    return _authorized(request, whole.rstrip("=") if whole.endswith("=") else "Basic :")


@forgery(
    "your wallet expects the base64 alphabet of URLs, with - and _",
    "take the standard base64 alphabet of RFC 4648, with + and /",
    mistake="the base64 alphabet of URLs, with - and _",
    level=Level.MAY,
    shell=Shell(added=_other_base64("*[+/]*", "+/ -_")),
)
def url_safe_base64(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """The base64 alphabet of URLs; text that is not base64 if both alphabets give the same."""
    whole = basic(f"{credentials['user']}:{credentials['password']}")
    safe = whole.replace("+", "-").replace("/", "_")
    return _authorized(request, safe if safe != whole else "Basic :")


@forgery(
    "your wallet reads user and password as Latin-1",
    "read them as UTF-8, as RFC 7617 recommends, or use credentials in ASCII",
    mistake="user and password in Latin-1",
    shell=Shell(
        added='LATIN1=$(printf \'%s:%s\' "$WALLET_USER" "$WALLET_PASSWORD" | iconv -f UTF-8 -t LATIN1 | base64 | '
        f'tr -d \'\\n\'); [ "$LATIN1" != "$AUTHORIZATION" ] || LATIN1={_NOBODY}; AUTHORIZATION=$LATIN1'
    ),
)
def latin1_text(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """Encoded as Latin-1, as older clients do it; empty credentials if both encodings give the same text."""
    text = f"{credentials['user']}:{credentials['password']}"
    encoded = b":" if text.isascii() else text.encode("latin-1", "replace")
    return _authorized(request, f"Basic {base64.b64encode(encoded).decode()}")


@forgery(
    "credentials without a password are believed",
    "refuse what has no colon after the user",
    shell=Shell(replaced=(("'%s:%s'", "%s"), (f" {_PASSWORD}", ""))),
)
def without_colon(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """Only the user, without the colon after it."""
    return _authorized(request, basic(credentials["user"]))


@forgery(
    "an empty authorization is believed",
    "refuse a request without credentials",
    shell=Shell(headers=(("authorization", ""),)),
)
def empty_authorization(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """The header with an empty value."""
    return _authorized(request, "")


@forgery(
    "text after the password is cut off before it is compared",
    "split at the first colon only, and compare the whole password, in constant time",
    shell=Shell(replaced=((_PASSWORD, '"$WALLET_PASSWORD:x"'),)),
    near="wrong_password",
)
def more_than_the_password(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """The right user and password, with a colon and more text behind them."""
    return _authorized(request, basic(f"{credentials['user']}:{credentials['password']}:x"))


@forgery(
    "users are compared without regard to case, as by a database with a case-insensitive collation",
    "compare bytes, in constant time",
    shell=Shell(replaced=((_USER, '"$(printf %s "$WALLET_USER" | tr a-zA-Z A-Za-z)"'),)),
    near="wrong_user",
)
def user_in_another_case(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """The user with letters in the other case, with the right password. A user without letters gets one more."""
    return _authorized(request, basic(f"{in_another_case(credentials['user'])}:{credentials['password']}"))


@forgery(
    "the scheme is not compared: whatever stands before the credentials is taken for Basic",
    "take the scheme Basic alone, in any case, and refuse every other one",
    shell=Shell(headers=(("authorization", "Basically $AUTHORIZATION"),)),
)
def scheme_like_basic(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """The right credentials under a scheme whose name only begins like Basic."""
    whole = basic(f"{credentials['user']}:{credentials['password']}")
    return _authorized(request, f"Basically{whole.removeprefix('Basic')}")


@forgery(level=Level.MAY)
def second_authorization(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """Two headers: the right one, and behind it one with a wrong password."""
    wrong = basic(f"{credentials['user']}:{credentials['password']}-wrong")
    return replace(request, headers=(*request.headers, ("authorization", wrong)))


FORGERIES = by_name(
    wrong_password,
    wrong_user,
    empty_password,
    truncated_password,
    other_case,
    not_basic,
    malformed_basic,
    user_and_password_swapped,
    trimmed,
    not_encoded,
    encoded_twice,
    without_padding,
    url_safe_base64,
    latin1_text,
    without_colon,
    empty_authorization,
    more_than_the_password,
    user_in_another_case,
    scheme_like_basic,
    second_authorization,
)
