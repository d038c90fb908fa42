"""Limits how much of what a wallet has sent the records of a run hold, so that reports stay readable and small."""

from __future__ import annotations

import html
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from harness.inert import CUT, clipped

MOST_EVIDENCE = 4_000_000
"""How many characters of a wallet's answers the records of a run hold, as they are written in files."""
_LONGEST_AFTER = 120
"""How many characters of a body are kept once there is no more room."""
_LONG = 500
"""A longer body is kept once if it repeats within a run of a scenario."""

Record = Mapping[str, Any]


@dataclass(slots=True)
class EvidenceLimit:
    """The room that is left. It counts what a wallet can make long: bodies, headers, codes and problems."""

    left: int = MOST_EVIDENCE
    _seen: dict[str, str] = field(default_factory=dict)

    def fitted(self, records: Iterable[Record], important: Iterable[tuple[int, int]] = ()) -> tuple[Record, ...]:
        """The records, without repeated bodies, and with what is long in answers cut once there is no more room.

        `important` names records by run and index; they come first.
        """
        first = frozenset(important)
        self._seen.clear()
        plain = [self._without_repetition(each) for each in records]
        order = sorted(range(len(plain)), key=lambda at: ((plain[at]["run"], plain[at]["index"]) not in first, at))
        fitted = {at: self._fit(plain[at]) for at in order}
        return tuple(fitted[at] for at in range(len(plain)))

    def _without_repetition(self, record: Record) -> Record:
        answer = record["response"]
        if answer is None or len(answer["body"]) <= _LONG:
            return record
        place = f"exchange {record['index']}" + (f" of run {record['run']}" if record["run"] else "")
        before = self._seen.setdefault(answer["body"], place)
        if before == place:
            return record
        return {**record, "response": {**answer, "body": f"{CUT} (the body of {before} again)", "truncated": True}}

    def _fit(self, record: Record) -> Record:
        cost = _cost(record)
        if cost <= self.left:
            self.left -= cost
            return record
        answer = record["response"]
        if answer is not None:
            body = clipped(answer["body"], _LONGEST_AFTER)
            shorter = body != answer["body"]
            headers = [[CUT, f"{len(answer['headers'])} left out: the report has no more room"]]
            answer = {**answer, "body": body, "headers": headers, "truncated": answer["truncated"] or shorter}
        problems = [clipped(each, _LONGEST_AFTER) for each in record["problems"][:1]]
        code = clipped(record["code"], _LONGEST_AFTER)
        return {**record, "response": answer, "problems": problems, "code": code}


def _cost(record: Record) -> int:
    answer = record["response"] or {"body": "", "headers": []}
    headers = (text for pair in answer["headers"] for text in pair)
    texts = [answer["body"], record["code"], *record["problems"], *headers]
    return sum(max(len(json.dumps(each, ensure_ascii=False)), len(html.escape(each))) for each in texts)
