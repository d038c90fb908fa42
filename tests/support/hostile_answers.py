"""The table of wallets whose answers are sound HTTP and unusable, late, or meant for others."""

from __future__ import annotations

from hostile import head, message
from hostile_behaviours import (
    JSON,
    Hostile,
    constantly,
    dying,
    echo,
    every_other,
    first_answer_for_ever,
    kept_alive_falsely,
    of,
    one_at_a_time,
    resetting,
    rewritten,
    slow_repetitions,
    slowly,
    stalling,
    swapped,
    twice,
    vanishing,
    with_balance,
    with_status,
    yes,
)

ANSWERS: dict[str, Hostile] = {
    "answers-204": Hostile(
        of(constantly(head(status="204 No Content"))),
        first="HTTP 204, which is no answer of a wallet",
        later=(1, "the answer has no body"),
    ),
    "answers-304": Hostile(
        of(constantly(head(status="304 Not Modified"))),
        first="redirects are not followed",
        later=(1, "answers with a redirect"),
    ),
    "redirects-to-itself": Hostile(
        of(with_status("307 Any", "Location: http://127.0.0.1/casino/loop")),
        first="a redirect to http://127.0.0.1/casino/loop",
        later=(1, "answers with a redirect"),
    ),
    "asks-for-patience-for-ever": Hostile(
        of(with_status("429 Any", "Retry-After: 1", body=b"slow down")),
        first="too many requests",
        later=(1, "HTTP 429: the wallet"),
    ),
    "asks-for-a-year": Hostile(
        of(with_status("503 Any", "Retry-After: 31536000", body=b"slow down")),
        first="says that it is unavailable",
        later=(1, "HTTP 503: the wallet"),
    ),
    "asks-for-nonsense": Hostile(
        of(with_status("429 Any", "Retry-After: \xff soon", body=b"slow down")),
        first="too many requests",
        later=(1, "HTTP 429: the wallet"),
    ),
    "answers-502": Hostile(
        of(with_status("502 Bad Gateway", "Content-Type: text/html", body=b"<html>502</html>")),
        first="cannot reach the wallet",
        later=(1, "HTTP 502: a gateway"),
    ),
    "answers-413-to-everything": Hostile(
        of(with_status("413 Any", "Connection: close", body=b"too large")),
        first="HTTP 413",
        later=(1, "HTTP 413: the wallet"),
    ),
    "answers-an-empty-body": Hostile(
        of(with_status("200 OK", JSON)), first="the body is empty", later=(1, "the answer has no body")
    ),
    "answers-a-web-page": Hostile(
        of(with_status("200 OK", "Content-Type: text/html", body=b"<html>Hi</html>")),
        first="a web page",
        later=(1, "an HTML page is answered"),
    ),
    "nests-100000-deep": Hostile(
        of(with_status("200 OK", JSON, body=b"[" * 100_000 + b"]" * 100_000)),
        first="nested deeper than 64 levels",
        later=(1, "nested deeper than 64 levels"),
    ),
    "nests-objects-100000-deep": Hostile(
        of(with_status("200 OK", JSON, body=b'{"a":' * 100_000 + b"1" + b"}" * 100_000)),
        first="nested deeper than 64 levels",
        later=(1, "nested deeper than 64 levels"),
    ),
    "shows-1e999999999": Hostile(
        of(with_balance("1e999999999")),
        first="the exponent 999999999, the limit is 400",
        later=(1, "the exponent 999999999, the limit is 400"),
    ),
    "shows-1e-999999999": Hostile(
        of(with_balance("1e-999999999")), first="the exponent -999999999", later=(1, "the exponent -999999999")
    ),
    "shows-a-million-digits": Hostile(
        of(with_balance("1" * 1_000_000)),
        first="a number of 1000000 characters",
        later=(1, "a number of 1000000 characters"),
    ),
    "shows-infinity": Hostile(
        of(with_balance("Infinity")), first="Infinity is not a JSON number", later=(1, "Infinity is not a JSON number")
    ),
    "shows-nan": Hostile(
        of(with_balance("NaN")), first="NaN is not a JSON number", later=(1, "NaN is not a JSON number")
    ),
    "shows-nothing-for-ever": Hostile(of(with_balance("-0")), first="ready", later=(1, "no sound wallet could show")),
    "writes-a-key-twice": Hostile(
        of(with_balance('1,"balance":2')),
        first="the key 'balance' stands twice",
        later=(1, "a key stands twice in the answer"),
    ),
    "writes-utf-16": Hostile(
        of(rewritten(lambda body: body.decode().encode("utf-16"))), first="not UTF-8", later=(1, "not UTF-8")
    ),
    "writes-broken-utf-8": Hostile(
        of(rewritten(lambda body: body.replace(b"RS_OK", b"RS_\xff\xfeOK"))),
        first="not UTF-8: byte 0xff",
        later=(1, "not UTF-8: byte 0xff"),
    ),
    "writes-a-byte-order-mark": Hostile(
        of(rewritten(lambda body: b"\xef\xbb\xbf" + body)), first="a byte order mark", later=(1, "a byte order mark")
    ),
    "writes-lone-surrogates": Hostile(
        of(rewritten(lambda body: body.replace(b"RS_OK", b"\\ud800\\udfff\\ud800"))),
        first="half of a surrogate pair",
        later=(1, "half of a surrogate pair"),
    ),
    "writes-two-documents": Hostile(
        of(rewritten(lambda body: body + body)), first="extra data at line 1", later=(1, "extra data at line 1")
    ),
    "writes-null": Hostile(
        of(rewritten(lambda body: b"null")),
        first="the answer is JSON, but not an object",
        later=(1, "the answer is JSON, but not an object"),
    ),
    "writes-an-array": Hostile(
        of(rewritten(lambda body: b"[" + body + b"]")),
        first="the answer is JSON, but not an object",
        later=(1, "the answer is JSON, but not an object"),
    ),
    "writes-an-escape-sequence": Hostile(
        of(rewritten(lambda body: body.replace(b"RS_OK", b"RS_\\u001b[2J\\u0007OK"))),
        first="refuses an ordinary settlement",
        later=(1, "an ordinary transaction is refused"),
    ),
    "writes-a-status-of-3-megabytes": Hostile(
        of(rewritten(lambda body: body.replace(b"RS_OK", b"RS_" + b"A" * 3_000_000))),
        first="refuses an ordinary settlement",
        later=(1, "an ordinary transaction is refused"),
    ),
    "has-an-escape-sequence-in-the-head": Hostile(
        of(with_status("200 \x1b[2J OK", "X-\x1b[31m: \x07")),
        first="Invalid header token",
        later=(1, "the answer breaks the rules of HTTP"),
    ),
    "echoes-the-request": Hostile(
        of(echo), first="says neither success nor an error", later=(1, "says neither success nor an error")
    ),
    "answers-twice": Hostile(of(twice), first="ready", later=(4, "scenarios were not run")),
    "swaps-answers": Hostile(swapped, first="ready", later=(1, "names other transactions than the batch has")),
    "repeats-its-first-answer": Hostile(
        first_answer_for_ever, first="ready", later=(1, "names other transactions than the batch has")
    ),
    "agrees-to-everything": Hostile(of(yes), later=(1, "the field `data` is missing in the answer")),
    "never-answers": Hostile(of(stalling), first="gave no answer within 1 s", later=(1, "does not answer in time")),
    "resets-connections": Hostile(
        of(resetting), first="connection reset by peer", later=(1, "the connection is closed without an answer")
    ),
    "resets-kept-connections": Hostile(every_other(resetting)),
    "closes-without-an-answer": Hostile(
        of(vanishing),
        first="closed the connection before any answer",
        later=(1, "the connection is closed without an answer"),
    ),
    "closes-kept-connections": Hostile(of(kept_alive_falsely), first="ready"),
    "dies-after-a-while": Hostile(dying(40), first="ready"),
    "answers-after-2-seconds": Hostile(
        of(slowly(2)), first="gave no answer within 1 s", later=(4, "which is limits.run_seconds"), run_seconds=4
    ),
    "answers-repetitions-after-9.9-seconds": Hostile(
        slow_repetitions(9.9), later=(1, "gets no answer in time when it comes again")
    ),
    "serves-one-connection-and-lets-others-wait": Hostile(
        one_at_a_time(lambda asked: asked.visit.stall()), first="ready", later=(1, "serves fewer connections at once")
    ),
    "serves-one-connection-and-closes-others": Hostile(
        one_at_a_time(lambda asked: None), first="ready", later=(1, "serves fewer connections at once")
    ),
    "serves-one-connection-and-refuses-others": Hostile(
        one_at_a_time(lambda asked: message(b"busy", "Connection: close", status="503 Any")),
        first="ready",
        later=(1, "HTTP 503: the wallet"),
    ),
}
