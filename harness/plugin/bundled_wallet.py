"""The bundled reference wallet as a process of its own, started on a free port and always stopped."""

from __future__ import annotations

import json
import os
import secrets
import selectors
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from harness.config.precedence import TOKEN
from harness.contracts import BUNDLED, load

START_SECONDS = 30
"""Seconds until a wallet that is not ready has failed. The slowest measured start took two."""
_MOST_SHOWN = 2_000
"""Number of characters of the wallet's output to show if it fails."""


class DidNotStart(Exception):
    """The wallet's process did not start. The text has its output."""


@dataclass(frozen=True, slots=True)
class Address:
    """The wallet's addresses: a base URL for each contract and the URL that creates players."""

    urls: dict[str, str]
    provision_url: str


class BundledWallet:
    """The process. Its credentials are made for the run and passed through the environment alone.

    The token of its provisioning is one of them, so that no other program on the machine can make players.
    """

    def __init__(self, defect: str = "") -> None:
        """Start the process without waiting. `address` waits until it is ready. `defect` names a deliberate bug."""
        self.credentials = {name: load(name).made_up(lambda _: secrets.token_hex(16)) for name in BUNDLED}
        self.provision_token = secrets.token_hex(16)
        self._output = tempfile.TemporaryFile()  # noqa: SIM115 - open for as long as the process writes to it
        # -P keeps the current directory out of the search path, so that no `mock_server` folder of the user is
        # started.
        command = [sys.executable, "-P", "-m", "mock_server", "--provision", "--ready-json", "--stop-with-parent"]
        # The user's environment may name the store of another wallet. No player of a run is made there.
        command += ["--store", ":memory:"]
        if defect:
            command += ["--defect", defect]
        # In its own session it does not receive the terminal's Ctrl+C. It stops when its standard input ends, which
        # happens however this process ends.
        self._process = subprocess.Popen(
            command,
            env=self._environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._output,
            start_new_session=True,
        )

    def address(self, contracts: Iterable[str]) -> Address:
        """Wait until the wallet is ready. Raises DidNotStart."""
        line = self._first_line()
        try:
            ready = json.loads(line, parse_float=Decimal)
            return Address({name: ready["contracts"][name] for name in contracts}, str(ready["provision"]))
        except (ValueError, KeyError, TypeError):
            reason = self._last_words() or f"it said nothing for {START_SECONDS} s"
            self.stop()
            raise DidNotStart(f"the bundled wallet did not start: {reason}") from None

    def ended(self) -> str:
        """A message with its last output if it has ended by itself. Empty while it runs."""
        status = self._process.poll()
        if status is None:
            return ""
        return f"the bundled wallet ended with status {status} before the run did. {self._last_words()}".rstrip()

    def stop(self) -> None:
        """Stop it in any state. A second call does nothing."""
        # Nothing of the wallet is kept after the run, so a gentler signal would save nothing.
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()
        self._output.close()

    def _environment(self) -> dict[str, str]:
        # The wallet must be the one beside this package, wherever pytest found the package.
        ours = str(Path(__file__).resolve().parents[2])
        paths = [ours, os.environ.get("PYTHONPATH", "")]
        given = {"PYTHONPATH": os.pathsep.join(path for path in paths if path)}
        given[TOKEN] = self.provision_token
        for name, credentials in self.credentials.items():
            given |= {each.variable: credentials[each.name] for each in load(name).credentials}
        return {**os.environ, **given}

    def _first_line(self) -> bytes:
        """The first line that it printed, or the part of it before the end or the time limit."""
        stdout = self._process.stdout
        line, deadline = b"", time.monotonic() + START_SECONDS
        with selectors.DefaultSelector() as selector:
            if stdout is not None:
                selector.register(stdout, selectors.EVENT_READ)
            while stdout is not None and not line.endswith(b"\n"):
                if not selector.select(deadline - time.monotonic()):
                    return line
                if not (piece := os.read(stdout.fileno(), 4096)):
                    return line
                line += piece
        return line

    def _last_words(self) -> str:
        self._output.seek(0)
        return self._output.read().decode(errors="replace")[-_MOST_SHOWN:].strip()
