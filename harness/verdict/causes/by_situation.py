"""Finds a cause by the situation of the blamed step alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from harness.verdict.causes.case import Case, Cause
from harness.verdict.causes.races import OVERWRITTEN, PASSING, in_a_race

_ONE_STATEMENT = "compare and deduct in one statement: UPDATE ... SET balance = balance - ? WHERE balance >= ?"
SAME_BET_WORD = "same_bet"
SAME_BET = Cause(
    "settles_a_bet_once",
    "only one settlement is booked for a bet: the bet's id is taken for the transaction's",
    "look the transactionId up; a bet may be settled several times",
)
UNCOVERED_TAKEN = Cause(
    "uncovered_taken", "a debit is taken without looking whether the balance covers it", _ONE_STATEMENT
)
ZERO_REFUSED = Cause(
    "zero_refused",
    "an amount of 0 is refused as invalid",
    "take 0 as an amount: it says that a bet was lost, and is how a balance is asked for",
)
FIELD_NOT_LOOKED_AT = Cause(
    "fields_not_validated",
    "the request is taken although a field is missing or of another type",
    "validate the body against the schema before anything is booked",
)
ENDED_SESSION_REFUSED = Cause(
    "ended_session_refused",
    "money that belongs to the player is refused because the session has ended",
    "settle and roll back regardless of the session: the night job comes when the player sleeps",
)
USED_FOR_SOMETHING_ELSE = Cause(
    "id_used_for_something_else",
    "a transactionId that was used for something else (another player, bet, round or operation) moves money twice",
    "look the transactionId up alone; refuse it, or answer with the first result",
)
NO_REFUND = Cause("no_refund", "the rollback does not refund the stake", "credit the bet's own stake, once")
STALE_READ = Cause(
    "stale_read",
    "a balance does not follow from the transactions before it: it is stale, or not what was booked is answered",
    "answer every balance from the books that the booking itself wrote, on the primary database",
)
_REMEMBERED_AS_DONE = Cause(
    "refusal_remembered_as_done",
    "a transaction that was refused is remembered as done: its repetition is answered with success",
    "remember a refusal as a refusal, or try the repetition afresh",
)
ROLLBACK_UNDONE = Cause(
    "rollback_undone",
    "another rollback of a bet that was rolled back takes the stake again",
    "leave a bet rolled back when another rollback comes: set its state, and never turn it round",
)
_REFUNDED_AGAIN = Cause(
    "refunded_again",
    "a bet that was rolled back is refunded again when another rollback comes",
    "mark the bet as rolled back, and look at the mark and not only at the rollback's own id",
)

CONSEQUENCES: Mapping[str, frozenset[str]] = {
    SAME_BET.id: frozenset({OVERWRITTEN.id}),
    _REFUNDED_AGAIN.id: frozenset({PASSING.id}),
    ROLLBACK_UNDONE.id: frozenset({PASSING.id}),
}
"""A wallet that fails with requests in sequence also fails with them at once. That is one thing to repair."""

_BY_SITUATION: Mapping[tuple[str, str], Cause] = {
    ("uncovered", "accepted"): UNCOVERED_TAKEN,
    ("uncovered", "moved"): Cause(
        "refused_debit_booked",
        "a debit that was refused has moved money: it is booked before the balance is checked",
        "check first, or undo the booking when the check fails",
    ),
    ("exact", "refused"): Cause(
        "exact_balance_refused",
        "a debit of exactly the balance is refused: the check says 'less than' where 'less than or equal' is meant",
        "a balance covers an amount that equals it",
    ),
    ("zero", "refused"): ZERO_REFUSED,
    ("zero", "moved"): Cause(
        "zero_moves_money", "a transaction of 0 moves money", "book what the request says, also when it is 0"
    ),
    ("new", "refused"): Cause(
        "ordinary_refused",
        "an ordinary transaction is refused",
        "see the code that was answered and the wallet's own log",
    ),
    ("wrong_currency", "accepted"): Cause(
        "currency_not_compared",
        "the request's currency is not compared with the account's",
        "refuse a transaction in another currency than the player's account",
    ),
    ("unknown_player", "accepted"): Cause(
        "unknown_player_accepted",
        "a player that does not exist is answered with success, or made on the fly",
        "refuse a player that you do not know",
    ),
    ("rollback", "refused"): Cause(
        "bet_not_found",
        "the bet is not found by its rollback",
        "look the bet up by its transactionId (and betId), as the rollback names them",
    ),
    ("rollback", "balance"): NO_REFUND,
    ("rollback", "moved"): NO_REFUND,
    ("rollback_of_unknown", "moved"): Cause(
        "rollback_of_unknown_pays",
        "a rollback of a bet that never came moves money",
        "a rollback refunds what was deducted: nothing, when nothing was",
    ),
    ("rollback_again", "moved"): _REFUNDED_AGAIN,
    ("rollback_of_refused", "moved"): Cause(
        "rollback_of_refused_pays",
        "the rollback of a bet that was refused pays the stake out",
        "refund only bets that were deducted",
    ),
    ("rollback_of_foreign", "moved"): Cause(
        "rollback_of_foreign_pays",
        "a rollback refunds the bet of another player",
        "the bet must belong to the player whom the rollback names",
    ),
    ("rollback_of_unknown", "refused"): Cause(
        "rollback_of_unknown_refused",
        "a rollback of a bet that never came is refused",
        "answer it with success: the platform only wants to know that no stake is held",
    ),
    ("replay_of_refused", "accepted"): _REMEMBERED_AS_DONE,
    ("replay_of_refused", "moved"): _REMEMBERED_AS_DONE,
    ("reused_id", "moved"): USED_FOR_SOMETHING_ELSE,
    ("late", "moved"): Cause(
        "late_bet_booked",
        "a bet that arrives after its own rollback is booked: the rollback of an unknown bet is not remembered",
        "store the rollback's bet id also when the bet is unknown, and refuse that bet when it comes",
    ),
    ("expired_session", "refused"): ENDED_SESSION_REFUSED,
    ("malformed", "accepted"): FIELD_NOT_LOOKED_AT,
    ("malformed", "moved"): Cause(
        "malformed_moves_money",
        "a request that cannot be read has moved money",
        "validate the whole body before anything is booked",
    ),
    ("read", "moved"): STALE_READ,
}
"""By situation and error: the cause. The entry for `moved` also applies to a wrong `balance`."""

_RACES: Mapping[str, Cause] = {
    "race_of_debits": Cause(
        "debits_checked_side_by_side",
        "debits that arrive together are each checked against the same balance: check and deduction are two steps",
        _ONE_STATEMENT,
    ),
}

_NARROWED: Mapping[str, Cause] = {
    SAME_BET_WORD: SAME_BET,
    "mixed_batch": Cause(
        "batch_all_or_nothing",
        "a valid transaction suffers from an invalid one beside it: the batch is booked all or nothing",
        "book each transaction of a batch by itself, and answer each by itself",
    ),
    "non_ascii": Cause(
        "fails_on_foreign_text",
        "text beyond ASCII in a field makes the request fail",
        "read the body as UTF-8, and keep text in columns that can hold it",
    ),
    "after_clawback": Cause(
        "collects_the_clawback_too",
        "after a refused unsettlement a settlement is not booked as it was sent: the wallet collects the clawback too",
        "book every settlement as it is sent: the platform has deducted the clawback from it already",
    ),
}


def malformed(case: Case) -> Iterator[Cause]:
    """The cause for a malformed request that the wallet accepted, if the alteration decides it.

    The size of the error says nothing here: `true` that is taken for one unit looks like a rounded balance.
    """
    alteration = case.exchange.alteration if case.exchange is not None else None
    taken = case.verdict.wrong in {"accepted", "moved", "balance"}
    if alteration is None or case.situation != "malformed" or not taken:
        return
    if any('":' in text for _, _, text in alteration.raw):  # The raw text has the key a second time.
        return
    if any(field == "amount" and text.lstrip().startswith("-") for _, field, text in alteration.raw):
        yield Cause(
            "negative_amount_taken",
            "a negative amount is taken",
            "refuse a negative amount before anything is booked: the operation gives the direction",
        )
    elif case.narrowed == "wrong_type" and case.verdict.wrong != "accepted":
        yield Cause(
            "amount_read_loosely",
            "an amount in a wrong type, notation or precision is read as another number",
            "refuse an amount that is no JSON number or has more decimals than its currency: never convert it",
        )


def _booked_in_part(case: Case) -> bool:
    """True if a second settlement of a bet moved money, so that the bet's id is not taken for the transaction's."""
    shown, before = case.shown, case.before
    return case.narrowed == SAME_BET_WORD and case.wrong_balance and None not in {shown, before} and shown != before


def diagnoses(case: Case) -> Iterator[Cause]:
    """The causes that the situation suggests."""
    if case.narrowed in _NARROWED and case.verdict.wrong != "code" and not _booked_in_part(case):
        yield _NARROWED[case.narrowed]
    if case.situation == "race":
        yield from in_a_race(case)
    if case.situation in _RACES:
        yield _RACES[case.situation]
    wrong = case.verdict.wrong
    if case.situation == "rollback_again" and case.wrong_balance and max(case.expected) > (case.shown or 0):
        yield ROLLBACK_UNDONE
    for key in ((case.situation, wrong), (case.situation, "moved" if wrong in {"balance", "accepted"} else "")):
        if key in _BY_SITUATION:
            yield _BY_SITUATION[key]
            return
