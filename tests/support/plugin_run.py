"""Runs pytest with the plugin in separate processes, and a wallet for them to certify."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from patience import PATIENCE_SECONDS

ROOT = Path(__file__).resolve().parents[2]
DEADLINE_SECONDS = PATIENCE_SECONDS
CREDENTIALS = {
    "WALLET_API_KEY": "the-key-of-the-tests",
    "WALLET_SECRET": "the-secret-of-the-tests",
    "WALLET_USER": "the-user-of-the-tests",
    "WALLET_PASSWORD": "the-password-of-the-tests",
}


TELLS_PROCESSES = """
import os
import sys

sys.addaudithook(lambda event, _: os.write(2, b"started a process") if event == "subprocess.Popen" else None)
"""
"""A conftest.py that writes a line whenever the run starts a process."""


@dataclass(frozen=True)
class Done:
    """A run that has ended."""

    status: int
    output: str

    @property
    def lines(self) -> list[str]:
        """The lines that it printed."""
        return self.output.splitlines()

    @property
    def ids(self) -> list[str]:
        """The ids that `--collect-only -q` printed."""
        return [line for line in self.lines if "::" in line]


def environment(variables: Mapping[str, str] | None = None, site: Path = ROOT) -> dict[str, str]:
    """The environment of a run that finds the package in `site`, without the user's own wallet settings."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("WALLET_", "PYTEST_"))}
    return {
        **clean,
        "PYTHONPATH": str(site),
        "COLUMNS": "100",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        **(variables or {}),
    }


def command(*arguments: str, plugins: tuple[str, ...] = ("no:cacheprovider",)) -> list[str]:
    """The command line of a run that loads our plugin and the given plugins. Every warning is an error."""
    loaded = [part for name in ("harness.plugin", *plugins) for part in ("-p", name)]
    return [sys.executable, "-P", "-m", "pytest", *loaded, "-W", "error", *arguments]


def run(
    *arguments: str,
    cwd: Path = ROOT,
    site: Path = ROOT,
    variables: Mapping[str, str] | None = None,
    plugins: tuple[str, ...] = ("no:cacheprovider",),
) -> Done:
    """Run pytest to its end."""
    done = subprocess.run(
        command(*arguments, plugins=plugins),
        cwd=cwd,
        env=environment(variables, site),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=DEADLINE_SECONDS,
        check=False,
    )
    return Done(done.returncode, done.stdout)


def installed(folder: Path) -> Path:
    """A folder that holds the package as a wheel would: with schemas and scenarios inside."""
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "harness", folder / "harness", ignore=ignored)
    shutil.copytree(ROOT / "mock_server", folder / "mock_server", ignore=ignored)
    for data in ("schemas", "scenarios"):
        shutil.copytree(ROOT / data, folder / "harness" / data, ignore=ignored)
    return folder


@dataclass(frozen=True)
class Wallet:
    """A wallet that runs in a separate process."""

    process: subprocess.Popen[str]
    root: str

    def options(self, contract: str) -> tuple[str, ...]:
        """The options that certify it by a contract."""
        return (
            f"--wallet-url={self.root}/{contract}",
            f"--wallet-contract={contract}",
            f"--wallet-provision={self.root}/__admin/player",
        )


@contextlib.contextmanager
def wallet(defect: str = "none", *options: str) -> Iterator[Wallet]:
    """The reference wallet with a defect of `wallet_with_defect`, or none."""
    with started("wallet_with_defect.py", defect, *options) as found:
        yield found


@contextlib.contextmanager
def started(script: str, *arguments: str, credentials: Mapping[str, str] = CREDENTIALS) -> Iterator[Wallet]:
    """A wallet that a script of `tests/support` serves, with provisioning. It is killed at the end."""
    path = ROOT / "tests" / "support" / script
    with subprocess.Popen(
        [sys.executable, str(path), *arguments, "--provision", "--ready-json", "--stop-with-parent"],
        env=environment(credentials),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            ready = json.loads(process.stdout.readline(), parse_float=Decimal)
            yield Wallet(process, ready["provision"].removesuffix("/__admin/player"))
        finally:
            process.kill()
            process.communicate(timeout=DEADLINE_SECONDS)
