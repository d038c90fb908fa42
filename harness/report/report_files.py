"""Reports on disk: written in full or not at all, and read only if they are complete and of a known form."""

from __future__ import annotations

import difflib
import json
import os
import secrets
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import Any

from harness.contracts.shared.schema import bundled
from harness.inert import inert
from harness.report.data import FORMAT
from harness.report.repository_places import repository

SUFFIXES = (".json", ".html", ".md", ".har", ".sarif", ".gitlab.json")
"""The ends of names that select the form of a report. Of two that fit, the longer one counts."""

_DATA = ".json"
"""The end of the one form that is read again."""
_READABLE, _PRIVATE = 0o644, 0o600
"""The permissions of files that everybody may read, and of those that only their owner may read."""


class ReportError(Exception):
    """A report that cannot be written or read. The text names the file, the reason and the remedy."""


def suffix_of(path: Path) -> str:
    """The end of a name that selects a report's form, or an empty text if none does. Capitals count as small letters.

    A name that is nothing but such an end has none.
    """
    name = path.name.lower()
    fitting = [each for each in SUFFIXES if name.endswith(each) and name not in SUFFIXES]
    return max(fitting, key=len, default="")


def complaint_about_name(path: Path) -> str:
    """What is wrong with the name of a report's file, and what to do; an empty text if it selects a form."""
    if suffix_of(path):
        return ""
    ends = ", ".join(SUFFIXES)
    if not path.name:
        return f"the name is empty: give one that ends with one of {ends}"
    if path.name.lower() in SUFFIXES:
        return f"{path} is only an end: give a name before it, as in report{path.name}"
    which = f"with {path.suffix}" if path.suffix else "with no such end"
    near = difflib.get_close_matches(path.suffix.lower(), SUFFIXES, n=1)
    meant = f"; did you mean {path.with_suffix(near[0])}?" if near else ""
    return f"{path} ends {which}: the end of the name selects the form, and must be one of {ends}{meant}"


def write(path: Path, report: Mapping[str, Any]) -> None:
    """Write a report in the form that the file's name selects. Raises ReportError."""
    _write_pieces(path, _pieces(path, report), mode=_READABLE)


def rendered(path: Path, report: Mapping[str, Any]) -> str:
    """The report in the form of a file's suffix. Raises ReportError for an unknown suffix."""
    return "".join(_pieces(path, report))


def _pieces(path: Path, report: Mapping[str, Any]) -> Iterator[str]:
    """The report piece by piece, so that a long one is never in memory as a whole."""
    match suffix_of(path):
        case ".json":
            return _json(report)
        case ".html":
            from harness.report.html import render_pieces

            return render_pieces(report)
        case ".md":
            from harness.report.markdown import render as render_markdown

            return iter([render_markdown(report)])
        case ".har":
            from harness.report.har import har

            return _json(har(report))
        case ".sarif":
            from harness.report.sarif import sarif

            return _json(sarif(report, repository(os.environ)))
        case ".gitlab.json":
            from harness.report.code_quality import code_quality

            return _json(code_quality(report, repository(os.environ)))
    raise ReportError(complaint_about_name(path))


def _json(value: Mapping[str, Any] | Sequence[Any]) -> Iterator[str]:
    yield from json.JSONEncoder(ensure_ascii=False, indent=1).iterencode(value)
    yield "\n"


def write_text(path: Path, text: str, *, private: bool = False) -> None:
    """Replace a file in one step, so that no reader ever gets half of it. Raises ReportError.

    `private` files can be read by their owner alone.
    """
    _write_pieces(path, [text], mode=_PRIVATE if private else _READABLE)


def _write_pieces(path: Path, pieces: Iterable[str], *, mode: int) -> None:
    """Replace a file in one step by the inert form of these pieces. Raises ReportError."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
            file.writelines(map(inert, pieces))
        part.replace(path)
    except OSError as error:
        raise ReportError(f"{path} cannot be written: {error.strerror or error}") from None
    finally:
        with suppress(OSError):  # It is there only if it was not finished, as after Ctrl+C.
            part.unlink()


def probe(path: Path) -> None:
    """Test whether a file can be written there, and leave no file behind. Raises ReportError if it cannot."""
    if path.is_dir():
        raise ReportError(f"{path} cannot be written: it is a folder")
    nearest = next(each for each in path.absolute().parents if each.exists())
    try:
        with tempfile.TemporaryFile(dir=nearest):
            pass
    except OSError as error:
        raise ReportError(f"{path} cannot be written: {nearest}: {error.strerror or error}") from None


def read(path: Path) -> dict[str, Any]:
    """Read a JSON report. Raises ReportError if it is of another form or version, cut off or incomplete."""
    if complaint := _of_another_form(path):
        raise ReportError(complaint)
    try:
        report = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except OSError as error:
        raise ReportError(f"{path} cannot be read: {error.strerror or error}") from None
    except ValueError as error:
        raise ReportError(f"{path} is no whole JSON report ({error}): was its run killed?") from None
    if not isinstance(report, dict) or "complete" not in report or "run" not in report:
        raise ReportError(f"{path} is no report of walletproof: it has no `run` and no `complete`")
    if report.get("format") != FORMAT:
        raise ReportError(f"{path} has format {report.get('format')!r}, and this version reads {FORMAT}: run again")
    if complaint := complaint_about(report):
        raise ReportError(f"{path} does not have the shape of a report: {complaint}")
    return report


def _of_another_form(path: Path) -> str:
    """What is wrong with a report of another form than JSON, and which one to give. Empty for any other file."""
    suffix = suffix_of(path)
    if suffix not in SUFFIXES or suffix == _DATA or not path.is_file():
        return ""
    beside = path.with_name(path.name[: -len(suffix)] + _DATA)
    instead = f"give {beside}" if beside.is_file() else f"write one with `walletproof certify --report {beside.name}`"
    return f"{path} is the {suffix} form of a report, and what is read is its JSON: {instead}"


def complaint_about(report: Mapping[str, Any]) -> str:
    """The first error in a report's form, or an empty text."""
    import jsonschema_rs

    schema = json.loads((bundled("schemas") / "report.json").read_text(encoding="utf-8"), parse_float=Decimal)
    error = next(iter(jsonschema_rs.validator_for(schema).iter_errors(report)), None)
    if error is not None:
        return f"/{'/'.join(map(str, error.instance_path))}: {error.message[:300]}"
    if report["counts"]["scenarios"] != len(report["scenarios"]):
        return f"counts {report['counts']['scenarios']} scenarios, and has {len(report['scenarios'])}"
    return ""
