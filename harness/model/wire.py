"""What goes over the wire, and what came back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from harness.model.operations import Operation
from harness.model.words import Amount, Outcome


@dataclass(frozen=True, slots=True)
class Request:
    """A request before HTTP: `path` below the wallet's base URL, header pairs in order, and the body's exact bytes."""

    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    method: str = "POST"


@dataclass(frozen=True, slots=True)
class Message:
    """One HTTP message byte for byte: `head` with its blank line, `body` after transfer and content decoding.

    `status` is 0 for a request. `headers` are the parsed pairs in order, names in lower case.
    """

    head: bytes
    body: bytes
    status: int = 0
    headers: tuple[tuple[str, str], ...] = ()

    def header(self, name: str) -> str | None:
        """The first value of a header, or None; `name` in lower case."""
        return next((value for key, value in self.headers if key == name), None)


class FailureKind(StrEnum):
    """Why there is no whole answer. None of them is a refusal: the wallet may or may not have acted."""

    UNREACHABLE = "unreachable"
    TLS = "tls"
    TIME_OUT = "time_out"
    CLOSED = "closed"
    GARBAGE = "garbage"
    TOO_LARGE = "too_large"
    LOST = "lost"
    """The harness lost the answer on purpose."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A transport failure: its kind, and a sentence for the reader (never a traceback, never a secret)."""

    kind: FailureKind
    detail: str
    never_sent: bool = False
    """True only when not one byte of the request can have reached the wallet."""


@dataclass(frozen=True, slots=True)
class Transmission:
    """What the transport did with one request. Times are `time.monotonic_ns()`.

    `released_ns` is when the last byte of the request was handed to the kernel: from there on the wallet may act.
    """

    sent: Message
    received: Message | None
    failure: Failure | None
    started_ns: int
    released_ns: int
    first_byte_ns: int
    finished_ns: int


class Loss(StrEnum):
    """How the harness loses an answer on purpose."""

    AFTER_SENDING = "after_sending"
    """Send everything, then close the connection without reading."""
    HALF_ANSWER = "half_answer"
    """Read the first bytes of the answer, then close."""
    TIME_OUT = "time_out"
    """Give up waiting a short while after sending."""
    HALF_REQUEST = "half_request"
    """Close before the last byte of the request's body: it must have no effect."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemReply:
    """The answer for one transaction: of a single operation, or of one item of a batch.

    `balance` is in hundred-thousandths, None when it was not shown or could not be read. `echo` holds the wire fields
    that were repeated to us, by wire name.
    """

    outcome: Outcome
    code: str = ""
    """The contract's own word for the outcome, as sent."""
    id: str | None = None
    balance: Amount | None = None
    currency: str | None = None
    reference: str | None = None
    """The wallet's own reference of the transaction (`walletTransactionId`)."""
    echo: Mapping[str, str] = field(default_factory=dict)
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What `authenticate` returned besides the balance. An absent field is None."""

    player: str | None = None
    session: str | None = None
    brand: str | None = None
    display_name: str | None = None
    country: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A wallet's decoded answer.

    For a single operation `items` has exactly one element. For a batch it has the items as answered, in the wallet's
    order; when the whole batch was refused `items` is empty and `outcome` tells why.
    """

    outcome: Outcome
    items: tuple[ItemReply, ...]
    code: str = ""
    session: Session | None = None

    @property
    def accepted(self) -> bool:
        """Whether the wallet claims success at the top level."""
        return self.outcome is Outcome.OK


class Fault(StrEnum):
    """What a format problem does to the meaning of an answer."""

    UNDECODABLE = "undecodable"
    """No answer can be read: for the money the operation's fate is unknown."""
    WRONG_FORMAT = "wrong_format"
    """An answer can be read, but it breaks a MUST of the contract's format."""
    POOR_FORMAT = "poor_format"
    """An answer can be read, and breaks a SHOULD."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A violation of the answer's format: where (a JSON pointer, a header or `status`), and what was wrong there."""

    fault: Fault
    where: str
    detail: str
    topic: str = "schema"
    """What the requirement is looked up by, with the operation: `schema`, `json`, `echo`, `code`, `http` (how a refusal
    or a failure is dressed, a SHOULD) or `status` (the HTTP status contradicts the body)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alteration:
    """How a step departs from a well-formed, well-signed request. The default departs in nothing.

    `forged` names a forgery of the contract; `tampered` and `raw` map wire fields to JSON text (`raw` before the
    signature, `tampered` after it); `without` lists wire fields to leave out; `body` replaces the body before signing.
    `item` is the index of the batch item that `raw`, `tampered` and `without` apply to, None for the outermost object.
    """

    forged: str = ""
    missing_header: str = ""
    stale_seconds: int = 0
    tampered: tuple[tuple[str, str], ...] = ()
    raw: tuple[tuple[int | None, str, str], ...] = ()
    without: tuple[tuple[int | None, str], ...] = ()
    body: bytes | None = None
    content_type: str = ""

    @property
    def spoils_authentication(self) -> bool:
        """Whether a sound wallet must not believe that the platform sent this."""
        return bool(self.forged or self.missing_header or self.tampered)

    @property
    def spoils_content(self) -> bool:
        """Whether the body departs from what the operation says."""
        return bool(self.raw or self.without or self.body is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One operation, sent and answered or not. A history is a tuple of these, in the order of sending."""

    operation: Operation
    name: str
    """The contract's name of the operation, which is also its capability and its schema: `settlement`."""
    transmission: Transmission
    reply: Reply | None
    problems: tuple[Problem, ...] = ()
    alteration: Alteration = field(default_factory=Alteration)
    step: int = 0
    """Index of the scenario's step; -1 for preparation, -2 for the closing reads."""
    line: int = 0
    loss: Loss | None = None
    """How its answer was lost on purpose."""
    race: int | None = None
    """Exchanges with the same number were released together."""
    absent: bool = False
    """404, 405 or 501 without a body of the contract's shape: the operation does not exist in this wallet."""
