"""The casino's HMAC headers: whom a wallet believes."""

from __future__ import annotations

import pytest

from harness.contracts import Credentials, load
from harness.contracts.hmac_headers import SIGNATURE_LIFE_MS
from harness.model import Payout, Request, Settle

CASINO = load("casino")
SETTLE = Settle(items=(Payout(id="t1", player="p1", currency="EUR", amount=100),))
WHO = Credentials("key", "secret")
NOW = 1_731_504_451_691


def test_the_bytes_sent_are_exactly_the_string_signed() -> None:
    operation = Settle(items=(Payout(id='é/"😀', player="p", currency="EUR", amount=1),))
    request = CASINO.request(operation, WHO, NOW)
    assert request.body == CASINO.stringify(CASINO.encode(operation))
    assert 'é/\\"😀'.encode() in request.body
    assert CASINO.verify(dict(request.headers), request.body, WHO, NOW) == ""


@pytest.mark.parametrize("name", [*CASINO.forgeries])
def test_every_forgery_is_refused_and_leaves_the_body_alone(name: str) -> None:
    good = CASINO.request(SETTLE, WHO, NOW)
    forged = CASINO.forgeries[name](good, WHO, NOW)
    assert forged != good
    assert (forged.body, forged.path) == (good.body, good.path)
    assert [key for key, _ in forged.headers] == [key for key, _ in good.headers]
    assert CASINO.verify(dict(forged.headers), forged.body, WHO, NOW) != ""


@pytest.mark.parametrize("name", CASINO.required_headers)
def test_a_missing_header_is_refused(name: str) -> None:
    request = CASINO.request(SETTLE, WHO, NOW)
    headers = {key: value for key, value in request.headers if key != name}
    assert CASINO.verify(headers, request.body, WHO, NOW) == f"the header {name} is missing"


def test_an_altered_body_is_refused() -> None:
    request = CASINO.request(SETTLE, WHO, NOW)
    assert CASINO.verify(dict(request.headers), request.body.replace(b"100", b"101"), WHO, NOW) != ""


@pytest.mark.parametrize("sign", [1, -1])
def test_a_signature_lives_five_minutes(sign: int) -> None:
    request = CASINO.request(SETTLE, WHO, NOW)
    headers = dict(request.headers)
    assert CASINO.verify(headers, request.body, WHO, NOW + sign * SIGNATURE_LIFE_MS) == ""
    assert "5 minutes" in CASINO.verify(headers, request.body, WHO, NOW + sign * (SIGNATURE_LIFE_MS + 1))


@pytest.mark.parametrize("header", ["x-api-key", "x-signature", "x-timestamp"])
@pytest.mark.parametrize("value", ["é", "\udcff", "9" * 5000, "\x00", "١٢٣"])
def test_no_header_breaks_the_verifier(header: str, value: str) -> None:
    request = CASINO.request(SETTLE, WHO, NOW)
    assert CASINO.verify({**dict(request.headers), header: value}, request.body, WHO, NOW) != ""


def test_a_signature_of_the_body_with_spaces_leaves_strings_alone() -> None:
    body = rb'{"a":"b:,\\\",c","d":[1,2]}'
    good = Request("/path", CASINO.sign(body, WHO, NOW), body)
    forged = CASINO.forgeries["signed_with_spaces"](good, WHO, NOW)
    spaced = Request("/path", CASINO.sign(rb'{"a": "b:,\\\",c", "d": [1, 2]}', WHO, NOW), body)
    assert forged == spaced
