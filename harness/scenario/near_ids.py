"""Forms of an id that nearly equal it. Some wallets take them for the id, and each form tests one such confusion.

A wallet does not know a near id of a player: it must answer as for any unknown player. A form that an id generator can
make may be a real person's id. It is used only with ids that the run itself has chosen.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

_FULL_WIDTH = {ord(str(digit)): chr(0xFF10 + digit) for digit in range(10)}
_SAME_IN_ANOTHER_CASE = re.compile(
    r"[^@\s]+@[^@\s]+|(\{|urn:uuid:)?[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}\}?", re.IGNORECASE
)
"""An e-mail address or a UUID. Written in another case it may be the same."""


@dataclass(frozen=True, slots=True)
class NearForm:
    """One way to write an id almost right: its meaning, and the function from the id to the near id."""

    meaning: str
    render: Callable[[str], str]
    may_exist: bool = False
    """True if an id generator can make such an id, so that it may belong to somebody."""


def _in_another_case(plain: str) -> str:
    return plain if _SAME_IN_ANOTHER_CASE.fullmatch(plain) else plain.swapcase()


NEAR_FORMS: Mapping[str, NearForm] = {
    "leading_zero": NearForm("a zero and the id", lambda plain: f"0{plain}"),
    "letter_behind": NearForm("the id and a letter", lambda plain: f"{plain}x"),
    "half_behind": NearForm("the id and `.5`", lambda plain: f"{plain}.5"),
    "point_zero_behind": NearForm("the id and `.0`", lambda plain: f"{plain}.0"),
    "space_before": NearForm("a space and the id", lambda plain: f" {plain}"),
    "space_behind": NearForm("the id and a space", lambda plain: f"{plain} "),
    "full_width": NearForm("the id with full-width digits", lambda plain: plain.translate(_FULL_WIDTH)),
    "longer": NearForm("the id and a digit", lambda plain: f"{plain}7", may_exist=True),
    "shorter": NearForm("the id without its last character", lambda plain: plain[:-1], may_exist=True),
    "other_case": NearForm("the id with its letters in the other case", _in_another_case, may_exist=True),
}
"""The forms by name."""

NEAR_SESSIONS: Mapping[str, str] = {
    "longer": "the live session's id and a letter",
    "shorter": "the live session's id without its last character",
    "other_case": "the live session's id with its letters in the other case",
}
"""The near forms of a session's id by name, with their meaning."""


def near_id(form: str, plain: str) -> str:
    """The id `plain` in a near form; empty if the form does not change it, or leaves nothing of it.

    Raises KeyError for an unknown form.
    """
    near = NEAR_FORMS[form].render(plain)
    return "" if near == plain else near.strip() and near


def near_ids(plain: str) -> frozenset[str]:
    """Every near id that the forms make of an id."""
    return frozenset(near_id(form, plain) for form in NEAR_FORMS) - {""}


def near_session(form: str, plain: str) -> str:
    """The session's id `plain` in a near form. Without letters, `other_case` adds one.

    Raises KeyError for an unknown form.
    """
    if form not in NEAR_SESSIONS:
        raise KeyError(form)
    if form == "other_case":
        swapped = _in_another_case(plain)
        return swapped if swapped != plain else f"{plain}a"
    return plain[:-1] or f"{plain}x" if form == "shorter" else f"{plain}x"
