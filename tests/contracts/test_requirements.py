"""`requirements.yaml`: complaints with file and line, and which requirement answers for which finding."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.contracts import BUNDLED, Contract, load
from harness.contracts.shared import requirements
from harness.contracts.shared.requirements import Requirements, RequirementsError
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
    "exact, expired_session, forged, http, items, json, late, late.late, malformed, malformed.permitted, "
    "malformed.unknown_type, malformed.wrong_type, missing_header, new, new.after_clawback, new.cut_off, "
    "new.mixed_batch, new.non_ascii, new.same_bet, new.several_players, new.similar_id, new.unbelieved, race, "
    "race.contention, race_of_debits, race_of_debits.contention, race_of_one, race_of_one.contention, "
    "race_of_one.two_amounts, race_of_one.two_operations, read, reference, replay, replay.late, replay_of_refused, "
    "replay_of_refused.currency, replay_of_refused.funds, replay_of_refused.player, replay_of_refused.session, "
    "replay_of_refused.type, reused_id, rollback, rollback_again, rollback_of_foreign, rollback_of_refused, "
    "rollback_of_settled, rollback_of_unknown, rollback_of_unknown.known_bet, rollback_of_unknown.similar_id, "
    "schema, spent_token, stale, status, tampered, token, uncovered, unknown_bet, unknown_player, "
    "unknown_player.similar_id, unknown_session, wrong_currency, zero, zero.after_clawback, zero.mixed_batch"
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
