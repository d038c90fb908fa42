"""As a user has it: the wheel in an environment of its own, away from the checkout, in a project with files of its own.

Nothing is downloaded: the environment's other packages are links to those that the tests run with, and only to what the
wheel says that it needs.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import venv
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from importlib.metadata import PathDistribution, distribution
from pathlib import Path

import pytest
from built_wheel import build
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from patience import PATIENCE_SECONDS
from plugin_run import CREDENTIALS, DEADLINE_SECONDS, ROOT, Done

pytestmark = pytest.mark.full


@dataclass(frozen=True)
class Installed:
    """An environment with the wheel in it, and somebody's project to work in."""

    folder: Path
    project: Path

    @property
    def site(self) -> Path:
        """Where its packages are."""
        (found,) = (self.folder / "lib").glob("python*/site-packages")
        return found

    def run(self, program: str, *arguments: str) -> Done:
        """Run one of its commands in the project."""
        done = subprocess.run(
            [str(self.folder / "bin" / program), *arguments],
            cwd=self.project,
            env=self.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=DEADLINE_SECONDS,
            check=False,
        )
        return Done(done.returncode, done.stdout)

    def environment(self) -> dict[str, str]:
        """The credentials of the tests, and nothing that leads back to the checkout."""
        ours = ("WALLET_", "PYTEST_", "PYTHON", "VIRTUAL_ENV")
        clean = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        return {**clean, **CREDENTIALS, "COLUMNS": "100"}

    @contextlib.contextmanager
    def wallet(self) -> Iterator[str]:
        """Its reference wallet, started by hand; the root of its addresses."""
        command = ["-P", "-m", "mock_server", "--provision", "--ready-json", "--stop-with-parent"]
        with subprocess.Popen(
            [str(self.folder / "bin" / "python"), *command],
            cwd=self.project,
            env=self.environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdout is not None
            try:
                ready = json.loads(process.stdout.readline(), parse_float=Decimal)
                yield ready["provision"].removesuffix("/__admin/player")
            finally:
                process.kill()
                process.communicate(timeout=DEADLINE_SECONDS)


def needed(names: list[str]) -> set[str]:
    """The distributions that these need, and those that they need in turn."""
    found: set[str] = set()
    while names:
        name = canonicalize_name(names.pop())
        if name not in found:
            found.add(name)
            names += _required(distribution(name).requires or [])
    return found


def _required(lines: list[str]) -> list[str]:
    requirements = [Requirement(line) for line in lines]
    return [each.name for each in requirements if each.marker is None or each.marker.evaluate({"extra": ""})]


def link(names: set[str], site: Path) -> None:
    """Link the packages of distributions into another environment."""
    for name in names:
        found = distribution(name)
        for top in {file.parts[0] for file in found.files or () if file.parts[0] not in {"..", "__pycache__"}}:
            if not (site / top).exists():
                (site / top).symlink_to(Path(str(found.locate_file(top))))


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    folder, project = tmp_path_factory.mktemp("environment"), tmp_path_factory.mktemp("theirs")
    venv.create(folder, with_pip=False, symlinks=True)
    found = Installed(folder, project)
    wheel = build("wheel", tmp_path_factory.mktemp("wheel"))
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", str(folder / "bin" / "python")]
    subprocess.run(
        [*pip, "install", "--quiet", "--no-index", "--no-deps", str(wheel)], check=True, timeout=PATIENCE_SECONDS
    )
    (metadata,) = found.site.glob("walletproof-*.dist-info")
    link(needed([*_required(PathDistribution(metadata).requires or []), "pytest-xdist"]), found.site)
    script = folder / "bin" / "pytest"
    script.write_text(f"#!{folder}/bin/python\nimport sys\nfrom pytest import console_main\nsys.exit(console_main())\n")
    script.chmod(0o755)
    write_project(project)
    return found


def write_project(project: Path) -> None:
    """Their tests, their YAML files, and a `harness` folder of their own."""
    files = {
        "test_theirs.py": "def test_theirs(): ...",
        "docker-compose.yaml": "services: {}",
        "scenarios/theirs.yaml": "a: b",
        "harness/__init__.py": "raise RuntimeError('this is their harness')",
        "schemas/theirs.json": "{",
    }
    for name, content in files.items():
        (project / name).parent.mkdir(exist_ok=True)
        (project / name).write_text(content, encoding="utf-8")


def options(root: str, contract: str) -> list[str]:
    """What certifies the started wallet by one contract."""
    return [
        f"--wallet-url={root}/{contract}",
        f"--wallet-contract={contract}",
        f"--wallet-provision={root}/__admin/player",
    ]


@pytest.fixture(scope="module")
def root(installed: Installed) -> Iterator[str]:
    with installed.wallet() as found:
        yield found


def test_what_runs_is_the_wheel_and_not_the_checkout(installed: Installed) -> None:
    program = "import harness, mock_server, harness.plugin; print(harness.__file__, mock_server.__file__)"
    done = installed.run("python", "-P", "-W", "error", "-c", program)
    assert done.status == 0, done.output
    assert all(path.startswith(str(installed.site)) for path in done.output.split())
    assert str(ROOT) not in installed.run("python", "-P", "-c", "import sys; print(sys.path)").output


@pytest.mark.parametrize("contract", ["casino", "sportsbook"])
def test_pytest_certifies_a_wallet(installed: Installed, root: str, contract: str, tmp_path: Path) -> None:
    report = tmp_path / "report.html"
    done = installed.run("pytest", "-W", "error", f"--wallet-report={report}", *options(root, contract))
    assert done.status == 0, done.output
    assert f"{contract}  CERTIFIED" in done.output
    assert "theirs" not in done.output.partition("rootdir")[2].partition("\n")[2]
    assert report.stat().st_size


def test_with_several_processes(installed: Installed, root: str) -> None:
    chosen = ("-k", "resent or races")
    done = installed.run("pytest", "-W", "error", "-n", "2", *chosen, *options(root, "sportsbook"))
    assert done.status in {0, 11}, done.output
    assert " passed" in done.output
    assert "their harness" not in done.output


def test_the_bundled_wallet_is_the_wheels_own(installed: Installed) -> None:
    done = installed.run("pytest", "-W", "error", "--wallet-seed=1", "-k", "idempotency")
    assert done.status in {0, 11}, done.output
    assert "their harness" not in done.output


def test_their_own_tests_run_as_if_it_were_not_there(installed: Installed) -> None:
    done = installed.run("pytest", "-W", "error", "-p", "no:cacheprovider")
    assert done.status == 0, done.output
    assert "1 passed" in done.output
    assert "\nwalletproof " not in done.output


def test_every_subcommand_tells_of_itself(installed: Installed) -> None:
    done = installed.run("walletproof", "--help")
    assert done.status == 0, done.output
    assert "openapi" in done.output
    assert installed.run("walletproof", "openapi", "casino").status == 0


def test_the_pages_that_messages_point_to_are_installed(installed: Installed) -> None:
    page = installed.run("walletproof", "docs", "profile")
    assert page.status == 0, page.output
    assert page.output == (ROOT / "docs" / "PROFILE.md").read_text(encoding="utf-8")
    assert str(installed.site) in installed.run("walletproof", "docs", "--path").output
    assert "walletproof docs profile" in " ".join(installed.run("pytest", "--help").output.split())


def test_the_command_certifies_a_wallet(installed: Installed, root: str) -> None:
    chosen = [each.replace("--wallet-", "--") for each in options(root, "sportsbook")[1:]]
    done = installed.run("walletproof", "certify", f"{root}/sportsbook", *chosen, "-W", "error")
    assert done.status == 0, done.output
    assert "sportsbook  CERTIFIED" in done.output
    assert "theirs" not in done.output.partition("rootdir")[2].partition("\n")[2]


def test_the_command_takes_the_profile_that_lies_there(installed: Installed, root: str) -> None:
    profile = installed.project / "wallet.yaml"
    credentials = "{api_key: '${WALLET_API_KEY}', secret: '${WALLET_SECRET}'}"
    profile.write_text(
        f"contracts: {{casino: {{url: '{root}/casino', credentials: {credentials}}}}}\n"
        f"provision: {{url: '{root}/__admin/player'}}\n",
        encoding="utf-8",
    )
    try:
        checked = installed.run("walletproof", "check")
        certified = installed.run("walletproof", "certify", "-k", "settlement", "-W", "error")
    finally:
        profile.unlink()
    assert checked.status == 0, checked.output
    assert certified.status == 4, certified.output  # a part of the suite leaves a verdict incomplete
    assert "casino  INCOMPLETE" in certified.output


def test_python_minus_m_pytest_finds_their_harness_and_the_remedies_do_not(installed: Installed) -> None:
    """`python -m` looks for modules in the current folder first; docs/CERTIFY.md has the remedies."""
    chosen = ("-p", "no:cacheprovider", "--wallet-seed=1", "-k", "resent_settlement")
    assert "this is their harness" in installed.run("python", "-m", "pytest", *chosen).output
    assert "passed" in installed.run("python", "-P", "-m", "pytest", *chosen).output
    page = (ROOT / "docs" / "CERTIFY.md").read_text(encoding="utf-8")
    assert "python -P -m pytest" in page
