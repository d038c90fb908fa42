"""Adapts a contract to one wallet: the readings that its operator has pinned, and the wallet's own codes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from harness.config.wallet import WalletUnderTest
from harness.contracts import Contract, Decode, Decoded, ExpectedCode, load
from harness.model import ItemReply, Message, Operation, Outcome, Policy, Request

OwnCodes = Mapping[Outcome, frozenset[str]]


def contract_of(wallet: WalletUnderTest) -> Contract:
    """The contract of a wallet under test, with the readings that its profile pins and with its own codes."""
    return tailored(load(wallet.contract), readings=wallet.policies, codes=wallet.codes)


def tailored(
    contract: Contract,
    *,
    readings: Iterable[tuple[str, str]] = (),
    codes: Iterable[tuple[str, Iterable[str]]] = (),
) -> Contract:
    """The contract with one reading of each given policy, and with the wallet's own codes in place of the document's.

    Any other behaviour of the wallet violates the requirement of that policy. `codes` are by the value of an `Outcome`.
    Raises ValueError for an unknown outcome.
    """
    own: OwnCodes = {Outcome(word): frozenset(own_codes) for word, own_codes in codes}
    policy = narrowed(contract.policy, readings)
    if not own:
        return replace(contract, policy=policy)
    expected = {situation: _expected(each, own) for situation, each in contract.codes.items()}
    return replace(contract, policy=policy, codes=expected, decode=_reading(contract.decode, own))


def narrowed(policy: Policy, readings: Iterable[tuple[str, str]]) -> Policy:
    """The policy, restricted to the given reading if there is one."""
    return {**policy, **{name: frozenset({reading}) for name, reading in readings}}


def _expected(expected: ExpectedCode, own: OwnCodes) -> ExpectedCode:
    """The expected code with the wallet's own codes. A pinned code is required: a general error does not replace it."""
    if not any(outcome in own for outcome in expected.outcomes):
        return expected
    return ExpectedCode(expected.level, expected.outcomes - {Outcome.REFUSED})


def _reading(decode: Decode, own: OwnCodes) -> Decode:
    """A decoder that knows the wallet's own codes."""
    meanings = {code: outcome for outcome, codes in own.items() for code in codes}

    def read(operation: Operation, message: Message, request: Request) -> Decoded:
        decoded = decode(operation, message, request)
        reply = decoded.reply
        if reply is None:
            return decoded
        items = tuple(_item(each, meanings, own) for each in reply.items)
        outcome = _meaning(reply.code, reply.outcome, meanings, own)
        known = reply.code in meanings or any(each.code in meanings for each in items)
        problems = tuple(each for each in decoded.problems if not (known and each.topic == "code"))
        return Decoded(replace(reply, items=items, outcome=outcome), problems)

    return read


def _item(item: ItemReply, meanings: Mapping[str, Outcome], own: OwnCodes) -> ItemReply:
    return replace(item, outcome=_meaning(item.code, item.outcome, meanings, own))


def _meaning(code: str, outcome: Outcome, meanings: Mapping[str, Outcome], own: OwnCodes) -> Outcome:
    """The outcome that a code means for this wallet.

    Success stays success. A code that the wallet has replaced by its own has no meaning any more.
    """
    if outcome is Outcome.OK:
        return outcome
    return meanings.get(code) or (Outcome.REFUSED if outcome in own else outcome)
