"""Joins play and verdict: runs scenarios, judges them, and builds each result once, without secrets.

All texts that this package returns (results, findings of pre-flight, sentences about players) are free of secrets.
"""

from harness.config import WalletUnderTest
from harness.examine.examiner import Examiner, Interlude
from harness.examine.first_look import preflight, secrets_of, violation_of, violations_of
from harness.examine.redaction import NO_SECRETS, Secrets
from harness.examine.results import undecided

__all__ = [
    "NO_SECRETS",
    "Examiner",
    "Interlude",
    "Secrets",
    "WalletUnderTest",
    "preflight",
    "secrets_of",
    "undecided",
    "violation_of",
    "violations_of",
]
