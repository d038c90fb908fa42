"""Redaction: no form of a secret survives, and ordinary text does."""

from __future__ import annotations

import base64

import pytest
from credentials_at_hand import of_casino, of_sportsbook, public_of, secret_of

from harness.contracts import load
from harness.examine import Secrets

WHO = of_sportsbook("the-platform", "Pass/word+with=signs")
SECRETS = Secrets.of(load("sportsbook"), WHO, ["one-time-4711"])


@pytest.mark.parametrize(
    "text",
    [
        secret_of(WHO),
        secret_of(WHO).swapcase(),
        f"prefix{secret_of(WHO)}suffix",
        "Pass%2Fword%2Bwith%3Dsigns",
        secret_of(WHO).encode().hex(),
        base64.b64encode(secret_of(WHO).encode()).decode(),
        base64.b64encode(f"abc{secret_of(WHO)}".encode()).decode(),
        base64.urlsafe_b64encode(f"ab{secret_of(WHO)}".encode()).decode().rstrip("="),
        base64.b64encode(f"{public_of(WHO)}:Pass".encode()).decode(),
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
    signed = Secrets.of(load("casino"), of_casino("a-key", "a-secret"))
    assert signed.header("x-signature", "0123456789abcdef" * 4) == "01234567... (64 characters)"
    assert SECRETS.header("set-cookie", "session=1") == "(hidden)"


def test_a_short_key_does_not_eat_the_text() -> None:
    short = Secrets.of(load("casino"), of_casino("a", "xyz"))
    assert short.header("x-api-key", "a") == "(hidden)"
    assert short.hide("a transaction, xyz, xyzzy") == "a transaction, xyz, xyzzy"


@pytest.mark.parametrize("secret", ["ok", "pass", "secret", "password", "transaction", "12345678", "changeme"])
def test_a_short_or_common_secret_is_hidden_only_as_a_whole_value(secret: str) -> None:
    weak = Secrets.of(load("sportsbook"), of_sportsbook("user", secret))
    assert weak.exposed == ("WALLET_PASSWORD",)
    prose = f"the {secret} of a run, idempotency/{secret}_again, --password={secret} and {secret}s"
    assert weak.text(prose) == prose
    assert weak.text(f'{{"a":"{secret}","{secret}":"b {secret}"}}') == (
        f'{{"a":"$WALLET_PASSWORD","{secret}":"b {secret}"}}'
    )
    assert secret not in weak.text(f"http://user:{secret}@wallet.example/")
    assert weak.header("x-debug", secret) == "$WALLET_PASSWORD"
    assert "(hidden)" in weak.text(base64.b64encode(f"user:{secret}".encode()).decode())


def test_a_strong_secret_is_hidden_everywhere_and_exposes_nothing() -> None:
    assert SECRETS.exposed == ()


def test_a_body_that_is_no_text_is_escaped() -> None:
    assert SECRETS.body(b"\xff\x00\x1b[31m") == "\\xff\\u0000\\u001b[31m"
