"""The kinds of results on a page: a status and whether it is waived become a kind with an icon, and a word.

Kinds are `fail`, `unk`, `warn`, `waived`, `pass` and `skip`. Each is the name of an icon and of a colour.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

WAIVED = "waived"
SHOWN = ("fail", "unknown", "warn", WAIVED, "pass", "skipped")
"""The results of scenarios that a page counts and filters by, in its order. A waived scenario counts as that alone."""
_KINDS = {"fail": "fail", "unknown": "unk", "warn": "warn", WAIVED: WAIVED, "pass": "pass", "skipped": "skip"}
_WORDS = {
    "fail": "failed",
    "unknown": "unknown",
    "warn": "warned",
    WAIVED: WAIVED,
    "pass": "passed",
    "skipped": "skipped",
}
_OF_REQUIREMENTS = {
    "fail": "violated",
    "unknown": "unknown",
    "warn": "holds, with advice",
    WAIVED: WAIVED,
    "pass": "holds",
    "skipped": "not judged",
}


def shown(result: Mapping[str, Any]) -> str:
    """The result of a scenario, a requirement or a verdict as one of `SHOWN`."""
    return WAIVED if result.get("waived") else str(result["status"])


def kind(result: str) -> str:
    """The kind of one of `SHOWN`."""
    return _KINDS[result]


def word(result: str) -> str:
    """The word for one of `SHOWN`, for a scenario."""
    return _WORDS[result]


def word_of_requirement(requirement: Mapping[str, Any]) -> str:
    """The word for a requirement's result. A SHOULD with status `warn` does not hold."""
    result = shown(requirement)
    if result == "warn" and requirement["level"] != "MUST":
        return "not met (advice)"
    return _OF_REQUIREMENTS[result]


def counts(scenarios: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """How many scenarios have each result, in the order of the page, without zeros."""
    found = Counter(map(shown, scenarios))
    return [
        {"status": each, "kind": kind(each), "word": word(each), "count": found[each]} for each in SHOWN if found[each]
    ]
