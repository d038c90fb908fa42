"""The sportsbook's HTTP Basic credentials: whom a wallet believes."""

from __future__ import annotations

import base64

import pytest

from harness.contracts import Credentials, load
from harness.model import (
    Unsettle,
)

SPORTSBOOK = load("sportsbook")
WHO = Credentials("Jörg", "pass:wörd")
UNSETTLE = Unsettle(id="t1", bet="b1", player="p1", amount=20_000_000, currency="USD")


def test_credentials_are_utf_8_and_a_password_may_have_a_colon() -> None:
    request = SPORTSBOOK.request(UNSETTLE, WHO, 0)
    headers = dict(request.headers)
    assert base64.b64decode(headers["authorization"].removeprefix("Basic ")) == "Jörg:pass:wörd".encode()
    assert SPORTSBOOK.verify(headers, request.body, WHO, 0) == ""
    lower = {"authorization": headers["authorization"].replace("Basic", "basic")}
    assert SPORTSBOOK.verify(lower, request.body, WHO, 0) == "", "RFC 7617: the scheme's case does not matter"


@pytest.mark.parametrize("who", [WHO, Credentials("user", "password"), Credentials("user", "12345")])
@pytest.mark.parametrize("name", [*SPORTSBOOK.forgeries])
def test_every_forgery_is_refused_and_leaves_the_body_alone(name: str, who: Credentials) -> None:
    good = SPORTSBOOK.request(UNSETTLE, who, 0)
    forged = SPORTSBOOK.forgeries[name](good, who, 0)
    assert forged != good
    assert (forged.body, forged.path) == (good.body, good.path)
    assert SPORTSBOOK.verify(dict(forged.headers), forged.body, who, 0) != ""
    assert all(value.isascii() and value.isprintable() for _, value in forged.headers), "it can be sent"


@pytest.mark.parametrize(
    "value", [None, "", "Basic", "Basic ", "Basic é", "Basic ====", "Basic YQ", "Bearer YTpi", "\udcff"]
)
def test_no_authorization_breaks_the_verifier(value: str | None) -> None:
    headers = {} if value is None else {"authorization": value}
    assert SPORTSBOOK.verify(headers, b"", WHO, 0) != ""
