"""Whatever bytes a scenario file holds, it loads or is complained about, line by line: never a traceback."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st
from scenario_contracts import CONTRACTS

from harness.scenario import ScenarioError, load_file
from harness.scenario.words import FIELDS, MODIFIERS, TOP, WORDS

GOOD = (
    "title: A title\nrequirement: {casino: CAS-CON-01}\nfunds: 10\nsteps:\n"
    "  - bet: {id: b1, amount: 10, round: non_ascii}\n    times: 3\n    at_once: true\n"
    "  - at_once:\n      - settle: {bet: b1, amount: everything, raw: {amount: '1'}}\n      - resend: b1\n"
    "  - repeat: {times: rounds, steps: [balance: ]}\n"
)
COMPLAINT = re.compile(r".*/wrong\.yaml:[1-9][0-9]*: .+", re.DOTALL)
WORD = st.sampled_from(
    [*TOP, *WORDS, *MODIFIERS, *FIELDS, "", "1", "true", "unknown", "'", "{", "]", "&a", "*a", "!t", "<<"]
)


def complaints(data: bytes) -> tuple[str, ...]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "wrong.yaml"
        path.write_bytes(data)
        try:
            load_file(path, Path(folder), CONTRACTS)
        except ScenarioError as error:
            return error.complaints or ("a complaint about nothing",)
        return ()


def load_or_complain(data: bytes) -> None:
    assert all(COMPLAINT.fullmatch(each) for each in complaints(data))


def test_the_seed_is_good() -> None:
    assert complaints(GOOD.encode()) == ()


@given(st.binary(max_size=200))
@example(b"\xff\xfet\x00")
@example(b"[" * 60_000)
@example(b"{" * 60_000)
@example(b"- " * 30_000)
@example(b"? " * 30_000)
@example(b"a: |\n" + b" x\n" * 20_000)
@settings(deadline=None)
def test_any_bytes(data: bytes) -> None:
    load_or_complain(data)


@given(st.integers(0, len(GOOD)), st.integers(0, 12), st.one_of(WORD, st.text(max_size=6)))
@settings(deadline=None, max_examples=300)
def test_a_good_file_with_a_piece_replaced(start: int, length: int, piece: str) -> None:
    load_or_complain((GOOD[:start] + piece + GOOD[start + length :]).encode("utf-8", "surrogatepass"))


@given(st.recursive(WORD, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORD, inner, max_size=3)))
@settings(deadline=None, max_examples=300)
def test_any_value_where_steps_belong(value: object) -> None:
    head = "title: A title\nrequirement: {casino: CAS-CON-01, sportsbook: SPB-CON-01}\n"
    load_or_complain(f"{head}steps: {_flow(value)}\n".encode())


def _flow(value: object) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_flow(key)}: {_flow(each)}" for key, each in value.items()) + "}"
    return '"' + str(value).replace('"', '\\"') + '"'
