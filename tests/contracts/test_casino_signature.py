"""The casino's HMAC headers: whom a wallet believes, and what each way to spoil them signs.

The tables spell out the bytes that each forgery covers, so that a wallet that believes one is known to be wrong in just
that way.
"""

from __future__ import annotations

import base64
import hashlib
import hmac

import pytest
from credentials_at_hand import of_casino

from harness.contracts import load
from harness.model import Payout, Request, Settle

CASINO = load("casino")
SETTLE = Settle(items=(Payout(id="t1", player="p1", currency="EUR", amount=100),))
WHO = of_casino("key", "secret")
NOW = 1_731_504_451_691


def test_the_bytes_sent_are_exactly_the_string_signed() -> None:
    operation = Settle(items=(Payout(id='é/"😀', player="p", currency="EUR", amount=1),))
    request = CASINO.request(operation, WHO, NOW)
    assert request.body == CASINO.stringify(CASINO.encode(operation, "r-1"))
    assert request.path == "/transaction/settlement"
    assert 'é/\\"😀'.encode() in request.body
    assert CASINO.verify(dict(request.headers), request.body, WHO, NOW) == ""


@pytest.mark.parametrize("name", [*CASINO.forgeries])
def test_every_forgery_is_refused_and_leaves_the_body_alone(name: str) -> None:
    good = CASINO.request(SETTLE, WHO, NOW)
    forged = CASINO.forgeries[name].spoil(good, WHO, NOW)
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


LATE = "the signature was made more than 5 minutes away from now"


@pytest.mark.parametrize("sign", [1, -1])
def test_a_signature_lives_five_minutes(sign: int) -> None:
    request = CASINO.request(SETTLE, WHO, NOW)
    headers = dict(request.headers)
    assert CASINO.verify(headers, request.body, WHO, NOW + sign * 300_000) == ""
    assert CASINO.verify(headers, request.body, WHO, NOW + sign * 300_001) == LATE


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"x-api-key": "Key"}, "the API key is unknown"),
        ({"x-api-key": "key ", "x-signature": "0" * 64}, "the API key is unknown"),
        ({"x-timestamp": "now"}, "the timestamp is no Unix time in milliseconds"),
        ({"x-timestamp": "-1"}, "the timestamp is no Unix time in milliseconds"),
        ({"x-timestamp": f"{NOW}\n"}, "the timestamp is no Unix time in milliseconds"),
        ({"x-timestamp": "1" * 16}, "the timestamp is no Unix time in milliseconds"),
        ({"x-timestamp": "1" * 15}, "the signature is wrong"),
        ({"x-timestamp": f"{NOW + 1}"}, "the signature is wrong"),
        ({"x-signature": "0" * 64}, "the signature is wrong"),
        ({"x-signature": ""}, "the header x-signature is missing"),
    ],
)
def test_why_a_request_is_not_believed(changed: dict[str, str], told: str) -> None:
    request = CASINO.request(SETTLE, WHO, NOW)
    assert CASINO.verify({**dict(request.headers), **changed}, request.body, WHO, NOW) == told


@pytest.mark.parametrize("header", ["x-api-key", "x-signature", "x-timestamp"])
@pytest.mark.parametrize("value", ["é", "\udcff", "9" * 5000, "\x00", "١٢٣"])
def test_no_header_breaks_the_verifier(header: str, value: str) -> None:
    request = CASINO.request(SETTLE, WHO, NOW)
    assert CASINO.verify({**dict(request.headers), header: value}, request.body, WHO, NOW) != ""


SIGNED_AT = "1731504451691"
BODY = '{"z":"a/b <c> & éX:,","a":[10,-2,{"c":"7","b":true}]}'
BATCH = '{"transactions":[{"b":1,"a":"x"}]}'


def mac(key: str | bytes, message: str, digest: str = "sha256") -> str:
    """An HMAC in hex."""
    return hmac.new(key if isinstance(key, bytes) else key.encode(), message.encode(), digest).hexdigest()


def sha256(message: str) -> str:
    return hashlib.sha256(message.encode()).hexdigest()


def headers_after(forgery: str, body: str = BODY, secret: str = "secret") -> dict[str, str]:
    """What a forgery makes of the headers of a rightly signed request; nothing else may change."""
    who = of_casino("key", secret)
    good = Request("/path", CASINO.sign(body.encode(), who, NOW), body.encode())
    forged = CASINO.forgeries[forgery].spoil(good, who, NOW + 5)
    assert (forged.path, forged.body) == (good.path, good.body)
    assert [name for name, _ in forged.headers] == [name for name, _ in good.headers]
    return dict(forged.headers)


RIGHT = mac("secret", f"{BODY}|{SIGNED_AT}")


def test_the_right_headers() -> None:
    assert CASINO.sign(BODY.encode(), WHO, NOW) == (
        ("content-type", "application/json"),
        ("x-api-key", "key"),
        ("x-signature", RIGHT),
        ("x-timestamp", SIGNED_AT),
    )


@pytest.mark.parametrize(
    ("forgery", "signature"),
    [
        ("truncated_signature", RIGHT[:32]),
        ("empty_signature", ""),
        ("upper_case_hex", RIGHT.upper()),
        ("base64_signature", base64.b64encode(bytes.fromhex(RIGHT)).decode()),
        ("other_secret", mac("secret-of-somebody-else", f"{BODY}|{SIGNED_AT}")),
        ("empty_secret", mac("", f"{BODY}|{SIGNED_AT}")),
        ("key_as_secret", mac("key", f"{BODY}|{SIGNED_AT}")),
        ("secret_with_newline", mac("secret\n", f"{BODY}|{SIGNED_AT}")),
        ("other_timestamp", mac("secret", f"{BODY}|1731504391691")),
        ("signature_of_another_body", mac("secret", f"{{}}|{SIGNED_AT}")),
        ("without_timestamp", mac("secret", BODY)),
        ("without_separator", mac("secret", f"{BODY}{SIGNED_AT}")),
        ("timestamp_first", mac("secret", f"{SIGNED_AT}|{BODY}")),
        ("dot_for_bar", mac("secret", f"{BODY}.{SIGNED_AT}")),
        ("signed_in_seconds", mac("secret", f"{BODY}|1731504451")),
        ("sha1_digest", mac("secret", f"{BODY}|{SIGNED_AT}", "sha1")),
        ("sha512_digest", mac("secret", f"{BODY}|{SIGNED_AT}", "sha512")),
        ("plain_hash", sha256(f"{BODY}|{SIGNED_AT}")),
        ("secret_appended", sha256(f"{BODY}|{SIGNED_AT}|secret")),
        ("key_and_message_swapped", mac(f"{BODY}|{SIGNED_AT}", "secret")),
    ],
)
def test_what_each_wrong_signature_is_made_of(forgery: str, signature: str) -> None:
    assert headers_after(forgery) == {
        "content-type": "application/json",
        "x-api-key": "key",
        "x-signature": signature,
        "x-timestamp": SIGNED_AT,
    }


@pytest.mark.parametrize(
    ("forgery", "body", "covered"),
    [
        ("signed_with_spaces", BODY, '{"z": "a/b <c> & éX:,", "a": [10, -2, {"c": "7", "b": true}]}'),
        ("sorted_keys", BODY, '{"a":[10,-2,{"b":true,"c":"7"}],"z":"a/b <c> & éX:,"}'),
        ("sorted_with_spaces", BODY, '{"a": [10, -2, {"b": true, "c": "7"}], "z": "a/b <c> & éX:,"}'),
        ("ascii_escaped", BODY, r'{"z":"a/b <c> & \u00e9X:,","a":[10,-2,{"c":"7","b":true}]}'),
        ("escaped_slashes", BODY, r'{"z":"a\/b <c> & éX:,","a":[10,-2,{"c":"7","b":true}]}'),
        ("escaped_markup", BODY, r'{"z":"a/b \u003cc\u003e \u0026 éX:,","a":[10,-2,{"c":"7","b":true}]}'),
        ("floats_for_integers", BODY, '{"z":"a/b <c> & éX:,","a":[10.0,-2.0,{"c":"7","b":true}]}'),
        (
            "floats_for_integers",
            r'{"a":"\"1\\","b":[2.5,-3.5,3e4,3E-4,-25]}',
            r'{"a":"\"1\\","b":[2.5,-3.5,3e4,3E-4,-25.0]}',
        ),
        ("transactions_alone", BATCH, '[{"b":1,"a":"x"}]'),
        ("sorted_keys", BATCH, '{"transactions":[{"a":"x","b":1}]}'),
    ],
)
def test_which_form_of_the_body_a_signature_covers(forgery: str, body: str, covered: str) -> None:
    assert headers_after(forgery, body)["x-signature"] == mac("secret", f"{covered}|{SIGNED_AT}")


@pytest.mark.parametrize(
    ("forgery", "body"),
    [
        ("sorted_keys", '{"a":1,"b":{}}'),
        ("sorted_keys", '{"b":1,"a":'),
        ("sorted_keys", "[" * 100_000),
        ("sorted_keys", '{"b":2.50,"a":1}'),
        ("sorted_with_spaces", '{"b":1,"a":'),
        ("ascii_escaped", '{"b":1,"a":"x"}'),
        ("ascii_escaped", '{"b":"é"'),
        ("escaped_slashes", '{"b":1,"a":"x"}'),
        ("escaped_markup", '{"b":1,"a":"x"}'),
        ("floats_for_integers", '{"b":"1","a":2.5}'),
        ("transactions_alone", '{"b":1,"a":"x"}'),
    ],
)
def test_a_body_that_has_no_such_form_gets_a_signature_of_nobody(forgery: str, body: str) -> None:
    assert headers_after(forgery, body)["x-signature"] == ""


def test_half_a_surrogate_pair_is_signed_as_libraries_write_it() -> None:
    written = b'{"a":"\xed\xa0\xbd","b":1}|' + SIGNED_AT.encode()
    assert headers_after("sorted_keys", r'{"b":1,"a":"\ud83d"}')["x-signature"] == (
        hmac.new(b"secret", written, "sha256").hexdigest()
    )


@pytest.mark.parametrize(
    ("forgery", "secret", "key"),
    [
        ("secret_as_hex", "00ff10", b"\x00\xff\x10"),
        ("secret_as_hex", "secret", None),
        ("secret_as_base64", "c2VjcmV0", b"secret"),
        ("secret_as_base64", "c2Vj!cmV0", None),
        ("secret_as_base64", "c2V", None),
        ("trimmed_secret", " secret\r\n", b"secret"),
        ("trimmed_secret", "secret", None),
    ],
)
def test_a_secret_is_read_in_another_way_where_it_can_be(forgery: str, secret: str, key: bytes | None) -> None:
    signature = "" if key is None else mac(key, f"{BODY}|{SIGNED_AT}")
    assert headers_after(forgery, secret=secret)["x-signature"] == signature


def test_a_wrong_signature_differs_in_its_first_digit() -> None:
    for body in ("{}", "[]", "7", "8", "9", *(f"[{n}]" for n in range(60))):
        right = mac("secret", f"{body}|{SIGNED_AT}")
        first = "1" if right[0] == "0" else "0"
        assert headers_after("wrong_signature", body)["x-signature"] == first + right[1:]


@pytest.mark.parametrize(
    ("forgery", "timestamp"), [("timestamp_in_seconds", "1731504451"), ("timestamp_not_a_number", "now")]
)
def test_another_timestamp_is_rightly_signed(forgery: str, timestamp: str) -> None:
    assert headers_after(forgery) == {
        "content-type": "application/json",
        "x-api-key": "key",
        "x-signature": mac("secret", f"{BODY}|{timestamp}"),
        "x-timestamp": timestamp,
    }


def test_an_unknown_key_stands_beside_a_right_signature() -> None:
    assert headers_after("unknown_key") == {
        "content-type": "application/json",
        "x-api-key": "key-unknown",
        "x-signature": RIGHT,
        "x-timestamp": SIGNED_AT,
    }


def test_a_signature_of_the_body_with_spaces_leaves_strings_alone() -> None:
    body = rb'{"a":"b:,\\\",c","d":[1,2]}'
    good = Request("/path", CASINO.sign(body, WHO, NOW), body)
    forged = CASINO.forgeries["signed_with_spaces"].spoil(good, WHO, NOW)
    spaced = Request("/path", CASINO.sign(rb'{"a": "b:,\\\",c", "d": [1, 2]}', WHO, NOW), body)
    assert forged == spaced
