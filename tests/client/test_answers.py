"""Reading an answer out of arbitrary bytes: never an exception that is not ours, and the same however they are cut."""

from __future__ import annotations

import gzip

from hypothesis import example, given, settings
from hypothesis import strategies as st

from harness.client.answer_reader import Answer
from harness.client.failure import TransmissionError
from harness.model import Failure, Message

LIMIT_BYTES = 1_000
PIECES = st.sampled_from(
    [
        b"HTTP/1.1 200 OK\r\n",
        b"HTTP/1.0 404 Not Found\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n",
        b"HTTP/1.1 204 \r\n",
        b"HTTP/1.1 101 Switching\r\n",
        b"Content-Length: 2\r\n",
        b"Content-Length: \r\n",
        b"Content-Length: 99999999999\r\n",
        b"Transfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: gzip, chunked\r\n",
        b"Content-Encoding: gzip\r\n",
        b"Content-Encoding: deflate\r\n",
        b"Connection: close\r\n",
        b"Connection: upgrade\r\nUpgrade: x\r\n",
        b"X: \xff\x00\r\n",
        b"\r\n",
        b"2\r\n{}\r\n",
        b"0\r\n\r\n",
        b"0\r\nX-Trailer: 1\r\n\r\n",
        b"{}",
        b"\n",
        b"\r",
        b" folded\r\n",
        gzip.compress(b"{}"),
        gzip.compress(bytes(100_000)),
    ]
)
WIRES = st.lists(PIECES | st.binary(max_size=8), max_size=12).map(b"".join)


def read(pieces: list[bytes]) -> Message | Failure:
    """What becomes of bytes that arrive in these pieces, after which the wallet closes the connection."""
    answer = Answer("POST", LIMIT_BYTES)
    try:
        for piece in pieces:
            answer.feed(piece)
            if answer.complete:
                return answer.message()
        answer.end()
        return answer.message()
    except TransmissionError as error:
        return error.failure


@settings(deadline=None, max_examples=300)
@given(WIRES, st.integers(min_value=1, max_value=40))
@example(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}HTTP/1.1 200 OK\r\n", 1)
def test_any_bytes_become_an_answer_or_a_failure_however_they_are_cut(wire: bytes, size: int) -> None:
    whole = read([wire])
    cut = read([wire[start : start + size] for start in range(0, len(wire), size)])
    if isinstance(whole, Message):
        assert len(whole.body) <= LIMIT_BYTES
        assert whole.head.startswith(b"HTTP/1.")
        assert whole.head.endswith(b"\r\n\r\n")
        assert 200 <= whole.status < 1000
        assert whole == cut
    else:
        assert isinstance(cut, Failure)
        assert whole.kind is cut.kind
