"""Finds causes for the refusal of a right request, by its code and the requests before it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from harness.model import Aspect, Authenticate, Bet, Outcome, Unsettle, transactions
from harness.verdict.causes.by_situation import ENDED_SESSION_REFUSED
from harness.verdict.causes.case import Case, Cause

_SITUATIONS = frozenset({"new", "exact", "zero", "read", "rollback", "expired_session", "unknown_bet", "malformed", ""})

BOOKED_AND_REFUSED = Cause(
    "booked_and_refused",
    "the transaction is booked, and answered with an error",
    "book and answer in one step: undo the booking when the request is answered with an error",
)
LOCKED_OUT = Cause(
    "locked_out",
    "a right request is refused after several with wrong credentials: the wallet locks the user, the key or the caller "
    "out",
    "lock nobody out for wrong credentials: anybody can send them; slow the wrong requests down instead",
)
_LOCKS = frozenset({Outcome.UNAUTHENTICATED, Outcome.REFUSED})
_MANY = 3
"""So many requests with wrong credentials in a row explain a refusal of the right one that follows."""
_CODES: Mapping[Outcome, Cause] = {
    Outcome.UNKNOWN_PLAYER: Cause(
        "player_not_found",
        "a player that the wallet knows is not found by this operation",
        "look players up by the same key in every operation",
    ),
    Outcome.MALFORMED: Cause(
        "documented_form_refused",
        "a request in the documented form is refused as malformed",
        "compare your validation with the schema; ignore fields that you do not know",
    ),
    Outcome.WRONG_CURRENCY: Cause(
        "own_currency_refused",
        "the account's own currency is refused",
        "compare the request's currency with that of the account, and with nothing else",
    ),
}


def diagnoses(case: Case) -> Iterator[Cause]:
    """The causes for the refusal of a right request."""
    asked = case.verdict.wrong == "refused" or case.verdict.aspect is Aspect.REFUSED
    if not asked or case.exchange is None or case.situation not in _SITUATIONS or case.outcome in {None, Outcome.OK}:
        return
    if case.outcome in _LOCKS and _follows_many_wrong_ones(case):
        yield LOCKED_OUT
    if _was_forged_before(case):
        yield Cause(
            "forged_id_burnt",
            "a request that was rejected for its credentials has left its transactionId behind: the real one is "
            "refused",
            "verify first, and write nothing down of a request that is not believed",
        )
    alone = len(transactions(case.exchange.operation)) == 1 and not case.comes_again
    if alone and case.before is not None and case.change and case.moved_later(case.before):
        yield BOOKED_AND_REFUSED
    if case.situation != "exact":
        yield from _by_code(case)
    yield from _batch(case)
    yield from _second_of_a_bet(case)


def _was_forged_before(case: Case) -> bool:
    earlier = (case.history.exchanges[index] for index in case.sent_before)
    return any(each.alteration.spoils_authentication for each in earlier)


def _follows_many_wrong_ones(case: Case) -> bool:
    """True if requests with wrong credentials came in a row before, and none between was accepted."""
    in_a_row = 0
    for each in reversed(case.history.exchanges[: case.index or 0]):
        if each.alteration.spoils_authentication:
            in_a_row += 1
        elif each.reply is not None and each.reply.outcome is Outcome.OK:
            break
    return in_a_row >= _MANY


def _by_code(case: Case) -> Iterator[Cause]:
    match case.outcome:
        case Outcome.UNAUTHENTICATED:
            yield from _not_believed(case)
        case Outcome.INVALID_SESSION:
            yield from _session(case)
        case Outcome.INSUFFICIENT_FUNDS if isinstance(next(iter(case.items), None), Bet | Unsettle):
            yield Cause(
                "covered_debit_refused",
                "a debit that the balance covers is refused for want of funds",
                "compare the amount with the balance of the books: no reserve, no lock that stays, no other account",
            )
        case Outcome() as outcome if outcome in _CODES:
            yield _CODES[outcome]


def _not_believed(case: Case) -> Iterator[Cause]:
    if case.contract.unbelieved is None:
        return
    remedy = case.contract.unbelieved(case.exchange.transmission.sent.body if case.exchange is not None else b"")
    yield Cause("signed_request_not_believed", remedy.cause, remedy.fix)


def _session(case: Case) -> Iterator[Cause]:
    logins = [each for each in case.history.exchanges if isinstance(each.operation, Authenticate)]
    opened = {each.reply.session.session for each in logins if each.reply is not None and each.reply.session}
    used = {each.session for each in case.items}
    bets = any(isinstance(each, Bet) for each in case.items)
    if bets and used & opened:
        yield Cause(
            "login_session_unknown",
            "the session that a login has opened is not known to the other operations",
            "keep the session under the very text that the login answers",
        )
    elif not bets:
        yield replace(
            ENDED_SESSION_REFUSED,
            fix="settle, pay and roll back regardless of the session: the night job comes when the player sleeps",
        )


def _batch(case: Case) -> Iterator[Cause]:
    """The cause if the wallet refuses a whole batch."""
    reply = case.exchange.reply if case.exchange is not None else None
    if case.exchange is None or len(transactions(case.exchange.operation)) < 2 or reply is None or reply.items:
        return
    again = " that came before" if case.knows_part_of_the_batch else ""
    yield Cause(
        "batch_refused_whole",
        f"the whole batch is answered with an error because of one of its transactions{again}",
        "answer each transaction of a batch by itself: the platform takes an error for all as nothing booked",
    )


def _second_of_a_bet(case: Case) -> Iterator[Cause]:
    mine = next((each for each in case.items if isinstance(each, Unsettle)), None)
    earlier = (each.operation for each in case.history.exchanges[: case.index or 0])
    if mine is not None and any(isinstance(each, Unsettle) and each.bet == mine.bet for each in earlier):
        yield Cause(
            "unsettles_a_bet_once",
            "only one unsettlement is taken for a bet: the bet's id is taken for the transaction's",
            "look the transactionId up; a bet may be unsettled in several parts",
        )
