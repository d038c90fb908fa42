"""The bodies that the scenarios send, held against a real JavaScript engine."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from typing import ClassVar

import pytest

from harness.contracts import Contract, load
from harness.contracts.shared.json_text import is_canonical
from harness.contracts.shared.schema import bundled
from harness.model import Scenario, Step
from harness.proof.trials import examiner_of
from harness.scenario import load_folder
from mock_server.wallet import Wallet

WRITES_AGAIN = """
const texts = JSON.parse(require("fs").readFileSync(0)).map((text) => Buffer.from(text, "base64"));
console.log(JSON.stringify(texts.map((bytes) => {
  try { return Buffer.from(JSON.stringify(JSON.parse(bytes.toString("utf8")))).equals(bytes); }
  catch { return false; }
})));
"""
CASINO = load("casino")


class Recording(Wallet):
    """The reference wallet, which keeps the bodies of a run in a list of its class."""

    bodies: ClassVar[list[bytes]] = []

    def doubts(self, contract: Contract, name: str, headers: Mapping[str, str], body: bytes) -> str:
        self.bodies.append(body)
        return super().doubts(contract, name, headers, body)


def altered(step: Step) -> bool:
    """True if a step may send a body that is not that of its operation."""
    drafts = (draft.raw or draft.without for draft in step.drafts)
    return bool(any(drafts) or step.tampered or step.body or step.faults or any(altered(each) for each in step.steps))


@pytest.fixture(scope="module")
def sent() -> list[tuple[Scenario, list[bytes]]]:
    """Each scenario of the casino with the bodies that a run of it sends."""
    found = []
    examiner = examiner_of(Recording, "casino")
    for scenario in load_folder(bundled("scenarios"), {"casino": CASINO}):
        if "casino" in scenario.requirements and not scenario.is_explored:
            Recording.bodies.clear()
            examiner.examine(scenario)
            found.append((scenario, list(Recording.bodies)))
    examiner.close()
    return found


def test_every_body_without_an_alteration_is_canonical(sent: Sequence[tuple[Scenario, list[bytes]]]) -> None:
    wrong = [
        (scenario.id, body[:200])
        for scenario, bodies in sent
        if not any(altered(step) for step in scenario.steps)
        for body in bodies
        if not is_canonical(body)
    ]
    assert not wrong


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
def test_javascript_agrees_which_bodies_are_canonical(sent: Sequence[tuple[Scenario, list[bytes]]]) -> None:
    bodies = sorted({body for _, each in sent for body in each})
    assert len(bodies) > 1000
    texts = json.dumps([base64.b64encode(body).decode() for body in bodies]).encode()
    done = subprocess.run(["node", "-e", WRITES_AGAIN], input=texts, capture_output=True, check=True, timeout=120)
    differ = [
        body[:300] for body, same in zip(bodies, json.loads(done.stdout), strict=True) if is_canonical(body) != same
    ]
    assert not differ


@pytest.mark.parametrize("size", [65536, 32768, 16384, 8192, 4096])
def test_every_size_of_pieces_cuts_a_character(sent: Sequence[tuple[Scenario, list[bytes]]], size: int) -> None:
    bodies = next(found for scenario, found in sent if scenario.id == "signature/text_in_many_bytes")
    large = [body for body in bodies if len(body) > 65536]
    assert len(large) == 3
    cut = [body for body in large if any(byte & 0xC0 == 0x80 for byte in body[size::size])]
    assert cut, "no piece begins in the middle of a character"
