"""What needs no search: sums over all the answers that no order can mend, and whom they accuse.

Each history here is judged without one question put to the rules for the tier at hand: a proof found it first. That no
proof is ever wrong is held against every order in `test_ledger_linearization`.
"""

from __future__ import annotations

from typing import Any

import pytest
from ledger_account import READ, Account, bet, event, pay, refusal, reward, rollback, unsettle

from harness.ledger import MONEY_ONLY, STRICT, Book, Event, Leniency, judge
from harness.ledger.events import id_of
from harness.ledger.hopeless import MOST_REACHED, Hopeless, never_short, overspent, unreachable, untraceable
from harness.ledger.search import Budget
from harness.model import Amount, Situation, Wrong


@pytest.fixture
def _no_search(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever asks the rules in a search fails."""

    def spend(_: Budget) -> None:
        raise AssertionError("searched")

    monkeypatch.setattr(Budget, "spend", spend)


def accepted(*items: Any, ends: tuple[int, ...] = ()) -> list[Event]:
    """Accepted movements without balances, which ended at these moments."""
    moments = ends or (10,) * len(items)
    return [event(item, at=(0, end)) for item, end in zip(items, moments, strict=True)]


def stuck(hopeless: Hopeless | None) -> tuple[Amount, tuple[int, ...]] | None:
    """The balance from which nothing follows, and the indices of what does not."""
    return None if hopeless is None else (hopeless.stuck.balance, hopeless.pending)


# ----------------------------------------------------------------------------------------------------------------------
# More was accepted than could be there


@pytest.mark.usefixtures("_no_search")
@pytest.mark.parametrize("racing", [True, False], ids=["race", "batch"])
@pytest.mark.parametrize(
    ("events", "accused", "left"),
    [
        pytest.param(accepted(bet("a", 60), bet("c", 60)), "c", 40, id="the second of two"),
        pytest.param(accepted(bet("a", 60), bet("c", 60), ends=(10, 9)), "a", 40, id="whoever ended later"),
        pytest.param(accepted(bet("a", 100), bet("c", 1)), "c", 0, id="the exact sum is covered"),
        pytest.param(accepted(bet("a", 60), pay("p", 50), bet("c", 91)), "c", 90, id="credits come first"),
        pytest.param(accepted(bet("a", 60), pay("p", 1), bet("c", 42)), "c", 41, id="by one, in spite of one"),
        pytest.param(accepted(bet("a", 90), bet("c", 20), bet("d", 10)), "c", 0, id="a smaller one still fits"),
        pytest.param(accepted(unsettle("u", 60), unsettle("v", 60)), "v", 40, id="deductions"),
        pytest.param([refusal(bet("a", 60)), *accepted(bet("c", 60), bet("d", 60))], "d", 40, id="refusals take none"),
        pytest.param(accepted(bet("a", 60), bet("a", 60), bet("c", 60)), "c", 40, id="identical requests take once"),
        pytest.param([*accepted(bet("a", 60), bet("c", 60)), event(READ, 7)], "c", 40, id="beside a read"),
    ],
)
def test_an_overdraft_accuses_the_first_bet_that_nothing_covers(
    events: list[Event], accused: str, left: Amount, racing: bool
) -> None:
    finding = judge([Book(100)], events, racing=racing).finding
    assert finding is not None
    assert finding.event.item.id == accused  # type: ignore[union-attr]
    assert (finding.situation, finding.wrong) == (Situation.UNCOVERED, Wrong.ACCEPTED)
    assert {(each.accepted, each.book.balance) for each in finding.possible} == {(False, left)}


def test_an_overdraft_leaves_all_that_nothing_covers_pending() -> None:
    events = accepted(pay("p", 10), bet("a", 60), bet("c", 60), bet("d", 50), bet("e", 51), ends=(9, 4, 3, 2, 1))
    assert stuck(overspent(Book(100), events, STRICT)) == (9, (2, 1))


def with_past(*answered: Event, balance: Amount = 100) -> Book:
    """A book after some answers."""
    account = Account(balance)
    for each in answered:
        account.answers(each.item, each.balance) if each.accepted else account.refuses(each.item)
    (book,) = account.books
    return book


def with_lost(*lost: Any) -> Book:
    account = Account(100)
    for item in lost:
        account.loses(item)
    (book,) = account.books
    return book


OVERDRAFT = accepted(bet("x", 60), bet("y", 60))


@pytest.mark.parametrize(
    ("book", "events"),
    [
        pytest.param(Book(100), accepted(bet("a", 60), bet("c", 40)), id="all of it is there"),
        pytest.param(Book(100), accepted(bet("a", 60), pay("p", 20), bet("c", 60)), id="a credit covers it"),
        pytest.param(with_lost(pay("p", 20)), OVERDRAFT, id="a lost credit may cover it"),
        pytest.param(with_lost(rollback("r", "unknown")), OVERDRAFT, id="something is in flight"),
        pytest.param(with_past(event(bet("x", 60), 100), balance=160), OVERDRAFT, id="one was debited before"),
        pytest.param(
            with_past(event(rollback("r", "x"), 100)), OVERDRAFT, id="one is late, and answered without effect"
        ),
        pytest.param(Book(100), [*OVERDRAFT, event(rollback("r", "y"))], id="one may be rolled back in between"),
        pytest.param(
            Book(100), [OVERDRAFT[0], event(bet("y", 60), known_elsewhere=True)], id="one may be another player's"
        ),
        pytest.param(with_past(event(reward("y", 0), 100)), OVERDRAFT, id="one has the id of another operation"),
        pytest.param(Book(100), [*OVERDRAFT, event(reward("y", 0))], id="one has the id of another operation here"),
        pytest.param(Book(100), [*OVERDRAFT, event(bet("y", 10))], id="one id with two amounts"),
        pytest.param(Book(100), [OVERDRAFT[0], *accepted(bet("x", 60), bet("x", 60))], id="one id all the time"),
    ],
)
def test_no_overdraft_is_claimed_where_the_sum_may_be_covered_or_is_not_certain(
    book: Book, events: list[Event]
) -> None:
    assert overspent(book, events, STRICT) is None


def test_a_bet_that_was_refused_before_and_now_accepted_is_debited_now() -> None:
    book = with_past(refusal(bet("x", 160)))
    assert stuck(overspent(book, accepted(bet("x", 60), bet("y", 60)), STRICT)) == (40, (1,))


def test_what_should_have_been_refused_anyway_is_no_part_of_the_sum() -> None:
    forged = [event(bet(f"f{n}", 90), disbelieved=Situation.FORGED) for n in range(2)]
    assert overspent(Book(100), [*accepted(bet("a", 60), bet("c", 40)), *forged], STRICT) is None
    assert stuck(overspent(Book(100), [*forged, *OVERDRAFT], STRICT)) == (40, (3,))


# ----------------------------------------------------------------------------------------------------------------------
# A bet was refused that the balance covered all the time


@pytest.mark.usefixtures("_no_search")
@pytest.mark.parametrize("racing", [True, False], ids=["race", "batch"])
@pytest.mark.parametrize(
    ("events", "accused", "poorest"),
    [
        pytest.param([refusal(bet("a", 60)), refusal(bet("c", 101))], "a", 100, id="nothing else moved"),
        pytest.param([refusal(bet("a", 41)), refusal(bet("c", 40)), *accepted(bet("d", 60))], "c", 40, id="exactly"),
        pytest.param([refusal(bet("a", 100)), *accepted(pay("p", 60))], "a", 100, id="credits do not matter"),
        pytest.param([refusal(bet("a", 70)), *accepted(bet("d", 30), bet("d", 30))], "a", 70, id="a debit counts once"),
    ],
)
def test_a_refusal_accuses_a_bet_that_was_always_covered(
    events: list[Event], accused: str, poorest: Amount, racing: bool
) -> None:
    if racing:
        assert stuck(never_short(Book(100), events, STRICT)) is not None
        return
    finding = judge([Book(100)], events).finding
    assert finding is not None
    assert finding.event.item.id == accused  # type: ignore[union-attr]
    assert (finding.wrong, finding.possible[0].accepted) == (Wrong.REFUSED, True)
    assert finding.possible[0].book.balance == poorest - finding.event.item.amount  # type: ignore[union-attr]


def test_every_bet_that_was_always_covered_is_pending() -> None:
    events = [refusal(bet("a", 50)), refusal(bet("c", 71)), *accepted(bet("d", 30)), refusal(bet("e", 70))]
    assert stuck(never_short(Book(100), events, STRICT)) == (70, (0, 3))


CONTESTED = Leniency(refusals=True)


@pytest.mark.parametrize(
    ("book", "events", "leniency"),
    [
        pytest.param(Book(100), [refusal(bet("a", 71)), *accepted(bet("d", 30))], STRICT, id="it may have been short"),
        pytest.param(Book(100), [refusal(bet("a", 0))], STRICT, id="a bet of nothing"),
        pytest.param(Book(100), [refusal(unsettle("u", 50))], STRICT, id="a deduction"),
        pytest.param(Book(100), [refusal(pay("p", 50))], STRICT, id="a credit"),
        pytest.param(Book(100), [refusal(bet("a", 50)), *accepted(bet("a", 50))], STRICT, id="also sent again"),
        pytest.param(with_past(event(rollback("r", "a"), 100)), [refusal(bet("a", 50))], STRICT, id="rolled back"),
        pytest.param(with_past(refusal(bet("a", 150))), [refusal(bet("a", 50))], STRICT, id="refused before"),
        pytest.param(with_past(event(reward("a", 0), 100)), [refusal(bet("a", 50))], STRICT, id="another's id"),
        pytest.param(Book(100), [refusal(bet("a", 50), known_elsewhere=True)], STRICT, id="another player's id"),
        pytest.param(Book(100), [refusal(bet("a", 50), disbelieved=Situation.FORGED)], STRICT, id="forged"),
        pytest.param(Book(100), [refusal(bet("a", 50), doubtful=Situation.TAMPERED)], STRICT, id="doubtful"),
        pytest.param(Book(100), [refusal(bet("a", 50), refusable=("unknown_game",))], STRICT, id="refusable"),
        pytest.param(Book(100), [refusal(bet("a", 50), contested=True)], CONTESTED, id="contention is excused"),
        pytest.param(with_lost(bet("x", 60)), [refusal(bet("a", 50))], STRICT, id="a lost bet may have taken it"),
    ],
)
def test_no_refusal_is_blamed_that_something_may_excuse(book: Book, events: list[Event], leniency: Leniency) -> None:
    assert never_short(book, events, leniency) is None


@pytest.mark.parametrize(
    ("leniency", "contested"),
    [(STRICT, True), (MONEY_ONLY, True), (CONTESTED, False)],
    ids=["strict", "money", "alone"],
)
def test_contention_excuses_only_where_it_is_overlooked_and_there_was_any(leniency: Leniency, contested: bool) -> None:
    assert stuck(never_short(Book(100), [refusal(bet("a", 50), contested=contested)], leniency)) == (100, (0,))


def test_a_wallet_that_may_refuse_no_unknown_game_is_blamed_for_a_refusal() -> None:
    policy = {"unknown_game": frozenset({"accepted"})}
    events = [refusal(bet("a", 50), refusable=("unknown_game",), policy=policy)]
    assert stuck(never_short(Book(100), events, STRICT)) == (100, (0,))


# ----------------------------------------------------------------------------------------------------------------------
# The balances that were shown do not hang together


def walk(*shown: tuple[Any, Amount | None]) -> list[Event]:
    return [event(item, balance) for item, balance in shown]


A, C, D, NONE = bet("a", 10), bet("c", 20), pay("d", 5), reward("z", 0)


@pytest.mark.parametrize(
    "events",
    [
        pytest.param(walk((A, 90), (C, 90)), id="two after each other show one balance"),
        pytest.param(walk((A, 90), (C, 80)), id="both start at the beginning"),
        pytest.param(walk((A, 90), (C, 71)), id="a balance that never stood"),
        pytest.param(walk((A, 80), (C, 70)), id="nobody starts at the beginning"),
        pytest.param(walk((A, 90), (C, 71), (D, 74)), id="a gap in the middle"),
        pytest.param(walk((A, 91), (C, 71), (D, None)), id="two gaps and one that may mend one"),
        pytest.param(walk((A, 90), (pay("p", 10), 110), (NONE, None)), id="two from the first balance, and back to it"),
        pytest.param(walk((A, 90), (C, 70), (D, 95), (NONE, None)), id="two from one balance that is reached once"),
        pytest.param(walk((A, 90), (A, 90), (C, 71)), id="two gaps and one answer that may be a replay"),
    ],
)
def test_balances_that_form_no_walk_are_found_and_overlooked_only_where_balances_are(events: list[Event]) -> None:
    hopeless = untraceable(Book(100), events, STRICT)
    assert hopeless is not None
    moving = {id_of(event.item): index for index, event in reversed(list(enumerate(events)))}
    assert stuck(hopeless) == (100, tuple(moving.values())[::-1])
    assert untraceable(Book(100), events, MONEY_ONLY) is None


@pytest.mark.parametrize(
    ("book", "events"),
    [
        pytest.param(Book(100), walk((A, 70), (C, 80)), id="the other order"),
        pytest.param(Book(100), walk((A, 90), (C, 70), (D, 75)), id="one after the other"),
        pytest.param(Book(100), walk((A, 90), (pay("p", 10), 100), (C, 80)), id="through one balance twice"),
        pytest.param(Book(100), walk((A, 90), (bet("z", 0), 90)), id="a movement of nothing"),
        pytest.param(Book(100), walk((A, 90), (C, None), (D, 75)), id="a gap that an untold balance mends"),
        pytest.param(Book(100), walk((A, 95), (A, 70), (C, 80), (D, 75)), id="which of two answers was the first"),
        pytest.param(Book(100), walk((A, 90), (READ, 3)), id="a read moves nothing"),
        pytest.param(with_lost(bet("x", 1)), walk((A, 89), (C, 70)), id="something may have come from elsewhere"),
        pytest.param(Book(100), [*walk((A, 90)), refusal(C)], id="a refusal shows nothing"),
    ],
)
def test_balances_that_may_form_a_walk_are_left_to_the_search(book: Book, events: list[Event]) -> None:
    assert untraceable(book, events, STRICT) is None


# ----------------------------------------------------------------------------------------------------------------------
# A balance that no selection of the movements leads to


@pytest.mark.parametrize(
    ("book", "events", "wrong"),
    [
        pytest.param(Book(100), walk((A, 90), (READ, 85)), (1,), id="a read of what never stood"),
        pytest.param(Book(100), walk((A, 90), (READ, 80)), (1,), id="identical requests move once"),
        pytest.param(Book(100), walk((A, 90), (A, 80)), (1,), id="an answer that moved twice"),
        pytest.param(Book(100), walk((A, 91), (READ, 81), (C, 70)), (0, 1), id="two of them"),
        pytest.param(with_past(refusal(bet("x", 200))), walk((A, 90), (READ, 91)), (1,), id="beside an older refusal"),
    ],
)
def test_a_balance_that_no_movements_lead_to_is_found(book: Book, events: list[Event], wrong: tuple[int, ...]) -> None:
    assert stuck(unreachable(book, events, STRICT)) == (100, wrong)
    assert unreachable(book, events, MONEY_ONLY) is None


@pytest.mark.parametrize(
    ("book", "events"),
    [
        pytest.param(Book(100), walk((A, 70), (READ, 75), (C, 85), (D, 105), (READ, None)), id="some sum of them"),
        pytest.param(with_past(event(A, 90)), walk((A, 7), (C, 70)), id="a replay may show a memory"),
        pytest.param(Book(100), [*walk((A, 90)), refusal(C)], id="a refusal shows nothing"),
        pytest.param(
            Book(100),
            [*walk((A, 90)), event(C, 7, disbelieved=Situation.FORGED)],
            id="what was forged is wrong for another reason",
        ),
        pytest.param(with_lost(bet("x", 1)), walk((A, 89), (READ, 7)), id="something may have come from elsewhere"),
    ],
)
def test_a_balance_that_movements_may_lead_to_is_left_to_the_search(book: Book, events: list[Event]) -> None:
    assert unreachable(book, events, STRICT) is None


def test_so_many_different_sums_are_left_to_the_search() -> None:
    """Twelve movements of different amounts have as many sums as are looked at; the thirteenth has too many."""
    twelve = [event(pay(f"p{n}", 2**n)) for n in range(12)]
    assert len(twelve) == MOST_REACHED.bit_length() - 1
    below = event(READ, 99)
    assert stuck(unreachable(Book(100), [*twelve, below], STRICT)) == (100, (12,))
    assert unreachable(Book(100), [*twelve, event(pay("p", 2**12)), below], STRICT) is None


@pytest.mark.parametrize(
    "events",
    [
        pytest.param(walk((A, 90), (C, 90)), id="no walk"),
        pytest.param(walk((A, 90), (C, 80)), id="each as if it were the first"),
        pytest.param(walk((A, 90), (READ, 85)), id="no sum"),
    ],
)
def test_in_a_race_such_balances_are_overlooked_and_in_a_batch_they_are_an_error(events: list[Event]) -> None:
    assert judge([Book(100)], events, racing=True).leniency == MONEY_ONLY
    finding = judge([Book(100)], events).finding
    assert finding is not None
    assert (finding.event, finding.wrong) == (events[1], Wrong.BALANCE)
