"""Who is calling: the hall's number in one header, its token in another."""

import hmac
from dataclasses import replace

from harness.contracts import CredentialField, by_name, forgery

REQUIRED = ("bingo-hall", "authorization")
CREDENTIALS = (
    CredentialField(name="hall", variable="BINGO_HALL", secret=False),
    CredentialField(name="token", variable="BINGO_TOKEN"),
)
SECURITY = {
    "hall": {"type": "apiKey", "in": "header", "name": "bingo-hall"},
    "token": {"type": "http", "scheme": "bearer"},
}


def sign(body, credentials, now_ms):
    """The headers of a request: a token covers neither the body nor the time."""
    return (
        ("content-type", "application/json"),
        ("bingo-hall", credentials["hall"]),
        ("authorization", f"Bearer {credentials['token']}"),
    )


def verify(headers, body, credentials, now_ms):
    """Why a request is not to be believed, or an empty string."""
    if headers.get("bingo-hall") != credentials["hall"]:
        return "the hall is unknown"
    given = headers.get("authorization", "").encode()
    return "" if hmac.compare_digest(given, f"Bearer {credentials['token']}".encode()) else "the token is wrong"


@forgery("the token is not looked at", "compare the whole token, in constant time")
def other_token(request, credentials, now_ms):
    """A token that nobody was given."""
    return with_header(request, "authorization", f"Bearer {credentials['token']}-of-somebody-else")


@forgery("the token is compared only by its beginning", "compare the whole token, in constant time")
def half_a_token(request, credentials, now_ms):
    """Only the first half: a wallet that compares prefixes believes it."""
    token = credentials["token"]
    return with_header(request, "authorization", f"Bearer {token[: len(token) // 2]}")


def with_header(request, name, value):
    """The request with another value of one header."""
    return replace(request, headers=tuple((key, value if key == name else old) for key, old in request.headers))


FORGERIES = by_name(other_token, half_a_token)
