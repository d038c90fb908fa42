"""Defects of money: amounts and balances are calculated or shown wrong."""

from __future__ import annotations

import struct
from dataclasses import replace
from decimal import ROUND_DOWN, Decimal
from functools import cached_property

from harness.contracts import Contract
from harness.model import Movement, Operation, Reward
from harness.money import SCALE
from mock_server.defects.registry import CASINO, SPORTSBOOK, defect
from mock_server.defects.rewriting import rewritten
from mock_server.order import Moved, Order
from mock_server.store import Account
from mock_server.wallet import Wallet

CENT = 1000


@defect(
    violates=(
        "CAS-BAT-02 CAS-BET-01 CAS-BTB-01 CAS-CNC-02 CAS-FND-03 CAS-FND-04 CAS-IDM-12 CAS-MNY-01 "
        "CAS-PAY-01 CAS-RWD-01 CAS-SET-03 SPB-BET-01 SPB-BET-03 SPB-CNC-02 SPB-LST-01 SPB-MNY-01 "
        "SPB-RBK-01 SPB-SET-01 SPB-UNS-01"
    ),
    witnesses={"insufficient_funds/exact_stake": "oracle"},
)
class ShowsTheBalanceBefore(Wallet):
    """Answers with the balance before the movement instead of the one after it."""

    def shown_balance(self, moved: Moved) -> int:
        return moved.before


@defect(
    violates="CAS-INP-04 CAS-LST-01 CAS-MNY-01 SPB-INP-04 SPB-MNY-01",
    witnesses={"money/casino_rounds": "oracle", "money/sum_of_small_settlements": "oracle"},
)
class CountsInFloats(Wallet):
    """Adds wins as binary floats in main units, and cuts what lies behind the smallest unit."""

    def credited(self, balance: int, amount: int) -> int:
        unit = 1 if amount % CENT or balance % CENT else CENT
        return int((balance / 100_000 + amount / 100_000) * (100_000 // unit)) * unit


@defect(
    violates=(
        "CAS-BET-01 CAS-BTB-01 CAS-FND-01 CAS-FND-03 CAS-FND-04 CAS-INP-04 CAS-PAY-01 CAS-RWD-01 SPB-BET-01 "
        "SPB-INP-04 SPB-INP-08"
    ),
    witnesses={"settlement/exact_credit": "oracle", "money/three_decimals": "oracle"},
)
class RoundsToTwoDecimals(Wallet):
    """Rounds every amount to two decimals, whatever the currency has."""

    def read(self, contract: Contract, name: str, body: bytes) -> Operation:
        def rounded(fields: dict[str, object]) -> None:
            amount = fields.get("amount")
            if contract.name == "casino" and isinstance(amount, int):
                fields["amount"] = amount // CENT * CENT
            elif isinstance(amount, Decimal):
                fields["amount"] = amount.quantize(Decimal("0.01"), ROUND_DOWN)

        return super().read(contract, name, rewritten(body, rounded))


@defect(
    violates=(
        "CAS-BAT-01 CAS-BAT-02 CAS-CON-01 CAS-IDM-02 CAS-IDM-03 CAS-IDM-05 CAS-IDM-06 CAS-IDM-09 "
        "CAS-IDM-12 CAS-LST-01 CAS-MNY-01 CAS-PAY-01 CAS-RTY-01 CAS-RWD-01 CAS-SET-03"
    ),
    contracts=CASINO,
    witnesses={"settlement/exact_credit": "oracle"},
)
class TakesUnitsForCents(Wallet):
    """Takes the integers on the wire for cents, and credits a thousand times too much."""

    def credited(self, balance: int, amount: int) -> int:
        return balance + amount * CENT


@defect(
    violates="CAS-INP-04 CAS-MNY-01 CAS-RWD-01 CAS-SET-03 SPB-INP-04 SPB-SET-01", witnesses={"money/uint32": "oracle"}
)
class WrapsAt32Bits(Wallet):
    """Keeps the amount of a win in 32 bits, without a sign, and loses what is above."""

    def credited(self, balance: int, amount: int) -> int:
        return balance + amount % 2**32


@defect(
    violates="CAS-INP-04 CAS-MNY-01 CAS-RWD-01 CAS-SET-03 SPB-INP-04 SPB-SET-01", witnesses={"money/int32": "oracle"}
)
class StopsAt31Bits(Wallet):
    """Keeps the amount of a win in 32 bits, with a sign, and credits the largest such number at most."""

    def credited(self, balance: int, amount: int) -> int:
        return balance + min(amount, 2**31 - 1)


@defect(violates="CAS-INP-04 CAS-MNY-01", contracts=CASINO, witnesses={"money/beyond_2_to_the_53": "oracle"})
class KeepsTheBalanceInADouble(Wallet):
    """Keeps balances as JavaScript numbers, which are not exact beyond 2^53 units."""

    def credited(self, balance: int, amount: int) -> int:
        return int(float(balance + amount))


@defect(violates="CAS-INP-04 SPB-INP-04", witnesses={"input/settlement_beyond_2_to_the_53": "expectation"})
class ReadsAmountsAsDoubles(Wallet):
    """Reads every amount as a 64-bit float: exact in daily use, and another number beyond 2^53 units."""

    def read(self, contract: Contract, name: str, body: bytes) -> Operation:
        def rounded(fields: dict[str, object]) -> None:
            amount = fields.get("amount")
            if isinstance(amount, int) and amount > 2**53:
                fields["amount"] = int(float(amount))
            elif isinstance(amount, Decimal) and amount > 2**43:
                fields["amount"] = Decimal(float(amount)).quantize(amount)

        return super().read(contract, name, rewritten(body, rounded))


@defect(
    violates="CAS-INP-04 CAS-MNY-01 CAS-RWD-01 CAS-SET-03 SPB-INP-04 SPB-SET-01", witnesses={"money/float32": "oracle"}
)
class KeepsAmountsIn32BitFloats(Wallet):
    """Keeps amounts in a float of single precision, which has seven digits."""

    def credited(self, balance: int, amount: int) -> int:
        kept: float = struct.unpack("f", struct.pack("f", float(amount)))[0]
        return balance + round(kept)


@defect(
    violates=(
        "CAS-BAT-02 CAS-BET-01 CAS-BTB-01 CAS-CNC-02 CAS-FND-04 CAS-IDM-02 CAS-IDM-12 CAS-LST-01 "
        "CAS-MNY-01 CAS-PAY-01 CAS-RWD-01 CAS-SET-03"
    ),
    contracts=CASINO,
    witnesses={"settlement/balance_after_the_credit": "oracle"},
)
class ShowsCents(Wallet):
    """Shows the balance in cents, where the contract counts hundred-thousandths."""

    def shown_balance(self, moved: Moved) -> int:
        return moved.after // CENT


@defect(
    violates="CAS-BET-01 CAS-BTB-01 CAS-INP-04 CAS-MNY-01 CAS-PAY-01 CAS-RWD-01 CAS-SET-03",
    contracts=CASINO,
    witnesses={"settlement/exact_credit": "oracle"},
)
class ShowsARoundedBalance(Wallet):
    """Books exactly, and shows the balance rounded to a cent."""

    def shown_balance(self, moved: Moved) -> int:
        return moved.after // CENT * CENT


@defect(
    violates=(
        "CAS-BAT-01 CAS-BAT-02 CAS-BTB-01 CAS-CON-01 CAS-IDM-02 CAS-IDM-03 CAS-IDM-05 CAS-IDM-06 "
        "CAS-IDM-09 CAS-IDM-12 CAS-LST-01 CAS-MNY-01 CAS-PAY-01 CAS-RTY-01 CAS-RWD-01 CAS-SET-03 "
        "SPB-CLW-01 SPB-CLW-02 SPB-CON-01 SPB-IDM-02 SPB-IDM-05 SPB-IDM-07 SPB-IDM-10 SPB-LST-01 "
        "SPB-MNY-01 SPB-SET-01 SPB-SET-04 SPB-SET-06 SPB-UNS-03"
    ),
    witnesses={"settlement/exact_credit": "oracle", "settlement/paid_bet": "oracle"},
)
class KeepsAFee(Wallet):
    """Keeps one per cent of each win for itself."""

    def credited(self, balance: int, amount: int) -> int:
        return balance + amount - amount // 100


@defect(
    violates=(
        "CAS-BAT-01 CAS-BAT-02 CAS-CON-01 CAS-CUT-01 CAS-IDM-02 CAS-IDM-03 CAS-IDM-05 CAS-IDM-06 "
        "CAS-IDM-09 CAS-IDM-12 CAS-LST-01 CAS-MNY-01 CAS-PAY-01 CAS-RTY-01 CAS-RWD-01 CAS-SET-03 "
        "SPB-CLW-01 SPB-CLW-02 SPB-CON-01 SPB-CUT-01 SPB-IDM-02 SPB-IDM-05 SPB-IDM-07 SPB-IDM-10 "
        "SPB-LST-01 SPB-MNY-01 SPB-SET-01 SPB-SET-04 SPB-SET-06"
    ),
    witnesses={"settlement/exact_credit": "oracle", "settlement/paid_bet": "oracle"},
)
class CreditsTwice(Wallet):
    """Credits each win twice: once when it is received, once when it is booked."""

    def credited(self, balance: int, amount: int) -> int:
        return balance + 2 * amount


@defect(
    violates=(
        "CAS-BAT-01 CAS-BAT-02 CAS-CON-01 CAS-IDM-03 CAS-IDM-05 CAS-IDM-06 CAS-IDM-09 CAS-IDM-12 "
        "CAS-MNY-01 CAS-PAY-01 CAS-RTY-01 CAS-RWD-01 CAS-SET-03 SPB-CLW-01 SPB-CLW-02 SPB-CON-01 "
        "SPB-IDM-02 SPB-IDM-05 SPB-IDM-07 SPB-IDM-10 SPB-MNY-01 SPB-SET-01 SPB-SET-04 SPB-SET-06"
    ),
    witnesses={"settlement/exact_credit": "oracle", "settlement/paid_bet": "oracle"},
)
class CreditsNothing(Wallet):
    """Accepts each win, and books none."""

    def credited(self, balance: int, amount: int) -> int:
        return balance


@defect(
    violates=(
        "CAS-BAT-02 CAS-BET-01 CAS-BTB-01 CAS-CON-01 CAS-FND-02 CAS-FND-04 CAS-IDM-02 CAS-IDM-06 "
        "CAS-LST-01 CAS-MNY-01 SPB-BET-01 SPB-BET-02 SPB-BET-03 SPB-CON-01 SPB-IDM-05 SPB-LST-01 "
        "SPB-MNY-01 SPB-RBK-01 SPB-RBK-03 SPB-UNS-01"
    ),
    witnesses={"insufficient_funds/exact_stake": "oracle"},
)
class DebitsTwice(Wallet):
    """Takes each stake twice: once to hold it, once when the bet is placed."""

    def debited(self, balance: int, amount: int) -> int:
        return max(0, balance - 2 * amount)


@defect(
    violates=(
        "CAS-BAT-02 CAS-BET-01 CAS-BTB-01 CAS-CON-01 CAS-FND-02 CAS-FND-03 CAS-FND-04 CAS-IDM-06 "
        "CAS-MNY-01 SPB-BET-01 SPB-BET-02 SPB-BET-03 SPB-CON-01 SPB-IDM-05 SPB-LST-01 SPB-MNY-01 "
        "SPB-RBK-01 SPB-RBK-03 SPB-UNS-01"
    ),
    witnesses={"insufficient_funds/exact_stake": "oracle"},
)
class DebitsNothing(Wallet):
    """Accepts each bet, and takes no stake."""

    def debited(self, balance: int, amount: int) -> int:
        return balance


@defect(
    violates="CAS-CON-01 CAS-IDM-06 CAS-IDM-12 CAS-LST-01 CAS-RWD-01",
    contracts=CASINO,
    witnesses={"reward/jackpot": "oracle"},
)
class PaysRewardsTenfold(Wallet):
    """Multiplies each reward by ten, because somebody took its unit for another one."""

    async def credit(self, order: Order[Movement], account: Account) -> Moved:
        if isinstance(order.item, Reward):
            order = order._replace(item=replace(order.item, amount=order.item.amount * 10))
        return await super().credit(order, account)


@defect(violates="SPB-BET-01 SPB-INP-04", contracts=SPORTSBOOK, witnesses={"money/without_decimals": "oracle"})
class GivesEveryCurrencyCents(Wallet):
    """Divides every amount by a hundred on its way in, also in currencies that have no cents."""

    def read(self, contract: Contract, name: str, body: bytes) -> Operation:
        def divided(fields: dict[str, object]) -> None:
            amount = fields.get("amount")
            if fields.get("currency") == "JPY" and isinstance(amount, int | Decimal):
                fields["amount"] = int(amount) // 100

        return super().read(contract, name, rewritten(body, divided))


@defect(
    violates=(
        "CAS-BAL-01 CAS-CON-01 CAS-FND-02 CAS-IDM-06 CAS-IDM-07 CAS-LST-01 "
        "SPB-BAL-01 SPB-BET-02 SPB-CON-01 SPB-IDM-01 SPB-IDM-03 SPB-IDM-05 SPB-LST-01"
    ),
    witnesses={"player/balance_after_each_movement": "conservation"},
)
class ReadsACachedBalance(Wallet):
    """Reads the balance from a cache that no movement refreshes."""

    def read_balance(self, account: Account) -> int:
        return self._cache.setdefault(account.number, super().read_balance(account))

    @cached_property
    def _cache(self) -> dict[int, int]:
        return {}


@defect(
    violates=(
        "CAS-BAL-01 CAS-BET-01 CAS-CON-01 CAS-FND-01 CAS-PAY-01 SPB-BAL-01 SPB-BET-01 SPB-CON-01 SPB-SET-01 SPB-UNS-05"
    ),
    witnesses={"player/balance": "conservation"},
)
class ChargesForASecondLook(Wallet):
    """Takes a fee from a player who looks at the same balance twice, with no look of another player in between."""

    def read_balance(self, account: Account) -> int:
        balance = super().read_balance(account)
        look = (account.number, balance)
        if look == self._last:
            self.store.set_balance(account, max(0, balance - CENT))
        self._last = look
        return balance

    _last: tuple[int, int] | None = None


@defect(violates="CAS-BAL-01 SPB-BAL-01", witnesses={"player/balance_after_each_movement": "conservation"})
class ReadsAWholeBalance(Wallet):
    """Shows the balance without its decimals to whoever reads it."""

    def read_balance(self, account: Account) -> int:
        return super().read_balance(account) // SCALE * SCALE
