"""What the oracle calls a step says what the wallet gets wrong, where no amount has said it before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from harness.diagnosis.case import Case, Diagnosis

_ONE_STATEMENT = "compare and deduct in one statement: UPDATE ... SET balance = balance - ? WHERE balance >= ?"
_LOCK = (
    "lock the player's row (SELECT ... FOR UPDATE) before the balance is read, or update it relatively in one statement"
)

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
    ("rollback_of_settled", "moved"): (
        "the rollback of a bet that was settled is paid on top of the settlement",
        "look at what became of the bet before it is refunded",
    ),
    ("rollback_of_foreign", "moved"): (
        "a rollback refunds the bet of another player",
        "the bet must belong to the player whom the rollback names",
    ),
    ("rollback_of_unknown", "refused"): (
        "a rollback of a bet that never came is refused",
        "answer it with success: the platform only wants to know that no stake is held",
    ),
    ("rollback_of_refused", "refused"): (
        "the rollback of a bet that was refused is refused",
        "answer it with success, and move no money",
    ),
    ("rollback_again", "refused"): (
        "a second rollback of a bet is refused",
        "answer it with success, and move no money",
    ),
    ("replay_of_refused", "accepted"): (
        "a transaction that was refused is remembered as done: its repetition is answered with success",
        "remember a refusal as a refusal, or try the repetition afresh",
    ),
    ("replay_of_refused", "moved"): (
        "a transaction that was refused is remembered as done, or was booked in part",
        "undo everything when a transaction is refused",
    ),
    ("reused_id", "moved"): (
        "a transactionId that another player has used is mixed up with that player's transaction",
        "keep for each transactionId the player, the kind and the amount, and compare them",
    ),
    ("late", "accepted"): (
        "a bet that arrives after its own rollback is taken: the rollback of an unknown bet is not remembered",
        "store the rollback's bet id also when the bet is unknown, and refuse that bet when it comes",
    ),
    ("late", "moved"): (
        "a bet that arrives after its own rollback is booked: the rollback of an unknown bet is not remembered",
        "store the rollback's bet id also when the bet is unknown, and refuse that bet when it comes",
    ),
    ("unknown_bet", "refused"): (
        "a credit is refused because its bet is unknown",
        "credit it: the document does not say that the wallet has seen the bet",
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
    ("read", "balance"): (
        "reading the balance shows something else than the transactions before it",
        "answer from the same books, and from the primary database rather than a replica or a cache",
    ),
    ("read", "moved"): (
        "a balance does not follow from the transactions before it: it is stale, or not what was booked is answered",
        "answer every balance from the books that the booking itself wrote, on the primary database",
    ),
    ("spent_token", "accepted"): ("a one-time token opens a second session", "mark a token as used in one statement"),
}
"""Situation and what was wrong to cause and fix; a situation's `moved` also stands for a wrong `balance`."""

_RACES: Mapping[str, tuple[str, str]] = {
    "race_of_debits": (
        "debits that arrive together are each checked against the same balance: check and deduction are two steps",
        _ONE_STATEMENT,
    ),
    "race": (
        "transactions that arrive together overwrite each other's balance: it is read, changed, and written back",
        _LOCK,
    ),
}

_NARROWED: Mapping[str, tuple[str, str]] = {
    "similar_id": (
        "two transactionIds that differ only in case, spaces, zeros, accents or at the end are taken for one",
        "compare transactionIds byte for byte: a binary collation, a column that is long enough, never a number",
    ),
    "same_bet": (
        "only one settlement is booked for a bet: the bet's id is taken for the transaction's",
        "look the transactionId up; a bet may be settled several times",
    ),
    "mixed_batch": (
        "a valid transaction suffers from an invalid one beside it: the batch is booked all or nothing",
        "book each transaction of a batch by itself, and answer each by itself",
    ),
    "several_players": (
        "transactions of a batch are booked on the wrong player, or only those of the first one",
        "take the player of each transaction from that transaction",
    ),
    "non_ascii": (
        "text beyond ASCII in a field makes the request fail",
        "read the body as UTF-8, and keep text in columns that can hold it",
    ),
    "after_clawback": (
        "a settlement is not booked after an unsettlement that was refused",
        "a refused unsettlement leaves nothing behind that later settlements depend on",
    ),
}


def diagnoses(case: Case) -> Iterator[Diagnosis]:
    """What the situation itself says."""
    if case.narrowed in _NARROWED and case.verdict.wrong != "code":
        yield Diagnosis(*_NARROWED[case.narrowed])
    if case.situation in _RACES:
        yield Diagnosis(*_RACES[case.situation])
    wrong = case.verdict.wrong
    for key in ((case.situation, wrong), (case.situation, "moved" if wrong in {"balance", "accepted"} else "")):
        if key in _TOLD:
            yield Diagnosis(*_TOLD[key])
            return
