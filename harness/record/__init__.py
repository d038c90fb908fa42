"""What is kept of a scenario for a report: its exchanges as plain data, without secrets, and how to send one again."""

from harness.record.again import again
from harness.record.exchanges import Kept, keep, one
from harness.record.redaction import Secrets

__all__ = ["Kept", "Secrets", "again", "keep", "one"]
