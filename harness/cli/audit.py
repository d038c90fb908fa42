"""`walletproof audit --store URL`: proves that the reference wallet's books agree, and prints statements."""

from __future__ import annotations

import argparse
import csv
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from harness import money
from harness.cli.command import UsageProblem
from harness.inert import one_line
from mock_server.store.address import VARIABLE

if TYPE_CHECKING:
    from mock_server.store.audit import Line, Statement


COLUMNS = ("contract", "player", "time", "kind", "id", "amount", "balance", "currency")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "--store",
        default=os.environ.get(VARIABLE, ""),
        metavar="URL",
        help=f"the wallet's store, such as sqlite:///wallet.db or postgresql://... (default: ${VARIABLE})",
    )
    parser.add_argument("--player", default="", metavar="ID", help="print the statement of this player alone")
    parser.add_argument("--format", choices=tuple(FORMATS), default="text", help="default: %(default)s")


def run(options: argparse.Namespace) -> int:
    """Audit the store. The conclusion is the last line, on standard error where the output is CSV or JSON.

    Raises UsageProblem if the store cannot be read.
    """
    from mock_server.store.audit import BooksError, books, statements

    if not options.store:
        raise UsageProblem(f"which store? Give --store sqlite:///wallet.db, --store postgresql://... or ${VARIABLE}")
    tally = _Tally(options.player)
    try:
        with books(options.store) as read:
            FORMATS[options.format](tally.counted(statements(read)))
    except BooksError as error:
        raise UsageProblem(str(error)) from None
    if options.player and not tally.printed:
        raise UsageProblem(f"the store has no player {one_line(options.player)}")
    print(tally.conclusion, file=sys.stdout if options.format == "text" else sys.stderr)
    return 1 if tally.differences else 0


class _Tally:
    """Counts what is audited, and passes on what is printed."""

    def __init__(self, player: str) -> None:
        self._player = player
        self._postings = 0
        self._accounts = 0
        self.printed = 0
        self.differences = 0

    def counted(self, found: Iterable[Statement]) -> Iterator[Statement]:
        """The statements to print: all, or those of the player, and each with a difference."""
        for each in found:
            self._accounts += bool(each.contract)
            self._postings += len(each.lines)
            self.differences += len(each.differences)
            wanted = self._player in ("", each.player)
            self.printed += wanted
            if wanted or each.differences:
                yield each

    @property
    def conclusion(self) -> str:
        """What the audit has found, in one line."""
        from mock_server.store.audit import counted

        checked = f"{counted(self._accounts, 'account')}, {counted(self._postings, 'posting')}"
        if self.differences:
            return f"THE BOOKS DO NOT AGREE: {counted(self.differences, 'difference')} in {checked}"
        return f"the books agree: {checked}, each balance is the sum of its postings, player and house add up to 0"


def _text(found: Iterable[Statement]) -> None:
    for each in found:
        balance = money.show(each.balance, each.currency)
        print(f"{_owner(each)}: {balance}" if each.contract else f"{_owner(each)}:")
        for line in each.lines:
            amount = money.text(line.amount, line.currency)
            after = money.show(line.balance, line.currency)
            print(f"  {_time(line):20}  {amount:>16}  {after:>20}  {line.kind} {one_line(line.id)}")
        for difference in each.differences:
            print(f"  DIFFERENCE: {one_line(difference)}")


def _owner(statement: Statement) -> str:
    return f"{statement.contract} {one_line(statement.player)}" if statement.contract else "no account"


def _csv(found: Iterable[Statement]) -> None:
    rows = csv.writer(sys.stdout, lineterminator="\n")
    rows.writerow(COLUMNS)
    for each in found:
        for line in each.lines:
            rows.writerow({"contract": each.contract, "player": one_line(each.player), **_fields(line)}.values())
        for difference in each.differences:
            print(f"{_owner(each)}: {one_line(difference)}", file=sys.stderr)


def _json(found: Iterable[Statement]) -> None:
    """One object: `players`, written one at a time, and `sound`."""
    sound = True
    print('{"players": [', end="")
    for number, each in enumerate(found):
        content = {
            "contract": each.contract,
            "player": each.player,
            "currency": each.currency,
            "balance": money.text(each.balance, each.currency),
            "postings": [_fields(line, _same) for line in each.lines],
            "differences": list(each.differences),
        }
        sound = sound and not each.differences
        print("," if number else "", json.dumps(content), sep="\n", end="")
    print(f'\n], "sound": {json.dumps(sound)}}}')


FORMATS: Mapping[str, Callable[[Iterable[Statement]], None]] = {"text": _text, "csv": _csv, "json": _json}


def _fields(line: Line, shown: Callable[[str], str] | None = None) -> dict[str, Any]:
    return {
        "time": _time(line),
        "kind": line.kind,
        "id": (shown or one_line)(line.id),
        "amount": money.text(line.amount, line.currency),
        "balance": money.text(line.balance, line.currency),
        "currency": line.currency,
    }


def _time(line: Line) -> str:
    """The time in UTC. Postings that a migration has made for an old opening have none."""
    if not line.at_ms:
        return ""
    return datetime.fromtimestamp(line.at_ms // 1000, UTC).isoformat().replace("+00:00", "Z")


def _same(text: str) -> str:
    """The text itself. JSON escapes what a terminal must not receive."""
    return text
