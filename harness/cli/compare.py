"""`walletproof compare A.json B.json`: the changes from one run to another."""

from __future__ import annotations

import argparse
from pathlib import Path

from harness.inert import one_line
from harness.report import read, write_text
from harness.report.changes import Change, changes


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("before", type=Path, metavar="A.json")
    parser.add_argument("after", type=Path, metavar="B.json")
    parser.add_argument("--html", type=Path, metavar="FILE", help="also write the comparison as a page")


def run(options: argparse.Namespace) -> int:
    """Print the changes. Raises ReportError."""
    before, after = read(options.before), read(options.after)
    found = changes(before, after)
    for each in found:
        print(line(each))
    for name, contract in after["contracts"].items():
        was = before["contracts"].get(name, {}).get("verdict", "not examined")
        print(one_line(f"{name}: {was} -> {contract['verdict']}"))
    for report, path in ((before, options.before), (after, options.after)):
        if not report["complete"]:
            print(f"{path} is of a run that was interrupted: what it lacks may be only not yet run")
    if options.html:
        from harness.report.html import render_comparison

        write_text(options.html, render_comparison(before, after))
        print(f"page: {options.html}")
    return 1 if any(each.word in {"NEW", "STILL FAILING"} for each in found) else 0


def line(change: Change) -> str:
    """One change in a line."""
    return one_line(f"{change.word:<14} {change.scenario}  {change.contract}  {change.detail}")
