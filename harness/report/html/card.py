"""The decision card at the top of the page: the verdict, one sentence, the facts, and what was not judged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

from harness.model import NotApplicable
from harness.report.html.kinds import counts
from harness.report.html.percentages import bar, tenths
from harness.verdict import Certification

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_TICKS = ((10, "10 ms"), (100, "100 ms"), (1_000, "1 s"), (60_000, "1 min"), (3_600_000, "1 h"), (86_400_000, "1 day"))
"""The scale of late repeats: milliseconds with their labels."""
_FROM, _TO = 50, 950
"""Where the scale begins and ends, in tenths of a percent of its width."""
KINDS = {
    Certification.CERTIFIED: "pass",
    Certification.INCOMPLETE: "warn",
    Certification.NOT_CERTIFIED: "fail",
    Certification.NOT_RUN: "skip",
}
"""The kind of each verdict over a contract."""
_WORST_FIRST = (
    Certification.NOT_CERTIFIED,
    Certification.INCOMPLETE,
    Certification.CERTIFIED,
    Certification.NOT_RUN,
)


def card(report: Mapping[str, Any]) -> dict[str, Any]:
    """The values of the decision card."""
    overall = worst_of(report)
    names = list(report["contracts"])
    totals = counts(report["scenarios"])
    return {
        "kind": KINDS[overall],
        "verdict": verdict(report),
        "eyebrow": f"Verdict for the {' and '.join(names)} contract{'s' if len(names) > 1 else ''}",
        "contracts": [_contract(name, each) for name, each in report["contracts"].items()],
        "notices": list(_notices(report)),
        "facts": [{"name": name, "value": value, "mono": mono} for name, value, mono in _facts(report)],
        "totals": totals,
        "bar": bar(totals, report["counts"]["scenarios"]),
        "musts": _musts(report),
        "unjudged": list(unjudged(report)) or [{"text": "Nothing: every requirement was judged.", "requirements": ()}],
        "late": list(_late(report)),
        "scale": _scale(report),
    }


def worst_of(report: Mapping[str, Any]) -> Certification:
    """The verdict over all contracts. Of an interrupted run none is certified."""
    found = {Certification(each["certification"]) for each in report["contracts"].values()}
    worst = next((each for each in _WORST_FIRST if each in found), Certification.NOT_RUN)
    return Certification.INCOMPLETE if worst is Certification.CERTIFIED and not report["complete"] else worst


def verdict(report: Mapping[str, Any]) -> str:
    """The verdict over all contracts as a title: `Not certified`, or `Certified with 1 waiver`."""
    overall = worst_of(report)
    words = {each["verdict"] for each in report["contracts"].values() if each["certification"] == overall}
    text = max(words, key=len, default=str(overall))
    return str(overall).capitalize() + text[len(str(overall)) :]


def wallet_of(report: Mapping[str, Any]) -> str:
    """The name of the wallet for people: as its profile has it, or the host of its address."""
    if name := report["run"].get("wallet"):
        return str(name)
    hosts = dict.fromkeys(urlsplit(each).netloc or each for each in report["run"]["targets"].values())
    return "the bundled reference wallet" if report["run"]["bundled"] else ", ".join(hosts)


def title(report: Mapping[str, Any]) -> str:
    """The title of the page: verdict, wallet, contracts and date."""
    parts = (wallet_of(report), *report["contracts"], day(report["run"]["started"]))
    return f"{verdict(report)}: {', '.join(parts)}"


def day(moment: str) -> str:
    """The date of an ISO time as `26 Nov 2026`. A text that is none stays as it is."""
    try:
        found = date.fromisoformat(moment[:10])
    except ValueError:
        return moment
    return f"{found.day} {_MONTHS[found.month - 1]} {found.year}"


def minute(moment: str) -> str:
    """An ISO time in UTC as `26 Nov 2026, 22:39 UTC`. A text that is none stays as it is."""
    try:
        found = datetime.fromisoformat(moment)
    except ValueError:
        return moment
    return f"{day(moment)}, {found:%H:%M} UTC"


def _contract(name: str, contract: Mapping[str, Any]) -> dict[str, Any]:
    certification = Certification(contract["certification"])
    return {
        "name": name,
        "kind": KINDS[certification],
        "verdict": contract["verdict"],
        "sentence": _sentence(contract),
        "remarks": contract["remarks"],
    }


def _sentence(contract: Mapping[str, Any]) -> str:
    """What is wrong, or what holds, in one sentence."""
    return _capital(contract.get("sentence") or f"{contract['reason']}.")


def _notices(report: Mapping[str, Any]) -> Iterator[str]:
    if not report["complete"]:
        yield "This run was interrupted: what it did not judge is unknown, and the report proves nothing."
    if report["run"].get("selection"):
        yield f"{report['run']['selection']}."
    if report["run"]["bundled"]:
        yield (
            "The bundled reference wallet was examined: this shows that the harness works, and says nothing about a "
            "wallet of yours."
        )
    for each in report["run"].get("left_behind", ()):
        yield f"Not restored: {each}"


def _facts(report: Mapping[str, Any]) -> Iterator[tuple[str, str, bool]]:
    run = report["run"]
    yield "Wallet", wallet_of(report), False
    for each in dict.fromkeys(run["targets"].values()):
        yield "Address", each, True
    for name, contract in report["contracts"].items():
        yield "Contract", f"{name}: {contract['title']}", False
    yield "Date", minute(run["started"]), False
    yield "Duration", f"{_duration(run)}, {report['counts']['requests']:,} requests", False
    if run.get("issuer"):
        yield "Run by", run["issuer"], False
    yield "Harness", f"walletproof {run['harness']}, run {run['id']}", False
    yield "Seed", f"{run['seed']}{', strict' if run['strict'] else ''}", False


def _duration(run: Mapping[str, Any]) -> str:
    try:
        passed = datetime.fromisoformat(run["finished"]) - datetime.fromisoformat(run["started"])
    except ValueError:
        return "unknown"
    seconds = max(int(passed.total_seconds()), 1)
    return f"{seconds} s" if seconds < 120 else f"{seconds // 60} min {seconds % 60} s"


def _musts(report: Mapping[str, Any]) -> str:
    """How many MUST requirements are violated, hold, and are open, in a sentence."""
    musts = [each for each in report["requirements"] if each["level"] == "MUST"]
    if not musts:
        return ""
    parts = (
        ("violated", lambda each: each["status"] == "fail" and not each["waived"]),
        ("undecided", lambda each: each["status"] == "unknown"),
        ("waived", lambda each: each["waived"]),
        ("hold", lambda each: each["status"] in {"pass", "warn"} and not each["waived"]),
        ("not judged", lambda each: each["status"] == "skipped"),
    )
    found = [(text, sum(map(test, musts))) for text, test in parts]
    counted = ", ".join(f"{count} {text}" for text, count in found if count)
    return f"Of {len(musts)} MUST requirements: {counted}."


def unjudged(report: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """What was not judged and why: a sentence for each reason, with the requirements that are open by it.

    First what the report's data calls so, then scenarios that were skipped for another reason, not run or undecided.
    """
    counted: set[tuple[str, str]] = set()
    for (what, why), names in _entries(report).items():
        skipped = [each for each in _skipped(report) if each["contract"] in names and _is_of(each, what, why, report)]
        counted |= {(each["contract"], each["id"]) for each in skipped}
        which = f"{', '.join(names)}: " if len(names) < len(report["contracts"]) else ""
        open_ids = _open_by(report, skipped)
        named = "" if set(what) <= set(open_ids) else f"{', '.join(what)}: "
        yield {"text": f"{_capital(f'{which}{named}{why}')}{_count(report, skipped)}", "requirements": open_ids}
    reasons: dict[str, list[Mapping[str, Any]]] = {}
    for each in _skipped(report):
        if (each["contract"], each["id"]) not in counted:
            reasons.setdefault(each["reason"], []).append(each)
    for reason, skipped in reasons.items():
        yield {
            "text": f"{_capital(reason)}{_count(report, skipped)}",
            "requirements": _open_by(report, skipped),
        }
    yield from _never_decided(report)


def _entries(report: Mapping[str, Any]) -> dict[tuple[tuple[str, ...], str], list[str]]:
    """What the data calls not judged, with why, and the names of the contracts that this is said of."""
    found: dict[tuple[tuple[str, ...], str], list[str]] = {}
    for name, contract in report["contracts"].items():
        for each in contract["not_judged"]:
            found.setdefault((tuple(each["what"]), each["why"]), []).append(name)
    return found


def _skipped(report: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [each for each in report["scenarios"] if each["status"] == "skipped"]


def _is_of(scenario: Mapping[str, Any], what: Sequence[str], why: str, report: Mapping[str, Any]) -> bool:
    """True for a scenario that was skipped because of this: it needs these operations, or has this reason."""
    absent = report["contracts"][scenario["contract"]]["absent"]
    is_of_operation = scenario.get("not_applicable") == NotApplicable.OPERATION
    return is_of_operation if set(what) <= set(absent) else scenario["reason"] == why


def _open_by(report: Mapping[str, Any], skipped: Sequence[Mapping[str, Any]]) -> list[str]:
    """The requirements of these scenarios that were judged by no other scenario."""
    open_ids = {each["id"] for each in report["requirements"] if each["status"] == "skipped"}
    return list(dict.fromkeys(each["requirement"] for each in skipped if each["requirement"] in open_ids))


def _count(report: Mapping[str, Any], skipped: Sequence[Mapping[str, Any]]) -> str:
    """How many scenarios were skipped, and how many requirements are open by that; no more than a stop if none was."""
    if not skipped:
        return "."
    words = f"{len(skipped)} scenario{' was' if len(skipped) == 1 else 's were'} skipped"
    return f". {words}{_open(report, _open_by(report, skipped))}"


def _never_decided(report: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The scenarios that were not run, and those that were tried and could not be decided."""
    ran = {(each["contract"], each["id"]): each for each in report["scenarios"]}
    open_ids = {each["id"]: each for each in report["requirements"] if each["status"] == "skipped"}
    missing = {
        (each["contract"], scenario)
        for each in report["requirements"]
        for scenario in each["scenarios"]
        if (each["contract"], scenario) not in ran
    }
    if missing:
        open_by_it = [each for each in open_ids if not _is_tried(open_ids[each], ran)]
        text = f"{len(missing)} of {len(missing) + len(ran)} scenarios were not run{_open(report, open_by_it)}"
        yield {"text": f"{text.rstrip('.')}.", "requirements": ()}
    if undecided := sum(each["status"] == "unknown" for each in report["scenarios"]):
        text = f"{undecided} scenario{' was' if undecided == 1 else 's were'} tried and could not be decided."
        yield {"text": text, "requirements": ()}


def _is_tried(requirement: Mapping[str, Any], ran: Mapping[tuple[str, str], Any]) -> bool:
    return any((requirement["contract"], each) in ran for each in requirement["scenarios"])


def _open(report: Mapping[str, Any], ids: Sequence[str] | Mapping[str, None]) -> str:
    """The end of a sentence: how many requirements are open."""
    levels = [each["level"] for each in report["requirements"] if each["id"] in ids]
    if not levels:
        return "."
    musts = levels.count("MUST")
    which = f"{musts} of them MUST" if musts else "none of them MUST"
    return f", {len(levels)} requirement{' is' if len(levels) == 1 else 's are'} open, {which}"


def _capital(text: str) -> str:
    """A sentence with a capital, unless its first word is a name in code."""
    first = text.split(" ", 1)[0]
    return text[:1].upper() + text[1:] if first.isalpha() and first.islower() else text


def _late(report: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    several = len(report["contracts"]) > 1
    for name, contract in report["contracts"].items():
        text = _capital(contract["repeats"])
        yield {"text": f"{name}: {contract['repeats']}." if several else f"{text}."}
    if any(each["late"] for each in report["contracts"].values()):
        yield {"text": "A wallet that forgets ids later than that was not found out."}


def _scale(report: Mapping[str, Any]) -> dict[str, Any]:
    """The scale of times on which repeats were tried, as positions in percent."""
    latest = max(
        (each["late"]["milliseconds"] for each in report["contracts"].values() if each["late"]),
        default=-1,
    )
    step = (_TO - _FROM) // (len(_TICKS) - 1)
    ticks = [
        {"x": tenths(_FROM + place * step), "label": label, "reached": latest >= milliseconds}
        for place, (milliseconds, label) in enumerate(_TICKS)
    ]
    reached = [each for each in ticks if each["reached"]]
    words = f"up to {reached[-1]['label']} and not {ticks[-1]['label']}" if reached else "no later than 10 ms"
    if len(reached) == len(ticks):
        words = f"up to {ticks[-1]['label']}"
    return {"ticks": ticks, "reach": reached[-1]["x"] if reached else "", "label": f"Repeats were tried {words} late"}
