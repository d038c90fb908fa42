"""What a run leaves behind: JSON, HTML, Markdown, HAR, a certificate; and what is done with them later.

The data of a report is one JSON object (`schemas/report.json`); every other form is written from that object alone.
"""

from harness.report.data import RunFacts, report_data
from harness.report.report_files import ReportError, read, write, write_text

__all__ = ["ReportError", "RunFacts", "read", "report_data", "write", "write_text"]
