"""Finds causes in how the wallet stores transactionIds: not at all, per operation, per session, not long enough."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from harness.contracts.shared.requirements import LATE
from harness.model import Amount, Authenticate, Lateness, Loss, Operation, Outcome, id_of, transactions
from harness.verdict.causes.by_situation import USED_FOR_SOMETHING_ELSE
from harness.verdict.causes.case import Case, Cause, signed
from harness.verdict.repetition_ages import lateness

_REPLAYS = {"replay", "duplicate_in_batch", "cross_replay", "conflict", "conflict_with_zero", "race_of_one"}
_FEW = 10
_UNIQUE = "store the transactionId under a unique index in the same database transaction as the booking"

ONE_TABLE = "keep one table of transactionIds for all credits"

_CROSS_RACE = Cause(
    "cross_race",
    "a payout that arrives through two operations at once is booked by each of them",
    f"{_UNIQUE}, one table for all operations that credit",
)
_CROSS_CONFLICT = Cause(
    "cross_conflict",
    "a transactionId that came by another operation, with another amount, is booked as a new transaction",
    f"{ONE_TABLE}, and look the id up alone",
)
_CROSS_ZERO = Cause(
    "cross_zero",
    "a transaction of 0 that came by another operation is not remembered: its transactionId is booked later",
    f"{ONE_TABLE}, those of amount 0 too",
)
_IDENTICAL_AT_ONCE = Cause(
    "identical_requests_at_once",
    "identical requests that arrive together are each booked: the transactionId is looked up before the "
    "booking, and no lock or unique index joins the two",
    f"{_UNIQUE}; whoever meets the index answers as for a replay",
)
_LOOKED_UP_BY_BATCH = Cause(
    "looked_up_by_batch",
    "the wallet looks transactionIds up for the whole batch before it books the first item, so one that stands "
    "twice in the batch is booked twice",
    "look each transactionId up right before its own booking, or let a unique index decide",
)
_REMEMBERED_PER_OPERATION = Cause(
    "remembered_per_operation",
    "transactionIds are remembered per operation: what came by one operation is booked again by another",
    f"{ONE_TABLE}: a live payout comes again in the nightly settlement",
)
_FORGOTTEN_AT_RESTART = Cause(
    "forgotten_at_restart",
    "after a restart the wallet does not know the players or transactions that it had: they are in the memory of its "
    "process",
    "keep players, balances, bets and transactionIds in a database that outlives the process",
)
_UNKNOWN = frozenset({Outcome.UNKNOWN_PLAYER, Outcome.UNKNOWN_TRANSACTION})
_ZERO_FORGOTTEN = Cause(
    "zero_forgotten",
    "a transaction of 0 is not remembered, so the same transactionId with an amount is booked later",
    "store every transactionId, those of amount 0 too",
)
_ANOTHER_AMOUNT_IS_NEW = Cause(
    "another_amount_is_new",
    "a known transactionId with another amount is booked as a new transaction",
    "look the transactionId up alone, without the amount; refuse the request, or answer with the first result",
)
_KNOWN_IN_ITS_SESSION = Cause(
    "known_in_its_session",
    "a transaction is known within the session that it came in only: in another session it is booked again",
    "look the transactionId up alone: a settlement comes again long after the session",
)
_KNOWN_TO_ONE_PROCESS = Cause(
    "known_to_one_process",
    "a transaction that was known when it came again is booked later after all: its id is kept in the memory "
    "of one process, which was replaced, or is not the only one",
    "keep transactionIds in the database that has the balances, not in a process or a cache",
)
_NOT_LOOKED_UP = Cause(
    "id_not_looked_up",
    "the wallet does not look the transactionId up before it books: what comes again is booked again",
    _UNIQUE,
)
_FORGOTTEN_LATE = "forgotten_late"
_FORGOTTEN, _LAST_REMEMBERED, _LOST_AND_FORGOTTEN = "forgotten_after_others", "last_remembered", "lost_and_forgotten"
"""Ids of causes whose sentences contain numbers or words of the case."""

CONSEQUENCES: Mapping[str, frozenset[str]] = {
    _NOT_LOOKED_UP.id: frozenset(
        {
            _IDENTICAL_AT_ONCE.id,
            _LOOKED_UP_BY_BATCH.id,
            _REMEMBERED_PER_OPERATION.id,
            _ANOTHER_AMOUNT_IS_NEW.id,
            _LOST_AND_FORGOTTEN,
            _FORGOTTEN_LATE,
            _FORGOTTEN,
            _LAST_REMEMBERED,
            _ZERO_FORGOTTEN.id,
            USED_FOR_SOMETHING_ELSE.id,
            _KNOWN_IN_ITS_SESSION.id,
            _KNOWN_TO_ONE_PROCESS.id,
            _CROSS_RACE.id,
            _CROSS_CONFLICT.id,
            _CROSS_ZERO.id,
        }
    ),
    _REMEMBERED_PER_OPERATION.id: frozenset({_CROSS_RACE.id, _CROSS_CONFLICT.id, _CROSS_ZERO.id}),
    _IDENTICAL_AT_ONCE.id: frozenset({_CROSS_RACE.id}),
    _ANOTHER_AMOUNT_IS_NEW.id: frozenset({_CROSS_CONFLICT.id}),
    _ZERO_FORGOTTEN.id: frozenset({_CROSS_ZERO.id}),
}
"""By the id of a cause: the ids of the causes that it explains."""


def diagnoses(case: Case) -> Iterator[Cause]:
    """The causes that explain the answer to a repetition."""
    if case.situation == "race_of_one" and case.narrowed == "two_operations":
        yield _CROSS_RACE
    elif case.situation == "race_of_one":
        if case.verdict.wrong != "refused":
            yield _IDENTICAL_AT_ONCE
    elif case.situation not in _REPLAYS:
        return
    elif case.verdict.wrong == "refused":
        yield _refused(case)
    elif case.situation == "duplicate_in_batch":
        yield _LOOKED_UP_BY_BATCH
    elif case.situation == "cross_replay":
        yield _REMEMBERED_PER_OPERATION
    elif case.situation in {"conflict", "conflict_with_zero"}:
        yield _conflict(case)
    else:
        yield from _replayed(case)


def late(case: Case) -> Iterator[Cause]:
    """The cause for a late repetition that moved money, or that shows a balance after money has moved."""
    found = case.exchange.late if case.exchange is not None else None
    if case.outcome in _UNKNOWN and case.verdict.wrong == "refused" and _follows_a_restart(case):
        yield _FORGOTTEN_AT_RESTART
    if found is not None and case.narrowed == LATE and case.verdict.wrong != "refused":
        yield _forgotten_late(found, a_rollback=case.situation == "late")


def _follows_a_restart(case: Case) -> bool:
    """True if the wallet was restarted before the blamed request, as far as a repetition of the history says."""
    asked = case.history.exchanges[: (case.index or 0) + 1]
    return any(each.late is not None and each.late.restarts for each in asked)


def _forgotten_late(late: Lateness, *, a_rollback: bool) -> Cause:
    """What was right at once and is wrong late. Whether the time, the number or the restart is the reason is open."""
    what = "the rollback of a bet that had not come" if a_rollback else "a transaction that it had booked"
    kept = "rollbacks" if a_rollback else "transactionIds"
    return Cause(
        _FORGOTTEN_LATE,
        f"the wallet has forgotten {what} ({lateness(late)}): it keeps {kept} for a time, a number of them, or until "
        "its process ends",
        f"keep {kept} without a limit, in the database that has the balances: repetitions come hours and days later",
    )


def _refused(case: Case) -> Cause:
    if case.situation == "replay" and "similar" not in case.narrowed:
        return Cause(
            "repetition_is_an_error",
            "a transaction that comes again is answered with an error: the wallet takes it for a mistake",
            "answer a repetition with success and its first result; the platform retries until it hears so",
        )
    return Cause(
        "known_id_is_an_error",
        "a known transactionId is answered with an error although the request repeats what was booked",
        "compare id, player, bet and amount with what is stored; where they agree, answer with success",
    )


def _conflict(case: Case) -> Cause:
    crossed = _came_by_another_operation(case)
    if case.situation == "conflict_with_zero" and crossed:
        return _CROSS_ZERO
    if case.situation == "conflict_with_zero":
        return _ZERO_FORGOTTEN
    if case.before is not None and case.wrong_balance and case.shown is not None:
        stored = next((each for each in _earlier_changes(case)), None)
        if stored is not None and case.shown - case.before == case.change - stored:
            return Cause(
                "difference_is_booked",
                "a known transactionId with another amount books the difference: the first amount is overwritten",
                "never change a booked transaction: refuse the request, or answer with the first result",
            )
    if crossed:
        return _CROSS_CONFLICT
    return _ANOTHER_AMOUNT_IS_NEW


def _came_by_another_operation(case: Case) -> bool:
    earlier = {case.history.exchanges[index].name for index in case.sent_before}
    return bool(earlier) and case.exchange is not None and case.exchange.name not in earlier


def _earlier_changes(case: Case) -> Iterator[Amount]:
    ids = {id_of(each) for each in case.items} - {""}
    for index in case.sent_before:
        for each in transactions(case.history.exchanges[index].operation):
            if id_of(each) in ids:
                yield signed(each)


def _replayed(case: Case) -> Iterator[Cause]:
    """The causes for a repetition that moved money or shows a wrong balance."""
    first, between = _distance(case)
    if first is None:
        return
    if case.history.exchanges[first].loss is not None:
        yield _after_a_loss(case.history.exchanges[first].loss)
    elif not _booked_again(case):
        yield Cause(
            "repeated_with_another_balance",
            "a repetition is answered with a balance of 0: nothing was computed for it"
            if case.shown == 0
            else "a repetition is answered with a balance that is neither the one of the first time nor today's",
            "store the answer with the transaction, and repeat it",
        )
    elif between >= _FEW:
        yield Cause(
            _FORGOTTEN,
            f"the wallet has forgotten a transaction after {between} others: it keeps only so many, or only so long",
            "keep transactionIds without a limit: the night job and the clawback come hours and days later",
        )
    elif _other_session(case):
        yield _KNOWN_IN_ITS_SESSION
    elif _known_once(case):
        yield _KNOWN_TO_ONE_PROCESS
    elif _other_repetition_was_fine(case):
        yield Cause(
            _LAST_REMEMBERED,
            f"the wallet remembers the last transactions only: after {between} more, this one was booked again",
            "keep transactionIds without a limit, in the database and not in a cache",
        )
    else:
        yield _NOT_LOOKED_UP


def _known_once(case: Case) -> bool:
    """True if the wallet booked only one of several repetitions, and recognised the others."""
    upto = (case.verdict.exchange or 0) + 1
    sent = case.sent_until(upto)
    once = case.shown is not None and case.before is not None and case.shown == case.before + case.change
    return len(sent) > 2 and once and not _distance(case)[1]


def _booked_again(case: Case) -> bool:
    """True unless the balance differs from the first answer's without a second booking.

    Only the answer itself may show another balance. If a later one proves the movement, money has moved.
    """
    if case.verdict.accused is not None and case.verdict.accused != case.verdict.exchange:
        return True
    if case.shown is None or case.before is None or case.shown == case.before:
        return True
    if not case.wrong_balance or not case.change or len(case.items) > 1:
        return True
    return case.shown == case.before + case.change


def _other_session(case: Case) -> bool:
    earlier = {
        each.session for index in case.sent_before for each in transactions(case.history.exchanges[index].operation)
    }
    mine = {each.session for each in case.items} - {""}
    return bool(mine) and not mine & earlier


def _after_a_loss(loss: Loss | None) -> Cause:
    how = "was closed in the middle of its request" if loss is Loss.HALF_REQUEST else "was lost before it was answered"
    return Cause(
        _LOST_AND_FORGOTTEN,
        f"a transaction whose connection {how} is booked, and booked again when it is repeated: its id was not kept",
        "commit booking and transactionId together, before and independently of the answer",
    )


def _distance(case: Case) -> tuple[int | None, int]:
    """The index of the first exchange with the id, and how many transactions came since the last one."""
    earlier = case.sent_before
    if not earlier or case.index is None:
        return None, 0
    others = [each for each in case.history.exchanges[earlier[-1] + 1 : case.index] if each.step != -2]
    return earlier[0], sum(len(_asked(each.operation)) for each in others)


def _asked(operation: Operation) -> tuple[Operation, ...]:
    """The transactions of an operation. A login counts as one."""
    return (operation,) if isinstance(operation, Authenticate) else transactions(operation)


def _other_repetition_was_fine(case: Case) -> bool:
    return len(case.sent_before) > 1 and _distance(case)[1] > 0
