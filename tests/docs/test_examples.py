"""What the documentation prints as YAML, JSON, Python or JavaScript is that, for the tools of everybody."""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
import textwrap
from pathlib import Path

import pytest
import yaml
from documented import PAGES, ROOT, Block, blocks
from patience import PATIENCE_SECONDS

from harness.cli import main
from harness.contracts import load
from harness.contracts.shared.openapi.vectors import vectors

FILES = sorted(
    path.relative_to(ROOT).as_posix()
    for pattern in ("docs/**/*.yaml", "docs/**/*.yml", "*.yml", ".pre-commit-hooks.yaml", "scenarios/**/*.yaml")
    for path in ROOT.glob(pattern)
)

EXCERPTS = {"docs/PRIVATE_CONTRACT.md"}
"""Pages whose blocks are cut out of files: tests/contracts/test_private_contract.py compares them."""


def named(block: Block) -> str:
    return block.place


@pytest.mark.parametrize("block", blocks("yaml"), ids=named)
def test_a_yaml_example_is_yaml(block: Block) -> None:
    assert yaml.safe_load(block.text) is not None


@pytest.mark.parametrize("block", [each for each in blocks("json") if each.page not in EXCERPTS], ids=named)
def test_a_json_example_is_json(block: Block) -> None:
    assert json.loads(block.text) is not None


@pytest.mark.parametrize("block", blocks("python"), ids=named)
def test_a_python_example_can_be_parsed(block: Block) -> None:
    ast.parse(textwrap.dedent(block.text))


def test_every_yaml_file_is_yaml() -> None:
    assert len(FILES) > 400
    for each in FILES:
        assert [*yaml.safe_load_all((ROOT / each).read_text(encoding="utf-8"))], each


def test_every_json_file_is_json() -> None:
    files = sorted((ROOT / "docs").rglob("*.json"))
    assert files
    for each in files:
        assert json.loads(each.read_text(encoding="utf-8")), each


def test_the_profile_that_init_writes_is_yaml(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for contract in ("casino", "sportsbook"):
        address = "https://staging.example"
        options = ["--contract", f"{contract}={address}/{contract}", "--provision", f"{address}/test-players"]
        assert main(["init", *options]) == 0
        assert yaml.safe_load((tmp_path / "wallet.yaml").read_text())["contracts"][contract]["url"]
        (tmp_path / "wallet.yaml").unlink()


def test_every_fence_says_what_is_in_it() -> None:
    """A block without a language has no colours, and no test knows what it is."""
    assert not [each.place for each in blocks() if not each.language]
    assert len(blocks("yaml")) > 8
    assert len(PAGES) > 15


def on_the_page(language: str) -> str:
    (found,) = (each.text for each in blocks(language) if each.page == "docs/AUTHENTICATION.md")
    return found


def test_the_python_of_the_page_signs_as_the_vectors_say() -> None:
    names: dict[str, object] = {}
    exec(compile(on_the_page("python"), "docs/AUTHENTICATION.md", "exec"), names)
    signature = names["signature"]
    assert callable(signature)
    for each in vectors(load("casino")):
        found = signature(each["body"].encode(), str(each["timestamp"]), each["credentials"]["secret"])
        assert found == each["headers"]["x-signature"]


@pytest.mark.full
@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
def test_the_javascript_of_the_page_signs_as_the_vectors_say() -> None:
    for each in vectors(load("casino")):
        values = [each["body"], str(each["timestamp"]), each["credentials"]["secret"]]
        program = f"{on_the_page('js')}\nprocess.stdout.write(signature(...{json.dumps(values)}));"
        done = subprocess.run(
            ["node", "-e", program], capture_output=True, text=True, check=True, timeout=PATIENCE_SECONDS
        )
        assert done.stdout == each["headers"]["x-signature"]
