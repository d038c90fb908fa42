"""Defects of identifiers: two different ids are taken for one."""

from __future__ import annotations

import unicodedata

from harness.model import ItemReply, Movement, Outcome
from mock_server.defects.registry import defect
from mock_server.order import AnyOrder, Order, Refusal
from mock_server.store import Account, Key
from mock_server.wallet import Wallet

VIOLATES = "CAS-IDM-09 SPB-IDM-07"


@defect(violates=VIOLATES, witnesses={"idempotency/ids_that_differ_after_36_characters": "oracle"})
class CutsIdsAfter36Characters(Wallet):
    """Stores ids in a column for UUIDs, and cuts longer ones."""

    def memory_key(self, order: AnyOrder, account: Account) -> Key:
        key = super().memory_key(order, account)
        return key._replace(id=key.id[:36])


@defect(violates=VIOLATES, witnesses={"idempotency/ids_that_differ_in_the_last_of_255_characters": "oracle"})
class CutsIdsAfter254Characters(Wallet):
    """Stores ids in a column that is one character too short for the longest."""

    def memory_key(self, order: AnyOrder, account: Account) -> Key:
        key = super().memory_key(order, account)
        return key._replace(id=key.id[:254])


@defect(violates=VIOLATES, witnesses={"idempotency/ids_that_differ_after_255_characters": "oracle"})
class CutsIdsAfter255Characters(Wallet):
    """Stores ids in a column of the usual length, and cuts longer ones."""

    def memory_key(self, order: AnyOrder, account: Account) -> Key:
        key = super().memory_key(order, account)
        return key._replace(id=key.id[:255])


@defect(violates=VIOLATES, witnesses={"idempotency/ids_that_differ_in_the_last_of_255_characters": "oracle"})
class CutsIdsThatItTakesUpTo64Characters(Wallet):
    """Refuses ids of more than 64 characters, and stores the others in a column of 63."""

    async def process(self, order: Order[Movement]) -> ItemReply:
        if len(order.item.id) > 64:
            return self.answer_refusal(order, Refusal(Outcome.REFUSED, "the transaction id is too long"))
        return await super().process(order)

    def memory_key(self, order: AnyOrder, account: Account) -> Key:
        key = super().memory_key(order, account)
        return key._replace(id=key.id[:63])


@defect(violates=VIOLATES, witnesses={"idempotency/ids_that_differ_in_case": "oracle"})
class IgnoresTheCaseOfIds(Wallet):
    """Stores ids with a collation that takes capital and small letters for the same."""

    def memory_key(self, order: AnyOrder, account: Account) -> Key:
        key = super().memory_key(order, account)
        return key._replace(id=key.id.casefold())


@defect(violates=VIOLATES, witnesses={"idempotency/ids_that_differ_in_a_trailing_space": "oracle"})
class StripsSpacesFromIds(Wallet):
    """Stores ids in a column of fixed width, which ignores a space at the end."""

    def memory_key(self, order: AnyOrder, account: Account) -> Key:
        key = super().memory_key(order, account)
        return key._replace(id=key.id.strip())


@defect(violates=VIOLATES, witnesses={"idempotency/ids_that_differ_in_normalisation": "oracle"})
class NormalisesIds(Wallet):
    """Brings ids into one Unicode normal form before it compares them."""

    def memory_key(self, order: AnyOrder, account: Account) -> Key:
        key = super().memory_key(order, account)
        return key._replace(id=unicodedata.normalize("NFC", key.id))


@defect(violates=VIOLATES, witnesses={"idempotency/ids_that_are_large_numbers": "oracle"})
class ReadsIdsAsFloats(Wallet):
    """Keeps ids of digits as binary floats, as a script or a spreadsheet does."""

    def memory_key(self, order: AnyOrder, account: Account) -> Key:
        key = super().memory_key(order, account)
        return key._replace(id=f"{float(key.id):.0f}") if key.id.isdecimal() else key


@defect(violates=VIOLATES, witnesses={"idempotency/ids_that_differ_in_a_leading_zero": "oracle"})
class DropsLeadingZerosOfIds(Wallet):
    """Keeps ids of digits as numbers, so that a leading zero is lost."""

    def memory_key(self, order: AnyOrder, account: Account) -> Key:
        key = super().memory_key(order, account)
        return key._replace(id=key.id.lstrip("0")) if key.id.isdecimal() else key


@defect(violates=VIOLATES, witnesses={"idempotency/ids_that_differ_in_an_emoji": "oracle"})
class LosesEmojiInIds(Wallet):
    """Stores ids with three bytes a character at most, so that every emoji becomes a question mark."""

    def memory_key(self, order: AnyOrder, account: Account) -> Key:
        key = super().memory_key(order, account)
        return key._replace(id="".join(c if ord(c) < 0x10000 else "?" for c in key.id))
