"""What is kept of a scenario for a report: its exchanges as plain data, without secrets, and how to send one again."""

from harness.report.record.again import again
from harness.report.record.exchanges import Kept, keep, one
from harness.report.record.redaction import Secrets

__all__ = ["Kept", "Secrets", "again", "keep", "one"]
