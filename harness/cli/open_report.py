"""`walletproof report open [FILE]`: shows a report in the browser."""

from __future__ import annotations

import argparse
import webbrowser
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

from harness.cli.command import UsageProblem
from harness.inert import one_line
from harness.report import ReportError, read, write

_HELP = "open the newest page of this folder, or FILE, in the browser; a JSON report gets its page beside it"
_PAGE, _DATA = ".html", ".json"
_MARK = '<meta name="generator" content="walletproof: '
_KIND = 'report"'
_HEAD_CHARACTERS = 2_000
"""How many characters of a page are read to find out whether walletproof has made it."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    actions = parser.add_subparsers(metavar="ACTION", required=True, dest="action")
    opening = actions.add_parser("open", help=_HELP, description=_HELP)
    opening.add_argument("file", nargs="?", type=Path, metavar="FILE", help="a page (.html) or a report (.json)")
    opening.add_argument("--print", action="store_true", dest="only_print", help="print its address, and open nothing")


def run(options: argparse.Namespace) -> int:
    """Open the page. Returns 1 if no browser can be started. Raises UsageProblem and ReportError."""
    page = _page_of(options.file if options.file is not None else _newest(Path.cwd()))
    address = page.resolve().as_uri()
    if options.only_print:
        print(one_line(address))
        return 0
    if webbrowser.open(address):
        print(one_line(f"opened {page}"))
        return 0
    print(one_line(f"no browser could be started here: open {address} yourself"))
    return 1


def _newest(folder: Path) -> Path:
    """The page of ours in a folder that was written last. Raises UsageProblem if there is none."""
    pages = [each for each in folder.glob(f"*{_PAGE}") if each.is_file() and _is_ours(each)]
    if not pages:
        raise UsageProblem(
            "no page of walletproof lies in this folder: give a FILE, or make one with "
            "`walletproof certify --report report.html`"
        )
    return max(pages, key=lambda each: (each.stat().st_mtime_ns, each.name))


def _is_ours(path: Path) -> bool:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return _MARK in file.read(_HEAD_CHARACTERS)
    except OSError:
        return False


def _page_of(path: Path) -> Path:
    """The page for a file: the file itself, or a page that is made from a JSON report beside it. Raises ReportError.

    The page of a report always has the same name, so that opening it again leaves no further file.
    """
    match path.suffix.lower():
        case ".html":
            if not path.is_file():
                raise ReportError(f"{path} cannot be opened: there is no such file")
            if not _is_ours(path):
                raise ReportError(f"{path} is no page of walletproof: give a report that --wallet-report has written")
            return path
        case ".json":
            page = path.with_suffix(_PAGE)
            report = read(path)
            if page.exists() and (what := _in_the_way(page, path, report)):
                raise ReportError(f"{page} is in the way, and is {what}: move it, or rename the report")
            write(page, report)
            return page
    raise ReportError(f"{path} cannot be shown: give a page ({_PAGE}) or a report ({_DATA})")


def _in_the_way(page: Path, data: Path, report: Mapping[str, Any]) -> str:
    """What a page is that the page of this report must not replace; empty if it may be replaced.

    An older page may, whatever its run, because the data beside it is what counts now.
    """
    if not _is_ours(page):
        return "no page of walletproof"
    text = page.read_text(encoding="utf-8", errors="replace")
    if f"{_MARK}{_KIND}" not in text[:_HEAD_CHARACTERS]:
        return "another page than a report"
    is_newer = page.stat().st_mtime_ns > data.stat().st_mtime_ns
    return "the newer page of another run" if is_newer and escape(str(report["run"]["id"])) not in text else ""
