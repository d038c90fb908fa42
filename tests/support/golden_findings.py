"""The exact words of the judges about the deliberate defects: `tests/golden/findings.json`.

A row is one wrong wallet on one contract, with its failing witness scenarios. Each scenario has a line for each
finding. If a scenario is run several times, the first run is kept. Scenarios that pass are only in the golden matrix.
What the judges note besides findings is kept for sound wallets: `tests/support/golden_readings.py`.

`python tests/support/golden_findings.py` writes the file again and prints the changes. Look at each change before you
commit it.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path

from harness import money
from harness.examine import Examiner
from harness.model import History, Player, Scenario, Verdict
from harness.proof.matrix import SOUND, RowKey, keys_of, scenarios
from harness.proof.trials import Cell, cell_of, examiner_of
from harness.verdict.checks import Judged, Standing
from mock_server.defects import DEFECTS
from mock_server.wallet import Wallet

FILE = Path(__file__).resolve().parents[1] / "golden" / "findings.json"
ACCEPT = "look at each, then: python tests/support/golden_findings.py"
Lines = Mapping[str, Sequence[str]]
"""The lines of each scenario, by scenario id."""


@dataclass(frozen=True, slots=True)
class Case:
    """A wallet on a contract, and its scenarios. For the sound wallet, `theme` is the folder of the scenarios."""

    key: RowKey
    theme: str
    scenarios: tuple[Scenario, ...]

    def __str__(self) -> str:
        return f"{self.key}{', ' if self.theme else ''}{self.theme}"


@dataclass(frozen=True, slots=True)
class Tried:
    """The results of a case: the cells of the kill matrix, and the lines of the failing scenarios."""

    cells: Mapping[str, Cell]
    lines: Lines


def cases() -> tuple[Case, ...]:
    """Every defect on its witnesses, and the sound wallet on every scenario, theme by theme.

    An epilogue needs the run before it, so it is the affair of the whole matrix.
    """
    suite = scenarios()
    found = []
    for key in keys_of(list(DEFECTS)):
        mine = [each for each in suite if key.contract in each.requirements and not each.is_epilogue]
        if key.defect == SOUND:
            themes = dict.fromkeys(each.id.partition("/")[0] for each in mine)
            found += [Case(key, each, tuple(one for one in mine if one.id.startswith(f"{each}/"))) for each in themes]
        else:
            names = {each.scenario for each in DEFECTS[key.defect].witnesses}
            found.append(Case(key, "", tuple(each for each in mine if each.id in names)))
    return tuple(each for each in found if each.scenarios)


def tried(case: Case) -> Tried:
    """Try the wallet of a case, after pre-flight."""
    logging.getLogger("mock_server").setLevel(logging.CRITICAL)
    wallet_type = Wallet if case.key.defect == SOUND else DEFECTS[case.key.defect].wallet_type
    examiner = examiner_of(wallet_type, case.key.contract, explain=False)
    cells, lines = {}, {}
    try:
        for scenario in case.scenarios:
            cell, found, _ = judged(examiner, scenario)
            cells[scenario.id] = cell
            if cell.findings:
                lines[scenario.id] = found
    finally:
        examiner.close()
    return Tried(cells, lines)


def judged(examiner: Examiner, scenario: Scenario) -> tuple[Cell, tuple[str, ...], tuple[str, ...]]:
    """The scenario's cell, a line for each finding, and the lines of what was noted besides.

    The further lines have the contract's readings that the wallet followed. They also have the balances of all players
    from exchange to exchange: those of a sound wallet, and the shown one if it differs.
    """
    if examiner.violation is not None:
        result = examiner.examine(scenario)
        return cell_of(result), tuple(_finding(each) for each in result.verdicts), ()
    histories = [each for each in examiner._runner.run(scenario) if each.exchanges]
    runs = [examiner.judged(history) for history in histories]
    cell = cell_of(examiner.results.of_runs(scenario, histories, list(enumerate(runs))))
    return (
        cell,
        tuple(_with_names_for_references(map(_finding, runs[0].verdicts))),
        tuple(_noted(histories[0], runs[0])),
    )


def _noted(history: History, judged: Judged) -> Iterator[str]:
    seen = ["money moved"] if judged.core_money_moved else []
    seen += [f"avoided: {judged.avoided}"] if judged.avoided else []
    seen += [f"{policy}: {value}" for policy, value in judged.readings]
    if seen:
        yield f"seen: {'; '.join(seen)}"
    yield f"balances: {'; '.join(_standing(each, history.players) for each in judged.course)}"


def _with_names_for_references(texts: Iterable[str]) -> Iterator[str]:
    """The texts with the wallet's random references replaced by `reference-1`, `reference-2`, in order."""
    names: dict[str, str] = {}
    for text in texts:
        yield re.sub(r"\b[0-9a-f]{32}\b", lambda found: names.setdefault(found[0], f"reference-{len(names) + 1}"), text)


def _finding(verdict: Verdict) -> str:
    """`FAIL CAS-IDM-01 (MUST) oracle, bet replay moved: it is wrong | ...`: the whole content of a finding."""
    place = ", ".join(each for each in (verdict.check, f"{verdict.situation} {verdict.wrong}".strip()) if each)
    parts = [
        f"{verdict.status.upper()} {verdict.requirement} ({verdict.level}) {place}: {verdict.summary}",
        f"sent {verdict.sent}" if verdict.sent else "",
        f"said {verdict.said}" if verdict.said else "",
        f"could {' / '.join(verdict.possible)}" if verdict.possible else "",
        f"exchange {verdict.exchange}, line {verdict.line}, player {verdict.player or 'none'}",
        f"accused {verdict.accused}" if verdict.accused is not None else "",
    ]
    return " | ".join(each for each in parts if each)


def _standing(standing: Standing, players: Sequence[Player]) -> str:
    """`2 replay 90`, or `2 replay 90 or 95, shown 80`. Players other than the scenario's first have a number."""
    number = [each.id for each in players].index(standing.player)
    player = f" of {number}" if number else ""
    expected = " or ".join(map(money.text, standing.expected)) or "?"
    shown = "none" if standing.shown is None else money.text(standing.shown)
    text = f"{standing.exchange} {standing.situation}{player} {expected}"
    return text if shown == expected else f"{text}, shown {shown}"


def kept() -> dict[str, dict[str, list[str]]]:
    """The content of the file."""
    data: dict[str, dict[str, list[str]]] = json.loads(FILE.read_text(encoding="utf-8"))
    return data


def changes(before: Lines, now: Lines) -> str:
    """The changes of a row, line by line. Empty if there are none."""
    old, new = (_flat(each) for each in (before, now))
    return "\n".join(list(unified_diff(old, new, "before", "now", n=0, lineterm=""))[2:])


def _flat(row: Lines) -> list[str]:
    return [f"{scenario}: {line}" for scenario, lines in row.items() for line in lines]


def written(data: Mapping[str, Lines]) -> str:
    """The text of the file, with one line for each sentence."""
    return json.dumps(data, ensure_ascii=False, indent=0) + "\n"


def main() -> None:
    """Write the file again."""
    before = kept() if FILE.exists() else {}
    now: dict[str, dict[str, Sequence[str]]] = {}
    for case in cases():
        if lines := tried(case).lines:
            now.setdefault(str(case.key), {}).update(lines)
    for row in dict.fromkeys([*before, *now]):
        if changed := changes(before.get(row, {}), now.get(row, {})):
            sys.stdout.write(f"{row}\n{changed}\n")
    FILE.write_text(written(now), encoding="utf-8")


if __name__ == "__main__":
    main()
