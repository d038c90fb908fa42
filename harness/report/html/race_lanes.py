"""The geometry of races: a lane for each request, from its release to its answer, as percentages of the race."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from harness.report.html.percentages import percent, tenths

MOST_LANES = 60
_LEAST = 8
"""The least width of a bar, in tenths of a percent."""


Guilty = Mapping[tuple[int, int], str]
"""By run and index: the kind of the worst finding that names this exchange."""


def races(exchanges: Sequence[Mapping[str, Any]], guilty: Guilty) -> list[dict[str, Any]]:
    """A picture for each race, in the order in which they were run."""
    found: dict[tuple[int, int], list[Mapping[str, Any]]] = {}
    for exchange in exchanges:
        if exchange["race"] is not None:
            found.setdefault((exchange["run"], exchange["race"]), []).append(exchange)
    return [_race(run, each[:MOST_LANES], guilty) for (run, _), each in found.items() if len(each) > 1]


def _race(run: int, racing: Sequence[Mapping[str, Any]], guilty: Guilty) -> dict[str, Any]:
    spans = [_span(each["microseconds"]) for each in racing]
    begun, ended = min(span[0] for span in spans), max(span[2] for span in spans)
    whole = max(ended - begun, 1)
    start, stop, most = _busiest(spans)
    share = f"{most} of {len(racing)}" if most < len(racing) else f"all {most}"
    return {
        "run": run,
        "bars": [
            _lane(each, span, begun, whole) | _found(each, guilty) for each, span in zip(racing, spans, strict=True)
        ],
        "overlap": {"x": percent(start - begun, whole), "width": percent(stop - start, whole)} if most > 1 else None,
        "most": share,
        "sentence": f"{len(racing)} requests within {whole / 1000:.2f} ms"
        + (f", {share} on their way at once" if most > 1 else ", one after the other"),
    }


def _span(times: Mapping[str, int | None]) -> tuple[int, int, int]:
    """When a request was released, when the answer began and when it ended, in microseconds."""
    start = times["released"] or times["started"] or 0
    end = max(times["finished"] or start, start)
    return start, min(max(times["first_byte"] or end, start), end), end


def _busiest(spans: Sequence[tuple[int, int, int]]) -> tuple[int, int, int]:
    """The first time in which the most requests were on their way: its start, its end, and their number."""
    changes = sorted([(start, 1) for start, _, _ in spans] + [(end, -1) for _, _, end in spans])
    most, now, best = 0, 0, (0, 0)
    for place, (moment, change) in enumerate(changes):
        now += change
        if now > most and place + 1 < len(changes):
            most, best = now, (moment, changes[place + 1][0])
    return *best, most


def _lane(exchange: Mapping[str, Any], span: tuple[int, int, int], begun: int, whole: int) -> dict[str, Any]:
    start, answered, end = span
    waiting, answering = ((until - since) * 1000 // whole for since, until in ((start, answered), (answered, end)))
    outcome = exchange["outcome"]
    kind = "pass" if outcome == "ok" else "skip" if outcome else "unk"
    return {
        "index": exchange["index"],
        "operation": exchange["operation"],
        "kind": kind,
        "word": {"pass": "accepted", "skip": "refused"}.get(kind, "no answer"),
        "outcome": ", ".join([exchange["code"] or outcome or "no answer", *_shown(exchange)]),
        "x": percent(start - begun, whole),
        "waiting": tenths(max(waiting, _LEAST)),
        "answered": percent(answered - begun, whole),
        "answering": tenths(max(answering, _LEAST)),
        "label": f"{exchange['operation']} {exchange['index']}: from {start - begun} to {end - begun} microseconds",
    }


def _found(exchange: Mapping[str, Any], guilty: Guilty) -> dict[str, str]:
    """The kind of an exchange that a finding names, in the place of what was accepted or refused."""
    kind = guilty.get((exchange["run"], exchange["index"]))
    return {"kind": kind, "word": "finding"} if kind else {}


def _shown(exchange: Mapping[str, Any]) -> list[str]:
    """The balance that the answer shows, if it shows one."""
    return [each["shown"] for each in exchange["balances"] if each["shown"] is not None][:1]
