"""Requirements and verdicts, and the words in which a finding is attributed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from harness.model.words import Level, Status


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


class Aspect(StrEnum):
    """What a check has found, where one check may find several things."""

    REFUSED = "refused"
    """Refused, where the scenario expects success."""
    UNLIKE_THE_FIRST = "unlike_the_first"
    """A repeated request is not answered with the bytes of the first answer."""
    REFUSED_WITHOUT_NEED = "refused_without_need"
    """Concurrent requests were refused though no order of them demands it."""
    BALANCES_IN_NO_ORDER = "balances_in_no_order"
    """No order of concurrent requests explains the balances that were shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """One sentence of a contract, with its level and the clause it rests on.

    `answers_for` holds `(operation, situation, wrong)` triples, each part possibly `*`. `in_its_scenarios` holds those
    that it answers for only where a scenario of this very requirement is judged: it demands in some circumstances
    (after a lost answer, over many rounds) what another one demands in general.
    """

    id: str
    level: Level
    text: str
    clause: str
    answers_for: tuple[tuple[str, str, str], ...] = ()
    in_its_scenarios: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """A requirement that the operator knows to be violated, for a time. It still runs, and must fail."""

    requirement: str
    reason: str
    owner: str
    until: date
    """The last day on which it holds, in UTC."""
    where: str = ""
    """`file:line` of the profile that has it."""


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
    aspect: Aspect | None = None
    """What of several things the check has found; None where it finds one thing only."""
    sent: str = ""
    said: str = ""
    possible: tuple[str, ...] = ()
    exchange: int | None = None
    player: str = ""
    line: int = 0
    situation: str = ""
    """What the blamed step was to the wallet, where the oracle has said so; a `Situation`, possibly narrowed."""
    wrong: str = ""
    """In which way the answer was impossible, a `Wrong`; empty where no oracle was asked."""
    accused: int | None = None
    """Index of the exchange that is blamed, where another one (a later read) has proven it."""
    run: int = 0
    """Which run of the scenario it is about: scenarios with races are run several times."""
    cause: str = ""
    """The id of the probable cause in the wallet, by which findings are grouped; empty when there is no good guess."""
    probably: str = ""
    """That cause as a sentence."""
    fix: str = ""
    """What to change in the wallet."""
    again: str = ""
    """Shell lines that send the request again, with secrets as environment variables."""
