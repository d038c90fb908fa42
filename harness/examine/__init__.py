"""Joins play and verdict: plays scenarios, has them judged, and builds each result once, without secrets.

Everything that leaves this room (results, what pre-flight found, sentences about players) has no secret in it any more.
"""

from harness.config import WalletUnderTest
from harness.examine.examiner import Examiner
from harness.examine.first_look import preflight, violation_of
from harness.examine.redaction import NO_SECRETS, Secrets
from harness.examine.results import undecided

__all__ = ["NO_SECRETS", "Examiner", "Secrets", "WalletUnderTest", "preflight", "undecided", "violation_of"]
