"""The oracle: which states could a sound wallet be in? Pure, and it shares no code with any wallet.

It holds, for one player, every belief that the answers so far allow. `judge` filters them by the next event, or by
several that overlapped in time. If no belief is left, no sound wallet could have answered so.
"""

from harness.oracle.book import Book, Entry, EntryState, Family, Key, change_of, family, key_of
from harness.oracle.events import Belief, Event
from harness.oracle.judge import MONEY_ONLY, STRICT, Finding, Judgement, Leniency, balances, judge, lost
from harness.oracle.lost import reasons_of_refusal
from harness.oracle.naming import situation_of_known
from harness.oracle.policy_words import POLICY_WORDS, PolicyWords
from harness.oracle.possible import Possible
from harness.oracle.rules import allowed
from harness.oracle.sums import BudgetExceeded
from harness.oracle.terms import READINGS, Terms

__all__ = [
    "MONEY_ONLY",
    "POLICY_WORDS",
    "READINGS",
    "STRICT",
    "Belief",
    "Book",
    "BudgetExceeded",
    "Entry",
    "EntryState",
    "Event",
    "Family",
    "Finding",
    "Judgement",
    "Key",
    "Leniency",
    "PolicyWords",
    "Possible",
    "Terms",
    "allowed",
    "balances",
    "change_of",
    "family",
    "judge",
    "key_of",
    "lost",
    "reasons_of_refusal",
    "situation_of_known",
]
