"""What the wallet remembers of earlier transactions: not at all, per operation, per player, not for long enough."""

from __future__ import annotations

from collections.abc import Iterator

from harness.model import Amount, Loss
from harness.verdict.causes.case import Case, Diagnosis, signed

_REPLAYS = {"replay", "duplicate_in_batch", "cross_replay", "conflict", "conflict_with_zero", "race_of_one"}
_FEW = 10
_UNIQUE = "store the transactionId under a unique index in the same database transaction as the booking"

_CROSS_RACE = "a payout that arrives through two operations at once is booked by each of them"
_CROSS_CONFLICT = "a transactionId that came by another operation, with another amount, is booked as a new transaction"
_CROSS_ZERO = "a transaction of 0 that came by another operation is not remembered: its transactionId is booked later"

CONSEQUENCES: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "the wallet does not look the transactionId up",
        (
            "identical requests that arrive together",
            "the wallet looks transactionIds up for the whole batch",
            "transactionIds are remembered per operation",
            "a known transactionId with another amount is booked as a new",
            "a transaction whose connection",
            "the wallet has forgotten a transaction",
            "the wallet remembers the last transactions only",
            "the wallet does not look the transactionId up",
            "a transaction of 0 is not remembered",
            "a transactionId that was used for something else",
            "a transaction is known within the session",
            "a transaction that was known when it came again",
            _CROSS_RACE,
            _CROSS_CONFLICT,
            _CROSS_ZERO,
        ),
    ),
    ("transactionIds are remembered per operation", (_CROSS_RACE, _CROSS_CONFLICT, _CROSS_ZERO)),
    ("identical requests that arrive together", (_CROSS_RACE,)),
    ("a known transactionId with another amount is booked as a new", (_CROSS_CONFLICT,)),
    ("a transaction of 0 is not remembered", (_CROSS_ZERO,)),
)
"""Beginnings of causes: one that explains others, and those."""


def diagnoses(case: Case) -> Iterator[Diagnosis]:
    """The memory of transactions that explains what a repetition did."""
    if case.situation == "race_of_one" and case.narrowed == "two_operations":
        yield Diagnosis(_CROSS_RACE, f"{_UNIQUE}, one table for all operations that credit")
    elif case.situation == "race_of_one":
        yield Diagnosis(
            "identical requests that arrive together are each booked: the transactionId is looked up before the "
            "booking, and nothing holds the door between the two",
            f"{_UNIQUE}; whoever meets the index answers as for a replay",
        )
    elif case.situation not in _REPLAYS:
        return
    elif case.verdict.wrong == "refused":
        yield _refused(case)
    elif case.situation == "duplicate_in_batch":
        yield Diagnosis(
            "the wallet looks transactionIds up for the whole batch before it books the first item, so one that stands "
            "twice in the batch is booked twice",
            "look each transactionId up right before its own booking, or let a unique index decide",
        )
    elif case.situation == "cross_replay":
        yield Diagnosis(
            "transactionIds are remembered per operation: what came by one operation is booked again by another",
            "keep one table of transactionIds for all credits: a live payout comes again in the nightly settlement",
        )
    elif case.situation in {"conflict", "conflict_with_zero"}:
        yield _conflict(case)
    else:
        yield from _replayed(case)


def _refused(case: Case) -> Diagnosis:
    if case.situation == "replay" and "similar" not in case.narrowed:
        return Diagnosis(
            "a transaction that comes again is answered with an error: the wallet takes it for a mistake",
            "answer a repetition with success and its first result; the platform retries until it hears so",
        )
    return Diagnosis(
        "a known transactionId is answered with an error although the request repeats what was booked",
        "compare id, player, bet and amount with what is stored; where they agree, answer with success",
    )


def _conflict(case: Case) -> Diagnosis:
    crossed = _came_by_another_operation(case)
    if case.situation == "conflict_with_zero" and crossed:
        return Diagnosis(_CROSS_ZERO, "keep one table of transactionIds for all credits, those of amount 0 too")
    if case.situation == "conflict_with_zero":
        return Diagnosis(
            "a transaction of 0 is not remembered, so the same transactionId with an amount is booked later",
            "store every transactionId, those of amount 0 too",
        )
    if case.before is not None and case.wrong_balance and case.shown is not None:
        stored = next((each for each in _earlier_changes(case)), None)
        if stored is not None and case.shown - case.before == case.change - stored:
            return Diagnosis(
                "a known transactionId with another amount books the difference: the first amount is overwritten",
                "never change a booked transaction: refuse the request, or answer with the first result",
            )
    if crossed:
        return Diagnosis(_CROSS_CONFLICT, "keep one table of transactionIds for all credits, and look the id up alone")
    return Diagnosis(
        "a known transactionId with another amount is booked as a new transaction",
        "look the transactionId up alone, without the amount; refuse the request, or answer with the first result",
    )


def _came_by_another_operation(case: Case) -> bool:
    earlier = {case.history.exchanges[index].name for index in case.sent_before}
    return bool(earlier) and case.exchange is not None and case.exchange.name not in earlier


def _earlier_changes(case: Case) -> Iterator[Amount]:
    ids = {getattr(each, "id", None) for each in case.items}
    for index in case.sent_before:
        operation = case.history.exchanges[index].operation
        for each in getattr(operation, "items", (operation,)):
            if getattr(each, "id", "") in ids:
                yield signed(each)


def _replayed(case: Case) -> Iterator[Diagnosis]:
    """A repetition moved money."""
    first, between = _distance(case)
    if first is None:
        return
    if case.history.exchanges[first].loss is not None:
        yield _after_a_loss(case.history.exchanges[first].loss)
    elif not _booked_again(case):
        yield Diagnosis(
            "a repetition is answered with a balance of 0: nothing was computed for it"
            if case.shown == 0
            else "a repetition is answered with a balance that is neither the one of the first time nor today's",
            "store the answer with the transaction, and repeat it",
        )
    elif between >= _FEW:
        yield Diagnosis(
            f"the wallet has forgotten a transaction after {between} others: it keeps only so many, or only so long",
            "keep transactionIds without a limit: the night job and the clawback come hours and days later",
        )
    elif _other_session(case):
        yield Diagnosis(
            "a transaction is known within the session that it came in only: in another session it is booked again",
            "look the transactionId up alone: a settlement comes again long after the session",
        )
    elif _known_once(case):
        yield Diagnosis(
            "a transaction that was known when it came again is booked later after all: its id is kept in the memory "
            "of one process, which was replaced, or is not the only one",
            "keep transactionIds in the database that has the balances, not in a process or a cache",
        )
    elif _other_repetition_was_fine(case):
        yield Diagnosis(
            f"the wallet remembers the last transactions only: after {between} more, this one was booked again",
            "keep transactionIds without a limit, in the database and not in a cache",
        )
    else:
        yield Diagnosis(
            "the wallet does not look the transactionId up before it books: what comes again is booked again", _UNIQUE
        )


def _known_once(case: Case) -> bool:
    """Whether of several repetitions only one was booked: the others were known for what they were."""
    upto = (case.verdict.exchange or 0) + 1
    sent = case.sent_until(upto)
    once = case.shown is not None and case.before is not None and case.shown == case.before + case.change
    return len(sent) > 2 and once and not _distance(case)[1]


def _booked_again(case: Case) -> bool:
    """Whether the balance says that money moved once more, and is not merely another one than the first answer's."""
    if case.shown is None or case.before is None or case.shown == case.before:
        return True
    if not case.wrong_balance or not case.change or len(case.items) > 1:
        return True
    return case.shown == case.before + case.change


def _other_session(case: Case) -> bool:
    earlier = {getattr(case.history.exchanges[index].operation, "session", "") for index in case.sent_before}
    earlier |= {
        getattr(each, "session", "")
        for index in case.sent_before
        for each in getattr(case.history.exchanges[index].operation, "items", ())
    }
    mine = {getattr(each, "session", "") for each in case.items} - {""}
    return bool(mine) and not mine & earlier


def _after_a_loss(loss: Loss | None) -> Diagnosis:
    how = "was closed in the middle of its request" if loss is Loss.HALF_REQUEST else "was lost before it was answered"
    return Diagnosis(
        f"a transaction whose connection {how} is booked, and booked again when it is repeated: its id was not kept",
        "commit booking and transactionId together, before and independently of the answer",
    )


def _distance(case: Case) -> tuple[int | None, int]:
    """The exchange of the first time, and how many others came between the last time and now."""
    earlier = case.sent_before
    if not earlier or case.index is None:
        return None, 0
    others = [each for each in case.history.exchanges[earlier[-1] + 1 : case.index] if each.step != -2]
    return earlier[0], sum(len(getattr(each.operation, "items", (each,))) for each in others)


def _other_repetition_was_fine(case: Case) -> bool:
    return len(case.sent_before) > 1 and _distance(case)[1] > 0
