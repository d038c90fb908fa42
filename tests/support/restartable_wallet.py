"""A wallet that a command can restart: `python restartable_wallet.py FOLDER`. Its books are in the folder."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from plugin_run import CREDENTIALS, environment

PATIENCE_SECONDS = 20
HOST = "127.0.0.1"


@dataclass(frozen=True)
class Restartable:
    """The folder of such a wallet."""

    folder: Path

    @property
    def root(self) -> str:
        """The wallet's URL without the contract."""
        return f"http://{HOST}:{self._port}"

    @property
    def command(self) -> str:
        """The command that restarts it."""
        return f"{sys.executable} {Path(__file__).resolve()} {self.folder}"

    @property
    def restarts(self) -> int:
        """How often the command has restarted it."""
        return len(self._log.read_text().splitlines()) if self._log.exists() else 0

    def profile(self, *contracts: str, players: str = "") -> Path:
        """A profile of this wallet, with the command as `hooks.restart`."""
        lines = ["environment: staging", "contracts:"]
        lines += [f"  {name}: {{url: {self.root}/{name}}}" for name in contracts]
        lines += [players or f"provision: {{url: {self.root}/__admin/player}}", f'hooks: {{restart: "{self.command}"}}']
        path = self.folder / "wallet.yaml"
        path.write_text("\n".join(lines) + "\n")
        return path

    def start(self) -> subprocess.Popen[bytes]:
        """Start the process, and wait until its port is open."""
        settings = json.loads((self.folder / "settings.json").read_text(), parse_float=Decimal)
        arguments = ["-m", "mock_server", "--host", HOST, "--port", str(settings["port"]), "--provision"]
        arguments += ["--store", str(self.folder / "books.sqlite"), *settings["options"]]
        process = subprocess.Popen(
            [sys.executable, *arguments],
            env=environment(CREDENTIALS),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        (self.folder / "pid").write_text(str(process.pid))
        self._wait(is_open=True)
        return process

    def stop(self) -> None:
        """Stop the process, and wait until its port is closed."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(int((self.folder / "pid").read_text()), signal.SIGKILL)
        self._wait(is_open=False)

    def restart(self) -> None:
        """Stop it, start it, and count that."""
        self.stop()
        self.start()
        with self._log.open("a") as log:
            log.write("restarted\n")

    @property
    def _log(self) -> Path:
        return self.folder / "restarts"

    @property
    def _port(self) -> int:
        return int(json.loads((self.folder / "settings.json").read_text(), parse_float=Decimal)["port"])

    def _wait(self, *, is_open: bool) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while _answers(self._port) is not is_open:
            assert time.monotonic() < deadline, "the wallet did not start or stop in time"
            time.sleep(0.05)


def _answers(port: int) -> bool:
    try:
        socket.create_connection((HOST, port), timeout=1).close()
    except OSError:
        return False
    return True


@contextlib.contextmanager
def restartable(folder: Path, *options: str) -> Iterator[Restartable]:
    """A running wallet whose process can be replaced. `options` are those of `python -m mock_server`."""
    with socket.create_server((HOST, 0)) as free:
        port = free.getsockname()[1]
    (folder / "settings.json").write_text(json.dumps({"port": port, "options": options}))
    wallet = Restartable(folder)
    first = wallet.start()
    try:
        yield wallet
    finally:
        wallet.stop()
        first.kill()
        first.wait(PATIENCE_SECONDS)


if __name__ == "__main__":
    Restartable(Path(sys.argv[1])).restart()
