"""Requirements and verdicts, and the terms by which a violation is assigned to a requirement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from harness.model.words import Level, Status


class Situation(StrEnum):
    """What a request means to a wallet whose state is known.

    The oracle assigns it; requirements are looked up by it.
    """

    NEW = "new"
    EXACT = "exact"
    """A debit of exactly the balance."""
    UNCOVERED = "uncovered"
    ZERO = "zero"
    REPLAY = "replay"
    """Sent again after it was applied by the same operation."""
    CROSS_REPLAY = "cross_replay"
    """Sent again after it was applied through another operation, such as a payout that the night job repeats."""
    REPLAY_OF_REFUSED = "replay_of_refused"
    CONFLICT = "conflict"
    """A known id with another amount."""
    CONFLICT_WITH_ZERO = "conflict_with_zero"
    """A known id that had amount 0, now with money."""
    REUSED_ID = "reused_id"
    """A known id for another player, bet, round or kind of operation. The documents do not cover it."""
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
    """A forged request. A dot and the forgery's name in `requirements.yaml` follow: `forged.other_secret`."""
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
    """The wallet showed a balance that no sound wallet could show."""
    MOVED = "moved"
    """A later read shows that money moved wrongly, or that money did not move."""
    CODE = "code"
    """The refusal was right, but its code is not the one that the document gives."""
    FORMAT = "format"


class Aspect(StrEnum):
    """What a check has found, for checks that may find several things."""

    REFUSED = "refused"
    """The wallet refused a request that the scenario expects to succeed."""
    UNLIKE_THE_FIRST = "unlike_the_first"
    """The answer to a repeated request differs in its bytes from the first answer."""
    REFUSED_WITHOUT_NEED = "refused_without_need"
    """Concurrent requests were refused although at least one order needs no refusal."""
    BALANCES_IN_NO_ORDER = "balances_in_no_order"
    """No order of concurrent requests explains the balances that were shown."""
    LATE = "late"
    """A balance was wrong, and a later reading of it was right although nothing had moved in between."""


class Check(StrEnum):
    """What the harness compares an answer, or a whole history, with. Every verdict comes from one of these checks."""

    EXPECTATION = "expectation"
    """The outcome that the scenario expects of a step."""
    SCHEMA = "schema"
    """The JSON Schema of the answer."""
    ORACLE = "oracle"
    """The answers that a sound wallet could give."""
    CONSERVATION = "conservation"
    """The balance that follows from all answers so far."""
    FORMAT = "format"
    """The form of an answer beyond its schema: HTTP status, headers, the code of a refusal."""
    CODE = "code"
    """The code that the document gives for this refusal."""
    ECHO = "echo"
    """The fields that an answer repeats from its request."""
    COMPLETENESS = "completeness"
    """One answer for each transaction of a batch, and none for any other."""
    REFERENCE = "reference"
    """The wallet's own transaction number, which stays the same when a request is repeated."""
    DELIVERY = "delivery"
    """A readable answer to every request."""
    PREFLIGHT = "preflight"
    """What every scenario relies on, checked before the first scenario."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """One sentence of a contract, with its level and its clause.

    `answers_for` holds `(operation, situation, wrong)` triples whose parts may be `*`. A violation that matches a
    triple belongs to this requirement. `in_its_scenarios` holds triples that match only in scenarios of this
    requirement. Such a requirement states for some circumstances (after a lost answer, over many rounds) what another
    one states in general.
    """

    id: str
    level: Level
    text: str
    clause: str
    answers_for: tuple[tuple[str, str, str], ...] = ()
    in_its_scenarios: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """A requirement that the operator knows to be violated, for a limited time.

    Its scenarios still run, and must fail.
    """

    requirement: str
    reason: str
    owner: str
    until: date
    """The last day on which the waiver is valid, in UTC."""
    where: str = ""
    """`file:line` of the waiver in the profile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The judgement of one check over one history.

    `sent`, `said` and `possible` are finished sentences or lists for the reader. The index `exchange` points to the
    exchange of the history that proves the verdict. It is None if the whole history proves it.
    """

    check: Check
    requirement: str
    level: Level
    status: Status
    summary: str
    aspect: Aspect | None = None
    """The aspect that the check found, or None for a check with only one."""
    sent: str = ""
    said: str = ""
    possible: tuple[str, ...] = ()
    exchange: int | None = None
    problem: int | None = None
    """Index in the exchange's `problems` of the problem behind this verdict.

    None if it is not about an answer's form.
    """
    player: str = ""
    place: str = ""
    """Where the wrong value stands: a JSON pointer into the answer's body, the name of a header, or `status`.

    It is empty if that is not known. It is about the answer of `exchange`, and for a late balance of `accused`.
    """
    line: int = 0
    situation: str = ""
    """The oracle's classification of the blamed step: a `Situation`, possibly narrowed. Empty if there is none."""
    wrong: str = ""
    """In which way the answer was impossible, a `Wrong`. Empty if the check did not use the oracle."""
    accused: int | None = None
    """Index of the exchange that is blamed, if another one (a later read) has proven the violation."""
    run: int = 0
    """Number of the scenario's run. Scenarios with races are run several times."""
    cause: str = ""
    """The id of the probable cause in the wallet, by which findings are grouped. Empty if no cause is probable."""
    probably: str = ""
    """That cause as a sentence."""
    fix: str = ""
    """What to change in the wallet."""
    again: str = ""
    """Shell lines that send the request again, with secrets as environment variables."""
