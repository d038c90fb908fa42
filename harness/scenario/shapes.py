"""The shapes of a transaction's id. Some wallets confuse different ids, and each shape tests one such confusion.

A shape changes the text of an id. Two shapes of one label are two transactions. The same shape of a label always gives
the same text. Similar shapes differ from each other only in the property that they test.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from unicodedata import normalize

E_ACUTE = "\N{LATIN SMALL LETTER E WITH ACUTE}"


@dataclass(frozen=True, slots=True)
class Shape:
    """One way to write an id: its purpose, and the function from an ordinary id to the new text."""

    meaning: str
    render: Callable[[str], str]


def _number(plain: str) -> str:
    # The id has 20 digits without a leading zero, more than 2^64. Neither a float nor an integer column can hold it.
    return "9" + str(int.from_bytes(hashlib.sha256(plain.encode()).digest(), "big"))[-18:].zfill(18) + "0"


def _short(plain: str) -> str:
    return hashlib.sha256(plain.encode()).hexdigest()[:8]


SHAPES: Mapping[str, Shape] = {
    "plain": Shape("an ordinary id, as without a shape", lambda plain: plain),
    "upper_case": Shape("differs from `plain` in case only", str.upper),
    "trailing_space": Shape("`plain` and a space", lambda plain: f"{plain} "),
    "leading_space": Shape("a space and `plain`", lambda plain: f" {plain}"),
    "short": Shape("eight characters", _short),
    "long": Shape("45 characters, the first 36 as in `long_twin`", lambda plain: f"{plain[:36]:x<36}-longer-1"),
    "long_twin": Shape("45 characters, the first 36 as in `long`", lambda plain: f"{plain[:36]:x<36}-longer-2"),
    "length_255": Shape("255 characters, all but the last as in its twin", lambda plain: f"{plain:x<254}1"),
    "length_255_twin": Shape("255 characters, all but the last as in its twin", lambda plain: f"{plain:x<254}2"),
    "length_300": Shape("300 characters, the first 255 as in its twin", lambda plain: f"{plain:x<299}1"),
    "length_300_twin": Shape("300 characters, the first 255 as in its twin", lambda plain: f"{plain:x<299}2"),
    "digits": Shape("20 digits, equal to its twin when read as a float", _number),
    "digits_twin": Shape("20 digits, equal to its twin when read as a float", lambda plain: _number(plain)[:-1] + "1"),
    "leading_zero": Shape("`digits` after a zero, equal when read as a number", lambda plain: f"0{_number(plain)}"),
    "composed": Shape("ends in e with acute accent as one code point", lambda plain: plain + E_ACUTE),
    "decomposed": Shape("the same letter as two code points", lambda plain: plain + normalize("NFD", E_ACUTE)),
    "unaccented": Shape("the same letter without the accent", lambda plain: f"{plain}e"),
    "emoji": Shape("ends in an emoji, equal to its twin in some collations", lambda plain: f"{plain}\N{SLOT MACHINE}"),
    "emoji_twin": Shape("ends in another emoji", lambda plain: f"{plain}\N{GAME DIE}"),
    "quoted": Shape("holds quotes, a backslash and markup", lambda plain: f"{plain}'\"\\<b>&amp;--"),
}
"""The shapes by name."""


def render_id(shape: str, plain: str) -> str:
    """An id in a shape. `plain` is the ordinary id, which has a lower-case letter and at most 200 characters.

    Two shapes of one id always differ. Raises ValueError if the shape is unknown or `plain` cannot be shaped.
    """
    if shape in {"", "plain"}:
        return plain
    if shape not in SHAPES:
        raise ValueError(f"no shape {shape!r}: there are {', '.join(SHAPES)}")
    if plain == plain.upper() or len(plain) > 200:
        raise ValueError(f"{plain!r} cannot be shaped: it needs a lower-case letter and at most 200 characters")
    return SHAPES[shape].render(plain)
