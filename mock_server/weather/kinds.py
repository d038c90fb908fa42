"""The faults by the names under which `--weather`, magic players and the admin path know them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mock_server.weather.fault import Fault
from mock_server.weather.faults import (
    Busy,
    Chunked,
    CloseConnection,
    DropReply,
    DropRequest,
    Duplicate,
    Gzip,
    Lag,
    Latency,
    Reset,
    SlowBody,
    Unavailable,
)
from mock_server.weather.spoilt import BareError, CutBody, Truncated, WrongType

HARMLESS, LATE, SPOILT = "harmless", "late", "spoilt"


@dataclass(frozen=True, slots=True)
class Kind:
    """One fault that can be asked for."""

    fault: type[Fault]
    setting: str = ""
    """The field that a number sets. Empty if no number may follow the name."""
    unit: str = ""
    """The unit of the number: `ms`, `s` or `bytes`."""
    answers: bool = True
    """True if the client gets the wallet's own answer."""
    effect: str = HARMLESS
    """What a client has to expect: `HARMLESS`, `LATE` or `SPOILT`."""


KINDS: Mapping[str, Kind] = {
    "latency": Kind(Latency, "milliseconds", "ms"),
    "slow-body": Kind(SlowBody, "milliseconds", "ms"),
    "gzip": Kind(Gzip),
    "chunked": Kind(Chunked, "size", "bytes"),
    "close": Kind(CloseConnection),
    "duplicate": Kind(Duplicate),
    "lag": Kind(Lag, "milliseconds", "ms", effect=LATE),
    "drop-request": Kind(DropRequest, answers=False),
    "drop-reply": Kind(DropReply, answers=False),
    "reset": Kind(Reset, answers=False),
    "busy": Kind(Busy, "seconds", "s", answers=False),
    "unavailable": Kind(Unavailable, "seconds", "s", answers=False),
    "wrong-type": Kind(WrongType, answers=False, effect=SPOILT),
    "truncated": Kind(Truncated, answers=False, effect=SPOILT),
    "cut-body": Kind(CutBody, "keep", "bytes", answers=False, effect=SPOILT),
    "bare-error": Kind(BareError, answers=False, effect=SPOILT),
}
