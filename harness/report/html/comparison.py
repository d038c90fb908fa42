"""The values of the page that compares two runs: the verdicts, the facts of both, and what changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from harness.report.changes import changes
from harness.report.html.card import KINDS, minute, verdict, wallet_of, worst_of
from harness.report.html.kinds import counts
from harness.verdict import Certification

_GROUPS = (
    ("NEW", "new", "New failures", "fail", "These failed or were undecided in the second run alone."),
    ("STILL FAILING", "still", "Still failing", "fail", "These failed or were undecided in both runs."),
    (
        "GONE",
        "gone",
        "Not run again",
        "skip",
        "These failed in the first run, and the second does not decide about them.",
    ),
    ("FIXED", "fixed", "Fixed", "pass", "These failed in the first run and passed in the second."),
)


def comparison(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """The values of the page's template."""
    titles = {each["id"]: each["title"] for report in (before, after) for each in report["scenarios"]}
    found = [
        {
            "word": each.word,
            "contract": each.contract,
            "scenario": each.scenario,
            "title": titles.get(each.scenario, each.scenario),
            "detail": each.detail,
        }
        for each in changes(before, after)
    ]
    numbers = {word: sum(each["word"] == word for each in found) for word, *_ in _GROUPS}
    return {
        "kind_of_page": "comparison",
        "title": f"{wallet_of(after)}: {verdict(before)}, then {verdict(after).lower()}",
        "kind": KINDS[worst_of(after)],
        "verdict": f"{verdict(before)}, then {verdict(after).lower()}"
        if verdict(before) != verdict(after)
        else f"{verdict(after)} in both runs",
        "sentence": f"{numbers['FIXED']} fixed, {numbers['STILL FAILING']} still failing, {numbers['NEW']} new"
        + (f", {numbers['GONE']} not run again." if numbers["GONE"] else "."),
        "notices": list(_notices(before, after)),
        "facts": list(_facts(before, after)),
        "several": len({**before["contracts"], **after["contracts"]}) > 1,
        "groups": list(_groups(found)),
        "harness": after["run"]["harness"],
    }


def _groups(found: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    for word, id, title, kind, sentence in _GROUPS:
        if mine := [each for each in found if each["word"] == word]:
            yield {
                "id": id,
                "title": f"{title} ({len(mine)})",
                "kind": kind,
                "sentence": sentence,
                "changes": mine,
            }


def _notices(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    for name, report in (("first", before), ("second", after)):
        if not report["complete"]:
            yield f"The {name} run was interrupted: what it lacks may be only not yet run."
        if report["run"].get("selection"):
            yield f"The {name} run: {report['run']['selection']}."
    if before["run"]["digests"].get("scenarios") != after["run"]["digests"].get("scenarios"):
        yield "The two runs used different scenarios."


def _facts(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    both = (before, after)
    for name in {**before["contracts"], **after["contracts"]}:
        yield {"name": name, "sides": [_verdict_on(name, each) for each in both]}
    yield _fact("Wallet", *map(wallet_of, both))
    yield _fact("Address", *(", ".join(dict.fromkeys(each["run"]["targets"].values())) for each in both))
    yield _fact("Date", *(minute(each["run"]["started"]) for each in both))
    yield _fact("Scenarios", *map(_counted, both))
    yield _fact("Run", *(f"{each['run']['id']}, walletproof {each['run']['harness']}" for each in both))


def _fact(name: str, first: str, second: str) -> dict[str, Any]:
    return {"name": name, "sides": [{"text": first, "kind": ""}, {"text": second, "kind": ""}]}


def _verdict_on(name: str, report: Mapping[str, Any]) -> dict[str, str]:
    contract = report["contracts"].get(name)
    if contract is None:
        return {"text": "not examined", "kind": "skip"}
    return {"text": contract["verdict"], "kind": KINDS[Certification(contract["certification"])]}


def _counted(report: Mapping[str, Any]) -> str:
    parts = (f"{each['count']} {each['word']}" for each in counts(report["scenarios"]))
    return f"{report['counts']['scenarios']}: {', '.join(parts)}"
