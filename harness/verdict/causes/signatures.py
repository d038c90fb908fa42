"""Finds causes in the wallet's authentication: it checks too little, or not as documented."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from harness.contracts import Contract
from harness.contracts.shared.authentication import Forgery
from harness.model import Outcome
from harness.verdict.causes.by_situation import ZERO_REFUSED
from harness.verdict.causes.case import Case, Cause
from harness.verdict.first_calls import TIME_ZONE, UNKNOWN_PLAYER, ZERO_AMOUNT

_SITUATIONS: Mapping[str, tuple[str, str]] = {
    "forged": (
        "the signature is not verified on this operation, or the booking comes before the verification",
        "verify in one place, in front of every operation, before anything is read or booked",
    ),
    "tampered": (
        "the body that is booked is not the body whose signature was verified",
        "verify the signature over the raw body that is then read",
    ),
    "missing_header": (
        "a request without one of the authentication headers is taken as one without anything to verify",
        "refuse a request in which any of the required headers is missing",
    ),
    "stale": (
        "the age of the timestamp is not looked at, so a recorded request can be sent again for ever",
        "refuse a timestamp that is more than five minutes away from the wallet's clock",
    ),
}


_FAMILY = "believes"
"""The part before the dot in the ids of this module's causes."""
_ALL = f"{_FAMILY}.forged"


def roots_of(cause: str) -> frozenset[str]:
    """The ids of the causes that explain this one.

    A wallet that verifies nothing accepts every forgery. One that accepts a forgery accepts its near forms.
    """
    family, _, names = cause.partition(".")
    if family != _FAMILY or cause == _ALL:
        return frozenset()
    plainer, _, near = names.partition(".")
    return frozenset({_ALL, f"{_FAMILY}.{plainer}"} if near else {_ALL})


def _of_situation(name: str) -> Cause:
    return Cause(f"{_FAMILY}.{name}", *_SITUATIONS[name])


AGE_NOT_LOOKED_AT = _of_situation("stale")


_OF_FIRST_CALLS: Mapping[str, Cause] = {
    ZERO_AMOUNT: ZERO_REFUSED,
    TIME_ZONE: Cause(
        "window_in_another_time_zone",
        "the window of the timestamp is computed from local time, and not from Unix time",
        "compare the timestamp with the milliseconds since 1970 in UTC, whatever the machine's time zone is",
    ),
    UNKNOWN_PLAYER: Cause(
        "breaks_down_at_an_unknown_player",
        "the lookup of a player who does not exist is not handled, and takes the process or the request down",
        "answer a player that you do not know with the contract's refusal",
    ),
}


def of_mistake(name: str, contract: Contract) -> Cause | None:
    """The cause if a wallet refuses a right call and accepts one with this mistake; None if it is unknown.

    `name` is a forgery's name, or the name of another mistake that pre-flight finds.
    """
    if name in _OF_FIRST_CALLS:
        return _OF_FIRST_CALLS[name]
    forgery = contract.forgeries.get(name)
    if forgery is None or forgery.remedy is None:
        return None
    return _of(forgery, forgery.remedy.cause, forgery.remedy.fix)


def of_forgery(name: str, contract: Contract) -> Cause | None:
    """The cause if a wallet accepts right calls and a forged one; None if it is unknown."""
    forgery = contract.forgeries.get(name)
    if forgery is None or not forgery.mistake or forgery.remedy is None:
        return of_mistake(name, contract)
    fix = f"take the documented form alone: {forgery.remedy.fix}"
    return _of(forgery, f"your wallet also takes {forgery.mistake}", fix)


def _of(forgery: Forgery, sentence: str, fix: str) -> Cause:
    return Cause(_id_of(forgery), sentence, fix)


def _id_of(forgery: Forgery) -> str:
    return ".".join(each for each in (_FAMILY, forgery.near, forgery.name) if each)


def diagnoses(case: Case) -> Iterator[Cause]:
    """The causes for a request that the wallet should have rejected for its authentication."""
    if case.situation not in _SITUATIONS or case.verdict.wrong == "code":
        return
    if case.exchange is not None and case.exchange.reply is not None and case.outcome is not Outcome.OK:
        yield Cause(
            "booked_before_verified",
            "a request that was rejected for its credentials has moved money: it is booked before it is verified",
            "verify first, in front of every operation, before anything is read or booked",
        )
    if case.situation == "forged":
        forgery = case.narrowed or _forgery(case)
        found = of_forgery(forgery, case.contract)
        if found is not None and not _believes_any(case, forgery):
            yield found
    yield _of_situation(case.situation)


def _forgery(case: Case) -> str:
    return case.exchange.alteration.forged if case.exchange is not None else ""


def _believes_any(case: Case, forgery: str) -> bool:
    """True if the wallet accepted a forgery that is no form of this one. Then it probably verifies nothing."""
    forged = (each.alteration.forged for each in case.history.exchanges if each.reply and each.reply.accepted)
    return any(each and _plainest(case.contract, each) != _plainest(case.contract, forgery) for each in forged)


def _plainest(contract: Contract, forgery: str) -> str:
    found = contract.forgeries.get(forgery)
    return found.near if found is not None and found.near else forgery
