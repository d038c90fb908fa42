"""`JSON.stringify`, as ours and as Node's, of the same generated values."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from patience import PATIENCE_SECONDS

from harness.contracts.shared.json_text import stringify

LARGEST = 2**53 - 1
STRINGS = st.text(max_size=20) | st.text(st.sampled_from('\x00\x1f"\\/\u2028\u2029\ud800\udc00\x7f\u00e9'), max_size=8)
# JavaScript moves keys that look like array indices to the front; no field of a contract is named so.
KEYS = STRINGS.filter(lambda key: not key.isdigit() and key != "__proto__")
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-LARGEST, LARGEST) | STRINGS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=15,
)
PROGRAM = """
const rows = JSON.parse(require("fs").readFileSync(0, "latin1"));
process.stdout.write(JSON.stringify(rows.map(row => Buffer.from(JSON.stringify(row), "utf8").toString("hex"))));
"""


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
@given(st.lists(VALUES, min_size=40, max_size=80))
@settings(max_examples=8, deadline=None, derandomize=True)
def test_generated_values_are_written_as_node_writes_them(values: list[Any]) -> None:
    # Half a surrogate pair cannot be written as UTF-8, so everything beyond ASCII goes to Node as an escape.
    asked = json.dumps(values, ensure_ascii=True).encode("ascii")
    done = subprocess.run(
        ["node", "-e", PROGRAM], input=asked, capture_output=True, check=True, timeout=PATIENCE_SECONDS
    )
    # A pair that was written as two halves is one character to a parser.
    heard = json.loads(asked)
    assert [stringify(value).hex() for value in heard] == json.loads(done.stdout)
