"""The oracle: which states could a sound wallet be in? Pure, and it shares no code with any wallet."""

from harness.oracle.book import Book, Entry, Family, Fate, change_of, family
from harness.oracle.possible import Possible
from harness.oracle.rules import allowed
from harness.oracle.terms import READINGS, Terms

__all__ = ["READINGS", "Book", "Entry", "Family", "Fate", "Possible", "Terms", "allowed", "change_of", "family"]
