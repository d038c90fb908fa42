"""The wallet under test at an address, for tests of pre-flight."""

from __future__ import annotations

from preflight_at_hand import CREDENTIALS

from harness.config import WalletUnderTest
from harness.model import Player, Tls

PLAYERS = (Player(id="188", currency="EUR", session="s-188"),)


def under_test(url: str, *, tls: Tls | None = None, time_out_seconds: float = 5) -> WalletUnderTest:
    return WalletUnderTest(
        contract="casino",
        url=url,
        credentials=CREDENTIALS["casino"],
        players=PLAYERS,
        tls=tls or Tls(),
        time_out_seconds=time_out_seconds,
    )
