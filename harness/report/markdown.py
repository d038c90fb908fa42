"""A report as Markdown, for a merge request or a job's summary: the verdict, what to fix, and what did not pass."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from harness.report.data import causes

_MOST_CAUSES, _MOST_SCENARIOS, _MOST_EVIDENCE = 20, 5, 3
_SPECIAL = re.compile(r"([\\`*_{}\[\]|~#])")


def render(report: Mapping[str, Any]) -> str:
    """The report as GitHub-flavoured Markdown."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Mapping[str, Any]) -> Iterator[str]:
    yield "# Wallet conformance"
    yield ""
    for name, contract in report["contracts"].items():
        yield f"* **{_plain(name)}: {contract['verdict']}**: {_plain(contract['sentence'])}"
        yield from (f"  * {_plain(remark)}" for remark in contract["remarks"])
        if contract["late"] is not None:
            yield f"  * {_plain(contract['repeats'])}"
    if not report["complete"]:
        yield "* **The run was interrupted: it proves nothing.**"
    if report["run"]["selection"]:
        yield f"* {_plain(report['run']['selection'])}"
    counts = report["counts"]
    parts = ", ".join(
        f"{counts[each]} {each}" for each in ("pass", "fail", "unknown", "warn", "waived", "skipped") if counts[each]
    )
    yield f"* {counts['scenarios']} scenarios, {counts['requests']} requests: {parts}"
    yield from (f"* not restored: {_plain(each)}" for each in report["run"]["left_behind"])
    yield from _causes(report)
    yield from _waivers(report)
    yield from _requirements(report)
    run = report["run"]
    yield ""
    yield f"walletproof {run['harness']}, run {run['id']}, seed {run['seed']}, {run['started']}"


def _causes(report: Mapping[str, Any]) -> Iterator[str]:
    found = causes(report)
    if not found:
        return
    yield ""
    yield "## What to fix"
    yield ""
    for each in found[:_MOST_CAUSES]:
        where = ", ".join(f"`{name}`" for name in each["scenarios"][:_MOST_SCENARIOS])
        more = (
            f" and {len(each['scenarios']) - _MOST_SCENARIOS} more" if len(each["scenarios"]) > _MOST_SCENARIOS else ""
        )
        broken = ", ".join(each["requirements"])
        status = "waived" if each["waived"] else each["status"]
        guess = ", a guess" if each["guess"] else ""
        yield f"1. **{_plain(each['cause'])}** ({each['harm']}, {status}{guess}, {each['contract']}, {broken})"
        if each["counts"]:
            yield f"   * {each['counts'][:1].upper()}{each['counts'][1:]}."
        if each["fix"]:
            yield f"   * Fix: {_plain(each['fix'])}."
        if each["also"]:
            yield f"   * Evidence: {_plain('; '.join(each['also'][:_MOST_EVIDENCE]))}."
        yield f"   * Seen in {where}{more}."
    if len(found) > _MOST_CAUSES:
        yield f"\nand {len(found) - _MOST_CAUSES} more causes"


def _waivers(report: Mapping[str, Any]) -> Iterator[str]:
    if not report["run"]["waivers"]:
        return
    yield ""
    yield "## Waivers"
    yield ""
    yield "| Requirement | Reason | Owner | Until | In this run |"
    yield "| --- | --- | --- | --- | --- |"
    for each in report["run"]["waivers"]:
        cells = (each[name] for name in ("requirement", "reason", "owner", "until", "state"))
        yield f"| {' | '.join(map(_plain, cells))} |"


def _requirements(report: Mapping[str, Any]) -> Iterator[str]:
    red = [each for each in report["requirements"] if each["status"] in {"fail", "unknown", "warn"}]
    if not red:
        return
    yield ""
    yield "## Requirements that do not hold"
    yield ""
    yield "| Requirement | Level | Status | What is required |"
    yield "| --- | --- | --- | --- |"
    for each in red:
        status = f"{each['status']}, waived" if each["waived"] else each["status"]
        yield f"| {each['id']} | {each['level']} | {status} | {_plain(each['text'])} |"


def _plain(text: str) -> str:
    """Escape a text for Markdown, because a wallet may answer with links, tables and HTML."""
    whole = _SPECIAL.sub(r"\\\1", " ".join(text.split()))
    return whole.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
