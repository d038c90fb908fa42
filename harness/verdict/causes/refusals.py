"""A request that was in order, and refused: the code that was answered, and what came before, say why."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from harness.model import Authenticate, Bet, Outcome, Unsettle
from harness.verdict.causes.case import Case, Diagnosis

_SITUATIONS = frozenset({"new", "exact", "zero", "read", "rollback", "expired_session", "unknown_bet", "malformed", ""})
_RAW = "verify HMAC_SHA256(secret, body + '|' + x-timestamp) over the raw body, before any JSON library reads it"
_MARKUP = re.compile(r"[<>&/]")

_CODES: Mapping[Outcome, tuple[str, str]] = {
    Outcome.UNKNOWN_PLAYER: (
        "a player that the wallet knows is not found by this operation",
        "look players up by the same key in every operation",
    ),
    Outcome.MALFORMED: (
        "a request in the documented form is refused as malformed",
        "compare your validation with the schema; ignore fields that you do not know",
    ),
    Outcome.WRONG_CURRENCY: (
        "the account's own currency is refused",
        "compare the request's currency with that of the account, and with nothing else",
    ),
}


def diagnoses(case: Case) -> Iterator[Diagnosis]:
    """Why the wallet refuses what it should take."""
    asked = case.verdict.wrong == "refused" or "expected ok" in case.verdict.summary
    if not asked or case.exchange is None or case.situation not in _SITUATIONS or case.outcome in {None, Outcome.OK}:
        return
    if _was_forged_before(case):
        yield Diagnosis(
            "a request that was rejected for its credentials has left its transactionId behind: the real one is "
            "refused",
            "verify first, and write nothing down of a request that is not believed",
        )
    if case.situation != "exact":
        yield from _by_code(case)
    yield from _batch(case)
    yield from _second_of_a_bet(case)


def _was_forged_before(case: Case) -> bool:
    earlier = (case.history.exchanges[index] for index in case.sent_before)
    return any(each.alteration.spoils_authentication for each in earlier)


def _by_code(case: Case) -> Iterator[Diagnosis]:
    match case.outcome:
        case Outcome.UNAUTHENTICATED:
            yield from _not_believed(case)
        case Outcome.INVALID_SESSION:
            yield from _session(case)
        case Outcome.INSUFFICIENT_FUNDS if isinstance(next(iter(case.items), None), Bet | Unsettle):
            yield Diagnosis(
                "a debit that the balance covers is refused for want of funds",
                "compare the amount with the balance of the books: no reserve, no lock that stays, no other account",
            )
        case Outcome() as outcome if outcome in _CODES:
            yield Diagnosis(*_CODES[outcome])


def _not_believed(case: Case) -> Iterator[Diagnosis]:
    body = case.exchange.transmission.sent.body.decode("utf-8", "replace") if case.exchange is not None else ""
    if case.contract.recipe is None or "x-signature" not in dict(case.contract.recipe.headers):
        return
    if not body.isascii():
        yield Diagnosis(
            "your wallet verifies the HMAC over a body that it wrote anew: text beyond ASCII came out as \\u escapes, "
            "or in another encoding",
            _RAW,
        )
    elif _MARKUP.search(body):
        yield Diagnosis(
            "your wallet verifies the HMAC over a body that it wrote anew: <, >, & or / came out escaped, as some JSON "
            "libraries do",
            _RAW,
        )
    else:
        yield Diagnosis("a request that is signed as documented is not believed", _RAW)


def _session(case: Case) -> Iterator[Diagnosis]:
    logins = [each for each in case.history.exchanges if isinstance(each.operation, Authenticate)]
    opened = {each.reply.session.session for each in logins if each.reply is not None and each.reply.session}
    used = {getattr(each, "session", "") for each in case.items}
    bets = any(isinstance(each, Bet) for each in case.items)
    if bets and used & opened:
        yield Diagnosis(
            "the session that a login has opened is not known to the other operations",
            "keep the session under the very text that the login answers",
        )
    elif not bets:
        yield Diagnosis(
            "money that belongs to the player is refused because the session has ended",
            "settle, pay and roll back regardless of the session: the night job comes when the player sleeps",
        )


def _batch(case: Case) -> Iterator[Diagnosis]:
    """A batch is answered as a whole with an error."""
    operation, reply = (case.exchange.operation, case.exchange.reply) if case.exchange is not None else (None, None)
    if len(getattr(operation, "items", ())) < 2 or reply is None or reply.items:
        return
    again = " that came before" if case.knows_part_of_the_batch else ""
    yield Diagnosis(
        f"the whole batch is answered with an error because of one of its transactions{again}",
        "answer each transaction of a batch by itself: the platform takes an error for all as nothing booked",
    )


def _second_of_a_bet(case: Case) -> Iterator[Diagnosis]:
    mine = next((each for each in case.items if isinstance(each, Unsettle)), None)
    earlier = (each.operation for each in case.history.exchanges[: case.index or 0])
    if mine is not None and any(isinstance(each, Unsettle) and each.bet == mine.bet for each in earlier):
        yield Diagnosis(
            "only one unsettlement is taken for a bet: the bet's id is taken for the transaction's",
            "look the transactionId up; a bet may be unsettled in several parts",
        )
