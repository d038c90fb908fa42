"""The length that a request announces is read in one way by the server and by the application."""

from __future__ import annotations

import pytest

from mock_server.limits import announced_bytes


@pytest.mark.parametrize(
    ("text", "length"),
    [("", 0), ("0", 0), ("12", 12), ("0012", 12), ("-1", 0), ("+1", 0), ("1_0", 0), ("1.5", 0), ("²", 0), ("x", 0)],
)
def test_a_content_length_is_a_whole_number_or_nothing(text: str, length: int) -> None:
    assert announced_bytes(text) == length


@pytest.mark.parametrize("digits", [19, 20, 21, 5000])
def test_a_huge_content_length_stays_above_every_limit(digits: int) -> None:
    assert announced_bytes("9" * digits) > 10**18
