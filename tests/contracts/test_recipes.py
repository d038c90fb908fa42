"""Authentication by hand: each step with what it comes to, and nothing secret in any of them."""

from __future__ import annotations

import base64
import subprocess

from patience import PATIENCE_SECONDS

from harness.contracts.casino.recipe import HMAC
from harness.contracts.sportsbook.recipe import BASIC


def test_the_steps_to_a_signature_show_the_very_text_that_is_signed() -> None:
    steps = HMAC.steps({"x-timestamp": "17", "x-signature": "ab12"}, '{"a":"\u00e9"}'.encode())
    assert steps == (
        ("the body, byte for byte as it is sent (10 bytes)", '{"a":"\u00e9"}'),
        ("the header x-timestamp: Unix time in milliseconds", "17"),
        ("body, a vertical bar, timestamp: nothing else, and no space between", '{"a":"\u00e9"}|17'),
        ("HMAC-SHA256 of that, with the shared secret as UTF-8 text, as 64 lower-case hex digits", "ab12"),
        ("the header x-signature that was sent", "ab12"),
    )


def test_headers_that_were_not_sent_and_long_bodies_are_told() -> None:
    assert [said for _, said in HMAC.steps({}, b"x")[1:]] == [
        "(none was sent)",
        "x|(none was sent)",
        "(none was sent)",
        "(none was sent)",
    ]
    assert HMAC.steps({}, b"x" * 600)[0][1] == "x" * 600
    assert HMAC.steps({}, b"x" * 601)[0][1] == f"{'x' * 600}... (601 bytes in all)"
    assert HMAC.steps({}, b"\xff")[0][1] == "\\xff"


def test_the_steps_to_basic_credentials_hide_them() -> None:
    steps = BASIC.steps({"authorization": "Basic c2VjcmV0"}, b"")
    assert steps == (
        ("user, a colon, password, as UTF-8 text", "$WALLET_USER:$WALLET_PASSWORD"),
        ("base64 of that, after the word Basic and a space", "Basic (hidden)"),
        ("the header authorization that was sent; it covers neither the body nor the time", "Basic (hidden)"),
    )
    assert BASIC.steps({}, b"")[-1][1] == "(none was sent)"


def test_the_shell_line_makes_what_the_header_wants() -> None:
    script = "\n".join([*BASIC.shell, 'printf %s "$AUTHORIZATION"'])
    environment = {"PATH": "/usr/bin:/bin", "WALLET_USER": "u" * 60, "WALLET_PASSWORD": "p:q"}
    done = subprocess.run(
        ["sh", "-c", script], env=environment, capture_output=True, check=True, timeout=PATIENCE_SECONDS
    )
    assert done.stdout == base64.b64encode(f"{'u' * 60}:p:q".encode())
