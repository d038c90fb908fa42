"""Requests, answers and what the transport recorded about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from harness.model.operations import Operation
from harness.model.words import Amount, Level, Outcome


@dataclass(frozen=True, slots=True)
class Request:
    """A request before it becomes HTTP.

    `path` is below the wallet's base URL. `headers` are pairs in order. `body` has the exact bytes.
    """

    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    method: str = "POST"


@dataclass(frozen=True, slots=True)
class Cut:
    """What is missing in the middle of a long body: behind its first `at` bytes.

    The `size` of the whole body is in bytes. The `digest` is its SHA-256, hexadecimal.
    """

    at: int
    size: int
    digest: str


@dataclass(frozen=True, slots=True)
class Message:
    """One HTTP message byte for byte.

    `head` includes its blank line. The `body` is decoded: neither chunked nor compressed. The `status` is 0 for a
    request. The pairs in `headers` are in order, with names in lower case. `cut` is set if the middle of a long body
    was left out after the message was read.
    """

    head: bytes
    body: bytes
    status: int = 0
    headers: tuple[tuple[str, str], ...] = ()
    cut: Cut | None = None

    @property
    def size(self) -> int:
        """The number of bytes of the whole body."""
        return len(self.body) if self.cut is None else self.cut.size

    def has_body_of(self, other: Message) -> bool:
        """True if both messages have the same whole body."""
        return self.body == other.body and self.cut == other.cut

    def header(self, name: str) -> str | None:
        """The first value of a header, or None. `name` is in lower case."""
        return next((value for key, value in self.headers if key == name), None)


class FailureKind(StrEnum):
    """The reason why there is no whole answer.

    No kind is a refusal: the wallet may or may not have processed the request.
    """

    UNREACHABLE = "unreachable"
    TLS = "tls"
    TIME_OUT = "time_out"
    CLOSED = "closed"
    GARBAGE = "garbage"
    """What came is not HTTP/1.1 at all."""
    HTTP_2 = "http_2"
    """The server speaks HTTP/2 alone."""
    MALFORMED = "malformed"
    """What came is HTTP/1.1 that breaks its rules: in lengths, chunks, headers or compression."""
    TOO_LARGE = "too_large"
    LOST = "lost"
    """The harness lost the answer on purpose."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A transport failure: its kind, and a sentence for the reader without traceback or secret."""

    kind: FailureKind
    detail: str
    never_sent: bool = False
    """True only if not one byte of the request can have reached the wallet."""


@dataclass(frozen=True, slots=True)
class Transmission:
    """The record of one request and its answer. Times are in nanoseconds of `time.monotonic_ns()`.

    `released_ns` is when the kernel took the last byte of the request. From then on the wallet may act.
    """

    sent: Message
    received: Message | None
    failure: Failure | None
    started_ns: int
    released_ns: int
    first_byte_ns: int
    finished_ns: int
    reused: bool = False
    """True if the connection had carried an exchange before."""


class Loss(StrEnum):
    """The ways in which the harness loses an answer on purpose."""

    AFTER_SENDING = "after_sending"
    """Send everything, then close the connection without reading."""
    HALF_ANSWER = "half_answer"
    """Read the first bytes of the answer, then close the connection."""
    TIME_OUT = "time_out"
    """Stop waiting a short while after sending."""
    HALF_REQUEST = "half_request"
    """Close the connection before the last byte of the request's body. Such a request must have no effect."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemReply:
    """The answer to one transaction: to a single operation, or to one item of a batch.

    `balance` is in hundred-thousandths, or None if it was not shown or could not be read. The mapping `echo` holds the
    request's fields that the wallet repeated, by wire name.
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
    places: Mapping[str, str] = field(default_factory=dict, compare=False)
    """Where `balance`, `code` and `reference` stand in the body, as JSON pointers; those that the contract names.

    A report marks the wrong one of them. Two answers are equal wherever their parts stand.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """The fields that `authenticate` returned besides the balance. An absent field is None."""

    player: str | None = None
    session: str | None = None
    brand: str | None = None
    display_name: str | None = None
    country: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A wallet's decoded answer.

    For a single operation `items` has exactly one element. For a batch it has the answered items in the wallet's order.
    If the wallet refused the whole batch, `items` is empty and `outcome` is the reason.
    """

    outcome: Outcome
    items: tuple[ItemReply, ...]
    code: str = ""
    session: Session | None = None

    @property
    def accepted(self) -> bool:
        """True if the answer as a whole is a success. Items of a batch may still be refused."""
        return self.outcome is Outcome.OK


class Fault(StrEnum):
    """How a format problem affects the meaning of an answer."""

    UNDECODABLE = "undecodable"
    """The answer cannot be read, so it is unknown whether the operation moved money."""
    WRONG_FORMAT = "wrong_format"
    """The answer can be read, but it breaks a MUST of the contract's format."""
    POOR_FORMAT = "poor_format"
    """The answer can be read, but it breaks a SHOULD of the contract's format."""


class Flaw(StrEnum):
    """The kind of mistake behind a format problem, if it suggests a cause in the wallet."""

    EMPTY = "empty"
    NOT_JSON = "not_json"
    NOT_A_NUMBER = "not_a_number"
    """NaN, which JSON does not allow."""
    KEY_TWICE = "key_twice"
    MISSING = "missing"
    """A required field is missing. `Problem.field` names it."""
    TEXT = "text"
    """Text in place of another JSON type."""
    NULL = "null"
    FRACTION = "fraction"
    """A whole number that is written with a fraction or an exponent."""
    FORBIDDEN = "forbidden"
    """A value of the right type that the contract forbids at this place."""
    REDIRECT = "redirect"
    CONTRADICTION = "contradiction"
    """The HTTP status contradicts the body."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One violation of the answer's format.

    `where` is a JSON pointer, a header or `status`. `detail` describes the violation.
    """

    fault: Fault
    where: str
    detail: str
    topic: str = "schema"
    """With the operation, the key to the requirement that is violated.

    It is `schema`, `json`, `echo`, `code`, `http` (the HTTP form of a refusal or failure, a SHOULD) or `status` (the
    HTTP status contradicts the body).
    """
    flaw: Flaw | None = None
    field: str = ""
    """The first required field that is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultCase:
    """One case of a family of faults: a good request with one fault, or the good request itself.

    The `name` is for the reader. The `sort` narrows the situation `malformed`; an empty one does not.
    """

    name: str
    sort: str = ""
    refusal: Level | None = None
    """How binding it is that the wallet refuses the request. None means that it may also accept it."""
    beyond_limit: bool = False
    """True for a good request with an id that is longer than the wallet takes. No document forbids its refusal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alteration:
    """How a step departs from a well-formed, well-signed request. The default changes nothing.

    `forged` names a forgery of the contract. Both `tampered` and `raw` map wire fields to JSON text. The changes of
    `raw` apply before the signature, those of `tampered` after it. The fields in `without` are left out. The text
    `body` replaces the body before signing. The index `item` is that of the batch item that `raw`, `tampered` and
    `without` apply to. None means the outermost object.
    """

    forged: str = ""
    missing_header: str = ""
    stale_seconds: int = 0
    tampered: tuple[tuple[str, str], ...] = ()
    raw: tuple[tuple[int | None, str, str], ...] = ()
    without: tuple[tuple[int | None, str], ...] = ()
    body: bytes | None = None
    content_type: str = ""
    case: FaultCase | None = None
    """The case of a family of faults that the request belongs to, or None."""

    @property
    def is_none(self) -> bool:
        """True if nothing was changed. The good request of a family of faults is such a one."""
        return self == Alteration(case=self.case)

    @property
    def spoils_authentication(self) -> bool:
        """True if a sound wallet must not accept that the platform sent this request."""
        return bool(self.forged or self.missing_header or self.tampered)

    @property
    def spoils_content(self) -> bool:
        """True if the body departs from the operation."""
        return bool(self.raw or self.without or self.body is not None)


PREPARATION, CLOSING, SETTLING = -1, -2, -3
"""The values of `Exchange.step` for requests that belong to no step.

They are the preparation, the readings of every balance at the end, and the later readings of balances that look wrong.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lateness:
    """How much lay between the first sending of a request and a repetition of it."""

    milliseconds: int = 0
    transactions: int = 0
    """The number of other transactions that the harness sent in between."""
    restarts: int = 0
    """How often the wallet was restarted in between."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One operation that was sent, with its answer or failure. A history holds these in the order of sending."""

    operation: Operation
    name: str
    """The contract's name of the operation, for example `settlement`.

    Its capability and its schema have the same name.
    """
    transmission: Transmission
    reply: Reply | None
    problems: tuple[Problem, ...] = ()
    alteration: Alteration = field(default_factory=Alteration)
    step: int = 0
    """Index of the scenario's step, or `PREPARATION`, `CLOSING` or `SETTLING`."""
    line: int = 0
    loss: Loss | None = None
    """How the harness lost the answer on purpose, or None."""
    repeated: bool = False
    """True if the same request was sent again, because its answer was lost without our doing or asked for that.

    Such an answer is not judged, and `reply` is None. The wallet may have processed the request.
    """
    excused: bool = False
    """True if the answer was lost without our doing, and the whole scenario was played once more instead."""
    race: int | None = None
    """Exchanges with the same number were released together."""
    late: Lateness | None = None
    """Set if the request repeats one that was sent long before, and in the epilogue. None otherwise."""
    session_in_doubt: bool = False
    """True if the player's session may have ended meanwhile: in the epilogue, and after a restart of the wallet."""
    absent: bool = False
    """True if the wallet lacks the operation.

    It answered 404, 405 or 501 without a body of the contract's shape, and was not known to have the operation.
    """

    @property
    def answer(self) -> ItemReply:
        """The answer that represents the reply: its first refusal, else its first item, else the reply as a whole."""
        reply = self.reply
        if reply is None:
            return ItemReply(outcome=Outcome.REFUSED)
        whole = ItemReply(outcome=reply.outcome, code=reply.code)
        return next((each for each in reply.items if each.outcome is not Outcome.OK), next(iter(reply.items), whole))

    @property
    def succeeded(self) -> bool:
        """True if every part of the operation succeeded."""
        reply = self.reply
        return reply is not None and reply.accepted and all(item.outcome is Outcome.OK for item in reply.items)
