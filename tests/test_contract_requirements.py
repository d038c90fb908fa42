"""`requirements.yaml`: complaints with file and line, and which requirement answers for which finding."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.contracts import BUNDLED, Contract, load, requirements
from harness.contracts.requirements import Requirements, RequirementsError
from harness.model import Level, Requirement, Situation, Wrong

GOOD = """\
- id: CAS-CON-01
  level: MUST
  text: "the books agree"
  clause: "README"
- id: CAS-SET-03
  level: SHOULD
  text: "der Saldo stimmt für jeden"
  clause: "response"
  answers_for:
    - settlement new balance
    - "* forged.other_secret *"
- id: CAS-SET-04
  level: MAY
  text: anything
  clause: README
  answers_for:
    - bet * code
    - bet new.similar_id *
    - "* schema format"
  in_its_scenarios: ["* replay *", "settlement new balance"]
"""


def read(path: Path) -> dict[str, Requirement]:
    return requirements.load(path, "CAS", ("settlement", "bet"), ("other_secret",))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "requirements.yaml"
    file.write_text(GOOD, encoding="utf-8")
    return file


def test_a_good_file_is_read(path: Path) -> None:
    assert read(path) == {
        "CAS-CON-01": Requirement(id="CAS-CON-01", level=Level.MUST, text="the books agree", clause="README"),
        "CAS-SET-03": Requirement(
            id="CAS-SET-03",
            level=Level.SHOULD,
            text="der Saldo stimmt für jeden",
            clause="response",
            answers_for=(("settlement", "new", "balance"), ("*", "forged.other_secret", "*")),
        ),
        "CAS-SET-04": Requirement(
            id="CAS-SET-04",
            level=Level.MAY,
            text="anything",
            clause="README",
            answers_for=(("bet", "*", "code"), ("bet", "new.similar_id", "*"), ("*", "schema", "format")),
            in_its_scenarios=(("*", "replay", "*"), ("settlement", "new", "balance")),
        ),
    }


NEITHER = "- id: CAS-CON-01"


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("id: CAS-SET-03", "id: SPB-SET-03", "5: id 'SPB-SET-03' must look like CAS-CON-01"),
        ("id: CAS-SET-03", "id: CAS-SET-3", "5: id 'CAS-SET-3' must look like CAS-CON-01"),
        ("id: CAS-SET-03", "id: CAS-CON-01", "5: CAS-CON-01 stands twice"),
        (
            "id: CAS-CON-01",
            "id: CAS-CON-02",
            "1: CAS-CON-01 is missing: whatever no other id answers for is its own",
        ),
        ("level: MUST", "level: MAYBE", "1: level 'MAYBE' must be MUST, SHOULD, MAY"),
        ('  clause: "README"\n', "", "1: `clause` is missing or no text"),
        ('clause: "response"', 'clause: ""', "5: `clause` is missing or no text"),
        ('clause: "response"', "clause: [response]", "5: `clause` is missing or no text"),
        ("level: SHOULD", "level: [MUST]", "5: `level` is missing or no text"),
        ("  level: MUST\n", "", "1: `level` is missing or no text"),
        ('  text: "the books agree"\n', "", "1: `text` is missing or no text"),
        (NEITHER, "- level: MUST", "2: 'level' stands twice in one requirement"),
        ("  clause: ", "  claus: ", "1: unknown key 'claus', did you mean 'clause'?"),
        (
            "  clause: ",
            "  wherefrom: ",
            "1: unknown key 'wherefrom': use one of answers_for, clause, id, in_its_scenarios, level, text",
        ),
        ("settlement new balance", "setlement new balance", "10: unknown word 'setlement', did you mean 'settlement'?"),
        ("settlement new balance", "poker new balance", "10: unknown word 'poker': use one of *, bet, settlement"),
        ("settlement new balance", "settlement newer balance", "10: unknown word 'newer', did you mean 'new'?"),
        ("settlement new balance", "settlement new balanced", "10: unknown word 'balanced', did you mean 'balance'?"),
        (
            "settlement new balance",
            "settlement new XYZ",
            "10: unknown word 'XYZ': use one of *, accepted, balance, code, format, moved, refused",
        ),
        (
            "forged.other_secret",
            "forged.other_secrets",
            "11: unknown word 'forged.other_secrets', did you mean 'forged.other_secret'?",
        ),
        (
            "settlement new balance",
            "settlement new",
            "10: 'settlement new' must be three words: operation, situation, what was wrong",
        ),
        (
            "settlement new balance",
            "settlement new balance code",
            "10: 'settlement new balance code' must be three words: operation, situation, what was wrong",
        ),
        ("- settlement new balance", "- [a, b]", "10: must be text"),
        ("- settlement new balance", "- a: b", "10: must be text"),
        ('"response"', "{on: page}", "8: must be text"),
        ('  clause: "README"', "  ? [clause]\n  : README", "4: must be text"),
        (
            NEITHER,
            f"- word\n{NEITHER}",
            "1: must be a mapping with id, level, text, clause, answers_for, in_its_scenarios",
        ),
        ("answers_for:\n    - settlement new balance\n    -", "answers_for:", "5: `answers_for` must be a list"),
        ('["* replay *", "settlement new balance"]', "all", "12: `in_its_scenarios` must be a list"),
        ('"* replay *"', '"* replays *"', "20: unknown word 'replays', did you mean 'replay'?"),
        ("- bet * code", "- settlement new balance", "12: CAS-SET-03 already answers for 'settlement new balance'"),
        ("- id: CAS-SET-03", "- id: [", "7: not YAML: did not find expected ',' or ']'"),
        ("- id: CAS-SET-03", "- id: *nobody", "5: not YAML: found undefined alias"),
        ("the books", "the \a books", "3: not YAML: control characters are not allowed"),
        (NEITHER, f"\a{NEITHER}", "1: not YAML: control characters are not allowed"),
    ],
)
def test_a_bad_file_is_refused_with_file_and_line(path: Path, old: str, new: str, complaint: str) -> None:
    assert old in GOOD
    path.write_text(GOOD.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(RequirementsError) as caught:
        read(path)
    assert str(caught.value) == f"{path}:{complaint}"


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (b"\xe9", "1: not UTF-8: byte 0xe9"),
        (b"- id: CAS-CON-01\n  text: caf\xe9\n", "2: not UTF-8: byte 0xe9"),
        (b"", "1: must be a list of requirements"),
        (b"{}", "1: must be a list of requirements"),
        (b"word", "1: must be a list of requirements"),
    ],
)
def test_a_file_that_is_no_list_of_text_is_refused(path: Path, data: bytes, complaint: str) -> None:
    path.write_bytes(data)
    with pytest.raises(RequirementsError) as caught:
        read(path)
    assert str(caught.value) == f"{path}:{complaint}"


def test_a_requirement_may_say_twice_what_it_answers_for(path: Path) -> None:
    path.write_text(GOOD.replace("- bet * code", "- bet * code\n    - bet * code"), encoding="utf-8")
    assert read(path)["CAS-SET-04"].answers_for[:2] == (("bet", "*", "code"), ("bet", "*", "code"))


def test_the_file_is_read_only_when_it_is_asked_for(path: Path) -> None:
    lazy = Requirements(path, "CAS", ("settlement", "bet"), ("other_secret",))
    broken = Requirements(path.with_name("none.yaml"), "CAS", (), ())
    assert [*lazy] == ["CAS-CON-01", "CAS-SET-03", "CAS-SET-04"]
    assert len(lazy) == 3
    assert lazy["CAS-CON-01"].text == "the books agree"
    with pytest.raises(FileNotFoundError):
        len(broken)


SITUATIONS = (
    "*, code, conflict, conflict_with_zero, cross_replay, duplicate_in_batch, duplicate_in_batch.two_amounts, echo, "
    "exact, expired_session, forged, http, items, json, late, malformed, malformed.permitted, malformed.unknown_type, "
    "malformed.wrong_type, missing_header, new, new.after_clawback, new.cut_off, new.mixed_batch, new.non_ascii, "
    "new.same_bet, new.several_players, new.similar_id, race, race.contention, race_of_debits, "
    "race_of_debits.contention, race_of_one, race_of_one.contention, race_of_one.two_amounts, "
    "race_of_one.two_operations, read, reference, replay, replay_of_refused, reused_id, rollback, rollback_again, "
    "rollback_of_foreign, rollback_of_refused, rollback_of_settled, rollback_of_unknown, schema, spent_token, stale, "
    "status, tampered, token, uncovered, unknown_bet, unknown_player, unknown_session, wrong_currency, zero, "
    "zero.after_clawback, zero.mixed_batch"
)
"""What may stand in the middle of a triple where a contract has no forgeries."""


@pytest.mark.parametrize(
    ("prefix", "operations", "forgeries", "complaint"),
    [
        ("SPB", ("settlement", "bet"), ("other_secret",), "1: id 'CAS-CON-01' must look like SPB-CON-01"),
        ("CAS", ("settlement",), ("other_secret",), "17: unknown word 'bet': use one of *, settlement"),
        ("CAS", ("settlement", "bet"), (), f"11: unknown word 'forged.other_secret': use one of {SITUATIONS}"),
    ],
)
def test_its_words_are_those_of_its_contract(
    path: Path, prefix: str, operations: tuple[str, ...], forgeries: tuple[str, ...], complaint: str
) -> None:
    with pytest.raises(RequirementsError) as caught:
        len(Requirements(path, prefix, operations, forgeries))
    assert str(caught.value) == f"{path}:{complaint}"


CONTRACTS = [pytest.param(load(name), id=name) for name in BUNDLED]


@pytest.mark.parametrize("contract", CONTRACTS)
def test_sentences_are_complete_and_differ(contract: Contract) -> None:
    texts = [each.text for each in contract.requirements.values()]
    assert len(set(texts)) == len(texts) > 60
    assert all(each.clause and each.text for each in contract.requirements.values())


@pytest.mark.parametrize("contract", CONTRACTS)
def test_moved_money_is_always_a_must(contract: Contract) -> None:
    """Except for the balances shown in concurrent answers, which the design makes a SHOULD."""
    for each in contract.requirements.values():
        for _, situation, wrong in each.answers_for:
            if each.level is not Level.MUST:
                assert wrong not in {"*", Wrong.MOVED}, each.id
                assert wrong != Wrong.BALANCE or situation.startswith(Situation.RACE), each.id


@pytest.mark.parametrize("contract", CONTRACTS)
def test_a_may_answers_for_nothing(contract: Contract) -> None:
    """What a MAY allows is reported; a profile that pins one reading makes the others a matter of conservation."""
    assert all(not each.answers_for for each in contract.requirements.values() if each.level is Level.MAY)


@pytest.mark.parametrize("contract", CONTRACTS)
def test_every_forgery_and_every_format_topic_has_its_requirement(contract: Contract) -> None:
    conservation = f"{contract.prefix}-CON-01"
    for name in contract.specs:
        for forgery in contract.forgeries:
            assert contract.attribute(name, f"forged.{forgery}", Wrong.ACCEPTED).id != conservation
        for topic in ("schema", "json", "http", "status"):
            assert contract.attribute(name, topic, Wrong.FORMAT).id != conservation


CASINO = {
    "settlement new moved": "CAS-SET-02",
    "settlement new refused": "CAS-SET-02",
    "settlement new balance": "CAS-SET-03",
    "settlement new.mixed_batch refused": "CAS-BAT-01",
    "settlement new.several_players balance": "CAS-BAT-02",
    "settlement replay moved": "CAS-IDM-01",
    "settlement replay balance": "CAS-IDM-01",
    "settlement replay refused": "CAS-IDM-04",
    "settlement duplicate_in_batch moved": "CAS-IDM-02",
    "settlement cross_replay moved": "CAS-IDM-03",
    "payout cross_replay refused": "CAS-IDM-04",
    "settlement conflict moved": "CAS-IDM-05",
    "settlement conflict_with_zero moved": "CAS-ZER-02",
    "settlement zero refused": "CAS-ZER-01",
    "settlement expired_session refused": "CAS-SES-01",
    "settlement malformed accepted": "CAS-INP-01",
    "settlement malformed.wrong_type accepted": "CAS-INP-04",
    "settlement malformed.wrong_type moved": "CAS-CON-01",
    "settlement unknown_player accepted": "CAS-INP-02",
    "settlement wrong_currency accepted": "CAS-INP-02",
    "settlement race_of_one moved": "CAS-IDM-06",
    "settlement race_of_one balance": "CAS-CNC-02",
    "settlement race moved": "CAS-CON-01",
    "settlement tampered accepted": "CAS-SIG-03",
    "settlement missing_header accepted": "CAS-SIG-05",
    "settlement forged.wrong_signature accepted": "CAS-SIG-02",
    "settlement forged.other_timestamp accepted": "CAS-SIG-04",
    "settlement forged.unknown_key accepted": "CAS-SIG-06",
    "settlement forged.other_secret accepted": "CAS-SIG-09",
    "settlement forged.timestamp_in_seconds accepted": "CAS-SIG-10",
    "settlement stale accepted": "CAS-SIG-07",
    "settlement stale moved": "CAS-CON-01",
    "settlement schema format": "CAS-SET-04",
    "settlement json format": "CAS-SET-04",
    "settlement items format": "CAS-SET-01",
    "settlement echo format": "CAS-SET-05",
    "settlement http format": "CAS-INP-03",
    "settlement unknown_bet refused": "CAS-CON-01",
    "settlement reused_id moved": "CAS-CON-01",
    "bet new moved": "CAS-BET-01",
    "bet exact refused": "CAS-FND-03",
    "bet uncovered accepted": "CAS-FND-01",
    "bet uncovered code": "CAS-FND-01",
    "bet replay moved": "CAS-IDM-07",
    "bet replay refused": "CAS-IDM-04",
    "bet replay_of_refused accepted": "CAS-FND-04",
    "bet race_of_debits moved": "CAS-FND-02",
    "bet race_of_debits.contention refused": "CAS-CNC-01",
    "bet expired_session accepted": "CAS-SES-02",
    "bet expired_session moved": "CAS-CON-01",
    "bet_batch uncovered accepted": "CAS-BTB-01",
    "payout new moved": "CAS-PAY-01",
    "payout schema format": "CAS-ANS-01",
    "retry new moved": "CAS-RTY-01",
    "reward new moved": "CAS-RWD-01",
    "balance read balance": "CAS-BAL-01",
}
SPORTSBOOK = {
    "unsettlement new moved": "SPB-UNS-01",
    "unsettlement exact refused": "SPB-UNS-05",
    "unsettlement uncovered code": "SPB-UNS-03",
    "unsettlement uncovered moved": "SPB-UNS-03",
    "unsettlement zero refused": "SPB-UNS-02",
    "unsettlement schema format": "SPB-UNS-04",
    "unsettlement malformed.unknown_type accepted": "SPB-UNS-06",
    "unsettlement replay_of_refused accepted": "SPB-UNS-07",
    "unsettlement conflict_with_zero moved": "SPB-UNS-08",
    "unsettlement race_of_debits moved": "SPB-UNS-09",
    "unsettlement replay moved": "SPB-IDM-01",
    "unsettlement replay refused": "SPB-IDM-01",
    "unsettlement conflict moved": "SPB-IDM-02",
    "unsettlement race_of_one moved": "SPB-IDM-03",
    "unsettlement race_of_one balance": "SPB-CNC-02",
    "unsettlement reference format": "SPB-IDM-04",
    "unsettlement unknown_bet code": "SPB-ERR-01",
    "unsettlement unknown_bet moved": "SPB-CON-01",
    "settlement replay moved": "SPB-IDM-05",
    "settlement race_of_one moved": "SPB-IDM-05",
    "settlement new moved": "SPB-SET-01",
    "settlement zero refused": "SPB-SET-02",
    "settlement new.same_bet refused": "SPB-SET-03",
    "settlement new.after_clawback moved": "SPB-CLW-01",
    "settlement expired_session refused": "SPB-SET-04",
    "placebet new moved": "SPB-BET-01",
    "placebet uncovered code": "SPB-BET-01",
    "placebet race_of_debits moved": "SPB-BET-02",
    "placebet replay_of_refused accepted": "SPB-BET-03",
    "placebet late moved": "SPB-RBK-03",
    "placebet expired_session accepted": "SPB-SES-01",
    "placebet expired_session moved": "SPB-CON-01",
    "rollbackbet rollback moved": "SPB-RBK-01",
    "rollbackbet rollback_of_unknown refused": "SPB-RBK-02",
    "rollbackbet rollback_again moved": "SPB-RBK-04",
    "rollbackbet rollback_of_refused moved": "SPB-RBK-05",
    "rollbackbet rollback_of_settled moved": "SPB-CON-01",
    "rollbackbet expired_session refused": "SPB-SES-01",
    "authenticate spent_token accepted": "SPB-TOK-01",
    "authenticate schema format": "SPB-TOK-02",
    "authenticate token refused": "SPB-TOK-02",
    "balance read balance": "SPB-BAL-01",
    "balance schema format": "SPB-ANS-01",
    "balance forged.wrong_user accepted": "SPB-AUT-02",
    "balance forged.other_case accepted": "SPB-AUT-03",
    "balance missing_header code": "SPB-AUT-02",
    "balance code format": "SPB-AUT-02",
    "balance unknown_player code": "SPB-INP-02",
    "balance http format": "SPB-INP-03",
    "balance status format": "SPB-ANS-02",
}


@pytest.mark.parametrize(
    ("contract", "finding", "requirement"),
    [(name, *pair) for name, table in (("casino", CASINO), ("sportsbook", SPORTSBOOK)) for pair in table.items()],
)
def test_a_finding_belongs_to_one_requirement(contract: str, finding: str, requirement: str) -> None:
    assert load(contract).attribute(*finding.split()).id == requirement
