"""Redaction: no form of a secret survives, and ordinary text does."""

from __future__ import annotations

import base64
from urllib.parse import quote

import pytest
from credentials_at_hand import of_casino, of_sportsbook, public_of, secret_of
from hypothesis import given
from hypothesis import strategies as st

from harness.contracts import load
from harness.examine import Secrets
from harness.examine.disguises import layers, readings

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


WHOLE_VALUES = [
    "https://wallet.example/bet?user=u&password={}",
    "https://wallet.example/bet?password={}",
    "GET /bet?password={} HTTP/1.1",
    "see https://wallet.example/bet?password={}#top",
    "https://wallet.example/#token={}",
    '{{"url":"https://wallet.example/bet?password={}"}}',
    "password={}",
    "password={}&user=u",
    "user=u&password={}",
    "user=u&password={}&end=1",
    "session={}; path=/",
    "a=1; session={}",
    "Cookie: session={}\r\nAccept: */*",
    "Cookie: a=1; session={}\r\nAccept: */*",
    '{{"cookie":"session={}; a=1"}}',
    '{{"cookie":"a=1; session={}"}}',
    "Authorization: Bearer {}\r\nAccept: */*",
    "authorization: {}",
    '{{"authorization":"Bearer {}"}}',
    "{{'Authorization': 'Token {}'}}",
    '["Bearer {}"]',
    '{{"request":"{{\\"password\\":\\"{}\\",\\"user\\":\\"u\\"}}"}}',
    "{{'password': '{}'}}",
    "array('password' => '{}')",
    "<password>{}</password>",
    '<value name="login">{}</value>',
]
"""Texts with a secret as a whole value."""


@pytest.mark.parametrize("text", WHOLE_VALUES)
@pytest.mark.parametrize("secret", ["ok", "pass", "password", "12345678", "a b&c"])
def test_a_weak_secret_is_hidden_wherever_it_is_a_whole_value(secret: str, text: str) -> None:
    weak = Secrets.of(load("sportsbook"), of_sportsbook("user", secret))
    for form in {secret, quote(secret, safe="")}:
        if form == secret and not secret.isalnum():
            continue  # A space ends a value in most of these places.
        assert weak.hide(text.format(form)) == text.format("$WALLET_PASSWORD")


@pytest.mark.parametrize("text", WHOLE_VALUES)
def test_a_longer_value_that_begins_or_ends_like_a_weak_secret_stays(text: str) -> None:
    weak = Secrets.of(load("sportsbook"), of_sportsbook("user", "pass"))
    for longer in ("passing", "bypass", "pass-1", "pass.word", "tres_pass"):
        assert weak.hide(text.format(longer)) == text.format(longer)


@pytest.mark.parametrize(
    "text",
    ["status: {}", 'it said "{} or not"', "bet --mode={}", "a = {}", "({})", "what follows is {}", "/{}/{}.yaml"],
)
def test_prose_keeps_a_word_that_is_a_weak_secret(text: str) -> None:
    weak = Secrets.of(load("sportsbook"), of_sportsbook("user", "pass"))
    assert weak.text(text.format("pass", "pass")) == text.format("pass", "pass")


def test_a_weak_secret_is_hidden_in_the_credentials_of_another_user() -> None:
    weak = Secrets.of(load("sportsbook"), of_sportsbook("user", "pass"))
    credentials = base64.b64encode(b"another:pass").decode()
    assert weak.text(f"Basic {credentials}") == "Basic (hidden)"
    ordinary = base64.b64encode(b"another:passing").decode()
    assert weak.text(f"Basic {ordinary}") == f"Basic {ordinary}"


@pytest.mark.parametrize("value", ["v1=1,v2={}", "a=1; b={}", "Bearer {}", "key={}"])
def test_a_weak_secret_is_hidden_as_a_part_of_a_header(value: str) -> None:
    weak = Secrets.of(load("sportsbook"), of_sportsbook("user", "pass"))
    assert weak.header("x-debug", value.format("pass")) == value.format("$WALLET_PASSWORD")
    assert weak.header("x-debug", value.format("passing")) == value.format("passing")


def test_a_strong_secret_is_hidden_everywhere_and_exposes_nothing() -> None:
    assert SECRETS.exposed == ()


def test_a_body_that_is_no_text_is_escaped() -> None:
    assert SECRETS.body(b"\xff\x00\x1b[31m") == "\\xff\\u0000\\u001b[31m"


PIECES = (
    "\\",
    '\\"',
    "\\u0041",
    "\\xc3\\xa9",
    "%41",
    "%C3%A9",
    "&amp;",
    "&#x41;",
    "\u200b",
    "\u3000",
    "\x00",
    "é",
    "A",
    "u0041",
    "41",
)


@given(st.lists(st.sampled_from(PIECES) | st.characters()).map("".join))
def test_a_quick_reading_reads_what_a_thorough_one_does(text: str) -> None:
    """Where the quick one sees no secret, the thorough one, which knows the places, is never asked."""
    assert list(readings(text)) == [each.text for each in layers(text)]


@pytest.mark.parametrize("like", ["\u0130", "\u0131", "\u017f", "\u212a"])
def test_a_letter_that_is_like_one_of_ascii_hides_no_secret(like: str) -> None:
    secrets = Secrets((("frisk-Kisses-4711", "KEY"),))
    alike = {"\u0130": "i", "\u0131": "i", "\u017f": "s", "\u212a": "k"}[like]
    assert secrets.hide("see frisk-kisses-4711".replace(alike, like)) == "see $KEY".replace(alike, like)
