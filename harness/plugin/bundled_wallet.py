"""The bundled reference wallet as a process of its own: started on a free port, and always stopped."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from harness.contracts import Credentials
from harness.target import VARIABLES

_STOP_SECONDS = 5


class DidNotStart(Exception):
    """The wallet's process ended before it was ready; the text has what it said."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where the wallet listens."""

    urls: dict[str, str]
    provision_url: str


class BundledWallet:
    """The process. Its credentials are made up for the run and reach it through the environment alone."""

    def __init__(self, arguments: tuple[str, ...] = ()) -> None:
        """Start it and wait until it is ready. Raises DidNotStart."""
        self.credentials = {name: Credentials(secrets.token_hex(8), secrets.token_hex(16)) for name in VARIABLES}
        fixed = ("--provision", "--ready-json", "--stop-with-parent")
        # -P keeps the current directory out of the search path: a stranger's `mock_server` folder must not be started.
        command = [sys.executable, "-P", "-m", "mock_server", *fixed, *arguments]
        self._process = subprocess.Popen(
            command,
            env=self._environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.address = self._await_ready()

    def _environment(self) -> dict[str, str]:
        ours = str(Path(__file__).resolve().parents[2])
        paths = [ours, os.environ.get("PYTHONPATH", "")]
        given = {}
        for name, (key, secret) in VARIABLES.items():
            given[key] = self.credentials[name].key
            given[secret] = self.credentials[name].secret
        return {**os.environ, **given, "PYTHONPATH": os.pathsep.join(path for path in paths if path)}

    def _await_ready(self) -> Address:
        line = self._process.stdout.readline() if self._process.stdout is not None else ""
        try:
            ready = json.loads(line)
            return Address(dict(ready["contracts"]), str(ready["provision"]))
        except (ValueError, KeyError, TypeError):
            self.stop()
            raise DidNotStart("the bundled wallet did not start; what it said stands above") from None

    def stop(self) -> None:
        """Stop it, whatever state it is in."""
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()
        self._process.terminate()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
