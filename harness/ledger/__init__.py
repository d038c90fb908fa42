"""The oracle: which states could a sound wallet be in? Pure, and it shares no code with any wallet.

It holds, for one player, every book that the answers so far allow. `judge` filters them by the next event, or by
several that overlapped in time; no book left means that no sound wallet could have said this.
"""

from harness.ledger.answers import Possible
from harness.ledger.book import Book, Entry, Family, Fate, change_of, family
from harness.ledger.events import MONEY_ONLY, STRICT, Event, Leniency
from harness.ledger.judging import Finding, Judgement, balances, judge, lost
from harness.ledger.rules import allowed
from harness.ledger.terms import READINGS, Terms
from harness.ledger.unfolding import BudgetExceeded

__all__ = [
    "MONEY_ONLY",
    "READINGS",
    "STRICT",
    "Book",
    "BudgetExceeded",
    "Entry",
    "Event",
    "Family",
    "Fate",
    "Finding",
    "Judgement",
    "Leniency",
    "Possible",
    "Terms",
    "allowed",
    "balances",
    "change_of",
    "family",
    "judge",
    "lost",
]
