"""Finds causes for wrong balances: another unit, binary floats, an old balance, a double or reversed booking."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from harness import money
from harness.model import Amount, Authenticate, GetBalance, Movement, Outcome, Single, transactions
from harness.verdict.causes.by_situation import NO_REFUND, SAME_BET, STALE_READ, UNCOVERED_TAKEN
from harness.verdict.causes.case import Case, Cause, signed
from harness.verdict.causes.unreadable_answers import READ_AFTER_THE_LOCK

_SCALES = (10, 100, 1_000, 10_000, 100_000)
_ROUNDED = (2, 3, 0, 4)
"""Numbers of decimals that wallets round to, the most usual first."""
_PLAIN = frozenset({"new", "exact", "zero", "read", "unknown_bet", ""})
_ENOUGH_UNITS = 100
"""From so many units on, a rounded quotient proves another unit. Below, it may be chance."""
_MOST_TIMES = 9
"""How many bookings of one request are recognised at most. Ten of them look like another unit."""
_EXACT_IN_A_DOUBLE = 2**53
"""From so many hundred-thousandths on, a double does not hold each of them."""
NOISE = Fraction(money.SCALE, 100)
"""A smaller difference than a cent, in hundred-thousandths, is an error of rounding and not another amount."""


SHOWN_TOO_EARLY = Cause(
    "shows_balance_before",
    "the answer shows the balance before the movement instead of the one after it",
    "read the balance after the booking, in the same database transaction (UPDATE ... RETURNING balance)",
)
_A_LITTLE_TOO_MUCH = Cause(
    "a_little_too_much_taken",
    "a debit that exceeds the balance by less than a main unit is taken: nothing compares them, or the comparison "
    "rounds or is off by one",
    "compare the exact amounts, in the smallest unit, in the statement that deducts",
)


OVERFLOW = "overflows_32_bits"
"""The id of the cause that an amount overflows 32 bits."""


def _kept_with(decimals: int) -> str:
    """The id of the cause that the wallet keeps money with so many decimals."""
    return f"kept_with_{decimals}_decimals"


NEVER_BOOKED = Cause(
    "never_booked",
    "the transaction is answered with success and never booked",
    "commit the booking before the answer is sent, and answer with an error when it fails",
)
NOT_BOOKED_OR_SHOWN_EARLY = Cause(
    "not_booked_or_shown_early",
    "the answer shows the balance as it was before: the transaction is not booked, or the balance is read too early",
    "commit the booking before the answer is sent, and read the balance after it, in the same database transaction",
)
ANSWERED_AND_NOT_BOOKED = Cause(
    "answered_and_not_booked",
    "the answer shows the balance after the transaction, and later ones show that it was never booked",
    "commit the booking before the answer is sent, and answer the balance that the books hold",
)
LOGIN_MOVES = Cause(
    "login_shows_another_balance",
    "the balance of a login does not follow from the transactions before it: the login moves money, or reads another "
    "balance",
    "move nothing at a login: bets stay open, and their stakes stay taken, until they are settled or rolled back",
)
BINARY_FLOATS = Cause(
    "binary_floats",
    "money is counted in binary floating point: the balance is off by less than a cent",
    "count money in integers of the smallest unit or in a decimal type, never in float or double",
)
_LESS_BOOKED = Cause(
    "less_booked",
    "another amount is booked: less than the one of the request",
    "book the amount of the request, exactly: no fee, no conversion, no rounding",
)
_MORE_BOOKED = Cause(
    "more_booked",
    "another amount is booked: more than the one of the request",
    "book the amount of the request, exactly: no bonus, no stake on top, no conversion, no rounding",
)
BELOW_A_CENT = Cause(
    "below_a_cent_is_nothing",
    "an amount below a cent is booked as nothing: it is rounded to two decimals on its way into the books",
    "keep every decimal that the contract allows, for every currency",
)
_TWO_DECIMALS = _kept_with(2)

CONSEQUENCES: Mapping[str, frozenset[str]] = {
    BELOW_A_CENT.id: frozenset({_TWO_DECIMALS, _A_LITTLE_TOO_MUCH.id}),
    _TWO_DECIMALS: frozenset({BELOW_A_CENT.id, _A_LITTLE_TOO_MUCH.id}),
    UNCOVERED_TAKEN.id: frozenset({_A_LITTLE_TOO_MUCH.id}),
    SHOWN_TOO_EARLY.id: frozenset(
        {NOT_BOOKED_OR_SHOWN_EARLY.id, NEVER_BOOKED.id, NO_REFUND.id, STALE_READ.id, READ_AFTER_THE_LOCK.id}
    ),
    NEVER_BOOKED.id: frozenset({NOT_BOOKED_OR_SHOWN_EARLY.id}),
    STALE_READ.id: frozenset({LOGIN_MOVES.id}),
    ANSWERED_AND_NOT_BOOKED.id: frozenset({STALE_READ.id}),
}
"""By the id of a cause: the ids of the causes that it explains."""


def scale(case: Case) -> Iterator[Cause]:
    """The causes if the balance or the booked amount is wrong by a power of ten."""
    if not case.wrong_balance or case.shown is None or case.situation not in _PLAIN:
        return
    shown, unit = case.shown, _unit(case)
    for factor in _SCALES:
        if any(each and shown == each * factor for each in case.expected):
            yield Cause(
                "shown_too_large",
                f"the balance is shown {factor} times too large: the wallet answers in another unit",
                f"answer amounts {unit}",
            )
        if any(each and _is_part(shown, factor, each) for each in case.expected):
            yield Cause(
                "shown_too_small",
                f"the balance is shown {factor} times too small: the wallet answers in another unit",
                f"answer amounts {unit}",
            )
    moved = None if case.before is None else shown - case.before
    for factor in _SCALES:
        if moved and case.change and moved == case.change * factor:
            yield Cause(
                "booked_too_large",
                f"the amount is booked {factor} times too large: the wallet reads it in another unit",
                f"read amounts {unit}",
            )
        if moved and case.change and _is_part(moved, factor, case.change):
            yield Cause(
                "booked_too_small",
                f"the amount is booked {factor} times too small: the wallet reads it in another unit",
                f"read amounts {unit}",
            )


def _is_part(shown: Amount, factor: int, expected: Amount) -> bool:
    """True if `shown` is `expected` divided by the factor, possibly cut or rounded to the smallest unit."""
    away: Amount = max(shown * factor - expected, expected - shown * factor)
    return not away or (shown >= _ENOUGH_UNITS and away < factor)


def _unit(case: Case) -> str:
    if case.contract.wire_unit("EUR") == 1:
        return "as integers in hundred-thousandths of the main unit, for every currency: 12.34 EUR is 1234000"
    return "as decimals in main units, with the currency's own number of decimals"


def someone_elses(case: Case) -> Iterator[Cause]:
    """The cause if the answer shows the balance of another player of the scenario."""
    if not case.wrong_balance or case.shown is None or len(case.history.players) < 2:
        return
    for other in case.history.players:
        if other.id == case.verdict.player or not case.took_part(other.id):
            continue
        known = [
            each for each in case.course if each.player == other.id and each.exchange <= (case.verdict.exchange or 0)
        ]
        held = known[-1].expected if known else (other.balance,)
        batch = len({each.player for each in _every_item(case)}) > 1
        if case.shown in held and (batch or case.shown not in (case.before, 0)):
            yield Cause(
                "shows_another_player",
                "the answer shows the balance of another player",
                "answer each transaction with the balance of the player it names, also inside a batch",
            )


def _every_item(case: Case) -> tuple[Single, ...]:
    return transactions(case.exchange.operation) if case.exchange is not None else ()


def diagnoses(case: Case) -> Iterator[Cause]:
    """The causes that a wrong balance suggests."""
    if not case.wrong_balance or case.shown is None:
        return
    known = case.before is not None and case.change
    if known and case.before is not None:
        yield from _overflow(case.shown - case.before, case.change)
        yield from _of_one_step(case, case.shown, case.before)
    yield from _inexact(case, case.shown)
    if known and case.before is not None:
        yield from _another_amount(case, case.shown - case.before)
    if case.shown < 0 and case.outcome in {None, Outcome.OK}:
        yield UNCOVERED_TAKEN


def _overflow(moved: Amount, change: Amount) -> Iterator[Cause]:
    """The cause if the amount overflows 32 bits in one of the usual units."""
    for unit in (1, money.SCALE // 100, money.SCALE):
        if change < 2**31 * unit:
            return
        if moved in {(2**31 - 1) * unit, (2**32 - 1) * unit} or (
            moved != change and (moved - change) % (2**32 * unit) == 0
        ):
            yield Cause(
                OVERFLOW,
                "the amount overflows 32 bits on its way into the books",
                "keep money in 64-bit integers or in a decimal type, everywhere: parser, variables and columns",
            )


def _inexact(case: Case, shown: Amount) -> Iterator[Cause]:
    for each in case.expected:
        for decimals in _ROUNDED:
            step, away = Fraction(money.SCALE, int(10**decimals)), abs(Fraction(shown) - each)
            if away < step and ((each % step and shown % step == 0) or _moved_in_steps(case, each, shown, step)):
                yield Cause(
                    _kept_with(decimals),
                    f"money is kept with {decimals} decimals only",
                    "keep five decimals (a whole number of hundred-thousandths, or DECIMAL(20,5)) for every currency"
                    if case.contract.wire_unit("EUR") == 1
                    else "keep money exactly, and round nothing",
                )
        noise: Fraction = abs(Fraction(shown) - each)
        if noise < NOISE and not adds_exactly_in_floats(case) and not _is_a_small_amount(case, noise):
            yield BINARY_FLOATS


def _is_a_small_amount(case: Case, away: Fraction) -> bool:
    """True if a balance is off by a multiple of a small amount of the scenario: it is booked again, or not at all.

    Beyond what a double holds exactly, a small amount may be missing because of its rounding.
    """
    if case.shown is None or case.shown >= _EXACT_IN_A_DOUBLE:
        return False
    asked = (each for each in case.history.exchanges if each.step >= 0)
    items = (item for each in asked for item in transactions(each.operation) if item.player == case.verdict.player)
    amounts = {Fraction(signed(each)) for each in items} - {Fraction(0)}
    return any(-NOISE < each < NOISE and not away % each for each in amounts)


def _moved_in_steps(case: Case, expected: Amount, shown: Amount, step: Fraction) -> bool:
    """True if a refund is whole in steps that are too coarse for the stake: it was kept with so many decimals."""
    if case.situation != "rollback" or case.before is None:
        return False
    due, moved = expected - case.before, shown - case.before
    return bool(moved) and bool(Fraction(due) % step) and not Fraction(moved) % step


def adds_exactly_in_floats(case: Case) -> bool:
    """True if binary floats add the blamed amount to the balance without an error, so that they explain none."""
    if case.before is None or not case.change or case.verdict.accused is not None:
        return False
    return all(map(_is_exact_in_a_float, (case.before, case.change, case.before + case.change)))


def _is_exact_in_a_float(amount: Amount) -> bool:
    """True if a binary float holds the amount in main units exactly: its denominator is a power of two."""
    unit: int = Fraction(amount, money.SCALE).denominator
    return unit & (unit - 1) == 0 and max(amount, -amount) < _EXACT_IN_A_DOUBLE


def _of_one_step(case: Case, shown: Amount, before: Amount) -> Iterator[Cause]:
    asked = case.exchange.operation if case.exchange is not None else None
    direct = case.verdict.accused is None and not isinstance(asked, GetBalance)
    if shown != before and _unsettled_what_was_not_settled(case):
        yield SAME_BET
    if shown == before and direct and case.situation in {"new", "exact", "unknown_bet"}:
        if case.narrowed not in {"same_bet", "after_clawback"}:
            yield from _not_moved(case, before)
    elif shown == before + 2 * case.change and any('":' in text for _, _, text in _raw(case)):
        yield Cause(
            "key_counted_twice",
            "a key that stands twice in a request is counted twice",
            "read the body with a JSON parser that refuses such a key, or takes one of its values",
        )
    elif (times := _times(shown - before, case.change)) and not _is_lost_in_a_double(before, case.change):
        yield Cause(
            "booked_twice" if times == 2 else "booked_several_times",
            f"the amount is booked {'twice' if times == 2 else f'{times} times'} for one request",
            "book once: look for a handler that runs twice, or a trigger beside the update",
        )
    elif shown == before - case.change:
        yield Cause(
            "wrong_direction",
            "the amount is booked in the wrong direction",
            "amounts are never signed: bet and unsettlement deduct, every other operation credits",
        )


def _times(moved: Amount, change: Amount) -> int:
    """How many times the amount is booked; 0 if it is not booked twice or several times."""
    return next((times for times in range(2, _MOST_TIMES + 1) if change and moved == times * change), 0)


def _is_lost_in_a_double(balance: Amount, change: Amount) -> bool:
    """True if a double rounds the change away, or up, when it is added to the balance."""
    return max(balance, -balance) >= _EXACT_IN_A_DOUBLE and max(change, -change) < NOISE


def _another_amount(case: Case, moved: Amount) -> Iterator[Cause]:
    beside = case.narrowed == "mixed_batch"
    if case.shown is None or case.shown < 0 or case.situation not in _PLAIN or not moved or beside:
        return
    share = Fraction(moved) / Fraction(case.change)
    if share > 0:
        yield _LESS_BOOKED if share < 1 else _MORE_BOOKED


def _unsettled_what_was_not_settled(case: Case) -> bool:
    """True if the wallet unsettles a second settlement of a bet that it accepted and probably did not book."""
    earlier = [each for each in case.course if each.player == case.verdict.player and each.exchange < (case.index or 0)]
    return case.change < 0 and any(each.situation == "new.same_bet" for each in earlier)


def _raw(case: Case) -> tuple[tuple[int | None, str, str], ...]:
    return case.exchange.alteration.raw if case.exchange is not None else ()


def _not_moved(case: Case, before: Amount) -> Iterator[Cause]:
    """The causes if the answer shows the balance before the step. The next answer shows whether it was booked."""
    later = case.moved_later(before)
    if later:
        yield SHOWN_TOO_EARLY
    elif case.has_the_reference_of_another:
        yield Cause(
            "taken_for_a_repeat",
            "a new transaction is answered as the repeat of one with another transactionId, and is not booked",
            "know a repeat by its transactionId alone: round, bet, amount and time may be the same",
        )
    currency = next((each.currency for each in case.items if isinstance(each, Movement)), "")
    if max(case.change, -case.change) < NOISE:
        yield BELOW_A_CENT
    elif currency and case.contract.wire_unit(currency) == money.SCALE:
        yield Cause(
            "divides_by_hundred",
            f"an amount in {currency}, which has no cents, is divided by a hundred",
            "take the number of decimals from the currency: amounts are in main units",
        )
    elif later is False:
        yield NEVER_BOOKED
    yield NOT_BOOKED_OR_SHOWN_EARLY


def unbooked(case: Case) -> Iterator[Cause]:
    """The cause if the transaction before was answered with the balance after it, and is missing in the books.

    At a login it may be missing because the login itself has given it back.
    """
    if not case.wrong_balance or case.situation not in _PLAIN:
        return
    if isinstance(case.history.exchanges[case.verdict.exchange or 0].operation, Authenticate):
        yield LOGIN_MOVES
    if case.lacking >= NOISE:
        yield ANSWERED_AND_NOT_BOOKED


def shortage(case: Case) -> Iterator[Cause]:
    """The cause if the wallet accepted a debit that exceeds the balance by less than a main unit."""
    taken = case.situation == "uncovered" and case.outcome is Outcome.OK
    if not taken or case.before is None or case.verdict.wrong == "refused":
        return
    missing = -(case.before + case.change)
    if 0 < missing < money.SCALE:
        yield _A_LITTLE_TOO_MUCH
