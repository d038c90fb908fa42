"""What the oracle calls a step says what the wallet gets wrong, where no amount has said it before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from harness.model import Rollback
from harness.verdict.causes.case import Case, Diagnosis

_ONE_STATEMENT = "compare and deduct in one statement: UPDATE ... SET balance = balance - ? WHERE balance >= ?"
_LOCK = (
    "lock the player's row (SELECT ... FOR UPDATE) before the balance is read, or update it relatively in one statement"
)

SAME_BET = (
    "only one settlement is booked for a bet: the bet's id is taken for the transaction's",
    "look the transactionId up; a bet may be settled several times",
)
_OVERWRITTEN = "transactions that arrive together overwrite each other's balance: it is read, changed, and written back"
_PASSING = (
    "a bet and its rollback, or two rollbacks of one bet, that arrive together pass each other: each looks at the bet "
    "before the other has booked"
)

CONSEQUENCES: tuple[tuple[str, tuple[str, ...]], ...] = (
    (SAME_BET[0], (_OVERWRITTEN,)),
    ("a bet that was rolled back is refunded again", (_PASSING,)),
)
"""What fails one after the other fails at once, too: one thing to repair."""

_TOLD: Mapping[tuple[str, str], tuple[str, str]] = {
    ("uncovered", "accepted"): ("a debit is taken without looking whether the balance covers it", _ONE_STATEMENT),
    ("uncovered", "moved"): (
        "a debit that was refused has moved money: it is booked before the balance is checked",
        "check first, or undo the booking when the check fails",
    ),
    ("exact", "refused"): (
        "a debit of exactly the balance is refused: the check says 'less than' where 'less than or equal' is meant",
        "a balance covers an amount that equals it",
    ),
    ("zero", "refused"): (
        "an amount of 0 is refused as invalid",
        "take 0 as an amount: it says that a bet was lost, and is how a balance is asked for",
    ),
    ("zero", "moved"): ("a transaction of 0 moves money", "book what the request says, also when it is 0"),
    ("new", "refused"): (
        "an ordinary transaction is refused",
        "see the code that was answered and the wallet's own log",
    ),
    ("wrong_currency", "accepted"): (
        "the request's currency is not compared with the account's",
        "refuse a transaction in another currency than the player's account",
    ),
    ("unknown_player", "accepted"): (
        "a player that does not exist is answered with success, or made on the fly",
        "refuse a player that you do not know",
    ),
    ("rollback", "refused"): (
        "the bet is not found by its rollback",
        "look the bet up by its transactionId (and betId), as the rollback names them",
    ),
    ("rollback", "balance"): ("the rollback does not refund the stake", "credit the bet's own stake, once"),
    ("rollback", "moved"): ("the rollback does not refund the stake", "credit the bet's own stake, once"),
    ("rollback_of_unknown", "moved"): (
        "a rollback of a bet that never came moves money",
        "a rollback refunds what was deducted: nothing, when nothing was",
    ),
    ("rollback_again", "moved"): (
        "a bet that was rolled back is refunded again when another rollback comes",
        "mark the bet as rolled back, and look at the mark and not only at the rollback's own id",
    ),
    ("rollback_of_refused", "moved"): (
        "the rollback of a bet that was refused pays the stake out",
        "refund only bets that were deducted",
    ),
    ("rollback_of_foreign", "moved"): (
        "a rollback refunds the bet of another player",
        "the bet must belong to the player whom the rollback names",
    ),
    ("rollback_of_unknown", "refused"): (
        "a rollback of a bet that never came is refused",
        "answer it with success: the platform only wants to know that no stake is held",
    ),
    ("replay_of_refused", "accepted"): (
        "a transaction that was refused is remembered as done: its repetition is answered with success",
        "remember a refusal as a refusal, or try the repetition afresh",
    ),
    ("reused_id", "moved"): (
        "a transactionId that was used for something else (another player, bet, round or operation) moves money twice",
        "look the transactionId up alone; refuse it, or answer with the first result",
    ),
    ("late", "moved"): (
        "a bet that arrives after its own rollback is booked: the rollback of an unknown bet is not remembered",
        "store the rollback's bet id also when the bet is unknown, and refuse that bet when it comes",
    ),
    ("expired_session", "refused"): (
        "money that belongs to the player is refused because the session has ended",
        "settle and roll back regardless of the session: the night job comes when the player sleeps",
    ),
    ("malformed", "accepted"): (
        "the request is taken although a field is missing or of another type",
        "validate the body against the schema before anything is booked",
    ),
    ("malformed", "moved"): (
        "a request that cannot be read has moved money",
        "validate the whole body before anything is booked",
    ),
    ("read", "moved"): (
        "a balance does not follow from the transactions before it: it is stale, or not what was booked is answered",
        "answer every balance from the books that the booking itself wrote, on the primary database",
    ),
}
"""Situation and what was wrong to cause and fix; a situation's `moved` also stands for a wrong `balance`."""

_RACES: Mapping[str, tuple[str, str]] = {
    "race_of_debits": (
        "debits that arrive together are each checked against the same balance: check and deduction are two steps",
        _ONE_STATEMENT,
    ),
    "race": (
        _OVERWRITTEN,
        _LOCK,
    ),
}

_NARROWED: Mapping[str, tuple[str, str]] = {
    "same_bet": SAME_BET,
    "mixed_batch": (
        "a valid transaction suffers from an invalid one beside it: the batch is booked all or nothing",
        "book each transaction of a batch by itself, and answer each by itself",
    ),
    "non_ascii": (
        "text beyond ASCII in a field makes the request fail",
        "read the body as UTF-8, and keep text in columns that can hold it",
    ),
    "after_clawback": (
        "after a refused unsettlement a settlement is not booked as it was sent: the wallet collects the clawback too",
        "book every settlement as it is sent: the platform has deducted the clawback from it already",
    ),
}


def _involves_a_rollback(case: Case) -> bool:
    number = case.exchange.race if case.exchange is not None else None
    return number is not None and any(
        isinstance(each.operation, Rollback) for each in case.history.exchanges if each.race == number
    )


def _malformed(case: Case) -> Iterator[Diagnosis]:
    """What was wrong with the request, where one thing alone says what the wallet did."""
    alteration = case.exchange.alteration if case.exchange is not None else None
    if alteration is None:
        return
    if any(field == "amount" and text.lstrip().startswith("-") for _, field, text in alteration.raw):
        yield Diagnosis(
            "a negative amount is taken",
            "refuse a negative amount before anything is booked: the operation gives the direction",
        )


def diagnoses(case: Case) -> Iterator[Diagnosis]:
    """What the situation itself says."""
    if case.narrowed in _NARROWED and case.verdict.wrong != "code":
        yield Diagnosis(*_NARROWED[case.narrowed])
    if case.situation == "race" and _involves_a_rollback(case):
        yield Diagnosis(
            _PASSING,
            "lock the bet (by its betId, also while it is unknown) from the look to the booking",
        )
    if case.situation in _RACES:
        yield Diagnosis(*_RACES[case.situation])
    wrong = case.verdict.wrong
    if case.situation == "malformed" and wrong in {"accepted", "moved", "balance"}:
        yield from _malformed(case)
    for key in ((case.situation, wrong), (case.situation, "moved" if wrong in {"balance", "accepted"} else "")):
        if key in _TOLD:
            yield Diagnosis(*_TOLD[key])
            return
