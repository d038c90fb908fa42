"""The steps and the shell lines that make the casino contract's signature by hand. Holds no secret."""

from __future__ import annotations

from collections.abc import Mapping

from harness.contracts.shared.authentication import Credentials, Recipe

_MOST_SHOWN = 600


def _hmac_steps(headers: Mapping[str, str], body: bytes) -> tuple[tuple[str, str], ...]:
    timestamp = headers.get("x-timestamp", "(none was sent)")
    signature = headers.get("x-signature", "(none was sent)")
    text = _shown(body)
    return (
        (f"the body, byte for byte as it is sent ({len(body)} bytes)", text),
        ("the header x-timestamp: Unix time in milliseconds", timestamp),
        ("body, a vertical bar, timestamp: nothing else, and no space between", f"{text}|{timestamp}"),
        ("HMAC-SHA256 of that, with the shared secret as UTF-8 text, as 64 lower-case hex digits", signature),
        ("the header x-signature that was sent", signature),
    )


def _shown(body: bytes) -> str:
    text = body.decode("utf-8", "backslashreplace")
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}... ({len(body)} bytes in all)"


def _signed_text(headers: Mapping[str, str], body: bytes, credentials: Credentials) -> str:
    return f"{body.decode()}|{headers['x-timestamp']}"


HMAC = Recipe(
    _hmac_steps,
    (
        "TIMESTAMP=$(($(date +%s)*1000))",
        (
            """SIGNATURE=$(printf '%s|%s' "$BODY" "$TIMESTAMP" | """
            """openssl dgst -sha256 -hmac "$WALLET_SECRET" -r | cut -d' ' -f1)"""
        ),
    ),
    {"x-api-key": "$WALLET_API_KEY", "x-signature": "$SIGNATURE", "x-timestamp": "$TIMESTAMP"},
    _signed_text,
)
"""The recipe of the casino contract's signature."""
