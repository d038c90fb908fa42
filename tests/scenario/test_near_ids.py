"""Near ids: each form changes the id, or there is none of that form. Another spelling of the same id is none."""

from __future__ import annotations

import pytest

from harness.scenario.near_ids import NEAR_FORMS, NEAR_SESSIONS, near_id, near_ids, near_session

NUMBER = "12345670"
UUID = "3f2b8c1e-0d4a-4e6f-9a7b-5c2d1e0f9a8b"


@pytest.mark.parametrize(
    ("form", "near"),
    [
        ("leading_zero", "012345670"),
        ("letter_behind", "12345670x"),
        ("half_behind", "12345670.5"),
        ("point_zero_behind", "12345670.0"),
        ("space_before", " 12345670"),
        ("space_behind", "12345670 "),
        ("full_width", "".join(chr(0xFF10 + int(each)) for each in NUMBER)),
        ("longer", "123456707"),
        ("shorter", "1234567"),
        ("other_case", ""),
    ],
)
def test_each_form_of_a_number(form: str, near: str) -> None:
    assert near_id(form, NUMBER) == near


def test_every_form_is_different_and_none_is_the_id() -> None:
    found = [near_id(form, "p1234567") for form in NEAR_FORMS]
    assert len({*found, "p1234567"}) == len(found) + 1
    assert near_ids("p1234567") == set(found)


@pytest.mark.parametrize(
    "same", [UUID, UUID.upper(), UUID.replace("-", ""), f"{{{UUID}}}", f"urn:uuid:{UUID}", "Ann.Lee@mail.example"]
)
def test_a_uuid_and_an_e_mail_address_may_be_the_same_in_another_case(same: str) -> None:
    assert near_id("other_case", same) == ""


def test_letters_change_their_case_in_any_other_id() -> None:
    assert near_id("other_case", "Ann-7") == "aNN-7"


def test_nothing_is_left_of_an_id_of_one_character() -> None:
    assert near_id("shorter", "7") == ""


@pytest.mark.parametrize("session", ["live", "a", "77", UUID])
def test_a_near_session_is_never_the_session(session: str) -> None:
    near = [near_session(form, session) for form in NEAR_SESSIONS]
    assert session not in near
    assert all(near)


def test_an_unknown_form_is_refused() -> None:
    with pytest.raises(KeyError):
        near_id("upside_down", NUMBER)
    with pytest.raises(KeyError):
        near_session("upside_down", NUMBER)
