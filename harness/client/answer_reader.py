"""Reads one answer from the bytes that a wallet sends: with a size limit, strictly, and byte for byte."""

from __future__ import annotations

import re

import httptools

from harness.client.body_encoding import decode_body
from harness.client.failure import TransmissionError
from harness.inert import clipped
from harness.model import FailureKind, Message

_MOST_SHOWN = 60
"""How many characters of the first line are shown of an answer that is not HTTP."""

HEAD_LIMIT_BYTES = 64 * 1024
"""The largest head of an answer. No server sends more by default."""


class Answer:
    """One answer while it arrives. Feed it the socket's bytes until it is complete, then take the message.

    The parser is llhttp in strict mode: two `Content-Length` headers, a bad chunk or a bare line feed are malformed.
    """

    __slots__ = (
        "_body", "_body_bytes", "_head", "_headers", "_interim", "_limit", "_method", "_parser", "_raw", "_status",
        "_to_the_end", "complete", "reusable",
    )  # fmt: skip

    def __init__(self, method: str, limit_bytes: int) -> None:
        """Prepare for the answer to a request with that method.

        `limit_bytes` limits the body before and after decoding.
        """
        self._method = method
        self._limit = limit_bytes
        self._raw = bytearray()
        self._head = b""
        self._headers: list[tuple[str, str]] = []
        self._body: list[bytes] = []
        self._body_bytes = 0
        self._interim = 0
        self._status = 0
        self._to_the_end = False
        self.complete = False
        self.reusable = False
        """True if the connection can carry another exchange afterwards."""
        self._parser: httptools.HttpResponseParser | None = httptools.HttpResponseParser(self)

    @property
    def begun(self) -> bool:
        """True if a byte of the answer has arrived."""
        return bool(self._raw)

    @property
    def progress(self) -> str:
        """How much of the answer has arrived, to follow a verb: `before any answer`."""
        if not self.begun:
            return "before any answer"
        if not self._head:
            return "in the middle of the answer's head"
        return f"in the middle of the answer's body, after {self._body_bytes:,} bytes of it"

    def feed(self, data: bytes) -> None:
        """Add bytes that have arrived.

        Raises TransmissionError if they cannot become an answer, or if it is too large.
        """
        parser = self._parser
        if parser is None:
            self.reusable = False
            return
        if self._head:
            self._body_bytes += len(data)
        else:
            self._raw += data
        try:
            parser.feed_data(data)
        except httptools.HttpParserUpgrade as error:
            raise TransmissionError(FailureKind.MALFORMED, "the answer wants to switch to another protocol") from error
        except httptools.HttpParserError as error:
            self._failed(error)
        self._check_size()
        if self.complete:
            # The parser refers to this object's methods. Without this line every exchange would leave a reference
            # cycle.
            self._parser = None

    def end(self) -> None:
        """Handle the end of the connection. Raises TransmissionError if the answer is incomplete."""
        self._parser = None
        self.reusable = False
        if self._head and self._to_the_end:
            self.complete = True
        if not self.complete:
            raise TransmissionError(FailureKind.CLOSED, f"the wallet closed the connection {self.progress}")

    def abandon(self) -> None:
        """Stop reading."""
        self._parser = None

    def message(self) -> Message:
        """The whole answer. Raises TransmissionError if its content encoding cannot be decoded within the limit."""
        headers = tuple(self._headers)
        body = b"".join(self._body)
        encoding = ",".join(value for name, value in headers if name == "content-encoding")
        if encoding and body:
            body = decode_body(body, encoding, self._limit)
        return Message(self._head, body, self._status, headers)

    def _check_size(self) -> None:
        if not self._head and len(self._raw) > HEAD_LIMIT_BYTES:
            raise TransmissionError(
                FailureKind.TOO_LARGE, f"the answer's head is larger than {HEAD_LIMIT_BYTES:,} bytes"
            )
        if self._body_bytes > self._limit:
            raise TransmissionError(FailureKind.TOO_LARGE, f"the answer's body is larger than {self._limit:,} bytes")

    def _failed(self, error: httptools.HttpParserError) -> None:
        cause = error.__context__
        if isinstance(cause, TransmissionError):
            raise cause
        if self.complete:
            # The answer itself was whole. The bytes after it are not HTTP, so this connection is not used again.
            self.reusable = False
            return
        if self._raw.lstrip().startswith(b"HTTP/1."):
            detail = f"the answer is not valid HTTP/1.1: {str(error)[:100]}"
            raise TransmissionError(FailureKind.MALFORMED, detail) from error
        raise self._other_protocol() from error

    def _other_protocol(self) -> TransmissionError:
        """The error for what came in place of HTTP/1.1."""
        if _HTTP_2.match(self._raw):
            return TransmissionError(
                FailureKind.HTTP_2,
                "the wallet speaks HTTP/2 alone there, and platforms send HTTP/1.1: let the server, or the proxy in "
                "front of it, accept both",
            )
        if self._raw.startswith(b"\x15\x03"):
            detail = "the answer is a TLS alert: the wallet speaks TLS there, write https:// in the URL"
        elif self._raw.lstrip().startswith((b"{", b"[", b"<")):
            detail = (
                "the answer is a body without a status line and headers, as in HTTP/0.9, and not HTTP/1.1: "
                f"{self._first_line()}"
            )
        else:
            detail = f"the answer is not HTTP/1.1: {self._first_line()}"
        return TransmissionError(FailureKind.GARBAGE, detail)

    def _first_line(self) -> str:
        # The message has one line at most, cut short. A server may echo the request, and no secret may reach a report.
        line = bytes(self._raw.lstrip()[: _MOST_SHOWN + 1]).partition(b"\n")[0].strip()
        return f"it begins with {clipped(line.decode('latin-1'), _MOST_SHOWN)!a}"

    # The parser calls these methods while it is fed.

    def on_message_begin(self) -> None:
        """Mark the connection as unusable if a second message begins. No request asked for that message."""
        if self.complete:
            self.reusable = False

    def on_header(self, name: bytes, value: bytes) -> None:
        """Add a header. Trailers come after the head and are ignored."""
        if not self._head:
            self._headers.append((name.decode("latin-1").lower(), value.decode("latin-1").strip(" \t")))

    def on_headers_complete(self) -> None:
        """Decide how the body ends: no body (interim answer), a known size, chunks, or the end of the connection."""
        if self.complete or self._parser is None:
            return
        status = self._parser.get_status_code()
        if 100 <= status < 200:
            self._interim += 1
            self._headers.clear()
            return
        self._status = status
        self._take_head()
        if self._method == "HEAD":
            self.complete = True
        else:
            self.reusable = self._parser.should_keep_alive()
            self._look_at_framing()

    def _take_head(self) -> None:
        start = end = 0
        for _ in range(self._interim + 1):
            start = self._raw.find(b"HTTP/1.", end)
            end = self._raw.find(b"\r\n\r\n", start) + 4
        if start < 0:
            raise self._other_protocol()
        self._head = bytes(self._raw[start:end])
        self._body_bytes = len(self._raw) - end

    def _look_at_framing(self) -> None:
        framing = {name: value.lower() for name, value in self._headers if name in _FRAMING}
        coding = framing.get("transfer-encoding", "chunked")
        if coding != "chunked":
            raise TransmissionError(
                FailureKind.MALFORMED, f"the answer's transfer encoding is {clipped(coding, 40)!a}, not chunked"
            )
        self._to_the_end = not framing and self._status not in {204, 304}
        length = framing.get("content-length", "0")
        if int(length) > self._limit:
            raise TransmissionError(
                FailureKind.TOO_LARGE, f"the answer announces {int(length):,} bytes, and the limit is {self._limit:,}"
            )

    def on_body(self, data: bytes) -> None:
        """Add a piece of the body, without the framing of chunks."""
        if not self.complete:
            self._body.append(data)

    def on_message_complete(self) -> None:
        """Mark the answer as whole, unless it is only an interim answer."""
        if self._head:
            self.complete = True


_FRAMING = frozenset({"content-length", "transfer-encoding"})
_HTTP_2 = re.compile(rb"\s*HTTP/2|\x00..[\x04\x07].\x00\x00\x00\x00", re.DOTALL)
"""The beginning of an answer in HTTP/2: a frame of settings or of the end of a connection, or the version as text."""
