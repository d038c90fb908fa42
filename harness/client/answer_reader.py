"""Read one answer out of the bytes that a wallet sends, whatever they are: bounded, strict, and byte for byte."""

from __future__ import annotations

import httptools

from harness.client.body_encoding import decode_body
from harness.client.failure import TransmissionError
from harness.model import FailureKind, Message

HEAD_LIMIT_BYTES = 64 * 1024
"""More than any server's default: beyond it a head is an attack or an accident."""


class Answer:
    """One answer while it arrives. Feed it what the socket gives until it is complete, then ask for the message.

    The parser is llhttp, strict: two `Content-Length` headers, a bad chunk or a bare line feed are garbage.
    """

    __slots__ = (
        "_body", "_body_bytes", "_head", "_headers", "_interim", "_limit", "_method", "_parser", "_raw", "_status",
        "_to_the_end", "complete", "reusable",
    )  # fmt: skip

    def __init__(self, method: str, limit_bytes: int) -> None:
        """Expect the answer to a request with that method, of at most `limit_bytes` before and after decoding."""
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
        """Whether the connection may carry another exchange afterwards."""
        self._parser: httptools.HttpResponseParser | None = httptools.HttpResponseParser(self)

    @property
    def begun(self) -> bool:
        """Whether a byte of it has arrived."""
        return bool(self._raw)

    @property
    def progress(self) -> str:
        """How far it has come, to follow a verb: `before any answer`."""
        if not self.begun:
            return "before any answer"
        if not self._head:
            return "in the middle of the answer's head"
        return f"in the middle of the answer's body, after {self._body_bytes:,} bytes of it"

    def feed(self, data: bytes) -> None:
        """Take what has arrived. Raises TransmissionError when this can become no answer, or one that is too large."""
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
            raise TransmissionError(FailureKind.GARBAGE, "the answer wants to switch to another protocol") from error
        except httptools.HttpParserError as error:
            self._failed(error)
        self._check_size()
        if self.complete:
            # The parser holds this object's methods: without the cut every exchange would leave a cycle to collect.
            self._parser = None

    def end(self) -> None:
        """The wallet closed the connection. Raises TransmissionError when that cuts the answer off."""
        self._parser = None
        self.reusable = False
        if self._head and self._to_the_end:
            self.complete = True
        if not self.complete:
            raise TransmissionError(FailureKind.CLOSED, f"the wallet closed the connection {self.progress}")

    def abandon(self) -> None:
        """Nothing more will be read."""
        self._parser = None

    def message(self) -> Message:
        """The whole answer. Raises TransmissionError when its content encoding cannot be undone within the limit."""
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
            # The answer itself was whole; what follows it is not HTTP, and this connection carries nothing more.
            self.reusable = False
            return
        if self._raw.startswith(b"\x15\x03"):
            detail = "the answer is a TLS alert: the wallet speaks TLS there, write https:// in the URL"
        elif not self._raw.lstrip().startswith(b"HTTP/1."):
            detail = f"the answer is not HTTP/1.1: {self._first_line()}"
        else:
            detail = f"the answer is not valid HTTP/1.1: {str(error)[:100]}"
        raise TransmissionError(FailureKind.GARBAGE, detail) from error

    def _first_line(self) -> str:
        # One line only, and not all of it: a server that echoes the request must not bring a secret into a report.
        line = bytes(self._raw.lstrip()[:60]).partition(b"\n")[0].strip()
        return f"it begins with {line.decode('latin-1')!a}"

    # What the parser calls while it is fed.

    def on_message_begin(self) -> None:
        """A further message after a whole one was not asked for: the connection is not to be trusted."""
        if self.complete:
            self.reusable = False

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header; trailers come after the head and mean nothing to a judge."""
        if not self._head:
            self._headers.append((name.decode("latin-1").lower(), value.decode("latin-1").strip(" \t")))

    def on_headers_complete(self) -> None:
        """The head is whole: what follows is an interim answer, a body of known size, chunks, or all until the end."""
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
            raise TransmissionError(FailureKind.GARBAGE, f"the answer is not HTTP/1.1: {self._first_line()}")
        self._head = bytes(self._raw[start:end])
        self._body_bytes = len(self._raw) - end

    def _look_at_framing(self) -> None:
        framing = {name: value.lower() for name, value in self._headers if name in _FRAMING}
        coding = framing.get("transfer-encoding", "chunked")
        if coding != "chunked":
            raise TransmissionError(
                FailureKind.GARBAGE, f"the answer's transfer encoding is {coding[:40]!a}, not chunked"
            )
        self._to_the_end = not framing and self._status not in {204, 304}
        length = framing.get("content-length", "0")
        if int(length) > self._limit:
            raise TransmissionError(
                FailureKind.TOO_LARGE, f"the answer announces {int(length):,} bytes, and the limit is {self._limit:,}"
            )

    def on_body(self, data: bytes) -> None:
        """A piece of the body, with the chunks' framing taken off."""
        if not self.complete:
            self._body.append(data)

    def on_message_complete(self) -> None:
        """The answer is whole, unless it was only an interim one."""
        if self._head:
            self.complete = True


_FRAMING = frozenset({"content-length", "transfer-encoding"})
