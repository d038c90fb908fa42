"""Authentication that is too lax, or made in another way than the document says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from harness.contracts import BUNDLED, Contract, load
from harness.model import Outcome
from harness.verdict.causes.case import Case, Diagnosis

_ZERO_AMOUNT = Diagnosis(
    "an amount of 0 is refused as invalid",
    "take 0 as an amount: it says that a bet was lost, and is how a balance is asked for",
)

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


def _of_forgeries(contract: Contract) -> Iterator[str]:
    return (each.remedy.cause for each in contract.forgeries.values() if each.remedy is not None)


CONSEQUENCES: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        _SITUATIONS["forged"][0],
        (
            *(cause for name in BUNDLED for cause in _of_forgeries(load(name))),
            *(cause for cause, _ in _SITUATIONS.values()),
        ),
    ),
)
"""A wallet that verifies nothing believes every forgery: one thing to repair."""


def of_mistake(name: str, contract: Contract) -> Diagnosis | None:
    """What a wallet does that refuses a good call and believes one with this mistake; `zero_amount` is no forgery."""
    if name == "zero_amount":
        return _ZERO_AMOUNT
    remedy = contract.forgeries[name].remedy if name in contract.forgeries else None
    return Diagnosis(remedy.cause, remedy.fix) if remedy is not None else None


def diagnoses(case: Case) -> Iterator[Diagnosis]:
    """Which part of the authentication is not verified."""
    if case.situation not in _SITUATIONS or case.verdict.wrong == "code":
        return
    if case.exchange is not None and case.exchange.reply is not None and case.outcome is not Outcome.OK:
        yield Diagnosis(
            "a request that was rejected for its credentials has moved money: it is booked before it is verified",
            "verify first, in front of every operation, before anything is read or booked",
        )
    if case.situation == "forged":
        forgery = case.narrowed or _forgery(case)
        found = of_mistake(forgery, case.contract)
        if found is not None and not _believes_any(case, forgery):
            yield found
    yield Diagnosis(*_SITUATIONS[case.situation])


def _forgery(case: Case) -> str:
    return case.exchange.alteration.forged if case.exchange is not None else ""


def _believes_any(case: Case, forgery: str) -> bool:
    """Whether another forgery was believed too: then nothing is verified at all."""
    return any(
        each.alteration.forged and each.alteration.forged != forgery and each.reply is not None and each.reply.accepted
        for each in case.history.exchanges
    )
