"""The scenarios as the page shows them: groups by category, and each with findings, its file, charts and exchanges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from harness.model import Aspect, Check
from harness.report.html.balance_chart import charts
from harness.report.html.bodies import WrongValue
from harness.report.html.exchange_rows import PREPARATION, exchange_row
from harness.report.html.kinds import SHOWN, counts, kind, shown, word
from harness.report.html.race_lanes import Guilty, races

_MOST_FINDINGS = 3
"""How many findings of a scenario are open. The others are folded."""
_MOST_EXAMPLES = 4
"""How many failing scenarios are printed."""
_RED = ("fail", "unknown")
_EMPTY = {"sent": "", "said": "", "possible": (), "probably": "", "fix": "", "again": "", "line": 0, "waived": False}
"""What a verdict leaves out if it has none."""


class Anchors:
    """The addresses of scenarios within a page: the id, after the contract's name if a report has several."""

    def __init__(self, report: Mapping[str, Any]) -> None:
        """`report` decides whether one contract was run or several."""
        self.several = len(report["contracts"]) > 1

    def of(self, contract: str, scenario: str) -> str:
        """The address of one scenario on one contract."""
        return f"{contract}/{scenario}" if self.several else scenario


def category_of(scenario: str) -> str:
    """The category of a scenario: the first part of its id."""
    return scenario.partition("/")[0]


def titled(name: str) -> str:
    """A name with underscores as a title."""
    text = name.replace("_", " ")
    return text[:1].upper() + text[1:]


def groups(report: Mapping[str, Any], anchors: Anchors) -> list[dict[str, Any]]:
    """The scenarios by category, in the order of names. In each group what needs attention stands first."""
    by_category: dict[str, list[Mapping[str, Any]]] = {}
    for each in sorted(report["scenarios"], key=lambda each: (SHOWN.index(shown(each)), each["id"])):
        by_category.setdefault(category_of(each["id"]), []).append(each)
    causes = _causes_by_scenario(report)
    examples = _examples(report)
    return [
        {
            "name": name,
            "title": titled(name),
            "counts": counts(mine),
            "open": any(each["status"] in _RED and not each["waived"] for each in mine),
            "first": [_row(each, anchors, causes, examples) for each in mine if each["status"] != "pass"],
            "rest": [_row(each, anchors, causes, examples) for each in mine if each["status"] == "pass"],
        }
        for name, mine in sorted(by_category.items())
    ]


def _causes_by_scenario(report: Mapping[str, Any]) -> dict[tuple[str, str], list[tuple[int, frozenset[str]]]]:
    """By contract and scenario: the numbers of its causes, each with the requirements that the cause concerns."""
    found: dict[tuple[str, str], list[tuple[int, frozenset[str]]]] = {}
    for number, cause in enumerate(report.get("causes", []), 1):
        for scenario in cause["scenarios"]:
            found.setdefault((cause["contract"], scenario), []).append((number, frozenset(cause["requirements"])))
    return found


def _examples(report: Mapping[str, Any]) -> frozenset[tuple[str, str]]:
    """The scenarios that are printed: for each of the first causes one that failed."""
    failed = {(each["contract"], each["id"]) for each in report["scenarios"] if each["status"] in _RED}
    found: dict[tuple[str, str], None] = {}
    for cause in report.get("causes", []):
        mine = [(cause["contract"], each) for each in cause["scenarios"]]
        if not cause["waived"] and (example := next((each for each in mine if each in failed), None)):
            found.setdefault(example)
    return frozenset(list(found)[:_MOST_EXAMPLES])


def _row(
    scenario: Mapping[str, Any],
    anchors: Anchors,
    causes: Mapping[tuple[str, str], Sequence[tuple[int, frozenset[str]]]],
    examples: frozenset[tuple[str, str]],
) -> dict[str, Any]:
    key = (scenario["contract"], scenario["id"])
    mine = causes.get(key, ())
    found = [_finding(each, mine) for each in scenario["verdicts"] if each["status"] != "pass"]
    found.sort(key=lambda each: SHOWN.index(shown(each)))
    ids = dict.fromkeys([scenario["requirement"], *(each["requirement"] for each in found)])
    guilty = _guilty(scenario)
    rows = _exchange_rows(scenario, guilty)
    result = shown(scenario)
    return {
        "anchor": anchors.of(*key),
        "shown": result,
        "kind": kind(result),
        "word": word(result),
        "category": category_of(scenario["id"]),
        "contract": scenario["contract"],
        "name": scenario["id"],
        "title": scenario["title"],
        "requirement": next(iter(each["requirement"] for each in found), scenario["requirement"]),
        "requirements": list(ids),
        "search": f"{scenario['id']} {scenario['title']} {' '.join(ids)} {scenario['contract']}".lower(),
        "reason": scenario["reason"],
        "example": key in examples,
        "facts": _facts(scenario),
        "findings": found[:_MOST_FINDINGS],
        "more_findings": found[_MOST_FINDINGS:],
        "cases": [{**each, "kind": kind(each["status"]), "word": word(each["status"])} for each in _cases(scenario)],
        "texts": _texts(scenario),
        "plots": charts(scenario["exchanges"], _impossible(scenario)),
        "lanes": races(scenario["exchanges"], guilty),
        "first": next((each for each in rows if each["guilty"]), None),
        "prepared": [each for each in rows if each["step"] == PREPARATION and not each["guilty"]],
        "steps": [each for each in rows if each["step"] != PREPARATION or each["guilty"]],
    }


def _exchange_rows(scenario: Mapping[str, Any], guilty: Guilty) -> list[dict[str, Any]]:
    wrong = _wrong_values(scenario)
    return [
        exchange_row(each, scenario, guilty, wrong.get((each["run"], each["index"]), {}))
        for each in scenario["exchanges"]
    ]


def _cases(scenario: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    found: Sequence[Mapping[str, Any]] = scenario.get("cases", ())
    return found


def _finding(verdict: Mapping[str, Any], causes: Sequence[tuple[int, frozenset[str]]]) -> dict[str, Any]:
    result = shown(verdict)
    numbers = [number for number, requirements in causes if verdict["requirement"] in requirements]
    return {**_EMPTY, **verdict, "kind": kind(result), "word": word(result), "causes": numbers}


def _guilty(scenario: Mapping[str, Any]) -> Guilty:
    """The exchanges that findings name, each with the kind of its worst finding."""
    found: dict[tuple[int, int], str] = {}
    worst_last = sorted(scenario["verdicts"], key=lambda each: -SHOWN.index(shown(each)))
    for verdict in worst_last:
        if verdict["status"] not in {"pass", "skipped"}:
            for which in ("exchange", "accused"):
                if which in verdict:
                    found[verdict.get("run", 0), verdict[which]] = kind(shown(verdict))
    return found


def _impossible(scenario: Mapping[str, Any]) -> set[tuple[int, int]]:
    return {
        (verdict.get("run", 0), verdict["exchange"])
        for verdict in scenario["verdicts"]
        if verdict["status"] == "fail" and verdict["check"] == Check.ORACLE and "exchange" in verdict
    }


def _facts(scenario: Mapping[str, Any]) -> str:
    """How much was sent, in a sentence."""
    count = scenario["sent"]
    text = f"{count} request{'' if count == 1 else 's'} in {scenario['seconds']} s"
    if scenario["left_out"]:
        text += f"; {scenario['left_out']} of them are not shown"
    return f"{text}."


def _texts(scenario: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The scenario's file, or the files of generated scenarios, with the failing lines marked."""
    if scenario.get("found"):
        return [
            _text(f"Generated scenario {run + 1}", "the smallest that fails", text, _marks(scenario, run))
            for run, text in enumerate(scenario["found"])
        ]
    if not scenario.get("text"):
        return []
    return [_text("Scenario", scenario["file"], scenario["text"], _marks(scenario, None))]


def _marks(scenario: Mapping[str, Any], run: int | None) -> dict[int, list[str]]:
    """By line: what was wrong there, in a few words, each once."""
    found: dict[int, list[str]] = {}
    for each in scenario["verdicts"]:
        is_red = each["status"] not in {"pass", "skipped"}
        if is_red and each.get("line") and (run is None or each.get("run", 0) == run):
            why = _why(each)
            if why not in (lines := found.setdefault(each["line"], [])):
                lines.append(why)
    return found


def _wrong_values(scenario: Mapping[str, Any]) -> dict[tuple[int, int], dict[str, WrongValue]]:
    """By run and index of an exchange: the wrong values of its answer, by place, each with its worst finding."""
    found: dict[tuple[int, int], dict[str, WrongValue]] = {}
    for each in sorted(scenario["verdicts"], key=lambda each: SHOWN.index(shown(each))):
        which = each.get("accused" if each.get("aspect") == Aspect.LATE else "exchange")
        if each["status"] not in {"pass", "skipped"} and which is not None and each.get("place"):
            mark = WrongValue(kind(shown(each)), _wrong(each))
            found.setdefault((each.get("run", 0), which), {}).setdefault(each["place"], mark)
    return found


def _wrong(verdict: Mapping[str, Any]) -> str:
    """What is wrong with a marked value, in a few words."""
    if possible := verdict.get("possible", ()):
        return f"possible: {' or '.join(possible[:2])}"
    return str(verdict["summary"]).removeprefix(f"{verdict['place']}: ")


def _why(verdict: Mapping[str, Any]) -> str:
    said, possible = verdict.get("said", ""), verdict.get("possible", ())
    if said and possible:
        return f"it said {said}; possible: {' or '.join(possible[:2])}"
    return str(verdict["summary"])


def _text(title: str, file: str, text: str, marks: Mapping[int, Sequence[str]]) -> dict[str, Any]:
    lines = [{"text": line, "why": marks.get(number, ())[:2]} for number, line in enumerate(text.splitlines(), 1)]
    return {"title": title, "file": file, "lines": lines}
