"""The table of wallets that break HTTP, or speak it strangely, with what must be said of each."""

from __future__ import annotations

import gzip

from hostile import head, message
from hostile_behaviours import (
    BOMB,
    CHUNKED,
    HTTP_2,
    JSON,
    Hostile,
    bare,
    closing,
    drip,
    flood,
    in_pieces,
    interim_then_sound,
    lastly,
    of,
    rewritten,
    with_status,
    wrong_length,
    zipped,
)

HTTP: dict[str, Hostile] = {
    "sends-a-head-without-end": Hostile(
        of(flood(b"HTTP/1.1 200 OK\r\n", b"X-A: " + b"b" * 5000 + b"\r\n")),
        first="head is larger than 65,536 bytes",
        later=(1, "the answer is far too large"),
    ),
    "trickles-a-head": Hostile(
        of(drip(b"HTTP/1.1 200 OK\r\nX: ", b"x")),
        first="in the middle of the answer's head",
        later=(1, "the answer begins in time and does not end"),
    ),
    "trickles-headers": Hostile(
        of(drip(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n")),
        first="it comes in drips",
        later=(1, "the answer begins in time and does not end"),
    ),
    "floods-with-interim-answers": Hostile(
        of(flood(b"", head(status="102 Processing") * 100)),
        first="head is larger than 65,536 bytes",
        later=(1, "the answer is far too large"),
    ),
    "trickles-interim-answers": Hostile(
        of(drip(b"", head(status="100 Continue"))),
        first="in the middle of the answer's head",
        later=(1, "the answer begins in time and does not end"),
    ),
    "sends-interim-answers-before-a-sound-one": Hostile(
        of(interim_then_sound), first="ready", later=(4, "scenarios were not run")
    ),
    "answers-in-pieces": Hostile(of(in_pieces), later=(4, "scenarios were not run")),
    "trickles-a-body": Hostile(
        of(drip(message(b"", JSON, length=9000), b"x")),
        first="in the middle of the answer's body",
        later=(1, "the answer begins in time and does not end"),
    ),
    "trickles-chunks": Hostile(
        of(drip(CHUNKED, b"1\r\nx\r\n")),
        first="in the middle of the answer's body",
        later=(1, "the answer begins in time and does not end"),
    ),
    "trickles-until-the-end": Hostile(
        of(drip(head(JSON), b" ")),
        first="in the middle of the answer's body",
        later=(1, "the answer begins in time and does not end"),
    ),
    "sends-a-body-without-end": Hostile(
        of(flood(head(JSON), b"x" * 65536)),
        first="body is larger than 10,485,760 bytes",
        later=(1, "the answer is far too large"),
    ),
    "sends-chunks-without-end": Hostile(
        of(flood(CHUNKED, b"10000\r\n" + b"x" * 65536 + b"\r\n")),
        first="body is larger than 10,485,760 bytes",
        later=(1, "the answer is far too large"),
    ),
    "announces-10-gigabytes": Hostile(
        of(lastly(message(b"{", JSON, length=10 * 1024**3))),
        first="announces 10,737,418,240 bytes",
        later=(1, "the answer is far too large"),
    ),
    "announces-more-than-comes": Hostile(
        of(wrong_length(10)),
        first="fewer bytes come than its head announces",
        later=(1, "the answer begins in time and does not end"),
    ),
    "announces-more-and-closes": Hostile(
        of(wrong_length(10, closing)),
        first="closed the connection in the middle of the answer's body",
        later=(1, "closed in the middle of an answer"),
    ),
    "announces-less-than-comes": Hostile(of(wrong_length(-10)), first="not JSON", later=(1, "the answer is no JSON")),
    "has-two-lengths": Hostile(
        of(with_status("200 OK", "Content-Length: 3", body=b"{}")),
        first="Duplicate Content-Length",
        later=(1, "the answer breaks the rules of HTTP"),
    ),
    "has-a-negative-length": Hostile(
        of(lastly(message(b"{}", JSON, length=-1), closing)),
        first="Invalid character in Content-Length",
        later=(1, "the answer breaks the rules of HTTP"),
    ),
    "has-an-invalid-chunk": Hostile(
        of(lastly(CHUNKED + b"zz\r\n{}\r\n", closing)),
        first="Invalid character in chunk size",
        later=(1, "the answer breaks the rules of HTTP"),
    ),
    "has-a-chunk-beyond-counting": Hostile(
        of(lastly(CHUNKED + b"f" * 40 + b"\r\n", closing)),
        first="Chunk size overflow",
        later=(1, "the answer breaks the rules of HTTP"),
    ),
    "nests-gzip-bombs": Hostile(
        of(with_status("200 OK", "Content-Encoding: gzip, gzip", body=gzip.compress(BOMB))),
        first="when it is decompressed",
        later=(1, "the answer is far too large"),
    ),
    "says-gzip-and-sends-json": Hostile(
        of(rewritten(lambda body: body, JSON, "Content-Encoding: gzip")),
        first="cannot be decompressed",
        later=(1, "the answer breaks the rules of HTTP"),
    ),
    "packs-gzip-in-gzip": Hostile(
        of(zipped(gzip.compress, gzip.compress, encoding="gzip, gzip")),
        first="ready",
        later=(4, "scenarios were not run"),
    ),
    "cuts-gzip-off": Hostile(
        of(zipped(gzip.compress, lambda body: body[:-9], encoding="gzip")),
        first="breaks off before its end",
        later=(1, "the answer breaks the rules of HTTP"),
    ),
    "encodes-as-nobody-asked": Hostile(
        of(zipped(encoding="br")),
        first="encoded as 'br', and only gzip was offered",
        later=(1, "the answer breaks the rules of HTTP"),
    ),
    "speaks-http-0.9": Hostile(of(bare), first="as in HTTP/0.9", later=(1, "as in HTTP/0.9")),
    "speaks-http-2-alone": Hostile(
        of(lastly(HTTP_2, closing)),
        first="speaks HTTP/2 alone",
        later=(1, "speaks HTTP/2 alone, and platforms send HTTP/1.1"),
    ),
    "speaks-ssh": Hostile(
        of(lastly(b"SSH-2.0-OpenSSH_9.6\r\n", closing)),
        first="begins with 'SSH-2.0-OpenSSH_9.6'",
        later=(1, "the answer is no HTTP"),
    ),
    "answers-with-a-tls-alert": Hostile(
        of(lastly(b"\x15\x03\x01\x00\x02\x02\x46", closing)),
        first="write https:// in the URL",
        later=(1, "write https:// in the URL"),
    ),
    "switches-protocols": Hostile(
        of(lastly(head("Connection: upgrade", "Upgrade: websocket", status="101 Switching Protocols"), closing)),
        first="wants to switch to another protocol",
        later=(1, "wants to switch to another protocol"),
    ),
}
