"""The outputs of a run: JSON, HTML, Markdown, HAR and a certificate. Also reads, compares and verifies them.

The data of a report is one JSON object (`schemas/report.json`). Every other form is made from that object alone.
"""

from harness.report.data import RunFacts, report_data
from harness.report.report_files import ReportError, read, write, write_text

__all__ = ["ReportError", "RunFacts", "read", "report_data", "write", "write_text"]
