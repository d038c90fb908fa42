"""Decodes a body's content encoding with a limit on the decoded size."""

from __future__ import annotations

import zlib
from typing import Protocol

from harness.client.failure import TransmissionError
from harness.inert import clipped
from harness.model import FailureKind

_GZIP = 16 + zlib.MAX_WBITS


class _Decompressor(Protocol):
    """The part of `zlib.decompressobj` that this module uses."""

    @property
    def eof(self) -> bool: ...

    def decompress(self, data: bytes, max_length: int = 0, /) -> bytes: ...


def decode_body(raw: bytes, encodings: str, limit_bytes: int) -> bytes:
    """The decoded body, given its `content-encoding` header.

    The harness offers only gzip, but it also reads deflate. Raises TransmissionError for any other encoding, for data
    that cannot be decoded, and for more than `limit_bytes` of decoded data.
    """
    body = raw
    names = [name.strip().lower() for name in encodings.split(",")]
    for name in reversed([name for name in names if name not in {"", "identity"}]):
        if name in {"gzip", "x-gzip"}:
            body = _gzip(body, limit_bytes)
        elif name == "deflate":
            body = _deflate(body, limit_bytes)
        else:
            raise TransmissionError(
                FailureKind.MALFORMED, f"the answer is encoded as {clipped(name, 20)!a}, and only gzip was offered"
            )
    return body


def _gzip(data: bytes, limit_bytes: int) -> bytes:
    # A gzip body may have several members in sequence. Zeros after the last member are padding.
    body, rest = b"", data
    while rest.strip(b"\0"):
        member = zlib.decompressobj(_GZIP)
        body += _inflate(member, rest, limit_bytes - len(body))
        rest = member.unused_data
    return body


def _deflate(data: bytes, limit_bytes: int) -> bytes:
    # In the standard, `deflate` means zlib data. Some servers send the bare stream instead.
    wrapped = len(data) >= 2 and data[0] & 0x0F == 8 and int.from_bytes(data[:2]) % 31 == 0
    return _inflate(zlib.decompressobj(zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS), data, limit_bytes)


def _inflate(decompressor: _Decompressor, data: bytes, limit_bytes: int) -> bytes:
    try:
        body = decompressor.decompress(data, limit_bytes + 1)
    except zlib.error as error:
        raise TransmissionError(
            FailureKind.MALFORMED, "the answer claims to be compressed and cannot be decompressed"
        ) from error
    if len(body) > limit_bytes:
        raise TransmissionError(
            FailureKind.TOO_LARGE, f"the answer grows beyond {limit_bytes:,} bytes when it is decompressed"
        )
    if not decompressor.eof:
        raise TransmissionError(FailureKind.MALFORMED, "the compressed answer breaks off before its end")
    return body
