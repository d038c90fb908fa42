"""Logins with a token that was used, or that was never given out: success, the documented code, and any other code."""

from __future__ import annotations

from dataclasses import replace

import pytest
from written_histories import ANNA, START, judged, said, told

from harness.model import Authenticate, Exchange, Outcome, Player, Session, Status

KEY = "key-of-anna"
PLAYERS: tuple[Player, ...] = (replace(ANNA, token=KEY),)


def login(token: str, answer: int | Outcome, race: int | None = None) -> Exchange:
    asked = told(Authenticate(token=token), answer, name="authenticate")
    if asked.reply is not None and isinstance(answer, int):
        asked = replace(asked, reply=replace(asked.reply, session=Session(player=ANNA.id, session="new")))
    return replace(asked, race=race)


def found(*exchanges: Exchange) -> list[tuple[str, str]]:
    verdicts = judged(*exchanges, players=PLAYERS, contract="sportsbook").verdicts
    assert all(each.status is Status.FAIL for each in verdicts)
    return [said(each)[:2] for each in verdicts]


def test_a_token_opens_one_session() -> None:
    assert found(login(KEY, START)) == []
    assert found(login(KEY, START), login(KEY, START)) == [("SPB-TOK-01", "oracle")]


def test_a_token_that_was_never_given_out_opens_none() -> None:
    assert found(login("stranger", START)) == [("SPB-TOK-01", "oracle")]


@pytest.mark.parametrize("token", [KEY, "stranger"])
def test_the_refusal_has_the_documented_code(token: str) -> None:
    assert found(login(KEY, START), login(token, Outcome.INVALID_TOKEN)) == []
    assert found(login(KEY, START), login(token, Outcome.UNKNOWN_PLAYER)) == [("SPB-TOK-01", "code")]


def test_the_first_use_of_the_own_token_is_not_judged_here() -> None:
    assert found(login(KEY, Outcome.UNKNOWN_PLAYER)) == []


def test_in_a_race_for_one_token_the_code_is_open() -> None:
    assert found(login("stranger", Outcome.REFUSED, 1), login("stranger", Outcome.REFUSED, 1))
    assert found(login(KEY, START, 1), login(KEY, Outcome.REFUSED, 1)) == []
    assert found(login(KEY, START, 1), login(KEY, START, 1)) == [("SPB-TOK-01", "oracle")]
