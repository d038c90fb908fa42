"""`kill -9` under load: what the wallet has acknowledged is durable, once. SIGTERM under load loses no answer."""

from __future__ import annotations

import signal
import sys
from contextlib import closing
from pathlib import Path

import pytest
from patience import PATIENCE_SECONDS
from wallet_process import ROOT, read, running, signed

from bench.crashes import crash
from harness.model import Payout, Settle
from harness.money import SCALE
from mock_server.store import open_store

KILLS = 20
WITH_DEFECT = (sys.executable, str(ROOT / "tests" / "support" / "wallet_with_defect.py"))
AT_ONCE = 12


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a wallet keeps its books."""
    return str(tmp_path / "books.sqlite") if request.param == "sqlite" else request.getfixturevalue("postgres")


@pytest.mark.full
def test_what_was_acknowledged_survives_kills_under_load(store: str) -> None:
    findings, wallet = crash(store, KILLS, seed=7)
    assert len(wallet.outages) == KILLS
    assert findings.wrong == []
    assert findings.interrupted >= KILLS / 2, "too few requests were in flight at the kills: this has tested nothing"
    assert findings.days > 0


@pytest.mark.full
def test_a_wallet_that_answers_before_its_commit_is_found(tmp_path: Path) -> None:
    findings, _ = crash(str(tmp_path / "books.sqlite"), KILLS, seed=7, command=(*WITH_DEFECT, "answers-first"))
    assert findings.wrong


def test_a_signal_to_stop_lets_every_request_be_answered(tmp_path: Path) -> None:
    where = tmp_path / "books.sqlite"
    with running("--store", str(where), "--latency", "300") as wallet:
        player = wallet.provision(contract="casino")
        settlements = [
            Settle(items=(Payout(id=f"t{number}", player=player["playerId"], currency="EUR", amount=SCALE, win=True),))
            for number in range(AT_ONCE)
        ]
        connections = [wallet.connect() for _ in settlements]
        for connection, credit in zip(connections, settlements, strict=True):
            request = signed("casino", credit)
            connection.request("POST", f"/casino{request.path}", request.body, dict(request.headers))
        wallet.process.send_signal(signal.SIGTERM)
        answers = [connection.getresponse() for connection in connections]
        assert [(each.status, read(each.read())["status"]) for each in answers] == [(200, "RS_OK")] * AT_ONCE
        assert wallet.process.wait(PATIENCE_SECONDS) == 0
    with closing(open_store(str(where))) as books:
        account = books.account("casino", player["playerId"])
        assert account is not None
        assert books.balance(account) == (100 + AT_ONCE) * SCALE
