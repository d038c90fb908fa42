"""Secrets that are hard to find: however a text is written, none of them is left in it, and nothing else is lost."""

from __future__ import annotations

import html
import json
from decimal import Decimal
from urllib.parse import unquote, unquote_plus

import pytest
from credentials_at_hand import of_sportsbook
from hypothesis import given, settings
from hypothesis import strategies as st
from unpleasant_secrets import SECRETS, WRITINGS

from harness.contracts import load
from harness.examine import Secrets
from harness.inert import clipped, clipped_before

AROUND = "The wallet's prose, an id 0badcafe-1234-4567-a890-0123456789ab, and a balance of 74.69 EUR"


def hiding(secret: str) -> Secrets:
    return Secrets.of(load("sportsbook"), of_sportsbook("the-platform", secret))


def readings(text: str) -> list[str]:
    """The text as different readers undo its escapes."""
    undone = text.encode("utf-8", "surrogatepass").decode("unicode_escape", "replace")
    return [text, undone, undone.encode("latin-1", "replace").decode("utf-8", "replace"), html.unescape(text),
            unquote(text), unquote_plus(text), unquote(unquote(text))]  # fmt: skip


@pytest.mark.parametrize("writing", WRITINGS)
@pytest.mark.parametrize("secret", SECRETS)
def test_no_writing_of_a_secret_is_left(secret: str, writing: str) -> None:
    secrets, written = hiding(secret), WRITINGS[writing](secret)
    shown = secrets.text(f"{AROUND} {written} {AROUND}")
    assert written not in shown
    assert not any(secret.lower() in each.lower() for each in readings(shown))
    assert shown.startswith(AROUND)
    assert shown.endswith(AROUND)
    assert "$WALLET_PASSWORD" in shown or "(hidden)" in shown


@pytest.mark.parametrize("secret", SECRETS)
def test_json_with_a_secret_stays_json(secret: str) -> None:
    body = json.dumps({"before": 'é"\\', "secret": secret, "amount": 10, "text": f"a{secret}b"})
    shown = hiding(secret).body(body.encode())
    assert json.loads(shown, parse_float=Decimal) == {
        "before": 'é"\\',
        "secret": "$WALLET_PASSWORD",
        "amount": 10,
        "text": "a$WALLET_PASSWORDb",
    }


LETTERS = st.characters(exclude_categories=["C", "Z", "M"], include_characters=" ")
"""Characters that every one of the writings keeps."""


@settings(max_examples=60, deadline=None)
@given(st.text(LETTERS, min_size=8, max_size=24), st.text(max_size=40), st.sampled_from(sorted(WRITINGS)))
def test_nor_of_any_other_secret(secret: str, around: str, writing: str) -> None:
    written, secrets = WRITINGS[writing](secret), hiding(secret)
    if secrets.exposed or not secret.strip():
        return
    shown = secrets.hide(f"{around} {written} {around}")
    assert secret not in shown
    if written.strip() and writing != "with invisible characters":
        assert f" {written} " not in shown


@pytest.mark.parametrize("place", [0, 5_000, 20_000, 150_000])
def test_the_whole_of_a_long_text_is_searched(place: int) -> None:
    secret = SECRETS[0]
    word = WRITINGS["base64"](secret)
    words = ["0badcafe-1234-4567"] * 10_000
    words.insert(place // len(words[0]), word)
    shown = hiding(secret).hide(" ".join(words))
    assert word not in shown
    assert shown.count("(hidden)") == 1


@pytest.mark.parametrize("secret", SECRETS)
def test_half_a_secret_does_not_remain_where_a_text_was_cut(secret: str) -> None:
    secrets = hiding(secret)
    for size in range(4, len(secret)):
        begun = secrets.hide(f"it said {clipped(secret, size)!r}")
        ended = secrets.hide(f"it said {clipped_before(secret, size)!r}")
        assert "$WALLET_PASSWORD" in begun
        assert "$WALLET_PASSWORD" in ended


def test_a_secret_of_sixty_four_digits_is_not_taken_for_a_signature() -> None:
    secret = "0123456789abcdef" * 4
    assert hiding(secret).text(f"the secret {secret} is known") == "the secret $WALLET_PASSWORD is known"
    assert secret[:8] not in hiding(secret).header("x-signature", secret)
