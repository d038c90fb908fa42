"""Finds causes for answers in a wrong form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from harness.model import (
    Aspect,
    Authenticate,
    Check,
    Exchange,
    Flaw,
    Operation,
    Problem,
    Single,
    id_of,
    transactions,
)
from harness.verdict.causes.by_situation import FIELD_NOT_LOOKED_AT
from harness.verdict.causes.case import Case, Cause, accepted
from harness.verdict.causes.signatures import AGE_NOT_LOOKED_AT
from harness.verdict.checks.facts import surplus

_OF_THE_BALANCE: Mapping[Flaw | None, Cause] = {
    Flaw.TEXT: Cause("balance_as_text", "the balance is written as text", "write the balance as a JSON number"),
    Flaw.NULL: Cause("balance_is_null", "the balance is null", "answer with the balance after the transaction"),
    Flaw.FRACTION: Cause("balance_as_float", "the balance is written as a float", "write an integer x 100000"),
}
_BALANCE_MISSING = Cause(
    "balance_missing", "the answer has no balance", "answer with the balance after the transaction"
)
_SHOWS_AN_EMAIL = Cause(
    "display_name_is_an_email",
    "the display name is an e-mail address, which everybody sees",
    "answer with a nickname",
)
_REDIRECT = Cause(
    "redirect",
    "the wallet answers with a redirect, and platforms follow none",
    "answer at the documented path itself: see what a proxy or framework does with http, slashes and sessions",
)
INCOMPLETE_BATCH_ANSWER = Cause(
    "incomplete_batch_answer",
    "the answer of a batch does not have one answer for each transaction",
    "answer every transaction of the batch, refused ones too, with its transactionId",
)
OTHER_IDS_ANSWERED = Cause(
    "other_ids_answered",
    "the answer of a batch names other transactions than the batch has",
    "answer each transaction of the batch under the transactionId that it came with",
)
_SURPLUS_BATCH_ANSWER = Cause(
    "surplus_batch_answer",
    "the answer of a batch has one answer for each transaction, and answers for others besides",
    "build the answers from the transactions of this request alone, in a list that no other request shares",
)
_OF_FLAWS: Mapping[Flaw | None, Cause] = {
    Flaw.EMPTY: Cause(
        "empty_answer",
        "the answer has no body",
        "answer every request with the documented body, also when all is well",
    ),
    Flaw.NOT_A_NUMBER: Cause(
        "not_a_number",
        "the answer has a number that is none (NaN)",
        "look for a division by nothing in the balance",
    ),
    Flaw.KEY_TWICE: Cause(
        "answer_key_twice", "a key stands twice in the answer", "write answers with a JSON library, never by hand"
    ),
    Flaw.NOT_JSON: Cause(
        "answer_is_no_json", "the answer is no JSON", "write answers with a JSON library, never by hand"
    ),
    Flaw.REDIRECT: _REDIRECT,
}
_OF_PLACES: Mapping[str, Cause] = {
    "currency": Cause(
        "other_currency",
        "the answer names another currency than the player's",
        "answer with the currency of the account",
    ),
    "transactionId": Cause(
        "other_transaction_id",
        "the answer names a transactionId of the wallet's own",
        "answer with the request's transactionId",
    ),
    "status": Cause(
        "status_does_not_fit",
        "the HTTP status does not fit the answer",
        "answer with the status that the document gives",
    ),
    "errorCode": Cause(
        "undocumented_code", "the error code is none of the documented ones", "answer with a documented code"
    ),
    "content-type": Cause(
        "not_declared_as_json", "the answer is not declared as JSON", "send `content-type: application/json`"
    ),
}
"""By the last part of a problem's place: a field of the answer, the HTTP status, or a header."""
_TOO_LARGE = 413
_OF_STATUSES: Mapping[int, Cause] = {
    429: Cause(
        "too_many_requests",
        "HTTP 429: the wallet, or something in front of it, limits how often it is called",
        "raise the limit for the platform; for a run set limits.requests_per_second below it",
    ),
    502: Cause(
        "gateway_cannot_reach",
        "HTTP 502: a gateway in front of the wallet cannot reach it: the process crashed, restarts, or closed the "
        "connection",
        "see the gateway's log and the wallet's at that time; keep idle connections longer than the gateway does",
    ),
    503: Cause(
        "unavailable",
        "HTTP 503: the wallet, or something in front of it, is overloaded or restarts",
        "see what limits it (workers, connections, a circuit breaker); answer with Retry-After",
    ),
    504: Cause(
        "gateway_timed_out",
        "HTTP 504: a gateway in front of the wallet has waited too long for its answer",
        "look for the request in the wallet's log; answer within a few seconds, also under load",
    ),
}
"""By HTTP status: the cause, whatever the body is."""
_BODY_TOO_LARGE = "body_too_large"
OF_STATUS_ALONE = frozenset({_BODY_TOO_LARGE, *(each.id for each in _OF_STATUSES.values())})
"""The ids of the causes that the HTTP status decides."""
_REDIRECTION = 3
"""The first digit of the HTTP status of a redirect."""

WRONG_CODE = "wrong_code"
"""The id of the cause for a right refusal with a wrong code."""
READ_AFTER_THE_LOCK = Cause(
    "balance_read_after_the_lock",
    "the balance of an answer is read after the booking's lock was given back, when others have booked too",
    "take the balance from the booking itself (UPDATE ... RETURNING balance)",
)


_TOKEN_NOT_LOOKED_UP = Cause(
    "token_not_looked_up",
    "a one-time token is not looked up, or not marked as used",
    "look the token up and mark it as used in one statement; refuse what is unknown or used",
)


def of_status(case: Case) -> Iterator[Cause]:
    """The cause that the HTTP status alone decides, whatever the body is."""
    exchange = case.exchange
    if exchange is None or exchange.reply is not None or exchange.transmission.received is None:
        return
    status = exchange.transmission.received.status
    if status == _TOO_LARGE:
        yield _of_size(case, exchange)
    elif status in _OF_STATUSES:
        yield _OF_STATUSES[status]


def _of_size(case: Case, exchange: Exchange) -> Cause:
    most = case.history.largest_body
    size = _about(len(exchange.transmission.sent.body))
    count = len(transactions(exchange.operation))
    what = f"the {exchange.name} of {count:,} transactions" if count > 1 else f"this {exchange.name}"
    takes = "does not take such a body" if most is None else f"takes bodies of {most:,} bytes at most"
    return Cause(
        _BODY_TOO_LARGE,
        f"HTTP 413: the wallet, its framework or its proxy {takes}; {what} has about {size:,}",
        "raise the limit of the body's size in the framework, and in every proxy in front of it",
    )


def _about(size: int) -> int:
    """The number with three digits that count. Bodies of as many transactions then have one size."""
    return round(size, 3 - len(str(size))) if size >= 1000 else size


def diagnoses(case: Case) -> Iterator[Cause]:
    """The causes that the form of an answer suggests."""
    exchange = case.exchange
    if exchange is None:
        return
    received = exchange.transmission.received
    if received is not None and received.status >= 500 and _says_success(case):
        yield Cause(
            "success_under_5xx",
            "the HTTP status says 5xx and the body says success: the platform takes the fate of the money for unknown",
            "answer 5xx only when you do not know yourself what has happened",
        )
    if received is not None and exchange.reply is None and received.status >= 500:
        yield Cause(
            "unhandled_exception",
            f"an exception that nobody handles ends the request with HTTP {received.status} and no answer of yours",
            "catch what goes wrong, undo the booking, and answer with the contract's own error code",
        )
    if received is not None and exchange.reply is None and received.body.lstrip()[:1] == b"<":
        yield Cause(
            "html_page",
            "an HTML page is answered where the contract's JSON is due",
            "answer refusals in the contract's own form, from the wallet and not from its framework or proxy",
        )
    yield from _of_check(case)


def _of_the_ids(exchange: Exchange) -> Cause:
    """The cause of answers with other ids than those of the batch."""
    items = exchange.reply.items if exchange.reply is not None else ()
    missing = {id_of(each) for each in transactions(exchange.operation)} - {each.id for each in items}
    if not surplus(exchange):
        return INCOMPLETE_BATCH_ANSWER
    return OTHER_IDS_ANSWERED if missing else _SURPLUS_BATCH_ANSWER


def _of_check(case: Case) -> Iterator[Cause]:
    """The causes that the check of the verdict suggests."""
    if case.verdict.check is Check.COMPLETENESS and case.exchange is not None:
        yield _of_the_ids(case.exchange)
    if case.verdict.check is Check.REFERENCE:
        yield Cause(
            "new_reference",
            "a repetition is given a new reference of the wallet's own",
            "store the wallet's reference with the transaction, and answer a repetition with the stored one",
        )
    if case.verdict.check is Check.CODE:
        yield Cause(
            WRONG_CODE,
            f"the refusal is right, and its code is another than the documented one ({case.verdict.summary})",
            "answer each refusal with its own code: the platform treats them differently",
        )
    if case.verdict.check is Check.EXPECTATION:
        yield from _of_expectation(case)
    if case.verdict.check is Check.ORACLE and not case.verdict.situation:
        if case.exchange is not None and isinstance(case.exchange.operation, Authenticate):
            yield _TOKEN_NOT_LOOKED_UP
        yield from _of_race(case)
    if case.verdict.check in {Check.SCHEMA, Check.FORMAT, Check.ECHO, Check.DELIVERY}:
        yield from _of_form(case)


def _says_success(case: Case) -> bool:
    """True if the body reports success and the HTTP status an error."""
    problems = case.exchange.problems if case.exchange is not None else ()
    return any(each.flaw is Flaw.CONTRADICTION for each in problems)


def _of_expectation(case: Case) -> Iterator[Cause]:
    exchange = case.exchange
    if exchange is None:
        return
    if case.verdict.aspect is Aspect.UNLIKE_THE_FIRST:
        yield Cause(
            "answered_anew",
            "a repetition is answered anew instead of as the first time",
            "store the answer with the transaction, and repeat it",
        )
    elif case.verdict.aspect is Aspect.REFUSED:
        yield _REFUSED
    elif accepted(exchange):
        yield from _accepted_wrongly(case, exchange)
    else:
        yield Cause(
            WRONG_CODE,
            f"the refusal is right, and its code is another than the documented one ({case.verdict.summary})",
            "answer each refusal with its own code: the platform treats them differently",
        )


def _session_of(operation: Operation) -> str:
    return operation.session if isinstance(operation, Single) else ""


def _accepted_wrongly(case: Case, exchange: Exchange) -> Iterator[Cause]:
    """The causes for a request that the wallet accepted and should have refused."""
    alteration, operation = exchange.alteration, exchange.operation
    if alteration.stale_seconds:
        yield AGE_NOT_LOOKED_AT
    elif alteration.forged:
        lenient = case.contract.forgeries[alteration.forged].lenient
        if lenient is not None:
            yield Cause(f"lenient.{alteration.forged}", lenient.cause, lenient.fix)
    elif isinstance(operation, Authenticate):
        yield _TOKEN_NOT_LOOKED_UP
    elif alteration.body is not None:
        yield Cause(
            "unreadable_body_taken",
            "a body that cannot be read is answered with success",
            "refuse a body that is no JSON object of the documented form",
        )
    elif alteration.spoils_content:
        yield FIELD_NOT_LOOKED_AT
    elif _session_of(operation) not in {each.session for each in case.history.players}:
        yield Cause(
            "session_ignored",
            "the session is not looked at",
            "refuse a bet whose session is unknown or has ended; credits and rollbacks are taken without one",
        )


_REFUSED = Cause(
    "refused_in_order",
    "the request is refused although it is in order",
    "see the code; ignore fields that you do not know",
)


def _of_race(case: Case) -> Iterator[Cause]:
    if case.verdict.aspect is Aspect.REFUSED_WITHOUT_NEED:
        yield Cause(
            "fails_under_contention",
            "requests that arrive together fail for each other's sake: a lock is not waited for, or a write conflict "
            "is not tried again",
            "wait for the player's lock, and repeat a database transaction that a conflict has ended",
        )
    elif case.verdict.aspect is Aspect.BALANCES_IN_NO_ORDER:
        yield READ_AFTER_THE_LOCK


def _of_form(case: Case) -> Iterator[Cause]:
    problem = case.problem
    if problem is not None and problem.flaw is Flaw.MISSING and problem.field != "balance":
        yield Cause(
            "field_missing_in_answer",
            f"the field `{problem.field}` is missing in the answer",
            "answer with every field that the schema requires",
        )
    if case.verdict.check is Check.ECHO:
        yield Cause(
            "echo_differs",
            "the answer does not repeat the request's own fields as they were sent",
            "echo them from the request, byte for byte, and not from the database",
        )
    if problem is not None:
        if _follows_from_what_was_altered(case, problem):
            yield FIELD_NOT_LOOKED_AT
        yield from _of_problem(problem)
    elif _is_redirected(case):
        yield _REDIRECT


def _follows_from_what_was_altered(case: Case, problem: Problem) -> bool:
    """True if the first balance that is no number answers a request with a missing or wrong field.

    Such an amount may stay in the books, and then spoils the balances of right requests, too.
    """
    spoilt = (each for each in case.history.exchanges if any(map(_is_no_balance, each.problems)))
    first = next(spoilt, None)
    return _is_no_balance(problem) and first is not None and first.alteration.spoils_content


def _is_no_balance(problem: Problem) -> bool:
    return problem.where.rpartition("/")[2] == "balance" and problem.flaw in _OF_THE_BALANCE


def _of_problem(problem: Problem) -> Iterator[Cause]:
    place = problem.where.rpartition("/")[2]
    if place == "balance" and problem.flaw in _OF_THE_BALANCE:
        yield _OF_THE_BALANCE[problem.flaw]
    if problem.flaw is Flaw.MISSING and problem.field == "balance":
        yield _BALANCE_MISSING
    if place == "displayName" and problem.flaw is Flaw.FORBIDDEN:
        yield _SHOWS_AN_EMAIL
    if problem.flaw in _OF_FLAWS:
        yield _OF_FLAWS[problem.flaw]
    if place in _OF_PLACES:
        yield _OF_PLACES[place]


def _is_redirected(case: Case) -> bool:
    received = case.exchange.transmission.received if case.exchange is not None else None
    return received is not None and received.status // 100 == _REDIRECTION
