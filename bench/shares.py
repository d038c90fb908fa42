"""A pytest plugin for `bench/suite.py`: how much processor time each part of a whole run takes.

It wraps the functions at which the parts begin. The time of an inner part is not counted for the outer one.
"""

from __future__ import annotations

import functools
import json
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.contracts.shared import schema

_now = time.thread_time_ns
_PLAYING = "playing: binding, the course of a scenario"

spent: Counter[str] = Counter()
_running: list[list[int]] = []
"""For each running part, outermost first, the nanoseconds of the parts inside it."""


def part(name: str, work: Callable[..., Any]) -> Callable[..., Any]:
    """The same function, with its time counted."""

    @functools.wraps(work)
    def counted(*values: Any, **named: Any) -> Any:
        inside = [0]
        _running.append(inside)
        began = _now()
        try:
            return work(*values, **named)
        finally:
            taken = _now() - began
            _running.pop()
            spent[name] += taken - inside[0]
            if _running:
                _running[-1][0] += taken

    return counted


# The contracts import this function by its name when they are loaded, which is later.
schema.violations = part("checking schemas", schema.violations)


def wrap(owner: Any, name: str, what: str) -> None:
    """Count the time of an attribute of a class or a module."""
    setattr(owner, name, part(what, getattr(owner, name)))


def pytest_configure() -> None:
    """Wrap the parts of the harness."""
    from harness import client
    from harness.client import Client, Transport
    from harness.examine import Examiner
    from harness.play import runner
    from harness.play.players import ProvisionedPlayers
    from harness.play.runner import Runner

    wrap(Examiner, "judged", "judging")
    wrap(Examiner, "examine", "results: latencies, probable causes")
    wrap(Runner, "run", _PLAYING)
    wrap(runner, "plan", "planning")
    wrap(ProvisionedPlayers, "cast", "making players")
    wrap(client, "prepare", "encoding and signing")
    wrap(Client, "_exchange", "decoding answers")
    wrap(Transport, "send", "client")
    wrap(Transport, "release", "client")


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop() -> None:
    """Everything before is the start: the interpreter, imports, reading the scenarios. Pre-flight is in the loop."""
    spent["start: imports, reading scenarios"] = time.process_time_ns() - sum(spent.values())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol() -> Iterator[Any]:
    """Count pytest's own work on an item."""
    inside = [0]
    _running.append(inside)
    began = _now()
    try:
        return (yield)
    finally:
        _running.pop()
        spent["pytest, item by item"] += _now() - began - inside[0]


def pytest_unconfigure() -> None:
    """Write the seconds by part. Time outside of every part counts as the end or the time between."""
    spent["the rest: pre-flight, summary"] = time.process_time_ns() - sum(spent.values())
    Path(os.environ["WALLETPROOF_SHARES"]).write_text(json.dumps({name: ns / 1e9 for name, ns in spent.items()}))
