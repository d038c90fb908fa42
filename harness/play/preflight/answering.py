"""Decides from one answer whether the server at the URL is a wallet, and how far its clock differs from ours."""

from __future__ import annotations

import re
import time
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from harness.contracts import Contract
from harness.contracts.shared.near_answer import is_nearly_right
from harness.model import Exchange, FailureKind, Message, Transmission
from harness.play.preflight.absence import may_mean_absence
from harness.play.preflight.asking import Asking
from harness.play.preflight.findings import ConfigurationProblem, StageLog
from harness.play.preflight.network import SETTINGS, TLS

HTTP, CLOCK = "http", "clock"
NOTED_SKEW_SECONDS = 2
"""The smallest difference of clocks that is reported.

HTTP has whole seconds, and servers may repeat a text for a second.
"""
_LONGEST_ADDRESS = 200
_SECOND_NS = 1_000_000_000
_GATEWAY = {502: "cannot reach the wallet", 503: "says that it is unavailable", 504: "has no answer from the wallet"}
_SPEAKS_TLS = re.compile(
    rb"plain HTTP request was sent to HTTPS|HTTP request to an HTTPS server|plain HTTP to an SSL-enabled", re.IGNORECASE
)
_WANTS_CERTIFICATE = re.compile(rb"No required SSL certificate|SSL certificate error", re.IGNORECASE)

_REMEDY = {
    FailureKind.UNREACHABLE: "check the URL, and that the wallet is running and can be reached from here",
    FailureKind.TLS: SETTINGS,
    FailureKind.TIME_OUT: "the address takes connections and does not answer: check that it is the wallet's",
    FailureKind.GARBAGE: "what listens there does not speak HTTP: check the port, and http against https",
    FailureKind.HTTP_2: "or check the port: another one may speak HTTP/1.1",
    FailureKind.MALFORMED: "see whether the wallet or a proxy before it writes that, and let an HTTP library do it",
    FailureKind.TOO_LARGE: "no answer of a wallet is that large: check that the URL is the wallet's",
}


_UNFINISHED = "see what writes it: it comes in drips, or fewer bytes come than its head announces"


def check_answer(exchange: Exchange, asking: Asking, stages: StageLog) -> None:
    """Check the first answer. Raises ConfigurationProblem if the server cannot be a wallet."""
    received = exchange.transmission.received
    if received is None:
        raise unanswered(exchange, asking)
    check_existence(exchange, asking)
    near = is_nearly_right(exchange, asking.contract)
    if exchange.reply is None and not near and (problem := _stranger(exchange, received, asking)):
        raise ConfigurationProblem(problem, stage=HTTP)
    kind = "in the contract's words" if exchange.reply is not None else "without an answer of the contract's shape"
    exists = ", and not as a path that does not exist, so this is a refusal" if may_mean_absence(received) else ""
    stages.passed(HTTP, f"{_at(exchange, asking)} answers HTTP {received.status}, {kind}{exists}")


def check_existence(exchange: Exchange, asking: Asking) -> None:
    """Raise ConfigurationProblem if the core operation is answered as a path that does not exist, in whatever form."""
    received = exchange.transmission.received
    if received is None or not asking.is_absent(exchange):
        return
    where, path, base = _at(exchange, asking), asking.path_of(exchange), asking.wallet.url.rstrip("/")
    raise ConfigurationProblem(
        f"{where} answered HTTP {received.status}, as it answers a path that does not exist: the wallet has nothing at "
        f"{path}; check the URL {base}, which is the part before {path}, or give the path that the wallet has with "
        f"--wallet-path {exchange.name}=/...",
        stage=HTTP,
    )


def unanswered(exchange: Exchange, asking: Asking) -> ConfigurationProblem:
    """The problem of a call that got no answer, or one that cannot be read."""
    where = _at(exchange, asking)
    failure = exchange.transmission.failure
    if failure is not None:
        stage = TLS if failure.kind is FailureKind.TLS else HTTP
        begun = exchange.transmission.first_byte_ns > 0 and failure.kind is FailureKind.TIME_OUT
        remedy = _UNFINISHED if begun else _REMEDY.get(failure.kind, "check the URL and the wallet's own log")
        return ConfigurationProblem(f"no answer from {where}: {failure.detail}; {remedy}", stage=stage)
    received = exchange.transmission.received
    if received is not None and (problem := _stranger(exchange, received, asking)):
        return ConfigurationProblem(problem, stage=HTTP)
    status = received.status if received is not None else 0
    problems = "; ".join(dict.fromkeys(each.detail for each in exchange.problems))
    remedy = "check that the URL is the wallet's, and see the wallet's own log"
    return ConfigurationProblem(
        f"{where} answered HTTP {status}, which is no answer of a wallet ({problems}); {remedy}", stage=HTTP
    )


def _at(exchange: Exchange, asking: Asking) -> str:
    return asking.wallet.url.rstrip("/") + asking.path_of(exchange)


def _stranger(exchange: Exchange, received: Message, asking: Asking) -> str:
    """A description of the server if it is not a wallet, with the remedy. Empty if it may be a wallet."""
    where, path = _at(exchange, asking), asking.path_of(exchange)
    status = received.status
    if 300 <= status < 400:
        return f"{where} answered HTTP {status}, a redirect{_leading(received, path)}"
    if _SPEAKS_TLS.search(received.body):
        return f"{where} answered that it speaks TLS: write https:// in the URL"
    if _WANTS_CERTIFICATE.search(received.body):
        return f"{where} demands a client certificate that it accepts; {SETTINGS}"
    if status in {401, 403}:
        wants = received.header("www-authenticate") or ""
        scheme = f", which asks for {wants.partition(' ')[0]}" if wants else ""
        return (
            f"{where} answered HTTP {status} without an answer of a wallet{scheme}: a gateway in front of it refuses "
            "us; have it let the wallet's calls from this machine through"
        )
    if status == 407:
        return (
            f"a proxy in front of {where} wants credentials: name it with them in HTTPS_PROXY, or avoid it by NO_PROXY"
        )
    if status in _GATEWAY:
        return f"{where} answered HTTP {status}: what stands in front {_GATEWAY[status]}; check that the wallet runs"
    if status == 429:
        return f"{where} answered HTTP 429, too many requests: wait, and have the limit raised for this machine"
    return _page(received, where)


def _leading(received: Message, path: str) -> str:
    location = received.header("location") or ""
    parts = urlsplit(location)
    if not parts.netloc or "@" in parts.netloc:
        return "; redirects are not followed: give the URL that the wallet itself has"
    base = f"{parts.scheme}://{parts.netloc}{parts.path.removesuffix(path).rstrip('/')}"
    if len(base) > _LONGEST_ADDRESS:
        return "; redirects are not followed: give the URL that the wallet itself has"
    return f" to {base}; redirects are not followed: give that as the URL if it is the wallet's"


def _page(received: Message, where: str) -> str:
    kind = (received.header("content-type") or "").partition(";")[0].strip().lower()
    if kind != "text/html" or received.status >= 500:
        return ""
    return (
        f"{where} answered HTTP {received.status} with a web page, which is no answer of a wallet: check the URL; a "
        "login page or a web site may stand where the wallet is expected"
    )


# ---------------------------------------------------------------------------------------------------------------------
# The clock


def skew_seconds(exchange: Exchange, contract: Contract, stages: StageLog) -> int | None:
    """How many seconds the wallet's clock is ahead of ours. A negative number means behind.

    It is 0 if the clocks agree, and None if the answer has no date.
    """
    found = _skew(exchange.transmission, time.time_ns() - time.monotonic_ns())
    if found is None:
        stages.passed(CLOCK, "not known: the answer has no Date header")
        return None
    if not found:
        stages.passed(CLOCK, "agrees with ours")
        return 0
    warnings = []
    allowed = contract.clock_tolerance_seconds
    if allowed:
        limit = f"a signature is believed for {shown(allowed)}"
        warnings.append(f"the wallet's clock is {ahead(found)} ours, and {limit}: set both by NTP")
    stages.passed(CLOCK, f"{ahead(found)} ours", *warnings)
    return found


def _skew(transmission: Transmission, epoch_ns: int) -> int | None:
    """The difference of clocks in seconds. `epoch_ns` added to a monotonic time gives Unix time."""
    received = transmission.received
    text = received.header("date") if received is not None else None
    try:
        date = int(parsedate_to_datetime(text or "").timestamp())
    except (ValueError, OverflowError):
        return None
    # The wallet wrote its date between our sending and the arrival of its answer. Compare the middles of both
    # intervals.
    trip_ns = transmission.first_byte_ns - transmission.released_ns
    ours_ns = transmission.released_ns + trip_ns // 2 + epoch_ns
    skew = round((date * _SECOND_NS + _SECOND_NS // 2 - ours_ns) / _SECOND_NS)
    return skew if abs(skew) >= NOTED_SKEW_SECONDS + trip_ns // _SECOND_NS else 0


def ahead(seconds: int) -> str:
    """A difference of clocks for a reader: `5 min ahead of`."""
    return f"{shown(abs(seconds))} {'ahead of' if seconds > 0 else 'behind'}"


def shown(seconds: int) -> str:
    """A duration for a reader, in at most two units: `45 s`, `5 min`, `2 h 3 min`."""
    units = ((86_400, "days"), (3_600, "h"), (60, "min"), (1, "s"))
    parts = []
    for size, name in units:
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count} {name}")
    return " ".join(parts[:2]) or "0 s"
