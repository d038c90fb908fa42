"""`walletproof prove`: every deliberate defect against every scenario, and which of them the harness caught."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path
from typing import Any

from harness.cli.command import UsageProblem
from harness.contracts import BUNDLED, load
from harness.contracts.shared.schema import bundled
from harness.proof.dictionary_files import dictionary_files
from harness.proof.document import markdown
from harness.proof.golden import differences, golden, written
from harness.proof.matrix import Matrix, OnRow, keys_of, scenarios_and_pairs, tried
from harness.proof.proof import proof_of
from harness.report import write_text
from harness.verdict.dictionary import FILE
from mock_server.defects import DEFECTS, UnknownDefect, named

GOLDEN = "tests/golden/kill_matrix.json"
DOCUMENT = "docs/PROOF.md"
_MOST_SHOWN = 40


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add = parser.add_argument
    add("defect", nargs="*", metavar="DEFECT", help="only these (`walletproof list bugs` lists them)")
    add("--html", type=Path, metavar="FILE", help="write the kill matrix as a page")
    add("--markdown", type=Path, metavar="FILE", help="write it as Markdown")
    add("--json", type=Path, metavar="FILE", help="write it as data")
    add(
        "--accept",
        action="store_true",
        help=f"in a checkout: write {GOLDEN}, {DOCUMENT} and the dictionaries of faults anew",
    )
    add("--processes", type=int, default=0, metavar="N", help="how many work at once (default: one a processor)")


def run(options: argparse.Namespace) -> int:
    """Run the proof. Returns 0 if the theorem holds, 1 if not. Raises UsageProblem and ReportError."""
    names = _names(options.defect)
    checkout = _checkout() if options.accept else None
    if options.accept and options.defect:
        raise UsageProblem("--accept writes the whole matrix: leave the names of defects away")
    suite = scenarios_and_pairs()
    with ExitStack() as stack:
        matrix = tried(
            keys_of(names), suite, processes=options.processes, on_row=_progress(stack), explain=options.accept
        )
    contracts = {name: load(name) for name in BUNDLED}
    proof = proof_of(matrix, {name: DEFECTS[name] for name in names}, suite, contracts, whole=not options.defect)
    _write(options, proof)
    if checkout is not None:
        _accept(checkout, matrix, proof)
    _print(proof)
    return 0 if proof["holds"] else 1


def _names(asked: Sequence[str]) -> tuple[str, ...]:
    try:
        return tuple(named(name).name for name in asked) or tuple(DEFECTS)
    except UnknownDefect as error:
        raise UsageProblem(str(error)) from None


def _checkout() -> Path:
    root = bundled("scenarios").resolve().parent
    if not (root / "tests" / "golden").is_dir():
        raise UsageProblem(
            "--accept is for a checkout of walletproof: an installed package has no tests to keep it true"
        )
    return root


def _progress(stack: ExitStack) -> OnRow:
    """A progress bar on a terminal. Elsewhere a line is printed from time to time."""
    if not sys.stderr.isatty():
        return _line
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
    bar = stack.enter_context(Progress(*columns, console=Console(stderr=True), transient=True))
    task = bar.add_task("")

    def show(done: int, of: int, row: str) -> None:
        bar.update(task, completed=done, total=of, description=row)

    return show


def _line(done: int, of: int, row: str) -> None:
    if done % 50 == 0 or done == of:
        print(f"{done} of {of} wallets tried, the last was {row}", file=sys.stderr, flush=True)


def _write(options: argparse.Namespace, proof: Mapping[str, Any]) -> None:
    if options.html:
        from harness.report.html import render_proof

        write_text(options.html, render_proof(proof))
    if options.markdown:
        write_text(options.markdown, markdown(proof))
    if options.json:
        write_text(options.json, json.dumps(proof, ensure_ascii=False, indent=1) + "\n")


def _accept(checkout: Path, matrix: Matrix, proof: Mapping[str, Any]) -> None:
    kept = checkout / GOLDEN
    before = json.loads(kept.read_text(encoding="utf-8"), parse_float=Decimal) if kept.exists() else {}
    now = golden(matrix)
    changed = list(differences(before, now)) if before else []
    for each in changed[:_MOST_SHOWN]:
        print(each)
    if len(changed) > _MOST_SHOWN:
        print(f"and {len(changed) - _MOST_SHOWN} more cells")
    write_text(kept, written(now))
    write_text(checkout / DOCUMENT, markdown(proof))
    for contract, text in dictionary_files(matrix, DEFECTS, BUNDLED).items():
        write_text(checkout / "schemas" / contract / FILE, text)
    print(
        f"{GOLDEN}, {DOCUMENT} and {FILE} of each contract are written: {len(changed)} cells changed. Look at each "
        "before you commit them.\n"
    )


def _print(proof: Mapping[str, Any]) -> None:
    counts = proof["counts"]
    print(f"{'theme':<16}defects caught")
    for each in proof["themes"]:
        missed = "" if each["killed"] == each["defects"] else f"   {each['defects'] - each['killed']} escaped"
        print(f"{each['theme']:<16}{each['defects']:>7} {each['killed']:>6}{missed}")
    print(
        f"\n{counts['rows']} wallets against {counts['scenarios']} scenarios: "
        f"{counts['cells']} cells, {counts['red']} of them red"
    )
    for violation in proof["violations"]:
        print(f"  {violation}")
    broken = len(proof["violations"])
    fails = f"does not hold: {broken} violation{'s' if broken > 1 else ''}, see above"
    print(
        f"{counts['killed']} of {counts['defects']} defects caught. The theorem {'holds' if proof['holds'] else fails}."
    )
