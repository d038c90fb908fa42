"""Every mistake in a scenario file is a complaint with its line, and one run shows them all."""

from __future__ import annotations

from pathlib import Path

import pytest
from scenario_contracts import CONTRACTS

from harness.contracts import load
from harness.files.tree import MAX_BYTES
from harness.scenario import ScenarioError, load_file

CASINO = "title: A title\nrequirement: {casino: CAS-CON-01}\n"
SPORTSBOOK = "title: A title\nrequirement: {sportsbook: SPB-CON-01}\n"
BOTH = "title: A title\nrequirement: {casino: CAS-CON-01, sportsbook: SPB-CON-01}\n"


def complaints(root: Path, data: str | bytes) -> list[str]:
    """The complaints about a file, as `line: message`."""
    path = root / "wrong.yaml"
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    with pytest.raises(ScenarioError) as caught:
        load_file(path, root, CONTRACTS)
    return [each.removeprefix(f"{path.as_posix()}:") for each in caught.value.complaints]


def steps(*lines: str, head: str = CASINO) -> str:
    return head + "steps:\n" + "".join(f"  - {line}\n" for line in lines)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"title: x\n\xff", "2: not UTF-8: byte 0xff at offset 9"),
        ("title: [x\n", "1: broken YAML: while parsing a flow sequence, did not find expected ',' or ']'"),
        ("title: x\nsteps:\n  - bet: {amount: 1\n", "3: broken YAML: while parsing a flow mapping"),
        ('title: x\nwhy: "open\n\n', "2: broken YAML: while scanning a quoted scalar"),
        ("title: {x\nwhy: y\nsteps: z\n", "2: broken YAML: while parsing a flow mapping"),
        ("title: x\n\tsteps: y\n", "2: broken YAML: while scanning a plain scalar, found a tab"),
        ("title: x\nwhy: \x01\n", "2: broken YAML: control characters are not allowed (character number 15)"),
        ("", "1: the file is empty"),
        ("# only a comment\n", "1: the file is empty"),
        ("--- a\n--- b\n", "2: a second document"),
        ("a: &x 1\nb: *x\n", "1: the anchor &x is refused"),
        ("a: 1\nb: *x\n", "2: the alias *x is refused"),
        ("a: !!int 1\n", "1: the tag tag:yaml.org,2002:int is refused"),
        ("a: {<<: {b: 1}}\n", "1: the merge key << is refused"),
        ("? [a]\n: b\n", "1: a key must be a word"),
        ("a: " + "[" * 20 + "]" * 20, "1: nested deeper than 12 levels"),
        ("#" * (MAX_BYTES + 1), "1: the file has 65537 bytes"),
        ("just a word", "1: a scenario must be a mapping, not a single value"),
    ],
)
def test_bytes_that_are_no_tree_are_refused(tmp_path: Path, data: str | bytes, expected: str) -> None:
    found = complaints(tmp_path, data)
    assert found[0].startswith(expected)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("titel: A title\n", "1: unknown word 'titel'; did you mean 'title'?"),
        (steps("balance: ", head="requirement: {casino: CAS-CON-01}\n"), "1: a scenario needs title: one sentence"),
        (CASINO, "1: a scenario needs steps: what the platform does, in order"),
        (steps("balance: ", head="title: A title\n"), "1: a scenario needs requirement"),
        (steps("balance: ") + "title: Again\n", "5: 'title' stands here twice; the first is in line 1"),
        ("title: A title.\n", "1: title ends in a full stop"),
        ("title: [a]\n", "1: title must be one value, not a list"),
        ("title: ''\n", "1: title must be one sentence"),
        ("title: " + "x" * 121 + "\n", "1: title must be one sentence of at most 120 characters"),
        ("requirement: {}\n", "1: requirement is empty"),
        ("requirement: CAS-CON-01\n", "1: requirement must be a mapping, not a single value"),
        ("requirement: {casini: CAS-CON-01}\n", "1: unknown contract 'casini'; did you mean 'casino'?"),
        (
            "requirement: {casino: CAS-IDM-11}\n",
            "1: unknown requirement of casino 'CAS-IDM-11'; did you mean 'CAS-IDM-01'?",
        ),
        (CASINO + "currency: eur\n", "3: currency 'eur' is no ISO 4217 code"),
        (CASINO + "funds: everything\n", "3: funds must be a number in main units"),
        (CASINO + "funds: -1\n", "3: funds: '-1' is not an amount"),
        (CASINO + "funds: 1\nfunds_exactly: 1\n", "4: funds and funds_exactly exclude each other"),
        (CASINO + "why: [a]\n", "3: why must be one value"),
        (CASINO + "steps: []\n", "3: steps must be a list with at least one step"),
        (CASINO + "steps: {balance: }\n", "3: steps must be a list with at least one step"),
    ],
)
def test_the_top_of_a_file(tmp_path: Path, data: str, expected: str) -> None:
    assert any(each.startswith(expected) for each in complaints(tmp_path, data))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("balance", "a step must be a mapping, not a single value"),
        ("{times: 2}", "a step needs one of the words bet, pay, settle"),
        ("{setle: {amount: 1}}", "unknown word 'setle'; did you mean 'settle'?"),
        ("{settle: {amount: 1}, bet: {amount: 1}}", "a step has one word, this one has settle and bet"),
        ("{settle: {amount: 1}, expcet: ok}", "unknown word 'expcet'; did you mean 'expect'?"),
        ("{settle: {amount: 1}, expect: oke}", "unknown expect word 'oke'; did you mean 'ok'?"),
        ("{settle: {amount: 1}, expect: same}", "unknown expect word 'same'"),
        ("{settle: {amount: 1}, expect: []}", "expect is empty: drop it"),
        ("{settle: [{amount: 1}], expect: [ok, ok]}", "expect has 2 words for 1 item"),
        ("{settle: {amount: 1}, times: 0}", "times must be from 1 to 10000"),
        ("{settle: {amount: 1}, times: paralel}", "unknown number of times 'paralel'; did you mean 'parallel'?"),
        ("{settle: {amount: 1}, at_once: true}", "at_once: true needs times"),
        ("{settle: {amount: 1}, times: 2, at_once: yes}", "unknown at_once 'yes'; valid are: true"),
        ("{settle: {amount: 1}, size: 10}", "size applies to a batch: write settle as a list"),
        ("{settle: [], size: 10}", "size has nothing to repeat"),
        ("{settle: {amount: 1}, lost: half_anser}", "unknown lost 'half_anser'; did you mean 'half_answer'?"),
        (
            "{settle: {amount: 1}, forged: other_secrets}",
            "unknown forgery of casino 'other_secrets'; did you mean 'other_secret'?",
        ),
        (
            "{settle: {amount: 1}, missing_header: x-api}",
            "unknown required header of casino 'x-api'; did you mean 'x-api-key'?",
        ),
        ("{settle: {amount: 1}, stale: 2}", "stale '2' is no duration"),
        ("{settle: {amount: 1}, stale: 1h, ahead: 1h}", "stale and ahead exclude each other"),
        ("{settle: {amount: 1}, times: 2, at_once: true, lost: time_out}", "lost does not go with at_once"),
        ("{at_once: [{settle: {amount: 1}, lost: time_out}]}", "lost does not go with at_once"),
        ("{settle: {amount: 1}, tampered: {amount: -1}}", "tampered amount: '-1' is not an amount"),
        ("{settle: {amount: 1}, tampered: {playerId: x}}", "tampered playerId: 'x' is no JSON text"),
        ("{settle: {amount: 1}, tampered: [amount]}", "tampered must be a mapping, not a list"),
        ("{settle: {amount: 1}, body: ''}", "body is empty"),
        ('{settle: {amount: 1}, content_type: "a\\nb"}', "content_type must be one line of ASCII"),
        ("{repeat: {times: 2}}", "repeat needs steps"),
        ("{repeat: {times: 2, steps: [{balance: }], until: 3}}", "unknown part of repeat 'until'"),
        ("{repeat: {times: 2, steps: [{repeat: {times: 2, steps: [{balance: }]}}]}}", "repeat inside repeat"),
        ("{at_once: [{balance: }], expect: ok}", "expect does not apply to at_once"),
        ("{resend: 7}", "resend '7' is no label"),
    ],
)
def test_steps_and_modifiers(tmp_path: Path, line: str, expected: str) -> None:
    assert any(each.startswith(f"4: {expected}") for each in complaints(tmp_path, steps(line)))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("settle: 12", "settle needs a mapping of its fields: id, shape, amount"),
        ("settle: [12]", "an item of settle must be a mapping, not a single value"),
        ("bet: [{amount: 1}]", "bet takes one transaction, not a list"),
        ("settle: {}", "settle needs amount: main units"),
        ("settle: {ammount: 1, amount: 1}", "unknown field of settle 'ammount'; did you mean 'amount'?"),
        ("bet: {amount: 1, win: yes}", "bet has no win; its fields are id, shape"),
        ("reward: {amount: 1, currency: other}", "casino has no currency in reward"),
        ("settle: {amount: everythin}", "amount: 'everythin' is not an amount"),
        ("settle: {amount: 0.000001}", "amount: 0.000001 is finer than 0.00001"),
        ("settle: {amount: 90071992547.40992}", "amount: 90071992547.40992 is more than 2^53 - 1 smallest units"),
        ("settle: {amount: 1, shape: upper}", "unknown shape 'upper'; did you mean 'upper_case'?"),
        ("settle: {amount: 1, player: others}", "unknown player 'others'; did you mean 'other'?"),
        ("settle: {amount: 1, win: true}", "unknown win 'true'; valid are: no, yes"),
        ("reward: {amount: 1, kind: jackpt}", "unknown kind of reward in casino 'jackpt'; did you mean 'jackpot'?"),
        ("settle: {amount: 1, raw: {amount: one}}", "raw amount: 'one' is no JSON text"),
        ("settle: {amount: 1, raw: {amuont: 1}}", "unknown wire field of settle in casino 'amuont'; did you mean 'amo"),
        ("settle: {amount: 1, without: playerId}", "without must be a list of wire fields"),
        ("settle: {amount: 1, without: [player]}", "unknown wire field of settle in casino 'player'"),
        ("bet: {amount: 1, odds: 2.50}", "casino has no odds in bet"),
        ("bet_batch: {amount: 1, round: none}", "casino has no bet_batch without a round"),
        ("settle: {id: unknown, amount: 1}", "id 'unknown' is reserved"),
        ("settle: {id: T1, amount: 1}", "id 'T1' is no label"),
        ("{unsettle: {amount: 1}}", "casino has no unsettle: drop the step, or drop casino from requirement"),
    ],
)
def test_fields(tmp_path: Path, line: str, expected: str) -> None:
    assert any(each.startswith(f"4: {expected}") for each in complaints(tmp_path, steps(line)))


def test_a_pot_is_shared_and_odds_are_a_decimal_number_above_zero(tmp_path: Path) -> None:
    """Asked of the bundled contracts, because the small ones of these tests have neither."""
    path = tmp_path / "wrong.yaml"
    bets = [f"bet: {{amount: 1, odds: {each}}}" for each in ("0.00", "1/2", "-1.5", "1e3")]
    for text, expected in (
        (steps("reward: {amount: 1, pot: j1}"), ["4: pot 'j1' appears only here: drop it, or refer to it"]),
        (steps(*bets, head=SPORTSBOOK), [f"{line}: odds" for line in (4, 5, 6, 7)]),
    ):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(ScenarioError) as caught:
            load_file(path, tmp_path, {name: load(name) for name in ("casino", "sportsbook")})
        found = [each.removeprefix(f"{path.as_posix()}:") for each in caught.value.complaints]
        assert [each.startswith(start) for each, start in zip(found, expected, strict=True)].count(True) == len(found)


def test_a_body_that_no_signature_covers_is_not_tampered_with(tmp_path: Path) -> None:
    data = "title: x\nrequirement: {sportsbook: SPB-IDM-01}\nsteps:\n  - {bet: {amount: 1}, tampered: {amount: 2}}\n"
    assert complaints(tmp_path, data) == [
        "4: sportsbook signs no body, so no wallet can notice that one was tampered with"
    ]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("settle: {amount: 1, win: no}", "sportsbook has no win in settle"),
        ("settle: {amount: 1, session: expired}", "sportsbook has no session in settle"),
        ("settle: {amount: 1, kind: CASHOUT}", "casino has no kind in settle"),
        ("settle: [{amount: 1}]", "sportsbook has no batch for settle: write one mapping, not a list"),
        ("settle: {amount: 0.001}", "amount: 0.001 is finer than 0.01 EUR, the smallest amount of sportsbook"),
        ("reward: {amount: 1}", "sportsbook has no reward"),
        ("{settle: {amount: 1}, stale: 2h}", "a request of sportsbook carries no time, so it cannot be stale"),
        ("{settle: {amount: 1}, ahead: 2h}", "a request of sportsbook carries no time, so it cannot be ahead"),
        ("{settle: {amount: 1}, forged: other_secret}", "unknown forgery of sportsbook 'other_secret'"),
    ],
)
def test_what_one_of_the_contracts_lacks(tmp_path: Path, line: str, expected: str) -> None:
    assert any(each.startswith(f"4: {expected}") for each in complaints(tmp_path, steps(line, head=BOTH)))


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["settle: {id: t1, amount: 1}"], "4: label 't1' appears only here: drop it"),
        (["settle: {amount: 1, round: r1}"], "4: round 'r1' appears only here"),
        (["resend: t1"], "4: resend: 't1': no earlier transaction has this id"),
        (
            ["bet: {id: bet1, amount: 1}", "settle: {bet: bet2, amount: 1}"],
            "5: bet of settle: 'bet2': no earlier bet has this id; did you mean 'bet1'?",
        ),
        (
            ["settle: {id: t1, amount: 1}", "settle: {bet: t1, amount: 1}"],
            "5: bet of settle: 't1': no earlier bet has this id",
        ),
        (
            ["settle: {bet: b1, amount: 1}", "bet: {id: b1, amount: 1}"],
            "4: bet of settle: 'b1': no earlier bet has this id",
        ),
        (
            ["{repeat: {times: 3, steps: [{bet: {id: b1, amount: 1}}]}}"],
            "4: label 'b1' appears only here: drop it",
        ),
        (
            ["{repeat: {times: 3, steps: [{bet: {id: b1, amount: 1}, times: 2}]}}", "resend: b1"],
            "5: resend: 'b1': no earlier transaction has this id",
        ),
        (["rollback: {bet: b1}"], "4: bet of rollback: 'b1': no earlier bet has this id"),
    ],
)
def test_labels(tmp_path: Path, lines: list[str], expected: str) -> None:
    head = SPORTSBOOK if "rollback" in lines[0] else CASINO
    assert any(each.startswith(expected) for each in complaints(tmp_path, steps(*lines, head=head)))


@pytest.mark.parametrize(
    "lines",
    [
        ["{bet: {id: b1, amount: 1}, times: 3}"],
        ["{settle: [{id: t1, amount: 1}], size: 3}", "balance: "],
        ["{repeat: {times: 3, steps: [{bet: {id: b1, amount: 1}}, {settle: {bet: b1, amount: 1}}]}}"],
        ["bet: {id: b1, amount: 1}", "{repeat: {times: 3, steps: [{settle: {bet: b1, amount: 1}}]}}"],
        ["{settle: {amount: 1}, ahead: 1h}"],
        ["settle: {amount: 1, raw: {amount: '1, \"amount\": 1'}}"],
        ["bet: {id: b1, amount: 1}", "bet: {id: b1, amount: 1, shape: upper_case}"],
        ["settle: {amount: 1, bet: unknown, round: non_ascii}"],
        ["settle: {id: t1, amount: 1}", "settle: {id: t1, amount: 1, round: r2}"],
        ["settle: {amount: 1, raw: {futureField: '1e400'}}"],
    ],
)
def test_what_is_no_mistake(tmp_path: Path, lines: list[str]) -> None:
    path = tmp_path / "right.yaml"
    path.write_text(steps(*lines), encoding="utf-8")
    assert load_file(path, tmp_path, CONTRACTS).steps


def test_a_rollback_may_overtake_its_bet(tmp_path: Path) -> None:
    path = tmp_path / "late.yaml"
    path.write_text(steps("rollback: {bet: b1}", "bet: {id: b1, amount: 1}", head=SPORTSBOOK), encoding="utf-8")
    assert [step.word for step in load_file(path, tmp_path, CONTRACTS).steps] == ["rollback", "bet"]


def test_a_currency_decides_how_fine_an_amount_may_be(tmp_path: Path) -> None:
    text = SPORTSBOOK + "currency: JPY\nsteps:\n  - settle: {amount: 10.50}\n"
    assert complaints(tmp_path, text) == ["5: amount: 10.50 is finer than 1 JPY, the smallest amount of sportsbook"]


def test_all_complaints_come_at_once_in_the_order_of_lines(tmp_path: Path) -> None:
    text = CASINO + "currency: x\nsteps:\n  - setle: {amount: 1}\n  - bet: {amount: one, bonus: 2}\n  - resend: t1\n"
    assert [each.partition(":")[0] for each in complaints(tmp_path, text)] == ["3", "5", "6", "6", "7"]
