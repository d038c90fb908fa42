"""Runs the suite beside other pytest plugins, each in an environment of its own, and writes docs/PLUGINS.md.

Each run examines a sound wallet and a wallet with a defect. A plugin passes if both runs end with their verdict.
"""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
import tempfile
import venv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "PLUGINS.md"
DEADLINE_SECONDS = 300
_SOUND = (("--wallet-contract=casino", "zero_amount"), 11, "casino  INCOMPLETE")
_DEFECT = (
    ("--wallet-defect=forgets-every-transaction", "--wallet-contract=casino", "idempotency"),
    1,
    "casino  NOT CERTIFIED",
)


@dataclass(frozen=True)
class Plugin:
    """A plugin by its package, and the options with which it is tried."""

    package: str
    options: tuple[str, ...]
    what: str


PLUGINS = (
    Plugin("pytest-xdist", ("-n", "2"), "several processes"),
    Plugin("pytest-rerunfailures", ("--reruns", "1"), "repeats a failed test; each result counts"),
    Plugin("pytest-retry", ("--retries", "1"), "repeats a failed test within its report; each result counts"),
    Plugin("pytest-pretty", (), "replaces pytest's reporter; has its own table of failures"),
    Plugin("pytest-instafail", ("--instafail",), "replaces pytest's reporter; prints failures at once"),
    Plugin("pytest-progress", ("--show-progress",), "replaces pytest's reporter; counts on one line"),
    Plugin("pytest-html", ("--html=page.html", "--self-contained-html"), "a page of its own"),
    Plugin("pytest-timeout", ("--timeout=60",), "ends a test that takes too long"),
)


def tried(plugin: Plugin, folder: Path) -> tuple[str, str]:
    """The plugin's version and what went wrong, or an empty text if both runs ended with their verdict."""
    place = folder / plugin.package
    venv.create(place, with_pip=True)
    python = place / "bin" / "python"
    pip = (os.fspath(python), "-m", "pip", "--disable-pip-version-check", "--quiet", "install")
    subprocess.run([*pip, "--constraint", os.fspath(ROOT / "constraints.txt"), os.fspath(ROOT)], check=True)
    subprocess.run([*pip, plugin.package], check=True)
    asked = f"from importlib.metadata import version; print(version({plugin.package!r}))"
    version = subprocess.run([python, "-c", asked], check=True, capture_output=True, text=True).stdout.strip()
    complaints = [wrong(python, place, (*arguments, *plugin.options), *rest) for arguments, *rest in (_SOUND, _DEFECT)]
    return version, "; ".join(filter(None, complaints))


def wrong(python: Path, folder: Path, arguments: Sequence[str], status: object, line: object) -> str:
    """What is wrong with the run's status or last lines, or an empty text."""
    done = subprocess.run(
        [python, "-m", "pytest", *arguments],
        cwd=folder,
        env={name: value for name, value in os.environ.items() if not name.startswith(("WALLET_", "PYTEST_"))},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=DEADLINE_SECONDS,
        check=False,
    )
    if "INTERNALERROR" in done.stdout:
        return f"{' '.join(arguments)} ended with an internal error:\n{done.stdout}"
    if done.returncode != status or f"\n{line}" not in done.stdout:
        return f"{' '.join(arguments)} ended with status {done.returncode}, without {line!r}:\n{done.stdout}"
    return ""


def page(rows: Sequence[tuple[Plugin, str]], day: str) -> str:
    """The page of the documentation, with one row for each plugin."""
    lines = [
        "# Beside other pytest plugins",
        "",
        "`make plugins` installs each of these plugins in an environment of its own. It examines a sound wallet and a",
        "wallet with a defect, and both runs must end with their verdict and exit status. It writes this page.",
        "",
        "A plugin that repeats failed tests changes no verdict: a scenario that failed once has failed, since a wallet",
        "that loses money only sometimes loses money. Live progress is shown only with pytest's own reporter.",
        "",
        "| plugin | version | tried with | what it does | tried on |",
        "|---|---|---|---|---|",
    ]
    for plugin, version in rows:
        options = f"`{' '.join(plugin.options)}`" if plugin.options else "installed"
        lines.append(f"| {plugin.package} | {version} | {options} | {plugin.what} | {day} |")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Try every plugin. The page is written if all pass; otherwise the output of the failed runs is printed."""
    rows, failed = [], 0
    with tempfile.TemporaryDirectory() as folder:
        for plugin in PLUGINS:
            version, complaint = tried(plugin, Path(folder))
            rows.append((plugin, version))
            failed += bool(complaint)
            print(f"{plugin.package} {version}: {complaint or 'ok'}", flush=True)
    if not failed:
        PAGE.write_text(page(rows, dt.datetime.now(tz=dt.UTC).date().isoformat()), encoding="utf-8")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
