"""Authentication that is too lax, or made in another way than the document says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from harness.contracts import Contract
from harness.contracts.shared.authentication import Remedy
from harness.model import Outcome
from harness.verdict.causes.by_situation import ZERO_REFUSED
from harness.verdict.causes.case import Case, Cause

_BELIEVES = "believes."
"""Ids of causes about authentication begin so."""

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


def _believes(name: str, texts: Remedy | tuple[str, str]) -> Cause:
    """The cause that belongs to a forgery, a mistake in signing or a situation, by its name."""
    sentence, fix = texts if isinstance(texts, tuple) else (texts.cause, texts.fix)
    return Cause(f"{_BELIEVES}{name}", sentence, fix)


AGE_NOT_LOOKED_AT = _believes("stale", _SITUATIONS["stale"])


def roots_of_belief(cause: str) -> frozenset[str]:
    """A wallet that verifies nothing believes every forgery: one thing to repair."""
    everything = f"{_BELIEVES}forged"
    return frozenset({everything}) if cause.startswith(_BELIEVES) and cause != everything else frozenset()


def of_mistake(name: str, contract: Contract) -> Cause | None:
    """What a wallet does that refuses a good call and believes one with this mistake; `zero_amount` is no forgery."""
    if name == "zero_amount":
        return ZERO_REFUSED
    remedy = contract.forgeries[name].remedy if name in contract.forgeries else None
    return _believes(name, remedy) if remedy is not None else None


def diagnoses(case: Case) -> Iterator[Cause]:
    """Which part of the authentication is not verified."""
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
        found = of_mistake(forgery, case.contract)
        if found is not None and not _believes_any(case, forgery):
            yield found
    yield _believes(case.situation, _SITUATIONS[case.situation])


def _forgery(case: Case) -> str:
    return case.exchange.alteration.forged if case.exchange is not None else ""


def _believes_any(case: Case, forgery: str) -> bool:
    """Whether another forgery was believed too: then nothing is verified at all."""
    return any(
        each.alteration.forged and each.alteration.forged != forgery and each.reply is not None and each.reply.accepted
        for each in case.history.exchanges
    )
