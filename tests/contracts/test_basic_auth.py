"""The sportsbook's HTTP Basic credentials: whom a wallet believes, and what each way to spoil them sends."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest
from credentials_at_hand import of_sportsbook

from harness.contracts import Credentials, load
from harness.model import (
    Unsettle,
)

SPORTSBOOK = load("sportsbook")
WHO = of_sportsbook("Jörg", "pass:wörd")
UNSETTLE = Unsettle(id="t1", bet="b1", player="p1", amount=20_000_000, currency="USD")


def test_credentials_are_utf_8_and_a_password_may_have_a_colon() -> None:
    request = SPORTSBOOK.request(UNSETTLE, WHO, 0)
    headers = dict(request.headers)
    assert base64.b64decode(headers["authorization"].removeprefix("Basic ")) == "Jörg:pass:wörd".encode()
    assert SPORTSBOOK.verify(headers, request.body, WHO, 0) == ""
    lower = {"authorization": headers["authorization"].replace("Basic", "basic")}
    assert SPORTSBOOK.verify(lower, request.body, WHO, 0) == "", "RFC 7617: the scheme's case does not matter"


@pytest.mark.parametrize("who", [WHO, of_sportsbook("user", "password"), of_sportsbook("user", "12345")])
@pytest.mark.parametrize("name", [*SPORTSBOOK.forgeries])
def test_every_forgery_is_refused_and_leaves_the_body_alone(name: str, who: Credentials) -> None:
    good = SPORTSBOOK.request(UNSETTLE, who, 0)
    forged = SPORTSBOOK.forgeries[name].spoil(good, who, 0)
    assert forged != good
    assert (forged.body, forged.path) == (good.body, good.path)
    assert SPORTSBOOK.verify(dict(forged.headers), forged.body, who, 0) != ""
    assert all(value.isascii() and value.isprintable() for _, value in forged.headers), "it can be sent"


def basic(text: str | bytes) -> str:
    """The header of this text."""
    return f"Basic {base64.b64encode(text if isinstance(text, bytes) else text.encode()).decode()}"


def test_the_right_headers() -> None:
    assert SPORTSBOOK.sign(b"{}", WHO, 0) == (
        ("content-type", "application/json"),
        ("authorization", "Basic SsO2cmc6cGFzczp3w7ZyZA=="),
    )


NOTHING = "Basic :"


@pytest.mark.parametrize(
    ("forgery", "user", "password", "sent"),
    [
        ("wrong_password", "user", "Secret1", basic("user:Secret1-wrong")),
        ("wrong_user", "user", "Secret1", basic("user-wrong:Secret1")),
        ("empty_password", "user", "Secret1", basic("user:")),
        ("truncated_password", "user", "Secret1", basic("user:Secret")),
        ("other_case", "user", "Secret1", basic("user:sECRET1")),
        ("other_case", "user", "12345", basic("user:12345a")),
        ("not_basic", "user", "Secret1", "Bearer dXNlcjpTZWNyZXQx"),
        ("not_basic", "xxAj\u021c", "Secret1", "Bearer eHhBasicOlNlY3JldDE="),
        ("malformed_basic", "user", "Secret1", "Basic user:%%%"),
        ("malformed_basic", "Jörg", "Secret1", "Basic Jrg:%%%"),
        ("user_and_password_swapped", "user", "Secret1", basic("Secret1:user")),
        ("trimmed", " user", "Secret1\n", basic("user:Secret1")),
        ("trimmed", "user", "Secret1", basic(":")),
        ("not_encoded", "user", "Secret1", "Basic user:Secret1"),
        ("not_encoded", "Jörg", "Secret1", NOTHING),
        ("not_encoded", "user", "two\nlines", NOTHING),
        ("encoded_twice", "user", "Secret1", basic("dXNlcjpTZWNyZXQx")),
        ("without_padding", "user", "Secret", "Basic dXNlcjpTZWNyZXQ"),
        ("without_padding", "user", "Secre", "Basic dXNlcjpTZWNyZQ"),
        ("without_padding", "user", "Secret1", NOTHING),
        ("url_safe_base64", "~~~", "xx???", "Basic fn5-Onh4Pz8_"),
        ("url_safe_base64", "user", "Secret1", NOTHING),
        ("latin1_text", "Jörg", "wörd", basic(b"J\xf6rg:w\xf6rd")),
        ("latin1_text", "Jörg", "日本", basic(b"J\xf6rg:??")),
        ("latin1_text", "user", "Secret1", basic(":")),
        ("without_colon", "user", "Secret1", basic("user")),
        ("empty_authorization", "user", "Secret1", ""),
    ],
)
def test_what_each_forgery_sends(forgery: str, user: str, password: str, sent: str) -> None:
    who = of_sportsbook(user, password)
    good = SPORTSBOOK.request(UNSETTLE, who, 0)
    forged = SPORTSBOOK.forgeries[forgery].spoil(good, who, 0)
    assert forged == replace(good, headers=(("content-type", "application/json"), ("authorization", sent)))


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        (None, "the header authorization is missing or not Basic"),
        ("", "the header authorization is missing or not Basic"),
        ("Bearer dXNlcjpTZWNyZXQx", "the header authorization is missing or not Basic"),
        ("dXNlcjpTZWNyZXQx", "the header authorization is missing or not Basic"),
        ("Basic dXNlcjpT ZWNyZXQx", "the Basic credentials are not base64"),
        ("Basic dXNl%cjpTZWNyZXQx", "the Basic credentials are not base64"),
        ("Basic é", "the Basic credentials are not base64"),
        ("Basic dXNlcjpTZWNyZXQ", "the Basic credentials are not base64"),
        (basic("user:Secret2"), "the user or the password is wrong"),
        (basic("User:Secret1"), "the user or the password is wrong"),
        (basic("userSecret1"), "the user or the password is wrong"),
        ("Basic", "the user or the password is wrong"),
        ("bASIC   dXNlcjpTZWNyZXQx ", ""),
    ],
)
def test_whom_a_wallet_believes_and_why_not(sent: str | None, told: str) -> None:
    headers = {} if sent is None else {"authorization": sent}
    assert SPORTSBOOK.verify(headers, b"", of_sportsbook("user", "Secret1"), 0) == told


def test_a_user_without_a_password_still_needs_the_colon() -> None:
    nobody = of_sportsbook("user", "")
    assert SPORTSBOOK.verify({"authorization": basic("user:")}, b"", nobody, 0) == ""
    assert SPORTSBOOK.verify({"authorization": basic("user")}, b"", nobody, 0) == "the user or the password is wrong"


@pytest.mark.parametrize(
    "value", [None, "", "Basic", "Basic ", "Basic é", "Basic ====", "Basic YQ", "Bearer YTpi", "\udcff"]
)
def test_no_authorization_breaks_the_verifier(value: str | None) -> None:
    headers = {} if value is None else {"authorization": value}
    assert SPORTSBOOK.verify(headers, b"", WHO, 0) != ""
