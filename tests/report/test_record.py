"""Redaction: no form of a secret survives, and ordinary text does."""

from __future__ import annotations

import base64

import pytest

from harness.contracts import Credentials, load
from harness.report.record import Secrets

WHO = Credentials("the-platform", "Pass/word+with=signs")
SECRETS = Secrets.of(load("sportsbook"), WHO, ["one-time-4711"])


@pytest.mark.parametrize(
    "text",
    [
        WHO.secret,
        WHO.secret.swapcase(),
        f"prefix{WHO.secret}suffix",
        "Pass%2Fword%2Bwith%3Dsigns",
        WHO.secret.encode().hex(),
        base64.b64encode(WHO.secret.encode()).decode(),
        base64.b64encode(f"abc{WHO.secret}".encode()).decode(),
        base64.urlsafe_b64encode(f"ab{WHO.secret}".encode()).decode().rstrip("="),
        base64.b64encode(f"{WHO.key}:Pass".encode()).decode(),
        "one-time-4711",
    ],
)
def test_no_form_of_a_secret_survives(text: str) -> None:
    hidden = SECRETS.hide(f'{{"debug":"{text}"}}')
    assert text not in hidden
    assert hidden.startswith('{"debug":"')


@pytest.mark.parametrize(
    "text", ['{"status":"RS_OK","balance":1234567}', "a word with the platform", "0badcafe-1234-4567-a890-0123456789ab"]
)
def test_ordinary_text_stays(text: str) -> None:
    assert SECRETS.hide(text) == text


def test_headers_that_prove_who_we_are_are_never_shown() -> None:
    assert SECRETS.header("Authorization", "Basic dTpw") == "Basic (hidden)"
    assert SECRETS.header("authorization", "") == ""
    assert SECRETS.header("x-signature", "0123456789abcdef" * 4) == "01234567... (64 characters)"
    assert SECRETS.header("set-cookie", "session=1") == "(hidden)"


def test_a_short_key_does_not_eat_the_text() -> None:
    short = Secrets.of(load("casino"), Credentials("a", "xyz"))
    assert short.header("x-api-key", "a") == "(hidden)"
    assert (
        short.hide("a known transaction of a player, xyz, xyzzy")
        == "a known transaction of a player, $WALLET_SECRET, xyzzy"
    )


def test_a_body_that_is_no_text_is_escaped() -> None:
    assert SECRETS.body(b"\xff\x00\x1b[31m") == "\\xff\\x00\\x1b[31m"
