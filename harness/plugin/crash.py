"""Removes values that may be secret from pytest's output about an error outside of a scenario."""

from __future__ import annotations

import dataclasses
import traceback
from collections.abc import Iterator
from typing import Any

import pytest

from harness.plugin.run import Run

_VALUES = ("reprlocals", "reprfuncargs")
"""Local variables and arguments. They are left out, because a shortened secret is not recognised."""

OF_A_PART = "broken off: the verdict above is of a part of the suite"
OF_NOTHING = "broken off before the first scenario ended: nothing was judged"


class Crashed(Exception):
    """An error at the end of the session. The text has place and reason without secrets."""


class CrashReporter:
    """A plugin of its own, registered in every process."""

    def __init__(self, run: Run, config: pytest.Config) -> None:
        """`run` knows the secrets."""
        self._run = run
        self._config = config
        self._crashed = False

    @pytest.hookimpl(tryfirst=True)
    def pytest_internalerror(self, excrepr: object) -> None:
        """Remove secrets from pytest's representation of an exception.

        The representation is changed in place, because the terminal, JUnit and xdist receive the same object.
        """
        self._crashed = True
        self._hide(excrepr)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> Iterator[None]:
        """Remove frames without a line number, which pytest cannot print. A signal may arrive at such a place.

        Without `--full-trace` pytest then prints a sentence instead of the place in the code.
        """
        excinfo.traceback = excinfo.traceback.filter(_has_a_line)
        result = yield
        by_signal = isinstance(excinfo.value, KeyboardInterrupt)
        if by_signal and self._run.contracts and not self._config.option.fulltrace:
            self._say_what_an_interruption_means()
        return result

    def _say_what_an_interruption_means(self) -> None:
        # pytest has no other way to replace what it prints at the end of an interrupted session.
        reporter = self._config.pluginmanager.get_plugin("terminalreporter")
        kept = getattr(reporter, "_keyboardinterrupt_memo", None)
        if kept is not None and kept.reprcrash is not None:
            kept.reprcrash.message = OF_A_PART if self._run.results else OF_NOTHING

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Iterator[None]:
        """Set a failing exit status after a crash. With a crashed worker of xdist, pytest would exit with 0.

        Python itself prints an error raised here, with all values. So an error that shows a secret is replaced.
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
