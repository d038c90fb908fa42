"""`requirements.yaml`: complaints with file and line, and which requirement answers for which finding."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.contracts import BUNDLED, Contract, load, requirements
from harness.contracts.requirements import RequirementsError
from harness.model import Level, Situation, Wrong

GOOD = """\
- id: CAS-CON-01
  level: MUST
  text: "the books agree"
  clause: "README"
- id: CAS-SET-03
  level: MUST
  text: "the balance is right"
  clause: "response"
  answers_for:
    - settlement new balance
    - "* forged.other_secret *"
"""


def read(path: Path) -> object:
    return requirements.load(path, "CAS", ("settlement", "bet"), ("other_secret",))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "requirements.yaml"
    file.write_text(GOOD)
    return file


def test_a_good_file_is_read(path: Path) -> None:
    found = requirements.load(path, "CAS", ("settlement", "bet"), ("other_secret",))
    assert list(found) == ["CAS-CON-01", "CAS-SET-03"]
    assert found["CAS-SET-03"].answers_for == (("settlement", "new", "balance"), ("*", "forged.other_secret", "*"))
    assert found["CAS-SET-03"].level is Level.MUST


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("id: CAS-SET-03", "id: SPB-SET-03", ":5: id 'SPB-SET-03' must look like CAS-CON-01"),
        ("id: CAS-SET-03", "id: CAS-CON-01", ":5: CAS-CON-01 stands twice"),
        ("id: CAS-CON-01", "id: CAS-CON-02", ":1: CAS-CON-01 is missing"),
        ("level: MUST", "level: MAYBE", ":1: level 'MAYBE' must be MUST, SHOULD, MAY"),
        ('  clause: "README"\n', "", ":1: `clause` is missing or no text"),
        ("  clause:", "  claus:", ":1: unknown key 'claus', did you mean 'clause'?"),
        (
            "settlement new balance",
            "setlement new balance",
            ":10: unknown word 'setlement', did you mean 'settlement'?",
        ),
        ("settlement new balance", "settlement newer balance", ":10: unknown word 'newer', did you mean 'new'?"),
        ("settlement new balance", "settlement new balanced", ":10: unknown word 'balanced', did you mean 'balance'?"),
        ("forged.other_secret", "forged.other_secrets", ":11: unknown word 'forged.other_secrets', did you mean"),
        ("settlement new balance", "settlement new", ":10: 'settlement new' must be three words"),
        ("- settlement new balance", "- [a, b]", ":10: must be text"),
        ("- id: CAS-CON-01", "- word\n- id: CAS-CON-01", ":1: must be a mapping with id, level, text"),
        ("answers_for:\n    - settlement new balance\n    -", "answers_for:", ":5: `answers_for` must be a list"),
        ("- id: CAS-CON-01", "- id: [", ": not YAML: "),
    ],
)
def test_a_bad_file_is_refused_with_file_and_line(path: Path, old: str, new: str, complaint: str) -> None:
    assert old in GOOD
    path.write_text(GOOD.replace(old, new, 1))
    with pytest.raises(RequirementsError) as caught:
        read(path)
    assert str(caught.value).startswith(str(path))
    assert complaint in str(caught.value)


def test_no_two_requirements_answer_for_the_same(path: Path) -> None:
    path.write_text(
        GOOD + "- {id: CAS-SET-04, level: MUST, text: t, clause: c, answers_for: [settlement new balance]}\n"
    )
    with pytest.raises(RequirementsError, match=r":12: CAS-SET-03 already answers for 'settlement new balance'"):
        read(path)


@pytest.mark.parametrize("text", ["", "{}", "word"])
def test_a_file_that_is_no_list_is_refused(path: Path, text: str) -> None:
    path.write_text(text)
    with pytest.raises(RequirementsError, match=":1: must be a list of requirements"):
        read(path)


def test_the_file_is_read_only_when_it_is_asked_for(path: Path) -> None:
    lazy = requirements.Requirements(path, "CAS", ("settlement",), ("other_secret",))
    path.write_text("")
    with pytest.raises(RequirementsError):
        len(lazy)


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
