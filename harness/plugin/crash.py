"""What pytest prints when something breaks outside of a scenario: the same, without values that may be secret."""

from __future__ import annotations

import dataclasses
import traceback
from collections.abc import Iterator
from typing import Any

import pytest

from harness.plugin.run import Run

_VALUES = ("reprlocals", "reprfuncargs")
"""Local variables and arguments: a value may be cut in the middle of a secret, which is then not recognised."""


class Crashed(Exception):
    """Something broke at the end of the session; the text has where and why, without secrets."""


class CrashReporter:
    """A plugin of its own, in every process."""

    def __init__(self, run: Run) -> None:
        """`run` knows the secrets."""
        self._run = run
        self._crashed = False

    @pytest.hookimpl(tryfirst=True)
    def pytest_internalerror(self, excrepr: object) -> None:
        """Take secrets out of the representation of an exception, whose parts pytest has made already.

        It cannot be replaced, because others (the terminal, JUnit, xdist) are given the same one; so it is changed.
        """
        self._crashed = True
        self._hide(excrepr)

    @pytest.hookimpl(tryfirst=True)
    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Leave out what pytest cannot print and would break on: a signal may arrive where Python knows no line."""
        excinfo.traceback = excinfo.traceback.filter(_has_a_line)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Iterator[None]:
        """A run that broke has not passed: after a crash in a worker of xdist, pytest would end with 0.

        What breaks at the end is printed by Python itself, as it is: so it is replaced where it tells too much.
        """
        if self._crashed and session.exitstatus in {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}:
            session.exitstatus = pytest.ExitCode.INTERNAL_ERROR
        try:
            return (yield)
        except Exception as error:
            text = "".join(traceback.format_exception(error))
            if (shown := self._run.masked(text)) == text:
                raise
            raise Crashed(shown) from None

    def _hide(self, representation: object) -> None:
        if not dataclasses.is_dataclass(representation):
            return
        for name, value in vars(representation).items():
            setattr(representation, name, None if name in _VALUES else self._hidden(value))

    def _hidden(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._run.masked(value)
        if isinstance(value, list | tuple):
            return type(value)(self._hidden(each) for each in value)
        self._hide(value)
        return value


def _has_a_line(entry: Any) -> bool:
    try:
        return bool(entry.lineno >= 0)
    except TypeError:
        return False
