"""The nouns: operations, outcomes, replies, exchanges, requirements, verdicts.

Everything here is frozen data without behaviour worth a test of its own, and nothing here imports the project. The
words belong to no contract: a dialect in `harness.contracts` translates them to and from the wire.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import TypeAlias

Amount: TypeAlias = int | Fraction
"""Money: hundred-thousandths of the currency's main unit (12.34567 EUR is 1234567), for every contract.

A whole number wherever the harness or a sound wallet wrote it. A `Fraction` only when a wallet has shown something
finer than 1/100000, so that even nonsense is compared and printed exactly.
"""

Json: TypeAlias = "Mapping[str, Json] | list[Json] | str | bool | int | Fraction | object | None"
"""A decoded JSON value. Numbers with a fraction or an exponent are `decimal.Decimal`, never `float`."""


class Level(StrEnum):
    """How binding a requirement is (see the contracts' README): only a MUST can fail a wallet by default."""

    MUST = "MUST"
    SHOULD = "SHOULD"
    MAY = "MAY"


class Status(StrEnum):
    """What became of a check. `UNKNOWN` is red: a check that could not decide has not passed."""

    PASS = "pass"
    FAIL = "fail"
    WARN = "warn"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"


class Outcome(StrEnum):
    """What a wallet said, in words that belong to no contract. All but `OK` are refusals."""

    OK = "ok"
    INSUFFICIENT_FUNDS = "insufficient_funds"
    CONFLICT = "conflict"
    UNKNOWN_TRANSACTION = "unknown_transaction"
    UNKNOWN_PLAYER = "unknown_player"
    WRONG_CURRENCY = "wrong_currency"
    INVALID_SESSION = "invalid_session"
    INVALID_TOKEN = "invalid_token"
    UNAUTHENTICATED = "unauthenticated"
    MALFORMED = "malformed"
    REFUSED = "refused"
    """A refusal with a code that the contract does not name."""


# --------------------------------------------------------------------------------------------------------------------
# Operations: what a platform can ask of a wallet


@dataclass(frozen=True, slots=True, kw_only=True)
class GetBalance:
    """Read a player's balance."""

    player: str
    session: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Authenticate:
    """Exchange a one-time token for a session."""

    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """One transaction: it moves one player's money at most once, however often it is sent.

    `amount` is in hundred-thousandths of the main unit and never signed; the kind of movement gives the direction.
    """

    id: str
    player: str
    currency: str
    amount: Amount
    session: str = ""
    bet: str = ""
    """The bet that it belongs to: casino `refTransactionId` (the bet's id), sportsbook `betId`."""
    round: str = ""
    game: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bet(Movement):
    """A debit of the stake. `kind` is the sportsbook's `betType`; `odds` is text such as `"2.50"`, or empty."""

    kind: str = "SINGLE"
    odds: str = ""
    auto_withdrawal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Payout(Movement):
    """A credit for a bet. `kind` is the sportsbook's settlement type, `win` the casino's `isWin`."""

    kind: str = "BET_PAID"
    win: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Reward(Movement):
    """A credit of a jackpot or a bonus; `bet` holds the bonus or jackpot id."""

    kind: str = "bonus"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsettle(Movement):
    """A debit that takes back what was settled wrongly."""

    kind: str = "BET_UNPAID"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollback:
    """Undo a bet: `original` is the bet's transaction id, `bet` its bet id."""

    id: str
    original: str
    bet: str
    player: str
    session: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BadItem:
    """An item of a received batch that could not be read; a wallet refuses it alone (CAS-BAT-01).

    `position` counts from 0 in the batch as sent, `id` is its transaction id where one could be read, and `reason` is a
    sentence.
    """

    position: int
    id: str | None
    outcome: Outcome
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Settle:
    """The nightly batch of payouts (casino). Not atomic: every item stands alone.

    `unreadable` is the wallet's side only: the platform never writes one, and `Contract.write_reply` answers for it.
    """

    items: tuple[Payout, ...]
    unreadable: tuple[BadItem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """A batch that repeats failed payouts of multiplayer games (casino). `unreadable` as in `Settle`."""

    items: tuple[Payout, ...]
    unreadable: tuple[BadItem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BetBatch:
    """A batch of bets (casino). Not atomic: every item stands alone. `unreadable` as in `Settle`."""

    items: tuple[Bet, ...]
    unreadable: tuple[BadItem, ...] = ()


Batch: TypeAlias = Settle | Retry | BetBatch
Single: TypeAlias = GetBalance | Bet | Payout | Reward | Unsettle | Rollback
"""What concerns one player's account and is judged as one event; a batch is judged as its items."""
Operation: TypeAlias = Single | Authenticate | Batch


# --------------------------------------------------------------------------------------------------------------------
# What goes over the wire, and what came back


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
    """Close in the middle of the request's body: it must have no effect."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemReply:
    """The answer for one transaction: of a single operation, or of one item of a batch.

    `balance` is in hundred-thousandths, None when it was not shown or could not be read. `echo` holds the wire fields
    that were repeated to us, by wire name.
    """

    outcome: Outcome
    code: str = ""
    """The contract's own word for the outcome, as sent: casino `status`, sportsbook `errorCode`."""
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
    race: int | None = None
    """Exchanges with the same number were released together."""
    absent: bool = False
    """404, 405 or 501 without a body of the contract's shape: the operation does not exist in this wallet."""


# --------------------------------------------------------------------------------------------------------------------
# Requirements and verdicts


class Situation(StrEnum):
    """What a step is to a wallet whose books are known: the oracle's classification, and the key of attribution."""

    NEW = "new"
    EXACT = "exact"
    """A debit of exactly the balance."""
    UNCOVERED = "uncovered"
    ZERO = "zero"
    REPLAY = "replay"
    """Applied earlier by the same operation, sent again."""
    CROSS_REPLAY = "cross_replay"
    """Applied earlier through another operation (a payout that the night job sends again)."""
    REPLAY_OF_REFUSED = "replay_of_refused"
    CONFLICT = "conflict"
    """A known id with another amount."""
    CONFLICT_WITH_ZERO = "conflict_with_zero"
    """An id that was known with amount 0, now with money."""
    REUSED_ID = "reused_id"
    """A known id for another player, bet, round or kind of operation: the documents are silent."""
    DUPLICATE_IN_BATCH = "duplicate_in_batch"
    LATE = "late"
    """A bet that arrives after its own rollback."""
    UNKNOWN_BET = "unknown_bet"
    """A credit or an unsettlement for a bet that the wallet has never accepted."""
    ROLLBACK = "rollback"
    ROLLBACK_OF_UNKNOWN = "rollback_of_unknown"
    ROLLBACK_AGAIN = "rollback_again"
    """Another rollback, with a new id, of a bet that was rolled back."""
    ROLLBACK_OF_REFUSED = "rollback_of_refused"
    ROLLBACK_OF_SETTLED = "rollback_of_settled"
    ROLLBACK_OF_FOREIGN = "rollback_of_foreign"
    READ = "read"
    FORGED = "forged"
    """Followed by a dot and the forgery's name in `requirements.yaml`: `forged.other_secret`."""
    MISSING_HEADER = "missing_header"
    STALE = "stale"
    TAMPERED = "tampered"
    MALFORMED = "malformed"
    UNKNOWN_PLAYER = "unknown_player"
    WRONG_CURRENCY = "wrong_currency"
    EXPIRED_SESSION = "expired_session"
    UNKNOWN_SESSION = "unknown_session"
    TOKEN = "token"
    SPENT_TOKEN = "spent_token"
    RACE_OF_ONE = "race_of_one"
    """Identical requests in flight at once."""
    RACE_OF_DEBITS = "race_of_debits"
    RACE = "race"


class Wrong(StrEnum):
    """In which way an answer was impossible."""

    REFUSED = "refused"
    ACCEPTED = "accepted"
    BALANCE = "balance"
    """The balance that was shown is none that a sound wallet could show."""
    MOVED = "moved"
    """A later read shows that money moved that should not have, or did not move that should have."""
    CODE = "code"
    """Rightly refused, with another code than the document gives."""
    FORMAT = "format"


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """One sentence of a contract, with its level and the clause it rests on.

    `answers_for` holds `(operation, situation, wrong)` triples, each part possibly `*`.
    """

    id: str
    level: Level
    text: str
    clause: str
    answers_for: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The judgement of one check over one history.

    `sent`, `said` and `possible` are finished sentences or lists for the reader; `exchange` is the index in the
    history of the exchange that proves it, None where the whole history does.
    """

    check: str
    """`expectation` | `schema` | `oracle` | `conservation` | `format` | `code` | `echo` | `delivery`."""
    requirement: str
    level: Level
    status: Status
    summary: str
    sent: str = ""
    said: str = ""
    possible: tuple[str, ...] = ()
    exchange: int | None = None
    player: str = ""
    line: int = 0


# --------------------------------------------------------------------------------------------------------------------
# Scenarios: what a YAML file says, before it is bound to a player


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One transaction as a scenario writes it: labels and words, not yet bound to a player, ids or a currency.

    Every field is text, as written; an empty one was not written and means the ordinary case.
    """

    id: str = ""
    """A label. The same label (and shape) is the same transaction; no label is a fresh transaction at every sending."""
    shape: str = ""
    """How the transaction's id looks: `upper_case`, `trailing_space`, `long`, ... (see `scenario.SHAPES`)."""
    amount: str = ""
    """Main units, `"12.34567"`, or a symbolic amount: `everything`, `smallest_unit`, ... (see `scenario.AMOUNTS`)."""
    bet: str = ""
    """Label of the bet that a credit, an unsettlement or a rollback belongs to. Without it the runner places one first;
    `unknown` is a bet that the wallet never saw."""
    player: str = ""
    """`other` (a second player) or `unknown`; empty is the scenario's player."""
    currency: str = ""
    """`other` (a real currency that is not the player's), `unknown`; empty is the player's."""
    session: str = ""
    """`expired`, `unknown` or `none`; empty is the player's live session."""
    round: str = ""
    """A label: the same label is the same round. `non_ascii` is a round id with text beyond ASCII."""
    game: str = ""
    """`unknown`; empty is one of the profile's games."""
    kind: str = ""
    """The contract's kind of movement (`CASHOUT`, `jackpot`, ...); empty is the default."""
    win: str = ""
    """`yes` or `no`; empty follows the amount."""
    token: str = ""
    """For `authenticate`: `unknown`, or empty for the player's own one-time token."""
    raw: tuple[tuple[str, str], ...] = ()
    """Wire field to JSON text that stands there instead, before signing."""
    without: tuple[str, ...] = ()
    """Wire fields that are left out, before signing."""
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a scenario. `word` is an operation's word, or `resend`, `at_once`, `repeat`."""

    word: str
    drafts: tuple[Draft, ...] = ()
    """One for a single operation, any number for a batch."""
    batch: bool = False
    """Written as a list."""
    size: str = ""
    """A batch grows to this many items by repeating what is written: a number or a limit's name (`batch`)."""
    times: str = ""
    """How often the step is sent: a number or a limit's name (`parallel`, `rounds`, `burst`); empty is once."""
    at_once: bool = False
    """All of `times` are released together."""
    steps: tuple[Step, ...] = ()
    """The steps inside `at_once` and `repeat`."""
    label: str = ""
    """For `resend`: the label of the transaction whose request is sent again."""
    expect: tuple[str, ...] = ()
    """Outcome words that must be answered: one for the step, or one for each batch item."""
    should: tuple[str, ...] = ()
    """The same, as a SHOULD."""
    lost: Loss | None = None
    forged: str = ""
    missing_header: str = ""
    stale_seconds: int = 0
    tampered: tuple[tuple[str, str], ...] = ()
    body: str = ""
    """Text that replaces the whole body, before signing."""
    content_type: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One scenario file. `id` is its path below the root without the suffix: `idempotency/resent_settlement`."""

    id: str
    path: str
    """Where the file is, for messages: relative to the current directory when it lies below it."""
    title: str
    requirements: Mapping[str, str]
    """Contract name to requirement id. The keys select the contracts that the scenario runs on."""
    funds: str = "100"
    """At least this much on the player's account before the first step, in main units."""
    funds_exactly: bool = False
    currency: str = ""
    """The player's currency; empty is any."""
    steps: tuple[Step, ...] = ()

    @property
    def category(self) -> str:
        """The folder that it lies in."""
        return self.id.partition("/")[0]


Policy: TypeAlias = Mapping[str, frozenset[str]]
"""Where a document leaves freedom: the policy's name, and the readings of it that are accepted.

`{"replay_balance": frozenset({"original", "current"})}`. The names and readings are those of `harness.ledger`.
"""
