"""The private contract of the tutorial, written to a folder and run."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from plugin_run import DEADLINE_SECONDS, ROOT, Done, environment
from tutorial_files import FILES, TUTORIAL

CONSOLES = re.findall(r"^```console\n(.*?)^```$", TUTORIAL, re.MULTILINE | re.DOTALL)


PORT = "8765"
"""The port that the tutorial names. The test takes a free one."""


@dataclass(frozen=True)
class Console:
    """One command of the tutorial, and the output lines that the tutorial shows."""

    command: str
    promised: tuple[str, ...]


def consoles() -> Iterator[Console]:
    """Every command of the tutorial, in order."""
    for block in CONSOLES:
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, *promised = part.splitlines()
            yield Console(command, tuple(promised))


def command(beginning: str) -> Console:
    """The one command with that beginning."""
    (found,) = (each for each in consoles() if each.command.startswith(beginning))
    return found


@dataclass(frozen=True)
class Tutorial:
    """The tutorial's files, written and installed."""

    project: Path
    site: Path

    def run(self, text: str, cwd: Path | None = None) -> Done:
        """Run one of the tutorial's commands with our interpreter."""
        program, *arguments = shlex.split(text)
        start = {
            "pip": [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input"],
            "walletproof": [sys.executable, "-P", "-m", "harness.cli"],
            "pytest": [sys.executable, "-P", "-m", "pytest", "-p", "harness.plugin", "-p", "no:cacheprovider"],
        }[program]
        if program == "pip":
            # A reader installs the build backend from an index. Here it is installed already.
            arguments += ["--target", str(self.site), "--no-index", "--no-build-isolation", "--no-deps"]
        done = subprocess.run(
            [*start, *arguments],
            cwd=cwd or self.project,
            env=self.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=DEADLINE_SECONDS,
            check=False,
        )
        return Done(done.returncode, done.stdout)

    def environment(self) -> dict[str, str]:
        """The environment of the tutorial's terminals. The package is found where it was installed."""
        pairs = (each.partition("=") for each in shlex.split(command("export").command)[1:])
        paths = os.pathsep.join([str(self.site), str(ROOT)])
        return environment({name: value for name, _, value in pairs}) | {"PYTHONPATH": paths}

    @contextlib.contextmanager
    def wallet(self, source: str = FILES["wallet.py"]) -> Iterator[str]:
        """Run the tutorial's wallet on a free port. Yields the port as text."""
        file = self.project / "wallet.py"
        file.write_text(source, encoding="utf-8")
        started = shlex.split(command("python wallet.py").command.replace(PORT, "0"))
        with subprocess.Popen(
            [sys.executable, *started[1:]], cwd=self.project, env=self.environment(), stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            try:
                yield process.stdout.readline().strip().rpartition(":")[2]
            finally:
                process.kill()

    def certify(self, port: str, *options: str, cwd: Path | None = None) -> Done:
        """Run the tutorial's main command."""
        (run,) = (each for each in consoles() if each.command.startswith("pytest --wallet-url"))
        return self.run(shlex.join([*shlex.split(run.command.replace(PORT, port)), *options]), cwd)


@pytest.fixture(scope="module")
def tutorial(tmp_path_factory: pytest.TempPathFactory) -> Tutorial:
    project, site = tmp_path_factory.mktemp("bingo"), tmp_path_factory.mktemp("site")
    for name, content in FILES.items():
        path = project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    found = Tutorial(project, site)
    done = found.run(command("pip install").command)
    assert done.status == 0, done.output
    assert (site / "bingo_hall" / "scenarios" / "money" / "prize.yaml").is_file()
    return found


@pytest.fixture(scope="module")
def port(tutorial: Tutorial) -> Iterator[str]:
    with tutorial.wallet() as found:
        yield found
